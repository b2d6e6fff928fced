-- What happened, who did it, and a hash chain that shows when somebody rewrote it.
-- Events are written unchained inside the transaction they belong to; audit.seal() chains what is committed.
-- The chain has its own lock and takes it in no transaction that does other work.

create table audit.event_log (
  id bigint generated always as identity primary key,
  ts timestamptz not null default clock_timestamp(), -- when it happened, not when its transaction began
  actor text not null,
  action text not null,
  entity_type text not null,
  entity_id text,
  before jsonb,
  after jsonb,
  request_id text,
  seal_no bigint unique,
  prev_hash text,
  hash text,
  actor_kind text not null,
  constraint event_log_actor_kind_known check (
    actor_kind in ('operator', 'viewer', 'vendor', 'key', 'command', 'replay',
    'worker', 'sentinel', 'outbound', 'breaker', 'cron', 'storage', 'rest', 'sql', 'other')),
  constraint event_log_sealed_whole check (num_nonnulls(seal_no, prev_hash, hash) in (0, 3))
);
alter table audit.event_log enable row level security;
create index event_log_entity_idx on audit.event_log (entity_type, entity_id, id);
create index event_log_unsealed_idx on audit.event_log (id) where seal_no is null;

comment on table audit.event_log is
  'Append-only events. The three seal columns are filled once, by audit.seal(); nothing else ever changes.';
comment on column audit.event_log.id is
  'Number of the event, in the order events were written; gaps mean transactions that were rolled back.';
comment on column audit.event_log.ts is 'When it happened, not when its transaction began.';
comment on column audit.event_log.actor is 'Who: an operator or key by name, a worker, or the database login.';
comment on column audit.event_log.action is 'What, as noun.verb, for example batch.completed.';
comment on column audit.event_log.entity_type is
  'What kind of thing it happened to: batch, job, source, queue, alert, user.';
comment on column audit.event_log.entity_id is 'Which one; null where there is only one of its kind.';
comment on column audit.event_log.before is 'What was true before, as far as it matters; null for something new.';
comment on column audit.event_log.after is 'What is true since; null for something that is gone. Nothing personal.';
comment on column audit.event_log.request_id is
  'The HTTP request it came by, as its answer and the log name it; null for SQL and workers.';
comment on column audit.event_log.seal_no is 'Place in the chain, without gaps from 1; null until sealed.';
comment on column audit.event_log.prev_hash is 'Hash of the event before it in the chain; 64 zeros for the first.';
comment on column audit.event_log.hash is 'SHA-256 over the event and prev_hash, in hex.';
comment on column audit.event_log.actor_kind is
  'What sort of actor: a person signed in (operator, viewer), a vendor, an operator''s or secret key, a command, a '
  'replay, a part of the system, Storage, REST, a database login (sql), or other. Programs go by this, never by actor.';
comment on constraint event_log_pkey on audit.event_log is 'An event is known by its number.';
comment on constraint event_log_seal_no_key on audit.event_log is 'One event at each place of the chain.';
comment on constraint event_log_actor_kind_known on audit.event_log is 'The sorts of actors there are.';
comment on constraint event_log_sealed_whole on audit.event_log is
  'An event is sealed with place and both hashes, or not at all.';
comment on index audit.event_log_entity_idx is 'The story of one thing, in order.';
comment on index audit.event_log_unsealed_idx is 'What audit.seal has yet to chain.';
grant select on audit.event_log to service_role;

create table audit.exported_heads (
  seal_no bigint primary key,
  hash text not null,
  exported_at timestamptz not null default now(),
  destination text not null
);
alter table audit.exported_heads enable row level security;

comment on table audit.exported_heads is
  'Heads of the chain that were written down outside the database; the chain may never be shorter than these.';
comment on column audit.exported_heads.seal_no is 'Place in the chain of the head that was written down.';
comment on column audit.exported_heads.hash is 'Its hash: the chain must have this very hash at this place for ever.';
comment on column audit.exported_heads.exported_at is 'When it was written down.';
comment on column audit.exported_heads.destination is 'Where outside the database it was written.';
comment on constraint exported_heads_pkey on audit.exported_heads is 'A place of the chain is written down once.';
grant select on audit.exported_heads to service_role;

create function audit.event_hash(event audit.event_log, prev_hash text)
returns text
language sql
immutable
set search_path = ''
as $$
  select encode(sha256(convert_to(jsonb_build_array(
    prev_hash, event.id, (extract(epoch from event.ts) * 1000000)::bigint, event.actor, event.action,
    event.entity_type, event.entity_id, event.before, event.after, event.request_id, event.seal_no,
    event.actor_kind
  )::text, 'UTF8')), 'hex')
$$;
comment on function audit.event_hash(audit.event_log, text) is
  'SHA-256 (hex) over an event''s content, its place and the hash before it.';
grant execute on function audit.event_hash(audit.event_log, text) to service_role;

create function audit.append(
  action text,
  entity_type text,
  entity_id text,
  before jsonb default null,
  after jsonb default null,
  request_id text default null
)
returns void
language sql
volatile
security definer -- callers may add events, never read or change them
set search_path = ''
as $$
  insert into audit.event_log (actor, actor_kind, action, entity_type, entity_id, before, after, request_id)
  values (ops.actor(), ops.kind_of_actor(ops.actor()), action, entity_type, entity_id, before, after,
          coalesce(request_id, nullif(current_setting('dragonfly.request_id', true), '')))
