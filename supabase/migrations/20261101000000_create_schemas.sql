-- Rooms of the database, who may enter them, who is acting, and the one clock scale that everything timed obeys.
-- Nothing here or later is granted to anon or authenticated: people reach data through the functions, which mask.

create schema if not exists intake;
create schema if not exists ops;
create schema if not exists audit;
create schema if not exists evidence;
create schema if not exists legal;
create schema if not exists enforcement;

comment on schema intake is 'From a dropped file to judgments: batches, slices, staged blocks, rejects.';
comment on schema ops is 'What runs and whether it is well: jobs, queues, heartbeats, wake-ups.';
comment on schema audit is 'Append-only record of what happened, chained by hash.';
comment on schema evidence is 'Files kept as proof, by the hash of their bytes.';
comment on schema legal is 'What plaintiffs have consented to, and whether that allows anything now.';
comment on schema enforcement is 'Actions on judgments, and the gate before them.';

revoke all on schema intake, ops, audit, evidence, legal, enforcement from public;
grant usage on schema intake, ops, audit, evidence, legal, enforcement to service_role;

-- Only the form without "in schema" takes the implicit grant to public away.
alter default privileges revoke execute on functions from public;
-- Projects from before 2026-10-30 grant everything in public to the API's roles: whoever may do something is listed.
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;

create function ops.time_scale()
returns numeric
language sql
stable
set search_path = ''
as $$
  select coalesce(nullif(current_setting('dragonfly.time_scale', true), ''), '1')::numeric
$$;
comment on function ops.time_scale() is
  'Factor on every lease, beat, back-off and sweep (database setting dragonfly.time_scale). 1 on a real platform; '
  'test stacks shorten time with it.';
grant execute on function ops.time_scale() to service_role;

create function ops.size_scale()
returns numeric
language sql
stable
set search_path = ''
as $$
  select coalesce(nullif(current_setting('dragonfly.size_scale', true), ''), '1')::numeric
$$;
comment on function ops.size_scale() is
  'Factor on every share of work: slices, blocks, scanning passes (database setting dragonfly.size_scale). 1 on a '
  'real platform; with less, small files go the way of big ones in tests.';
grant execute on function ops.size_scale() to service_role;

create function ops.scaled(seconds numeric)
returns interval
language sql
stable
set search_path = ''
as $$
  select make_interval(secs => (seconds * ops.time_scale())::double precision)
$$;
comment on function ops.scaled(numeric) is 'Seconds as an interval, times ops.time_scale().';
grant execute on function ops.scaled(numeric) to service_role;

