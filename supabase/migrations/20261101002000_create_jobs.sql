-- The queue: the job row is the truth, an HTTP call is only a wake-up that may be lost or doubled.

create table ops.job_queue (
  id uuid primary key default gen_random_uuid(),
  job_type text not null,
  payload jsonb not null default '{}',
  status text not null default 'pending',
  priority int not null default 0,
  attempts int not null default 0,
  losses int not null default 0,
  max_attempts int not null default 5,
  locked_at timestamptz,
  locked_by text,
  lease_token uuid,
  lease_expires_at timestamptz,
  next_run_at timestamptz not null default now(),
  last_error text,
  dead_lettered_at timestamptz,
  dedupe_key text,
  batch_id uuid,
  redrives int not null default 0,
  redriven_at timestamptz,
  redriven_by text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint job_queue_job_type_known check (job_type in ('ingest', 'undo', 'enforcement', 'vendor_pull', 'notify')),
  constraint job_queue_status_known check (status in ('pending', 'processing', 'paused', 'completed', 'failed')),
  constraint job_queue_dead_is_failed check (dead_lettered_at is null or status = 'failed'),
  constraint job_queue_lease_fits_status check (
    case status
      when 'processing' then locked_at is not null and (lease_token is null or lease_expires_at is not null)
      else num_nonnulls(locked_at, locked_by, lease_token, lease_expires_at) = 0
    end)
);
alter table ops.job_queue enable row level security;
create unique index job_queue_dedupe_key_key on ops.job_queue (dedupe_key) where dedupe_key is not null;
create index job_queue_open_idx on ops.job_queue (job_type, priority desc, created_at)
  where status in ('pending', 'processing');
create index job_queue_batch_id_idx on ops.job_queue (batch_id) where batch_id is not null;
create index job_queue_dead_idx on ops.job_queue (dead_lettered_at) where dead_lettered_at is not null;
create index job_queue_paused_idx on ops.job_queue (job_type) where status = 'paused';
create index job_queue_ended_idx on ops.job_queue (status, updated_at) include (job_type)
  where status in ('completed', 'failed');

comment on table ops.job_queue is
  'Units of work. Claimed by priority, then age; a lease token fences every write of its holder.';
comment on column ops.job_queue.id is 'Id of the job; holders name it in every call.';
comment on column ops.job_queue.job_type is
  'What is to be done, and so which queue it stands in and which function works it off.';
comment on column ops.job_queue.payload is 'What the job is about, and what its holder left at its last checkpoint.';
comment on column ops.job_queue.status is
  'pending: to be claimed. processing: in work. paused: held by a person. completed: done or '
  'cancelled. failed: given up.';
comment on column ops.job_queue.priority is 'Higher goes first; sources take turns within a priority.';
comment on column ops.job_queue.attempts is 'Losses and failures in a row without progress; any progress sets it to 0.';
comment on column ops.job_queue.losses is
  'How often in a row its lease ran out; decides how large a share its next holder gets.';
comment on column ops.job_queue.max_attempts is 'At this many attempts in a row the job is given up.';
comment on column ops.job_queue.locked_at is 'Last sign of life of the holder: claim, beat or checkpoint.';
comment on column ops.job_queue.locked_by is 'Who holds the job as a whole; null while only its slices are held.';
comment on column ops.job_queue.lease_token is
  'Known to the holder alone. Null while nobody holds the job as a whole (slices have leases of their own).';
comment on column ops.job_queue.lease_expires_at is 'From then on anybody may claim the job.';
comment on column ops.job_queue.next_run_at is 'Not before this time: back-off after a failure.';
comment on column ops.job_queue.last_error is
  'What went wrong last, or why a completed job was cancelled; at most 500 characters.';
