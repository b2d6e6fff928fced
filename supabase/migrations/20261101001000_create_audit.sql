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
  destination text not null,
  key_id text not null,
  signature text not null
);
alter table audit.exported_heads enable row level security;

comment on table audit.exported_heads is
  'Heads of the chain that were written down outside the database; the chain may never be shorter than these.';
comment on column audit.exported_heads.seal_no is 'Place in the chain of the head that was written down.';
comment on column audit.exported_heads.hash is 'Its hash: the chain must have this very hash at this place for ever.';
comment on column audit.exported_heads.exported_at is 'When it was written down.';
comment on column audit.exported_heads.destination is 'Where outside the database it was written.';
comment on column audit.exported_heads.key_id is 'The key that signed what was written; GET /system/keys has it.';
comment on column audit.exported_heads.signature is 'Ed25519 over the statement in the file, base64.';
comment on constraint exported_heads_pkey on audit.exported_heads is 'A place of the chain is written down once.';
grant select on audit.exported_heads to service_role;

create table audit.chain_positions (
  walk text primary key,
  seal_no bigint not null,
  hash text not null,
  started_at timestamptz not null,
  whole_at timestamptz,
  key_id text not null,
  signature text not null,
  constraint chain_positions_walk_known check (walk in ('newest', 'whole'))
);
alter table audit.chain_positions enable row level security;

comment on table audit.chain_positions is
  'How far the sentinel has verified the chain, so that each run goes on from there. Signed with a key the database '
  'does not have: a position that somebody else wrote is not believed.';
comment on column audit.chain_positions.walk is
  'newest: what was sealed lately, at every run. whole: the chain from its beginning, once a day, in slices.';
comment on column audit.chain_positions.seal_no is 'Place of the last event that was verified; 0 before the first.';
comment on column audit.chain_positions.hash is 'Hash of that event; 64 zeros before the first.';
comment on column audit.chain_positions.started_at is 'When this walk began at the beginning of the chain.';
comment on column audit.chain_positions.whole_at is
  'When the walk before this one came to the end; null before the first.';
comment on column audit.chain_positions.key_id is 'The key that signed.';
comment on column audit.chain_positions.signature is 'Ed25519 over the columns before it, base64.';
comment on constraint chain_positions_pkey on audit.chain_positions is 'Each walk is at one place.';
comment on constraint chain_positions_walk_known on audit.chain_positions is 'There are two walks.';
grant select on audit.chain_positions to service_role;

create function audit.event_content(event audit.event_log)
returns text
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_array(
    event.id, (extract(epoch from event.ts) * 1000000)::bigint, event.actor, event.action, event.entity_type,
    event.entity_id, event.before, event.after, event.request_id, event.seal_no, event.actor_kind
  )::text
$$;
comment on function audit.event_content(audit.event_log) is
  'An event as the text that is hashed: a JSON array of all it says, its time in microseconds, and its place. It is '
  'one line.';
grant execute on function audit.event_content(audit.event_log) to service_role;

create function audit.content_hash(event audit.event_log)
returns text
language sql
immutable
set search_path = ''
as $$
  select encode(sha256(convert_to(audit.event_content(event), 'UTF8')), 'hex')
$$;
comment on function audit.content_hash(audit.event_log) is
  'SHA-256 (hex) over an event''s content. It stands for the event in a chain that is shown to somebody who may not '
  'see it.';
grant execute on function audit.content_hash(audit.event_log) to service_role;

create function audit.event_hash(event audit.event_log, prev_hash text)
returns text
language sql
immutable
set search_path = ''
as $$
  select encode(sha256(convert_to(prev_hash || ' ' || audit.content_hash(event), 'UTF8')), 'hex')
$$;
comment on function audit.event_hash(audit.event_log, text) is
  'SHA-256 (hex) over the hash before an event, a space, and the hash of its content.';
grant execute on function audit.event_hash(audit.event_log, text) to service_role;

create function audit.frames(context text, schemas text default '\w+')
returns int
language plpgsql -- keeps its plan, where SQL that cannot be inlined is planned at each call
immutable
set search_path = ''
as $$
begin
  return (
    select regexp_count(context, '^(PL/pgSQL|SQL) function "?(' || schemas || ')\M', 1, 'n'));
