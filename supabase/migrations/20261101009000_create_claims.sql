-- The one engine of jobs: who may work on what, for how long. A claim hands out one unit: a job as a whole, or one
-- slice of an ingest job. A lease that ran out is a loss; losses and failures in a row without progress use up the
-- tries.
--
-- Fairness is decided in ops.claimable_units and nowhere else. Within a priority, sources take turns. A unit that was
-- lost goes behind whatever was not, and waits from its second loss on. After two losses it is alone: no other unit of
-- its batch is in work beside it, and it is given a smaller share. A file that is lost again and again while it is read
-- is refused.

create table intake.batch_slices (
  batch_id uuid not null references intake.simplicity_batches (id) on delete cascade,
  slice_no int not null,
  first_byte bigint not null,
  end_byte bigint not null,
  first_row int not null,
  row_count int not null,
  first_line int not null,
  status text not null default 'pending',
  valid int not null default 0,
  invalid int not null default 0,
  remarks int not null default 0,
  code_counts jsonb not null default '{}',
  warning_counts jsonb not null default '{}',
  locked_at timestamptz,
  locked_by text,
  lease_token uuid,
  lease_expires_at timestamptz,
  holders int not null default 0,
  losses int not null default 0,
  not_before timestamptz not null default now(),
  finished_at timestamptz,
  primary key (batch_id, slice_no),
  constraint batch_slices_status_known check (status in ('pending', 'leased', 'done')),
  constraint batch_slices_bytes_ordered check (first_byte < end_byte),
  constraint batch_slices_lease_fits_status check (
    num_nonnulls(locked_at, locked_by, lease_token, lease_expires_at) = case status when 'leased' then 4 else 0 end),
  constraint batch_slices_finished_at_fits_status check ((finished_at is not null) = (status = 'done'))
);
alter table intake.batch_slices enable row level security;
create index batch_slices_open_idx on intake.batch_slices (batch_id, slice_no) where status <> 'done';

comment on table intake.batch_slices is
  'Byte ranges of a file that end on record boundaries: the unit of parallel, resumable work, '
  'each with a lease of its own.';
comment on column intake.batch_slices.batch_id is 'The batch whose file this is a part of.';
comment on column intake.batch_slices.slice_no is
  'Number of the slice in the file, from 0. One that was split goes on under a new number.';
comment on column intake.batch_slices.first_byte is 'First byte of the slice.';
comment on column intake.batch_slices.end_byte is 'First byte after the slice.';
comment on column intake.batch_slices.first_row is 'Data row of the file its first row is, from 0.';
comment on column intake.batch_slices.row_count is
  'Rows it holds, as staging counted them: what valid, invalid and remarks must add up to.';
comment on column intake.batch_slices.first_line is 'Physical line its first byte stands on, from 1.';
comment on column intake.batch_slices.status is
  'pending: to be claimed. leased: in work. done: every row is staged or rejected.';
comment on column intake.batch_slices.valid is 'Rows of a finished slice that passed.';
comment on column intake.batch_slices.invalid is 'Rows of a finished slice that were rejected.';
comment on column intake.batch_slices.remarks is
  'Lines of a replay that are no rows, such as the last one of a truncated errors.csv: in '
  'row_count, in no other count.';
comment on column intake.batch_slices.code_counts is
  'Row code to number of rejects; the first problem of a row counts.';
comment on column intake.batch_slices.warning_counts is 'Warning to number of rows that passed with it.';
comment on column intake.batch_slices.locked_at is 'Last sign of life of the holder: claim or beat.';
comment on column intake.batch_slices.locked_by is 'Who holds it.';
comment on column intake.batch_slices.lease_token is
  'Known to the holder alone; every write of a block or reject must bring it.';
comment on column intake.batch_slices.lease_expires_at is 'From then on anybody may claim the slice.';
comment on column intake.batch_slices.holders is
  'How many leases the slice has had; above 1 an earlier holder may have left rows behind.';
comment on column intake.batch_slices.losses is
  'How often in a row its lease ran out; decides how large a share its next holder gets.';