comment on column ops.job_queue.dead_lettered_at is 'Given up: the job waits for a person.';
comment on column ops.job_queue.dedupe_key is 'At most one job with this key; a second request wakes the first.';
comment on column ops.job_queue.batch_id is 'The batch this job works for; the job goes when the batch goes.';
comment on column ops.job_queue.redrives is 'How often a person sent the job on its way again after it was given up.';
comment on column ops.job_queue.redriven_at is 'When an operator last redrove the job.';
comment on column ops.job_queue.redriven_by is 'Who did so last; the audit event has the error it had died of.';
comment on column ops.job_queue.created_at is 'When it was first queued.';
comment on column ops.job_queue.updated_at is 'When the row was last written.';
comment on constraint job_queue_pkey on ops.job_queue is 'A job is known by its id.';
comment on constraint job_queue_job_type_known on ops.job_queue is 'The queues there are.';
comment on constraint job_queue_status_known on ops.job_queue is 'The states there are.';
comment on constraint job_queue_dead_is_failed on ops.job_queue is 'Only a failed job is given up.';
comment on constraint job_queue_lease_fits_status on ops.job_queue is
  'A job in work has a holder or slices that have; any other has nothing of a lease.';
comment on index ops.job_queue_dedupe_key_key is 'At most one job with a key.';
comment on index ops.job_queue_open_idx is 'What a claim looks through: jobs of a type by priority, then age.';
comment on index ops.job_queue_batch_id_idx is 'The jobs of a batch.';
comment on index ops.job_queue_dead_idx is 'Jobs that were given up, by when.';
comment on index ops.job_queue_paused_idx is 'Jobs somebody holds: few, among all that are kept.';
comment on index ops.job_queue_ended_idx is
  'Jobs that have ended, by when: counted in the index alone, and found by age when they are pruned.';
grant select, insert, update, delete on ops.job_queue to service_role;

create table ops.queue_control (
  job_type text primary key,
  paused boolean not null default false,
  reason text,
  changed_by text not null default 'migration',
  changed_at timestamptz not null default now()
);
alter table ops.queue_control enable row level security;

comment on table ops.queue_control is 'The brake of each queue: paused stops claims, running work finishes its slice.';
comment on column ops.queue_control.job_type is 'The queue: all jobs of this type.';
comment on column ops.queue_control.paused is 'True: nothing of this queue is claimed.';
comment on column ops.queue_control.reason is 'Why it was paused, in the words of whoever did it.';
comment on column ops.queue_control.changed_by is
  'Who paused or resumed it last; breaker when the system did so itself.';
comment on column ops.queue_control.changed_at is 'When that was.';
comment on constraint queue_control_pkey on ops.queue_control is 'One brake per queue.';
grant select, insert, update on ops.queue_control to service_role;

insert into ops.queue_control (job_type) values ('ingest'), ('undo'), ('enforcement'), ('vendor_pull'), ('notify');

create table ops.expected_workers (
  worker_type text primary key,
  since timestamptz not null default now()
);
alter table ops.expected_workers enable row level security;

comment on table ops.expected_workers is
  'Worker types that are deployed and so must beat; one that is missing here reads as not_deployed.';
comment on column ops.expected_workers.worker_type is 'The type, as its heartbeats name it.';
comment on column ops.expected_workers.since is 'Since when it is expected to beat.';
comment on constraint expected_workers_pkey on ops.expected_workers is 'Each type once.';
grant select on ops.expected_workers to service_role;

insert into ops.expected_workers (worker_type) values ('ingest'), ('enforcement');

create table ops.worker_heartbeats (
  worker_id text primary key,
  worker_type text not null,
  status text not null default 'idle',
  last_seen_at timestamptz not null default now(),
  version text,
  memory_mb numeric,
  cpu_ms_last numeric,
  jobs_done bigint not null default 0,
  jobs_failed bigint not null default 0,
  constraint worker_heartbeats_worker_type_known check (worker_type in ('ingest', 'enforcement', 'sentinel'))
);
alter table ops.worker_heartbeats enable row level security;
create index worker_heartbeats_type_idx on ops.worker_heartbeats (worker_type, last_seen_at desc);

comment on table ops.worker_heartbeats is 'Last sign of life of each worker isolate; pruned after a day.';
comment on column ops.worker_heartbeats.worker_id is
  'One isolate of a function: a name it gave itself when it started.';
comment on column ops.worker_heartbeats.worker_type is 'ingest, enforcement or sentinel.';
comment on column ops.worker_heartbeats.status is 'What it last said it was doing: busy or idle.';
comment on column ops.worker_heartbeats.last_seen_at is 'When it last beat.';
comment on column ops.worker_heartbeats.version is 'Version of the code it runs.';
comment on column ops.worker_heartbeats.memory_mb is 'Memory in use at its last beat, in megabytes.';
comment on column ops.worker_heartbeats.cpu_ms_last is
  'CPU of the last invocation; null where the platform does not tell.';