end
$$;
comment on function audit.frames(text, text) is
  'How many functions stand in a call stack as PG_CONTEXT tells it; of the schemas named alone where some are.';
grant execute on function audit.frames(text, text) to service_role;

create function audit.append(
  action text,
  entity_type text,
  entity_id text,
  before jsonb default null,
  after jsonb default null,
  request_id text default null
)
returns void
language plpgsql
volatile
security definer -- callers may add events, never read or change them
set search_path = ''
as $$
declare
  callers text;
begin
  get diagnostics callers = pg_context;
  if current_setting('role') = 'service_role' and audit.frames(callers) < 2 then
    raise exception 'Cannot write an event by itself: service_role writes events through what it does'
      using errcode = 'insufficient_privilege';
  end if;
  insert into audit.event_log (actor, actor_kind, action, entity_type, entity_id, before, after, request_id)
  values (ops.actor(), ops.kind_of_actor(ops.actor()), action, entity_type, entity_id, before, after,
          coalesce(request_id, nullif(current_setting('dragonfly.request_id', true), '')));
end
$$;
comment on function audit.append(text, text, text, jsonb, jsonb, text) is
  'Writes one event, unchained, in the caller''s transaction. The actor is ops.actor(). service_role reaches it from '
  'inside a function or trigger alone: over REST nobody writes an event of his own wording.';
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

create function audit.protect_heads()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  callers text;
begin
  get diagnostics callers = pg_context;
  if tg_op = 'UPDATE' and (new.seal_no, new.hash) = (old.seal_no, old.hash) and new.exported_at > old.exported_at
     and regexp_like(callers, '^PL/pgSQL function "?ops.record_export\(', 'n') then
    return new;
  end if;
  raise exception 'AUDIT_IMMUTABILITY_VIOLATION: % on audit.exported_heads is not allowed', tg_op
    using errcode = 'P0001',
          hint = 'What was exported was exported: the file in the bucket evidence and the alert channels say the same.';
end
$$;
comment on function audit.protect_heads() is
  'Trigger: no exported head is forgotten or told otherwise. ops.record_export may say that the same head was exported '
  'again, as it is after a day on which nothing happened. Holds for every role, replication included.';
grant execute on function audit.protect_heads() to service_role;

create trigger _100_protect_heads before update or delete on audit.exported_heads
  for each row execute function audit.protect_heads();
alter table audit.exported_heads enable always trigger _100_protect_heads;
comment on trigger _100_protect_heads on audit.exported_heads is 'Raises AUDIT_IMMUTABILITY_VIOLATION.';

create trigger _100_protect_heads_truncate before truncate on audit.exported_heads
  for each statement execute function audit.protect_heads();
alter table audit.exported_heads enable always trigger _100_protect_heads_truncate;
comment on trigger _100_protect_heads_truncate on audit.exported_heads is 'Raises AUDIT_IMMUTABILITY_VIOLATION.';

create function audit.seal(max_events int default 10000, most_ms int default 700)
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
  began timestamptz;
begin
  perform pg_advisory_xact_lock(hashtextextended('dragonfly.audit.chain', 0));
  began := clock_timestamp();
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
    exit when clock_timestamp() - began > make_interval(secs => most_ms / 1000.0);
  end loop;
  return sealed;
end
$$;
comment on function audit.seal(int, int) is
  'Chains up to max_events committed events, oldest first, for about most_ms milliseconds, and returns how '
  'many. Called by cron every ten seconds; safe to call at any time.';
grant execute on function audit.seal(int, int) to service_role;

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

create function audit.verify_slice(after_no bigint, after_hash text, most int default null)
returns table (ok boolean, problem text, seal_no bigint, checked bigint, last_no bigint, last_hash text)
language sql
stable
security definer -- a verdict for callers that may not read events
set search_path = ''
as $$
  with chain as (
    select e.seal_no as no, e.prev_hash, e.hash, audit.event_hash(e, e.prev_hash) as right_hash,
           lag(e.seal_no, 1, after_no) over w as before_no, lag(e.hash, 1, after_hash) over w as before_hash
      from (select * from audit.event_log l where l.seal_no > after_no order by l.seal_no limit most) e
    window w as (order by e.seal_no)
  ), wrong as (
    select c.no, case when c.no <> c.before_no + 1 then 'gap: no event has seal_no ' || c.before_no + 1
                      else 'wrong hash at seal_no ' || c.no end as what
      from chain c
     where c.no <> c.before_no + 1 or c.hash <> c.right_hash or c.prev_hash <> c.before_hash
     order by c.no <> c.before_no + 1 desc, c.no limit 1
  )
  select w.no is null, w.what, w.no, count(c.no), coalesce(max(c.no), after_no),
         coalesce((select l.hash from chain l order by l.no desc limit 1), after_hash)
    from (select 1) one left join wrong w on true left join chain c on true
   group by w.no, w.what