comment on column intake.batch_slices.not_before is 'Not before this time: back-off after a loss or failure.';
comment on column intake.batch_slices.finished_at is 'When its last row was staged or rejected.';
comment on constraint batch_slices_pkey on intake.batch_slices is 'A slice is known by its batch and number.';
comment on constraint batch_slices_batch_id_fkey on intake.batch_slices is 'Slices go with their batch.';
comment on constraint batch_slices_status_known on intake.batch_slices is 'The states there are.';
comment on constraint batch_slices_bytes_ordered on intake.batch_slices is 'No slice is empty.';
comment on constraint batch_slices_lease_fits_status on intake.batch_slices is
  'A leased slice has the whole lease, any other has nothing of one.';
comment on constraint batch_slices_finished_at_fits_status on intake.batch_slices is
  'A slice that is done says since when, and no other does.';
comment on index intake.batch_slices_open_idx is 'What a claim looks through: slices that are not done.';
grant select, insert, update, delete on intake.batch_slices to service_role;

create trigger _200_clear_lease before insert or update of status on intake.batch_slices
  for each row when (new.status <> 'leased') execute function ops.clear_lease();
alter table intake.batch_slices enable always trigger _200_clear_lease;
comment on trigger _200_clear_lease on intake.batch_slices is 'A slice that is not in work has no lease.';

create unlogged table ops.source_turns (
  source text primary key,
  served_at timestamptz not null
);
alter table ops.source_turns enable row level security;

comment on table ops.source_turns is
  'When each source was last given a worker, so that sources take turns. Unlogged: after a '
  'crash everybody starts anew.';
comment on column ops.source_turns.source is 'The source whose turn it was.';
comment on column ops.source_turns.served_at is 'When a unit of the source was last handed out.';
comment on constraint source_turns_pkey on ops.source_turns is 'One turn per source.';
grant select, insert, update, delete on ops.source_turns to service_role;

create function intake.max_slices_per_batch()
returns int language sql immutable set search_path = '' as $$ select 4 $$;
comment on function intake.max_slices_per_batch() is
  'Slices of one batch in work at the same time: a giant leaves room for others.';
grant execute on function intake.max_slices_per_batch() to service_role;

create function ops.max_units()
returns int language sql immutable set search_path = '' as $$ select 8 $$;
comment on function ops.max_units() is
  'Units of ingest work in hand at the same time; beyond it no further isolate is woken.';
grant execute on function ops.max_units() to service_role;

create function intake.max_kept_rejects()
returns int language sql immutable set search_path = '' as $$ select 100000 $$;
comment on function intake.max_kept_rejects() is
  'Rejects kept one by one for a batch, the first in file order; beyond it only counts.';
grant execute on function intake.max_kept_rejects() to service_role;