comment on column ops.worker_heartbeats.jobs_done is 'Units it has finished since it started.';
comment on column ops.worker_heartbeats.jobs_failed is 'Units whose failure it has reported since it started.';
comment on constraint worker_heartbeats_pkey on ops.worker_heartbeats is 'One row per isolate.';
comment on constraint worker_heartbeats_worker_type_known on ops.worker_heartbeats is 'The types there are.';
comment on index ops.worker_heartbeats_type_idx is 'When a type of worker last beat.';
grant select, insert, update, delete on ops.worker_heartbeats to service_role;

create function ops.silence(since timestamptz)
returns double precision
language sql
stable
set search_path = ''
as $$
  select greatest(0, (extract(epoch from now() - since) - (1 - ops.time_scale()) * 10) / ops.time_scale())::float8
$$;
comment on function ops.silence(timestamptz) is
  'Seconds of real length since then: divided by ops.time_scale(), less up to ten, as the pauses of pg_net do not '
  'shrink with it.';
grant execute on function ops.silence(timestamptz) to service_role;

create function ops.signs_of_life()
returns table (
  worker_type text,
  expected boolean,
  state text,
  last_seen timestamptz,
  silent_seconds double precision,
  overdue boolean
)
language sql
stable
set search_path = ''
as $$
  with seen as (
    select h.worker_type, max(h.last_seen_at) as at from ops.worker_heartbeats h group by h.worker_type
  )
  select coalesce(w.worker_type, s.worker_type),
         w.worker_type is not null,
         case
           when w.worker_type is null then 'not_deployed'
           when s.at is null or ops.silence(s.at) > 60 then 'offline'
           else 'online'
         end,
         s.at,
         ops.silence(greatest(s.at, w.since)),
         w.worker_type is not null and ops.silence(greatest(s.at, w.since)) > 60
    from ops.expected_workers w
    full join seen s on s.worker_type = w.worker_type
$$;
comment on function ops.signs_of_life() is
  'Who is alive: each worker type that is expected or was seen. online: it beat within 60 s. overdue: 60 s have passed '
  'since its last beat, and since it is expected.';
grant execute on function ops.signs_of_life() to service_role;

create function ops.backoff(failures int)
returns interval
language sql
volatile
set search_path = ''
as $$
  select ops.scaled((least(30 * power(2, least(failures, 20)), 3600) * (0.75 + random() * 0.25))::numeric)
$$;
comment on function ops.backoff(int) is
  'Wait before the next try after so many earlier failures in a row: min(30 s * 2^n, 1 h), less up to a quarter so '
  'that jobs do not move in step.';
grant execute on function ops.backoff(int) to service_role;

create function ops.beat_worker(
  worker_id text,
  worker_type text,
  status text,
  version text,
  memory_mb numeric,
  jobs_done int,
  jobs_failed int
)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into ops.worker_heartbeats as h (worker_id, worker_type, status, version, memory_mb, jobs_done, jobs_failed)
  values (beat_worker.worker_id, beat_worker.worker_type, beat_worker.status, beat_worker.version,
    beat_worker.memory_mb, beat_worker.jobs_done, beat_worker.jobs_failed)
  on conflict (worker_id) do update
    set status = excluded.status, last_seen_at = now(), version = excluded.version, memory_mb = excluded.memory_mb,
        jobs_done = h.jobs_done + excluded.jobs_done, jobs_failed = h.jobs_failed + excluded.jobs_failed
$$;
comment on function ops.beat_worker(text, text, text, text, numeric, int, int) is
  'A worker''s sign of life; the counts are added to what it already reported.';
grant execute on function ops.beat_worker(text, text, text, text, numeric, int, int) to service_role;

create function ops.enqueue(
  job_type text,
  payload jsonb,
  dedupe_key text,
  batch_id uuid default null,
  priority int default 0
)
returns uuid
language plpgsql
set search_path = ''
as $$
#variable_conflict use_column
declare
  door constant text := ops.set_door('engine');
  queued uuid;