$$;
comment on function audit.verify_slice(bigint, text, int) is
  'Walks the chain from behind the event of that place and hash, over most events (all when null): the first gap or '
  'wrong hash, how many were looked at, and where the next slice begins.';
grant execute on function audit.verify_slice(bigint, text, int) to service_role;

create function audit.verify_loose_ends()
returns table (problem text, seal_no bigint)
language sql
stable
security definer -- a verdict for callers that may not read events
set search_path = ''
as $$
  (select 'head is older than the one exported at ' || h.exported_at, h.seal_no
     from audit.exported_heads h
    where not exists (select 1 from audit.event_log e where e.seal_no = h.seal_no and e.hash = h.hash)
    order by h.seal_no limit 1)
  union all
  (select 'unsealed for more than 15 minutes: event ' || e.id, null
     from audit.event_log e
    where e.seal_no is null and e.ts < now() - interval '15 minutes' order by e.id limit 1)
$$;
comment on function audit.verify_loose_ends() is
  'What is wrong without walking the chain: an exported head that it does not have, an event that was not sealed in '
  '15 minutes.';
grant execute on function audit.verify_loose_ends() to service_role;

create function audit.verify_chain()
returns table (ok boolean, problem text, seal_no bigint, checked bigint)
language sql
stable
set search_path = ''
as $$
  select s.ok and l.problem is null, coalesce(s.problem, l.problem), coalesce(s.seal_no, l.seal_no), s.checked
    from audit.verify_slice(0, repeat('0', 64)) s
    left join (select e.problem, e.seal_no from audit.verify_loose_ends() e limit 1) l on true
$$;
comment on function audit.verify_chain() is
  'One row: ok, or the first problem (gap, wrong hash, head older than an exported one, event unsealed for more than '
  '15 minutes) and how many events are chained.';
grant execute on function audit.verify_chain() to service_role;

create function audit.proof_of(entity_type text, entity_id text, most int default 20000)
returns jsonb
language sql
stable
security definer -- callers are given one thing's events, and of the others hashes
set search_path = ''
as $$
  with own as (
    select e.*
      from audit.event_log e
     where e.entity_type = proof_of.entity_type and e.entity_id = proof_of.entity_id
  ), span as (
    select min(o.seal_no) as first_no, max(o.seal_no) as last_no,
           (select max(h.seal_no) from audit.exported_heads h) as head_no
      from own o
  ), stretch as (
    select s.first_no as from_no, greatest(s.last_no, s.head_no) as to_no
      from span s where greatest(s.last_no, s.head_no) - s.first_no < most
    union all
    select o.seal_no,
           coalesce((select min(h.seal_no) from audit.exported_heads h where h.seal_no >= o.seal_no), o.seal_no)
      from own o, span s
     where o.seal_no is not null and greatest(s.last_no, s.head_no) - s.first_no >= most
  ), link as (
    select e.seal_no, e.prev_hash, e.hash, audit.content_hash(e) as content,
           lag(e.seal_no) over (order by e.seal_no) as before_no
      from audit.event_log e
     where exists (select 1 from stretch s where e.seal_no between s.from_no and s.to_no)
       and e.seal_no between (select min(s.from_no) from stretch s) and (select max(s.to_no) from stretch s)
  )
  select jsonb_build_object(
    'events', coalesce((select jsonb_agg(jsonb_build_object('seal_no', o.seal_no, 'ts', o.ts, 'action', o.action,
      'content', audit.event_content(o)) order by o.id) from own o), '[]'),
    'links', coalesce((select string_agg(
      case when l.before_no is distinct from l.seal_no - 1
           then 'from ' || l.seal_no - 1 || ' ' || l.prev_hash || e'\n' else '' end
      || 'link ' || l.seal_no || ' ' || l.content || ' ' || l.hash || e'\n', '' order by l.seal_no) from link l), ''),
    'link_count', (select count(*) from link),
    'heads', coalesce((select jsonb_agg(jsonb_build_object('seal_no', h.seal_no, 'hash', h.hash,
      'destination', h.destination) order by h.seal_no)
      from audit.exported_heads h
     where h.seal_no in (select s.to_no from stretch s)
        or h.seal_no = (select s.head_no from span s where s.head_no >= s.first_no)
           and exists (select 1 from stretch s where h.seal_no between s.from_no and s.to_no)), '[]'))