create function intake.has_open_slices(batch uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (select 1 from intake.batch_slices s where s.batch_id = batch and s.status <> 'done')
$$;
comment on function intake.has_open_slices(uuid) is 'Whether a batch has slices that are not done.';
grant execute on function intake.has_open_slices(uuid) to service_role;

create function ops.lock_job(job uuid)
returns ops.job_queue
language plpgsql
set search_path = ''
as $$
declare
  held ops.job_queue;
begin
  perform 1
     from intake.simplicity_batches b join ops.job_queue j on j.batch_id = b.id
    where j.id = job for no key update of b;
  select * into held from ops.job_queue j where j.id = job for update;
  return held;
end
$$;
comment on function ops.lock_job(uuid) is
  'Locks a job, its batch first: the order of locks everywhere. All null when there is no such job.';
grant execute on function ops.lock_job(uuid) to service_role;

create function ops.lock_held(job uuid, slice int, token uuid)
returns ops.job_queue
language plpgsql
set search_path = ''
as $$
declare
  held constant ops.job_queue := ops.lock_job(job);
begin
  if slice is null and held.status = 'processing' and held.lease_token = token then
    return held;
  end if;
  perform 1
     from intake.batch_slices s
    where s.batch_id = held.batch_id and s.slice_no = slice and s.status = 'leased'
      and s.lease_token = token for update;
  return case when found then held end;
end
$$;
comment on function ops.lock_held(uuid, int, uuid) is
  'Locks batch, job and slice (slice null: the job as a whole) for the transaction of their holder. All null when the '
  'token no longer holds.';
grant execute on function ops.lock_held(uuid, int, uuid) to service_role;

create function ops.hold(job uuid, slice int, token uuid)
returns ops.job_queue
language plpgsql
set search_path = ''
as $$
declare
  held constant ops.job_queue := ops.lock_held(job, slice, token);
begin
  if held.id is null then
    raise exception 'Job %, slice %, is no longer held with this token', job, coalesce(slice::text, 'none')
      using errcode = 'DF001', hint = 'Stop: somebody else works on it, or it was reset, failed or deleted.';
  end if;
  return held;
end
$$;
comment on function ops.hold(uuid, int, uuid) is
  'The fence of every write of a holder: lock_held, or DF001 when the token no longer holds.';
grant execute on function ops.hold(uuid, int, uuid) to service_role;

create function intake.ingest_job(batch uuid)
returns uuid
language sql
stable
set search_path = ''
as $$
  select j.id from ops.job_queue j where j.batch_id = batch and j.job_type = 'ingest'
$$;
comment on function intake.ingest_job(uuid) is 'The one ingest job of a batch; null when it has none.';
grant execute on function intake.ingest_job(uuid) to service_role;

create function intake.hold_batch(batch uuid, token uuid)
returns intake.simplicity_batches
language plpgsql
set search_path = ''
as $$
declare
  held intake.simplicity_batches;
begin
  perform ops.hold(intake.ingest_job(batch), null, token);
  select * into held from intake.simplicity_batches b where b.id = batch;
  return held;
end
$$;
comment on function intake.hold_batch(uuid, uuid) is
  'Locks batch and job for the transaction of an ingest job''s holder and returns the batch; raises DF001 when the '
  'token no longer holds.';
grant execute on function intake.hold_batch(uuid, uuid) to service_role;

create function intake.hold_slice(batch uuid, slice int, token uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform ops.hold(intake.ingest_job(batch), slice, token);
end
$$;
comment on function intake.hold_slice(uuid, int, uuid) is
  'Locks batch, job and slice for a slice''s holder; raises DF001 when the token no longer holds.';
grant execute on function intake.hold_slice(uuid, int, uuid) to service_role;

create function ops.beat(job uuid, slice int, token uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if slice is null then
    update ops.job_queue j
       set locked_at = now(),
           lease_expires_at = ops.lease_end()
     where j.id = job and j.status = 'processing' and j.lease_token = token;
  else
    update intake.batch_slices s
       set locked_at = now(),
           lease_expires_at = ops.lease_end()
      from ops.job_queue j
     where j.id = job and s.batch_id = j.batch_id and s.slice_no = slice
       and s.status = 'leased' and s.lease_token = token;
  end if;
  return found;
end
$$;
comment on function ops.beat(uuid, int, uuid) is
  'Extends a lease by 60 s (two beats may be missed). False when the token no longer holds: stop.';
grant execute on function ops.beat(uuid, int, uuid) to service_role;

create function ops.note_progress(job uuid, state jsonb default '{}')
returns void
language plpgsql
set search_path = ''
as $$
begin
  update ops.job_queue j
     set attempts = 0,
         losses = 0,
         payload = j.payload || state,
         locked_at = now(),
         lease_expires_at = case when j.lease_token is not null then ops.lease_end() end
   where j.id = job and j.status = 'processing';
end
$$;
comment on function ops.note_progress(uuid, jsonb) is
  'Progress of a locked job: failures in a row are forgotten, its lease is extended, state is kept in its payload.';
grant execute on function ops.note_progress(uuid, jsonb) to service_role;

create function ops.checkpoint(job uuid, slice int, token uuid, state jsonb default '{}')
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform ops.hold(job, slice, token);
  perform ops.note_progress(job, state);
end
$$;
comment on function ops.checkpoint(uuid, int, uuid, jsonb) is
  'A holder''s word that it got on: note_progress, fenced by its lease.';
grant execute on function ops.checkpoint(uuid, int, uuid, jsonb) to service_role;

create function ops.finish(job uuid, token uuid, note text default null)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform ops.checkpoint(job, null, token);
  perform ops.move_job(job, 'completed', error => note);
end
$$;
comment on function ops.finish(uuid, uuid, text) is
  'The job is done; the note says how, where that is not plain (offline, unchanged).';
grant execute on function ops.finish(uuid, uuid, text) to service_role;

create function ops.put_back(job uuid, slice int, wait interval default '0')
returns void
language plpgsql
set search_path = ''
as $$
begin
  if slice is null then
    perform ops.move_job(job, 'pending', wait);
  else
    update intake.batch_slices s
       set status = 'pending',
           not_before = now() + wait
      from ops.job_queue j
     where j.id = job and s.batch_id = j.batch_id and s.slice_no = slice;
  end if;
end
$$;
comment on function ops.put_back(uuid, int, interval) is 'Makes a locked unit claimable again, after the wait.';
grant execute on function ops.put_back(uuid, int, interval) to service_role;

create function ops.let_go(job uuid, slice int, token uuid, wait interval default '0')
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if (ops.lock_held(job, slice, token)).id is null then
    return false;
  end if;
  perform ops.put_back(job, slice, wait);
  return true;
end
$$;
comment on function ops.let_go(uuid, int, uuid, interval) is
  'A holder gives its unit back, to be claimed again after the wait; no try is used up. False when the token no longer '
  'held it.';
grant execute on function ops.let_go(uuid, int, uuid, interval) to service_role;

create function ops.fail(
  job uuid,
  slice int,
  token uuid,
  error text,
  wait_seconds int default null,
  for_good boolean default false
)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  held constant ops.job_queue := ops.lock_held(job, slice, token);
begin
  if held.id is null then
    return false;
  end if;
  if for_good then
    perform ops.give_up(job, error);
    return false;
  end if;
  perform ops.put_back(job, slice, case
    when wait_seconds is null then ops.backoff(held.attempts)
    else make_interval(secs => least(wait_seconds, 86400))
  end);
  return ops.note_failure(job, error);
end
$$;
comment on function ops.fail(uuid, int, uuid, text, int, boolean) is
  'A holder''s word that one try failed: again after the wait the other side asked for, else after back-off; '
  'dead-lettered after the fifth in a row, or at once when it can never work. True when it will be tried again.';
grant execute on function ops.fail(uuid, int, uuid, text, int, boolean) to service_role;

create function ops.note_failure(job uuid, error text, costly text default null)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  failed ops.job_queue;
begin
  update ops.job_queue j
     set attempts = j.attempts + 1,
         last_error = left(error, 500)
   where j.id = job and j.status in ('processing', 'pending')
  returning * into failed;
  if failed.attempts >= failed.max_attempts then
    perform ops.give_up(job, error, costly);
    return false;
  end if;
  return failed.id is not null;
end
$$;
comment on function ops.note_failure(uuid, text, text) is
  'Counts one loss or failure against a locked job. False when that was the last try and it has been given up; costly: '
  'see give_up.';
grant execute on function ops.note_failure(uuid, text, text) to service_role;

create function ops.give_up(job uuid, error text, costly text default null)
returns void
language plpgsql
set search_path = ''
as $$
declare
  lost ops.job_queue;
begin
  select * into lost from ops.job_queue j where j.id = job;
  if lost.job_type = 'ingest' and exists (
    select 1 from intake.simplicity_batches b
     where b.id = lost.batch_id and b.status not in ('completed', 'failed', 'skipped')) then
    perform intake.move_batch(lost.batch_id, 'failed',
      coalesce(costly, format('Gave up after %s attempts: %s', lost.attempts, left(error, 500))),
      case when costly is null then 'GAVE_UP' else 'TOO_COSTLY' end);
  end if;
  perform ops.move_job(job, 'failed', error => error);
  perform audit.append('job.dead_lettered', case when lost.batch_id is null then 'job' else 'batch' end,
    coalesce(lost.batch_id, job)::text, null,
    jsonb_build_object('job_type', lost.job_type, 'attempts', lost.attempts, 'error', left(error, 500)));
end
$$;
comment on function ops.give_up(uuid, text, text) is
  'The one dead letter: a locked job waits for a person, and the batch it ingests fails with the last error, or with '
  'the words of costly when it was lost again and again while it was read.';
grant execute on function ops.give_up(uuid, text, text) to service_role;

create function ops.lost_units(types text[])
returns table (job_id uuid, batch_id uuid, slice_no int, token uuid, holder text)
language sql
stable
set search_path = ''
as $$
  select j.id, j.batch_id, null::int, j.lease_token, j.locked_by
    from ops.job_queue j
   where (types is null or j.job_type = any (types))
     and j.status = 'processing' and j.lease_token is not null and j.lease_expires_at < now()
  union all
  select j.id, j.batch_id, s.slice_no, s.lease_token, s.locked_by
    from ops.job_queue j join intake.batch_slices s on s.batch_id = j.batch_id
   where j.job_type = 'ingest' and (types is null or j.job_type = any (types))
     and j.status in ('processing', 'pending') and s.status = 'leased' and s.lease_expires_at < now()
$$;
comment on function ops.lost_units(text[]) is
  'Units of these types (null: of all) whose lease ran out: their holder died or hangs.';
grant execute on function ops.lost_units(text[]) to service_role;

create function ops.reap_leases(types text[] default null)
returns int
language plpgsql
set search_path = ''
as $$
declare
  lost record;
  reaped int := 0;
  counted uuid[] := '{}';
begin
  for lost in select * from ops.lost_units(types) limit 20 loop
    if lost.batch_id is not null then
      perform 1 from intake.simplicity_batches b where b.id = lost.batch_id for no key update skip locked;
      continue when not found;
    end if;
    perform 1 from ops.job_queue j where j.id = lost.job_id for update skip locked;
    continue when not found or (ops.lock_held(lost.job_id, lost.slice_no, lost.token)).id is null;
    reaped := reaped + 1;
    -- One crash takes all slices in work with it, and is one loss of their job.
    perform ops.count_loss(lost.job_id, lost.slice_no, lost.holder, not lost.job_id = any (counted));
    counted := counted || lost.job_id;
  end loop;
  return reaped;
end
$$;
comment on function ops.reap_leases(text[]) is
  'Takes leases that ran out away from holders that died or hang, and returns how many. Part of every claim; the '
  'sentinel calls it too.';
grant execute on function ops.reap_leases(text[]) to service_role;

create function ops.count_loss(job uuid, slice int, holder text, of_job boolean)
returns void
language plpgsql
set search_path = ''
as $$
declare
  words constant text := 'lost: ' || coalesce(holder, 'a worker') || ' stopped without a word';
  batch intake.simplicity_batches;
  in_a_row int;
  costly text;
begin
  select b.* into batch
    from ops.job_queue j join intake.simplicity_batches b on b.id = j.batch_id and j.job_type = 'ingest'
   where j.id = job;
  if slice is null then
    update ops.job_queue j set losses = j.losses + 1 where j.id = job returning j.losses into in_a_row;
  else
    update intake.batch_slices s set losses = s.losses + 1
     where s.batch_id = batch.id and s.slice_no = slice returning s.losses into in_a_row;
  end if;
  perform ops.put_back(job, slice, case when in_a_row < 2 then '0' else ops.backoff(in_a_row - 2) end);
  if in_a_row > 2 and batch.status in ('staging', 'validating') and (slice is not null or batch.status = 'staging') then
    costly := intake.too_costly(batch, slice);
  end if;
  if slice is not null and in_a_row >= 5 then
    perform ops.give_up(job, words, costly);
  elsif of_job then
    perform ops.note_failure(job, words, costly);
  end if;
end
$$;
comment on function ops.count_loss(uuid, int, text, boolean) is
  'Puts back a locked unit whose holder fell silent: at once after the first loss in a row, with back-off from the '
  'second on. of_job: whether the loss counts against the job, too. What was lost again and again while it was read '
  'is refused as too costly.';
grant execute on function ops.count_loss(uuid, int, text, boolean) to service_role;

create function intake.too_costly(batch intake.simplicity_batches, slice int)
returns text
language sql
stable
set search_path = ''
as $$
  select 'Parse error: too costly to read near line ' || coalesce(
    (select s.first_line from intake.batch_slices s where s.batch_id = batch.id and s.slice_no = slice),
    (batch.scan #>> '{scanner,line}')::int,
    1)
$$;
comment on function intake.too_costly(intake.simplicity_batches, int) is
  'Why a file is refused whose reading kills whoever reads it: near which line that was.';
grant execute on function intake.too_costly(intake.simplicity_batches, int) to service_role;

create function ops.share_after(losses int)
returns numeric
language sql
immutable
set search_path = ''
as $$
  select case when losses < 2 then 1 when losses < 4 then 0.1 else 0.01 end
$$;
comment on function ops.share_after(int) is
  'The part of the usual share of work that a unit is given after so many losses in a row.';
grant execute on function ops.share_after(int) to service_role;

create function ops.source_of(job ops.job_queue)
returns text
language sql
immutable
set search_path = ''
as $$
  select coalesce(job.payload ->> 'source', job.payload ->> 'channel', '')
$$;
comment on function ops.source_of(ops.job_queue) is 'Whose work a job is: what takes turns within a priority.';
grant execute on function ops.source_of(ops.job_queue) to service_role;

create function ops.is_open(job ops.job_queue)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
  control ops.queue_control;
begin
  select * into control from ops.queue_control c where c.job_type = job.job_type;
  if control.paused is not true then
    return true;
  end if;
  return job.job_type = 'vendor_pull' and control.changed_by = 'breaker' and exists (
    select 1 from ops.vendor_feeds f
     where f.source = job.payload ->> 'source' and f.probe_at <= now());
end
$$;
comment on function ops.is_open(ops.job_queue) is
  'Whether the queue of a job is not paused; one that the breaker paused lets a probe through.';
grant execute on function ops.is_open(ops.job_queue) to service_role;

create function ops.claimable_units(types text[])
returns table (
  job_id uuid,
  batch_id uuid,
  is_slice boolean,
  was_lost boolean,
  priority int,
  source text,
  source_units bigint,
  served_at timestamptz,
  batch_units bigint,
  created_at timestamptz
)
language sql
stable
set search_path = ''
as $$
  with held as (
    select ops.source_of(j) as source
      from ops.job_queue j
     where j.job_type = any (types) and j.status = 'processing' and j.lease_token is not null
    union all
    select ops.source_of(j)
      from intake.batch_slices s join ops.job_queue j on j.batch_id = s.batch_id and j.job_type = 'ingest'
     where 'ingest' = any (types) and s.status = 'leased'
  ), free as (
    select j as job, false as is_slice, j.losses > 0 as was_lost, 0::bigint as batch_units
      from ops.job_queue j
     where j.job_type = any (types) and j.status = 'pending' and j.next_run_at <= now()
    union all
    select j, true, l.was_lost, l.active
      from ops.job_queue j
      join intake.simplicity_batches b on b.id = j.batch_id and b.status = 'validating'
      cross join lateral (
        select count(*) filter (where s.status = 'leased') as active,
               count(*) filter (where s.status = 'pending' and s.not_before <= now()) as free,
               coalesce(bool_and(s.losses > 0) filter (where s.status = 'pending' and s.not_before <= now()), false)
                 as was_lost,
               coalesce(max(s.losses), 0) >= 2 as is_alone
          from intake.batch_slices s where s.batch_id = b.id and s.status <> 'done') l
     where j.job_type = 'ingest' and j.job_type = any (types) and j.status = 'processing' and j.lease_token is null
       and l.free > 0 and l.active < case when l.is_alone then 1 else intake.max_slices_per_batch() end
  )
  select (f.job).id, (f.job).batch_id, f.is_slice, f.was_lost, (f.job).priority, ops.source_of(f.job),
         (select count(*) from held h where h.source = ops.source_of(f.job)),
         t.served_at, f.batch_units, (f.job).created_at
    from free f
    left join ops.source_turns t on t.source = ops.source_of(f.job)
   where ops.is_open(f.job)
   order by f.was_lost, (f.job).priority desc, 7, t.served_at nulls first, f.batch_units, (f.job).created_at
$$;
comment on function ops.claimable_units(text[]) is
  'Jobs that are due, and batches with a free slice below their share of isolates, in the order in which they are '
  'handed out: what was lost last; by priority; the source that has least in work, then the one whose turn is longest '
  'ago; the batch that has least in work; by age.';
grant execute on function ops.claimable_units(text[]) to service_role;

create function ops.claim(types text[], holder text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  unit record;
  claimed jsonb;
begin
  perform ops.reap_leases(types);
  for unit in select * from ops.claimable_units(types) limit 20 loop
    claimed := case when unit.is_slice then null else ops.claim_job(unit.job_id, holder) end;
    if unit.is_slice or claimed ->> 'kind' = 'slices' then
      claimed := intake.claim_slice(unit.job_id, unit.batch_id, holder);
    end if;
    if claimed is not null then
      perform ops.note_turn(unit.source);
      return claimed || jsonb_build_object('wake_more', ops.needs_more(types));
    end if;
  end loop;
  return null;
end
$$;
comment on function ops.claim(text[], text) is
  'Hands the caller the next unit of work of these types as JSON: job_id, job_type, kind, token, beat_seconds, '
  'payload, wake_more (whether another isolate would find work), and for ingest what intake.describe_unit says. Null '
  'when there is none.';
grant execute on function ops.claim(text[], text) to service_role;

create function ops.note_turn(source text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform 1 from ops.source_turns t where t.source = note_turn.source for update skip locked;
  if found then
    update ops.source_turns t set served_at = clock_timestamp() where t.source = note_turn.source;
  else -- nobody's turn yet, or somebody notes it this very moment
    insert into ops.source_turns (source, served_at)
    values (note_turn.source, clock_timestamp())
    on conflict on constraint source_turns_pkey do nothing;
  end if;
end
$$;
comment on function ops.note_turn(text) is 'Remembers that a source was given a worker. The last lock of a claim.';
grant execute on function ops.note_turn(text) to service_role;

create function ops.needs_more(types text[])
returns boolean
language sql
stable
set search_path = ''
as $$
  -- A holder that lives has beaten within 25 s; a lease that is older counts for nothing, though it has not run out.
  select exists (select 1 from ops.claimable_units(types))
    and (select count(*) from intake.batch_slices s
          where s.status = 'leased' and s.locked_at > now() - ops.scaled(25))
      + (select count(*) from ops.job_queue j
          where j.status = 'processing' and j.lease_token is not null and j.job_type = any (types)
            and j.locked_at > now() - ops.scaled(25)) < ops.max_units()
$$;
comment on function ops.needs_more(text[]) is
  'Whether another isolate would find work, and fewer than max_units are at it: dead leases do not count.';
grant execute on function ops.needs_more(text[]) to service_role;

create function ops.claim_job(job uuid, holder text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  claimed ops.job_queue;
  as_whole boolean;
begin
  select * into claimed from ops.job_queue j where j.id = job;
  perform 1 from intake.simplicity_batches b where b.id = claimed.batch_id for no key update skip locked;
  if not found and claimed.batch_id is not null then
    return null;
  end if;
  select * into claimed from ops.job_queue j
   where j.id = job and j.status = 'pending' and j.next_run_at <= now() for update skip locked;
  if claimed.id is null then
    return null;
  end if;
  if claimed.job_type in ('ingest', 'undo') and claimed.payload ->> 'batch_id' is distinct from claimed.batch_id::text
     or claimed.job_type in ('ingest', 'undo') and claimed.batch_id is null then
    perform ops.give_up(job, 'invalid payload: no such batch');
    return null;
  end if;
  as_whole := case when claimed.job_type = 'ingest' then intake.begin_unit(claimed.batch_id, job) else true end;
  if as_whole is null then
    return null;
  end if;
  claimed := ops.lease_job(job, holder, as_whole);
  return case when as_whole then ops.describe_unit(claimed, null, claimed.lease_token) else '{"kind": "slices"}' end;
end
$$;
comment on function ops.claim_job(uuid, text) is
  'Leases a due job and describes the unit; kind slices when nobody holds it as a whole, because its slices are leased '
  'one by one. One whose payload says nothing is dead-lettered at once. Null when it could not be had.';
grant execute on function ops.claim_job(uuid, text) to service_role;

create function intake.begin_unit(batch uuid, job uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  found_batch intake.simplicity_batches;
begin
  if intake.retry_given_up(batch) then
    return null;
  end if;
  select * into found_batch from intake.simplicity_batches b where b.id = batch;
  if found_batch.status not in ('uploaded', 'staging', 'validating', 'inserting') then
    perform ops.move_job(job, 'completed');
    return null;
  end if;
  if found_batch.status = 'uploaded' then
    perform intake.move_batch(batch, 'staging');
  end if;
  return not (found_batch.status = 'validating' and intake.has_open_slices(batch));
end
$$;
comment on function intake.begin_unit(uuid, uuid) is
  'What the claim of an ingest job means for its locked batch. True: the job is leased as a whole; false: its slices '
  'are; null: there is nothing to do now.';
grant execute on function intake.begin_unit(uuid, uuid) to service_role;

create function intake.claim_slice(job uuid, batch uuid, holder text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  slice intake.batch_slices;
  parent ops.job_queue;
begin
  update intake.batch_slices s
     set status = 'leased',
         locked_at = now(),
         locked_by = holder,
         lease_token = gen_random_uuid(),
         lease_expires_at = ops.lease_end(),
         holders = s.holders + 1
   where (s.batch_id, s.slice_no) = (
           select o.batch_id, o.slice_no from intake.batch_slices o
            where o.batch_id = batch and o.status = 'pending' and o.not_before <= now()
            order by o.losses, o.slice_no limit 1 for update skip locked)
  returning * into slice;
  if slice.batch_id is null then
    return null;
  end if;
  if slice.holders > 1 then
    delete from intake.staged_blocks b where b.batch_id = batch and b.slice_no = slice.slice_no;
    delete from intake.row_errors e
     where e.batch_id = batch and e.row_index >= slice.first_row and e.row_index < slice.first_row + slice.row_count;
  end if;
  select * into parent from ops.job_queue j where j.id = job;
  return ops.describe_unit(parent, slice.slice_no, slice.lease_token);
end
$$;
comment on function intake.claim_slice(uuid, uuid, text) is
  'Leases the next free slice of a batch, those that were lost last, removes what an earlier holder left of it, and '
  'describes the unit. Null when none is free.';
grant execute on function intake.claim_slice(uuid, uuid, text) to service_role;

create function intake.describe_unit(job ops.job_queue, slice int)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'kind', case when s.slice_no is not null then 'slice' when b.status = 'staging' then 'stage' else 'settle' end,
    'size_scale', ops.size_scale() * ops.share_after(coalesce(s.losses, job.losses)),
    'batch', jsonb_build_object('id', b.id, 'source', b.source, 'attempt', b.attempt, 'status', b.status,
      'filename', b.filename, 'object', intake.stored_object(b), 'file_size_bytes', b.file_size_bytes,
      'replay_of', r.replay_of, 'dialect', b.dialect, 'layout', b.layout, 'scan', b.scan),
    -- errors.csv is written by us, whatever the source's own files look like; a spreadsheet may change all but the
    -- quotes
    'source', jsonb_build_object('header_map', coalesce(c.header_map, '{}'),
      'columns', case when r.replay_of is null then to_jsonb(c.columns) end,
      'dialect', case when r.replay_of is null then coalesce(c.dialect, '{}')
                      else '{"quote": "\"", "escape": "\""}' end),
    'slice', case when s.slice_no is not null then jsonb_build_object('no', s.slice_no, 'first_byte', s.first_byte,
      'end_byte', s.end_byte, 'first_row', s.first_row, 'row_count', s.row_count, 'first_line', s.first_line,
      'keep_rejects', greatest(0, intake.max_kept_rejects() -
        (select coalesce(sum(e.invalid), 0) from intake.batch_slices e
          where e.batch_id = b.id and e.first_row < s.first_row and e.status = 'done'))) end)
  from intake.simplicity_batches b
  cross join lateral ( -- a replay stays one when its original is deleted
    select coalesce(b.replay_of, (select (u.options ->> 'replay_of')::uuid from intake.uploads u where u.id = b.id))
             as replay_of) r
  left join intake.sources c on c.source = b.source
  left join intake.batch_slices s on s.batch_id = b.id and s.slice_no = slice
  where b.id = job.batch_id
$$;
comment on function intake.describe_unit(ops.job_queue, int) is
  'What is particular to a unit of ingest work: kind (stage, slice, settle), the factor on shares of work (smaller '
  'after losses), the batch, its source''s settings, the slice.';
grant execute on function intake.describe_unit(ops.job_queue, int) to service_role;

create function ops.describe_unit(job ops.job_queue, slice int, token uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
      'job_id', job.id,
      'job_type', job.job_type,
      'kind', job.job_type,
      'token', token,
      'beat_seconds', 20 * ops.time_scale(),
      'payload', job.payload)
    || case when job.job_type = 'ingest' then intake.describe_unit(job, slice) else '{}' end
$$;
comment on function ops.describe_unit(ops.job_queue, int, uuid) is
  'A claimed unit as its holder is told of it: token, how often to beat, payload, and what is particular to its type.';
grant execute on function ops.describe_unit(ops.job_queue, int, uuid) to service_role;