begin
  insert into ops.job_queue as j (job_type, payload, dedupe_key, batch_id, priority)
  values (enqueue.job_type, enqueue.payload, enqueue.dedupe_key, enqueue.batch_id, enqueue.priority)
  on conflict (dedupe_key) where dedupe_key is not null do update
    set status = 'pending',
        payload = excluded.payload,
        priority = excluded.priority,
        attempts = 0,
        losses = 0,
        next_run_at = now(),
        last_error = null,
        dead_lettered_at = null
  returning j.id into queued;
  perform ops.set_door(door);
  return queued;
end
$$;
comment on function ops.enqueue(text, jsonb, text, uuid, int) is
  'Queues a job, or makes the one with the same dedupe_key pending and due again (its holder loses the lease). Returns '
  'its id.';
grant execute on function ops.enqueue(text, jsonb, text, uuid, int) to service_role;

create function ops.lease_end()
returns timestamptz
language sql
stable
set search_path = ''
as $$
  select now() + ops.scaled(60)
$$;
comment on function ops.lease_end() is
  'Until when a lease that is given or extended now holds: 60 s, in which two beats may be missed.';
grant execute on function ops.lease_end() to service_role;

create function ops.move_job(job uuid, new_status text, wait interval default '0', error text default null)
returns ops.job_queue
language plpgsql
set search_path = ''
as $$
declare
  door constant text := ops.set_door('engine');
  moved ops.job_queue;
begin
  update ops.job_queue j
     set status = new_status,
         next_run_at = case new_status when 'pending' then now() + wait else j.next_run_at end,
         dead_lettered_at = case new_status when 'failed' then now() end,
         attempts = case when new_status = 'completed' and error is null then 0 else j.attempts end,
         last_error = coalesce(left(error, 500), case when new_status <> 'completed' then j.last_error end)
   where j.id = job
  returning * into moved;
  perform ops.set_door(door);
  return moved;
end
$$;
comment on function ops.move_job(uuid, text, interval, text) is
  'The one writer of the status of a job that leaves work: pending (due after the wait), completed, or failed, which '
  'is dead-lettered. Its lease goes.';
grant execute on function ops.move_job(uuid, text, interval, text) to service_role;

create function ops.lease_job(job uuid, holder text, as_whole boolean default true)
returns ops.job_queue
language plpgsql
set search_path = ''
as $$
declare
  door constant text := ops.set_door('engine');
  leased ops.job_queue;
begin
  update ops.job_queue j
     set status = 'processing',
         locked_at = now(),
         locked_by = case when as_whole then holder end,
         lease_token = case when as_whole then gen_random_uuid() end,
         lease_expires_at = case when as_whole then ops.lease_end() end
   where j.id = job
  returning * into leased;
  perform ops.set_door(door);
  return leased;
end
$$;
comment on function ops.lease_job(uuid, text, boolean) is
  'Puts a locked job in work: leased to its holder as a whole, or to nobody while its slices are leased one by one.';
grant execute on function ops.lease_job(uuid, text, boolean) to service_role;

create function ops.guard_job_status()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if ops.is_engine() then
    return new;
  end if;
  if new.status = 'processing' and old.status <> 'processing' then
    raise exception 'Cannot set job % to processing by hand: only a claim does that', old.id
      using errcode = 'P0001', hint = 'Set status = ''pending'' to make it due now, or ''paused'' to hold it.';
  end if;
  if new.status = 'pending' then
    new.next_run_at := now();
    if old.status = 'failed' then
      new.attempts := 0;
      new.losses := 0;
    end if;
  end if;
  if new.status <> 'failed' then
    new.dead_lettered_at := null;
  end if;
  return new;
end
$$;
comment on function ops.guard_job_status() is
  'Trigger on hand-set job status: pending clears lease and holder and makes the job due; processing is refused.';
grant execute on function ops.guard_job_status() to service_role;

create function ops.clear_lease()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.locked_at := null;
  new.locked_by := null;
  new.lease_token := null;
  new.lease_expires_at := null;
  return new;
end
$$;
comment on function ops.clear_lease() is
  'Trigger on jobs and slices that are not in work, whoever wrote their status: the one place that takes a lease away.';
