-- What random histories of consents are lived with: a history's acts go to the server at once, where each is a
-- transaction of its own, as whoever calls. Round trips would cost more than the acts do.

create schema lives;
grant usage on schema lives to service_role;

create table lives.begun (
  no bigint generated always as identity,
  job uuid not null,
  token uuid not null
);
grant select, insert, update, delete on lives.begun to service_role;

-- Plaintiffs with a judgment each, and the consents that stand when the history begins: [[0, 'loa'], …].
create function lives.begin_history(history int, parties int, given jsonb)
returns jsonb
language plpgsql
as $$
declare
  last constant bigint := (select coalesce(max(e.id), 0) from audit.event_log e);
  who uuid[];
  on_what bigint[];
  file uuid;
  one jsonb;
begin
  with p as (
    insert into public.plaintiffs (name, status)
    select 'Party ' || history || ' ' || n, 'active' from generate_series(1, parties) n
    returning id, name
  )
  select array_agg(p.id order by p.name) into who from p;
  with j as (
    insert into public.judgments (case_number, plaintiff_name, defendant_name, amount, judgment_date, plaintiff_id)
    select 'H-' || history || '-' || n, 'Acme', 'Jane Roe', 12000, current_date - 400, who[n]
      from generate_series(1, parties) n
    returning id, case_number
  )
  select array_agg(j.id order by j.case_number) into on_what from j;
  insert into evidence.files (bucket_path, file_name, sha256, size_bytes, entity_type, entity_id)
  values ('test/' || history, 'loa.pdf', repeat('a', 64), 4, 'consent', 'test')
  returning id into file;
  for one in select value from jsonb_array_elements(given) loop
    perform legal.register_consent(who[(one ->> 0)::int + 1], one ->> 1, '1', null, null, file, 'operator:a@b.org',
      'req-consent');
  end loop;
  return jsonb_build_object('last', last, 'who', to_jsonb(who), 'judgments', to_jsonb(on_what), 'file', file);
end
$$;

create function lives.act(act jsonb, file uuid)
returns jsonb -- what is to be done next, in a transaction of its own
language plpgsql
as $$
declare
  plaintiff constant uuid := act ->> 'plaintiff';
  held jsonb;
begin
  case act ->> 'do'
    when 'consent' then
      perform legal.register_consent(plaintiff, act ->> 'type', '1', (act ->> 'from')::timestamptz, act ->> 'until',
        file, 'operator:a@b.org', 'req-consent');
    when 'ask' then
      perform enforcement.request_action(plaintiff, (act ->> 'judgment')::bigint, act ->> 'type', 'operator:a@b.org',
        'req-ask');
    when 'claim' then
      held := ops.claim('{enforcement}', 'enforcement-1');
      if held is not null then
        return jsonb_build_object('do', 'begin', 'job', held ->> 'job_id', 'token', held ->> 'token');
      end if;
    when 'begin' then
      held := enforcement.begin_action((act ->> 'job')::uuid, (act ->> 'token')::uuid);
      if held ->> 'outcome' = 'go' then
        insert into lives.begun (job, token) values ((act ->> 'job')::uuid, (act ->> 'token')::uuid);
      end if;
    when 'take' then
      delete from lives.begun b
       where b.no = (select c.no from lives.begun c order by c.no limit 1 for update skip locked)
      returning jsonb_build_object('do', 'execute', 'job', b.job, 'token', b.token) into held;
      return held;
    when 'execute' then
      perform enforcement.execute_action((act ->> 'job')::uuid, (act ->> 'token')::uuid, file);
    when 'choose' then
      return (
        select jsonb_build_object('do', 'revoke', 'consent', c.id)
          from legal.consents c where c.plaintiff_id = plaintiff and c.status = 'active' order by random() limit 1);
    when 'revoke' then
      perform legal.revoke_consent((act ->> 'consent')::uuid, 'told us so', 'operator:a@b.org', 'req-revoke');
    when 'shorten' then
      update legal.consents set valid_until = clock_timestamp()
       where id = (select c.id from legal.consents c where c.plaintiff_id = plaintiff and c.status = 'active' limit 1);
    when 'jump' then -- a hand's try
      update enforcement.actions
         set status = act ->> 'status', reason = 'by hand',
             evidence_file_id = case when act ->> 'status' = 'executed' then file end
       where id = (select a.id from enforcement.actions a where a.plaintiff_id = plaintiff order by random() limit 1);
    when 'merge' then
      perform legal.merge_plaintiffs(plaintiff, (act ->> 'into')::uuid, 'one', 'ops:t', 'r');
    when 'part' then
      perform legal.take_apart(plaintiff, 'two', 'ops:t', 'r');
    when 'status' then
      update public.plaintiffs set status = act ->> 'status' where id = plaintiff;
  end case;
  return null;