$$;
comment on function audit.append(text, text, text, jsonb, jsonb, text) is
  'Writes one event, unchained, in the caller''s transaction. The actor is ops.actor().';
grant execute on function audit.append(text, text, text, jsonb, jsonb, text) to service_role;

create function audit.protect_events()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  expected_prev text;
begin
  if tg_op = 'UPDATE' and old.seal_no is null and new.seal_no is not null
     and to_jsonb(new) - '{seal_no,prev_hash,hash}'::text[] = to_jsonb(old) - '{seal_no,prev_hash,hash}'::text[] then
    select e.hash into expected_prev from audit.event_log e where e.seal_no = new.seal_no - 1;
    if new.prev_hash = coalesce(expected_prev, repeat('0', 64))
       and (expected_prev is not null or new.seal_no = 1)
       and new.hash = audit.event_hash(new, new.prev_hash) then
      return new;
    end if;
  end if;
  raise exception 'AUDIT_IMMUTABILITY_VIOLATION: % on audit.event_log is not allowed', tg_op
    using errcode = 'P0001',
          hint = 'Events are evidence. Write a further event that corrects the record.';
end
$$;
comment on function audit.protect_events() is
  'Trigger: refuses every change of an event but the one right seal. Holds for every role, replication included.';
grant execute on function audit.protect_events() to service_role;

create trigger _100_protect_events before update or delete on audit.event_log
  for each row execute function audit.protect_events();
alter table audit.event_log enable always trigger _100_protect_events;
comment on trigger _100_protect_events on audit.event_log is 'Append-only: raises AUDIT_IMMUTABILITY_VIOLATION.';

create trigger _100_protect_events_truncate before truncate on audit.event_log
  for each statement execute function audit.protect_events();
alter table audit.event_log enable always trigger _100_protect_events_truncate;
comment on trigger _100_protect_events_truncate on audit.event_log is
  'Append-only: raises AUDIT_IMMUTABILITY_VIOLATION.';

create function audit.seal(max_events int default 10000)
returns int
language plpgsql
security definer -- the only writer of the seal columns
set search_path = ''
as $$
declare
  event audit.event_log;
  head_no bigint;
  head_hash text;
  sealed int := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('dragonfly.audit.chain', 0));
  select e.seal_no, e.hash into head_no, head_hash
    from audit.event_log e where e.seal_no is not null order by e.seal_no desc limit 1;
  head_no := coalesce(head_no, 0);
  head_hash := coalesce(head_hash, repeat('0', 64));
  for event in select * from audit.event_log e where e.seal_no is null order by e.id limit max_events loop
    head_no := head_no + 1;
    event.seal_no := head_no;
    event.prev_hash := head_hash;
    head_hash := audit.event_hash(event, head_hash);
    update audit.event_log e set seal_no = head_no, prev_hash = event.prev_hash, hash = head_hash where e.id = event.id;
    sealed := sealed + 1;
  end loop;
  return sealed;
end
$$;
comment on function audit.seal(int) is
  'Chains up to max_events committed events, oldest first, and returns how many. Called by cron every minute; safe to '
  'call at any time.';
grant execute on function audit.seal(int) to service_role;

create function audit.head()
returns table (seal_no bigint, hash text)
language sql
stable
security definer -- readers of the head need not read events
set search_path = ''
as $$
  select e.seal_no, e.hash from audit.event_log e where e.seal_no is not null order by e.seal_no desc limit 1
$$;
comment on function audit.head() is 'The newest link of the chain; no row while nothing is sealed.';
grant execute on function audit.head() to service_role;

create function audit.verify_chain()
returns table (ok boolean, problem text, seal_no bigint, checked bigint)
language plpgsql
stable
security definer -- a verdict for callers that may not read events
set search_path = ''
as $$
declare
  total bigint;
begin
  select count(*) into total from audit.event_log e where e.seal_no is not null;
  return query
    with chain as (
      select e.seal_no as no, e.prev_hash, e.hash, audit.event_hash(e, e.prev_hash) as right_hash,
             lag(e.seal_no, 1, 0::bigint) over w as before_no, lag(e.hash, 1, repeat('0', 64)) over w as before_hash
      from audit.event_log e
      where e.seal_no is not null
      window w as (order by e.seal_no)
    ), found as (
      select 1 as rank, c.no, 'gap: no event has seal_no ' || c.before_no + 1 as what from chain c
        where c.no <> c.before_no + 1
      union all
      select 2, c.no, 'wrong hash at seal_no ' || c.no from chain c
        where c.hash <> c.right_hash or c.prev_hash <> c.before_hash
      union all
      select 3, h.seal_no, 'head is older than the one exported at ' || h.exported_at
        from audit.exported_heads h
        where not exists (select 1 from audit.event_log e where e.seal_no = h.seal_no and e.hash = h.hash)
      union all
      (select 4, null, 'unsealed for more than 15 minutes: event ' || e.id
        from audit.event_log e where e.seal_no is null and e.ts < now() - interval '15 minutes' order by e.id limit 1)
    )
    (select false, f.what, f.no, total from found f order by f.rank, f.no limit 1);
  if not found then
    return query select true, null::text, null::bigint, total;
  end if;
end
$$;
comment on function audit.verify_chain() is
  'One row: ok, or the first problem (gap, wrong hash, head older than an exported one, event unsealed for more than '
  '15 minutes) and how many events are chained.';
grant execute on function audit.verify_chain() to service_role;