grant execute on function ops.clear_lease() to service_role;

create trigger _100_guard_job_status before update of status on ops.job_queue
  for each row execute function ops.guard_job_status();
alter table ops.job_queue enable always trigger _100_guard_job_status;
comment on trigger _100_guard_job_status on ops.job_queue is 'What may be hand-set, and what follows from it.';

create trigger _200_clear_lease before insert or update of status on ops.job_queue
  for each row when (new.status <> 'processing') execute function ops.clear_lease();
alter table ops.job_queue enable always trigger _200_clear_lease;
comment on trigger _200_clear_lease on ops.job_queue is 'A job that is not in work has no lease.';

create trigger _900_touch_updated_at before update on ops.job_queue
  for each row execute function ops.touch_updated_at();
comment on trigger _900_touch_updated_at on ops.job_queue is 'Keeps updated_at.';

create extension if not exists pg_net with schema extensions;

create unlogged table ops.wake_calls (
  request_id bigint primary key,
  target text not null,
  called_at timestamptz not null default now()
);
create index wake_calls_called_at on ops.wake_calls (called_at);
comment on table ops.wake_calls is
  'Which of pg_net''s calls are wake-ups of ours, so that their answers can be told from everybody else''s. Unlogged, '
  'as pg_net''s own tables are: a crash empties all of them, and begins their numbers anew.';
comment on column ops.wake_calls.request_id is 'Number of the call in pg_net''s tables.';
comment on column ops.wake_calls.target is 'The function that was called: worker, enforcement, sentinel or outbound.';
comment on column ops.wake_calls.called_at is 'When the call was queued.';
comment on constraint wake_calls_pkey on ops.wake_calls is 'A call is known by pg_net''s number.';
comment on index ops.wake_calls_called_at is 'What ops.prune forgets and the sentinel looks at.';
alter table ops.wake_calls enable row level security;

create function ops.wake(target text, by text default 'sql')
returns boolean
language plpgsql
security definer -- reads two Vault secrets and queues a call; callers learn neither
set search_path = ''
as $$
declare
  base text;
  token text;
  request bigint;
begin
  select max(s.decrypted_secret) filter (where s.name = 'dragonfly_functions_url'),
         max(s.decrypted_secret) filter (where s.name = 'dragonfly_wake_token')
    into base, token
    from vault.decrypted_secrets s
   where s.name in ('dragonfly_functions_url', 'dragonfly_wake_token');
  if base is null or token is null then
    return false;
  end if;
  -- pg_net takes, sends and answers a batch in one transaction: a call that is being sent still stands there, marked as
  -- deleted. It may have been answered long ago, and wakes nobody for what is committed now.
  if exists (
    select 1
      from net.http_request_queue q
     where q.url = base || '/' || target || '/run'
       and q.xmax::text = '0'
  ) then
    return false;
  end if;
  request := net.http_post(
    url := base || '/' || target || '/run',
    body := jsonb_build_object('by', by),
    headers := jsonb_build_object('content-type', 'application/json', 'x-wake-token', token),
    timeout_milliseconds := 3000);
  insert into ops.wake_calls (request_id, target)
  values (request, target)
  on conflict (request_id) do update
    set target = excluded.target,
        called_at = excluded.called_at;
  return true;
exception when others then
  raise warning 'wake-up of % lost, the next one by cron will do: %', target, sqlerrm;
  return false;
end
$$;
comment on function ops.wake(text, text) is
  'Queues one HTTP call that wakes a function (worker, enforcement, sentinel, outbound) with the narrow wake token, '
  'unless one is queued already and not yet being sent, or the Vault secrets are missing. Never raises: a lost '
  'wake-up is made good by cron.';
grant execute on function ops.wake(text, text) to service_role;

create function ops.wake_for(job_type text)
returns boolean
language sql
volatile
set search_path = ''
as $$
  select ops.wake(case when job_type in ('notify', 'vendor_pull') then 'outbound'
                       when job_type = 'enforcement' then 'enforcement' else 'worker' end, 'sql')
$$;
comment on function ops.wake_for(text) is 'Wakes the function that works off a type of job.';
grant execute on function ops.wake_for(text) to service_role;