end
$$;

-- Acts one after the other, each committed before the next. A hand's statement on a consent that somebody ended
-- meanwhile is refused, and most jumps are; whoever is late has lost his lease; of two that wait for each other one is
-- ended.
create procedure lives.act_all(acts jsonb, file uuid)
language plpgsql
as $$
declare
  act jsonb;
  next jsonb;
  i int := 0;
begin
  while next is not null or i < jsonb_array_length(acts) loop
    act := coalesce(next, acts -> i);
    i := i + case when next is null then 1 else 0 end;
    next := null;
    begin
      next := lives.act(act, file);
    exception when others then
      if sqlstate || ' ' || sqlerrm !~ ('^(P0001 Cannot change consent|DF001 |40P01 '
         || case when act ->> 'do' = 'jump' then '|P0001 Cannot (change|execute) action' else '' end || ')') then
        raise;
      end if;
    end;
    commit;
  end loop;
end
$$;

-- What was told of the history, whether each plaintiff is authorised at its end, and at which of these moments the
-- times that are kept for lists say so; whether the lists themselves say what plain asking says. Then nothing of it is
-- left to be claimed, swept or looked at by the next.
create function lives.end_history(last bigint, who uuid[], moments timestamptz[])
returns jsonb
language plpgsql
as $$
declare
  told jsonb;
begin
  select jsonb_build_object(
    'events', coalesce(jsonb_agg(jsonb_build_object('action', e.action, 'entity_id', e.entity_id,
      'at', (extract(epoch from e.ts) * 1000000)::bigint, 'after', e.after) order by e.id), '[]')) into told
    from audit.event_log e
   where e.id > last and e.entity_type in ('plaintiff', 'consent', 'action');
  told := told || jsonb_build_object(
    'authorized', (select jsonb_object_agg(w, legal.is_authorized(w)) from unnest(who) w),
    'at', (extract(epoch from clock_timestamp()) * 1000000)::bigint,
    'kept', (
      select jsonb_object_agg(w, coalesce(
               (select to_jsonb(array(select a.holds @> m from unnest(clock_timestamp() || moments) m))
                  from legal.authorizations a where a.plaintiff_id = w), 'null'))
        from unnest(who) w),
    'lists', (
      select jsonb_build_array(
        (enforcement.list_plaintiffs(null, null, true)) -> 'total' = to_jsonb(count(*) filter (where p.may)),
        (enforcement.list_plaintiffs(null, null, false)) -> 'total' = to_jsonb(count(*) filter (where not p.may)),
        (enforcement.list_plaintiffs('party', 'active', true)) -> 'total'
          = to_jsonb(count(*) filter (where p.may and p.status = 'active')))
        from (select legal.is_authorized(q.id) as may, q.status from public.plaintiffs q
               where q.merged_into is null and q.id = any (who)) p));
  perform enforcement.sweep();
  told := told || jsonb_build_object('open', (
    select count(*)
      from (select 1 from public.tasks t where t.status = 'open' group by t.plaintiff_id, t.reason
            having count(*) > 1 or bool_or(legal.is_authorized(t.plaintiff_id))) o));
  update enforcement.actions set status = 'cancelled', reason = 'the history is over'
   where status in ('authorized', 'executing');
  update public.tasks set status = 'cancelled' where status = 'open';
  update ops.job_queue set status = 'completed' where job_type = 'enforcement' and status <> 'completed';
  delete from lives.begun where true;
  update public.plaintiffs set status = 'inactive', name = 'dragonfly-proof ' || id,
         name_normalized = 'dragonfly-proof ' || id
   where id = any (who); -- as what proves something, none of them is in the lists of the next
  return told;
end
$$;

-- An action in a worker's hands, for a plaintiff who has given both consents.
create function lives.begin_race(race int)
returns jsonb
language plpgsql
as $$
declare
  party constant jsonb := lives.begin_history(race, 1, '[[0, "fee_agreement"], [0, "loa"]]');
  plaintiff constant uuid := party -> 'who' ->> 0;
  action constant jsonb := enforcement.request_action(plaintiff, (party -> 'judgments' ->> 0)::bigint, 'levy',
    'operator:a@b.org', 'req-ask');
  held constant jsonb := ops.claim('{enforcement}', 'enforcement-1');
  begun constant jsonb := enforcement.begin_action((held ->> 'job_id')::uuid, (held ->> 'token')::uuid);
begin
  return jsonb_build_object('action', action ->> 'action_id', 'file', party ->> 'file', 'begun', begun ->> 'outcome',
    'held', held, 'loa', (
      select c.id from legal.consents c where c.plaintiff_id = plaintiff and c.consent_type = 'loa'));
end
$$;

grant execute on all routines in schema lives to service_role;