create function ops.set_door(door text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  before constant text := coalesce(current_setting('dragonfly.door', true), '');
begin
  perform set_config('dragonfly.door', door, true);
  return before;
end
$$;
comment on function ops.set_door(text) is
  'Says, until the transaction ends, through which door rows are changed: ''engine'' inside the one writer of batches '
  'and the one engine of jobs, '''' otherwise; returns what was said before, to be said again afterwards. Guards '
  'against accidents, not against owners.';
grant execute on function ops.set_door(text) to service_role;

create function ops.is_engine()
returns boolean
language sql
stable
set search_path = ''
as $$
  select coalesce(current_setting('dragonfly.door', true), '') = 'engine'
$$;
comment on function ops.is_engine() is
  'True while a function of the engine changes rows; hand-written statements are checked by the guard triggers.';
grant execute on function ops.is_engine() to service_role;

create function ops.is_by_hand()
returns boolean
language sql
immutable -- within one statement: a trigger that asks in its WHEN is answered once for all rows, when it is prepared
set search_path = ''
as $$
  select coalesce(current_setting('dragonfly.door', true), '') <> 'engine'
$$;
comment on function ops.is_by_hand() is
  'For the WHEN of triggers alone: true when no function of the engine changes these rows. Asked once a statement, not '
  'once a row. Anywhere else ask ops.is_engine: a plan that is kept would keep this answer.';
grant execute on function ops.is_by_hand() to service_role;

create function ops.kind_of_actor(actor text)
returns text
language plpgsql -- keeps its plan, where SQL that cannot be inlined is planned at each call
immutable
set search_path = ''
as $$
begin
  return (
    select case
      when actor = 'sql:authenticator' then 'rest'
      when actor = 'sql:supabase_storage_admin' then 'storage'
      else case split_part(actor, ':', 1)
        when 'operator' then 'operator'
        when 'viewer' then 'viewer'
        when 'vendor' then 'vendor'
        when 'operator-key' then 'key'
        when 'service' then 'key'
        when 'ops' then 'command'
        when 'replay' then 'replay'
        when 'worker' then 'worker'
        when 'sentinel' then 'sentinel'
        when 'outbound' then 'outbound'
        when 'breaker' then 'breaker'
        when 'wake' then 'cron'
        when 'cron' then 'cron'
        when 'storage' then 'storage'
        when 'rest' then 'rest'
        when 'sql' then 'sql'
        else 'other'
      end
    end);
end
$$;
comment on function ops.kind_of_actor(text) is
  'What sort of actor a name is of: the one place that reads actors'' names. The name begins with its kind as the '
  'functions and commands write it (operator:a@b.org, vendor:acme, ops:maria); a bare login is sql, but for the two '
  'behind REST and Storage. A name of no known form is other.';
grant execute on function ops.kind_of_actor(text) to service_role;

create function ops.is_from_function()
returns boolean
language plpgsql
stable
security definer -- reads a secret in the Vault; callers learn whether what they sent fits it
set search_path = ''
as $$
declare
  sent text := nullif(current_setting('request.headers', true), '')::jsonb ->> 'x-dragonfly-function';
begin
  return sent is not null and exists (
    select 1
      from vault.decrypted_secrets s
     where s.name = 'dragonfly_wake_token'
       and sent = encode(sha256(convert_to('dragonfly function ' || s.decrypted_secret, 'UTF8')), 'hex'));
end
$$;
comment on function ops.is_from_function() is
  'Whether a call over REST comes from one of our functions: its header x-dragonfly-function is made of the wake '
  'token, which functions have and the secret key''s holders have not.';
grant execute on function ops.is_from_function() to service_role;

create function ops.vouched_actor(actor text)
returns text
language sql
stable
set search_path = ''
as $$
  select case
    when actor = '' or current_setting('role') <> 'service_role' then actor
    when ops.kind_of_actor(actor) in ('operator', 'vendor', 'key')
         and (coalesce(current_setting('request.headers', true), '') = '' or ops.is_from_function()) then actor
    else 'rest:' || actor
  end
$$;
comment on function ops.vouched_actor(text) is
  'The name under which somebody may act. Functions speak for those whom they have identified (people, vendors, keys). '
  'Whoever else comes over REST with the secret key may say any name, and it is written as his own word: rest:<name>.';
grant execute on function ops.vouched_actor(text) to service_role;

create function ops.act_as(actor text, request_id text)
returns void
language sql
volatile
set search_path = ''
as $$
  select pg_catalog.set_config('dragonfly.actor', ops.vouched_actor(coalesce(actor, '')), true),
         pg_catalog.set_config('dragonfly.request_id', coalesce(request_id, ''), true)
$$;
comment on function ops.act_as(text, text) is
  'Says, until the transaction ends, who is acting and by which request: audit events carry both.';
grant execute on function ops.act_as(text, text) to service_role;

create function ops.act_for(actor text, request_id text default null)
returns void
language sql
volatile
set search_path = ''
as $$
  select pg_catalog.set_config('dragonfly.actor', coalesce(actor, ''), true),
         pg_catalog.set_config('dragonfly.request_id', coalesce(request_id, ''), true)
$$;
comment on function ops.act_for(text, text) is
  'As act_as, for the engine itself: it acts for whoever a row says began this.';
grant execute on function ops.act_for(text, text) to service_role;

create function ops.actor()
returns text
language plpgsql -- keeps its plan, where SQL that cannot be inlined is planned at each call
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(nullif(current_setting('dragonfly.actor', true), ''),
                    case when ops.is_engine() then 'worker' end,
                    'sql:' || session_user));
end
$$;
comment on function ops.actor() is
  'Who is acting, for audit events: what the calling function said (setting dragonfly.actor), else the worker while '
  'the engine acts, else the database login.';
grant execute on function ops.actor() to service_role;

create function ops.touch_updated_at()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;
comment on function ops.touch_updated_at() is 'Trigger: updated_at is the time of the last change, whoever made it.';
grant execute on function ops.touch_updated_at() to service_role;