$$;
comment on function audit.proof_of(text, text, int) is
  'The events of one thing, and the links of the chain from the first of them to the last exported head; where that '
  'would be more than most links, from each event to the first head exported behind it. Of other events it tells '
  'hashes alone.';
grant execute on function audit.proof_of(text, text, int) to service_role;

create function audit.keep_position(place jsonb)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into audit.chain_positions as p
  select r.* from jsonb_populate_record(null::audit.chain_positions, place) r
  on conflict (walk) do update
    set seal_no = excluded.seal_no, hash = excluded.hash, started_at = excluded.started_at,
        whole_at = excluded.whole_at, key_id = excluded.key_id, signature = excluded.signature
$$;
comment on function audit.keep_position(jsonb) is
  'Keeps how far the sentinel has walked. The sentinel comes as the owner of the database: others may call this, and '
  'may not write the table.';
grant execute on function audit.keep_position(jsonb) to service_role;

create function audit.is_by_hand(context text)
returns boolean
language plpgsql -- keeps its plan, where SQL that cannot be inlined is planned at each call
immutable
set search_path = ''
as $$
begin
  return (
    select audit.frames(context, 'intake|ops|enforcement|legal|evidence') = 0);
end
$$;
comment on function audit.is_by_hand(text) is
  'Whether a statement was given by somebody himself: no function of ours, but those of this schema, stands in its '
  'call stack (PG_CONTEXT).';
grant execute on function audit.is_by_hand(text) to service_role;

create function audit.note_rewritten_rows()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  callers text;
  seen jsonb := '{}';
begin
  get diagnostics callers = pg_context;
  if not audit.is_by_hand(callers) then
    return null;
  end if;
  if tg_op in ('UPDATE', 'DELETE') then
    select jsonb_build_object('rows', count(*), 'ids', coalesce((array_agg(w.id order by w.id))[:100], '{}')) into seen
      from written w;
  end if;
  perform audit.append(tg_table_name || '.' || lower(tg_op), tg_table_schema || '.' || tg_table_name, null, null,
    seen || jsonb_build_object('login', session_user, 'role', current_setting('role'),
      'application', current_setting('application_name')));
  return null;
end
$$;
comment on function audit.note_rewritten_rows() is
  'Trigger: a statement on a table of records that no function of ours gave leaves an event: who, by which login, and, '
  'of an update or delete, how many rows and their first hundred ids. Its transition table is called written.';
grant execute on function audit.note_rewritten_rows() to service_role;

create function audit.note_rewritten_counts()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  callers text;
  told constant text[] := '{file_hash,row_count_total,row_count_staged,row_count_valid,row_count_invalid,'
    'row_count_inserted,row_count_duplicate,row_count_unread}';
  before jsonb;
  after jsonb;
begin
  get diagnostics callers = pg_context;
  if not audit.is_by_hand(callers) then
    return null;
  end if;
  select jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, n.value) into before, after
    from jsonb_each(to_jsonb(old)) o
    join jsonb_each(to_jsonb(new)) n using (key)
   where o.key = any(told) and o.value <> n.value;
  if before is not null then
    perform audit.append('batch.rewritten', 'batch', new.id::text, before,
      after || jsonb_build_object('login', session_user, 'role', current_setting('role')));
  end if;
  return null;
end
$$;
comment on function audit.note_rewritten_counts() is
  'Trigger: counts or hash of a batch that no function of ours wrote leave an event with what they were and are.';
grant execute on function audit.note_rewritten_counts() to service_role;
