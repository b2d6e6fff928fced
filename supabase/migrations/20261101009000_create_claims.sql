-- Who may work on what, for how long. A claim hands out one unit: a job as a whole (staging, settling) or one slice.
-- A lease that ran out is a loss; losses and failures in a row without progress use up the tries.

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
  'Byte ranges of a file that end on record boundaries: the unit of parallel, resumable work, each with a lease of '
  'its own.';
comment on column intake.batch_slices.end_byte is 'First byte after the slice.';
comment on column intake.batch_slices.holders is
  'How many leases the slice has had; above 1 an earlier holder may have left rows behind.';
comment on column intake.batch_slices.remarks is
  'Lines of a replay that are no rows, such as the last one of a truncated errors.csv: in row_count, in no other '
  'count.';
grant select, insert, update, delete on intake.batch_slices to service_role;

create trigger _200_clear_lease before insert or update of status on intake.batch_slices
  for each row when (new.status <> 'leased') execute function ops.clear_lease();
alter table intake.batch_slices enable always trigger _200_clear_lease;
comment on trigger _200_clear_lease on intake.batch_slices is 'A slice that is not in work has no lease.';

create function intake.max_slices_per_batch()
returns int language sql immutable set search_path = '' as $$ select 4 $$;
comment on function intake.max_slices_per_batch() is
  'Slices of one batch in work at the same time: a giant leaves room for others.';
grant execute on function intake.max_slices_per_batch() to service_role;

create function intake.max_units()
returns int language sql immutable set search_path = '' as $$ select 8 $$;
comment on function intake.max_units() is
  'Units in work at the same time over all batches; beyond it no further isolate is woken.';
grant execute on function intake.max_units() to service_role;

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

create function intake.lock_lease(batch uuid, token uuid)
returns intake.simplicity_batches
language plpgsql
set search_path = ''
as $$
declare
  found_batch intake.simplicity_batches;
begin
  select * into found_batch from intake.simplicity_batches b where b.id = batch for no key update;
  perform 1 from ops.job_queue j
    where j.batch_id = batch and j.job_type = 'ingest' and j.status = 'processing' and j.lease_token = token for update;
  if not found or found_batch.id is null then
    raise exception 'Batch % is no longer held with this token', batch
      using errcode = 'DF001', hint = 'Stop: somebody else works on it, or it was reset, failed or deleted.';
  end if;
  return found_batch;
end
$$;
comment on function intake.lock_lease(uuid, uuid) is
  'Locks batch and job for the transaction of a job''s holder and returns the batch; raises DF001 when the token no '
  'longer holds.';
grant execute on function intake.lock_lease(uuid, uuid) to service_role;

create function intake.lock_slice(batch uuid, slice int, token uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform 1 from intake.simplicity_batches b where b.id = batch for no key update;
  perform 1 from ops.job_queue j where j.batch_id = batch and j.job_type = 'ingest' for update;
  perform 1 from intake.batch_slices s
    where s.batch_id = batch and s.slice_no = slice and s.status = 'leased' and s.lease_token = token for update;
  if not found then
    raise exception 'Slice % of batch % is no longer held with this token', slice, batch
      using errcode = 'DF001', hint = 'Stop: somebody else works on it, or the batch was reset, failed or deleted.';
  end if;
end
$$;
comment on function intake.lock_slice(uuid, int, uuid) is
  'Locks batch, job and slice for a slice''s holder; raises DF001 when the token no longer holds.';
grant execute on function intake.lock_slice(uuid, int, uuid) to service_role;

create function intake.give_up(batch uuid, attempts int, error text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform intake.move_batch(batch, 'failed', format('Gave up after %s attempts: %s', attempts, error), 'GAVE_UP');
  perform ops.move_job(j.id, 'failed', error => error)
     from ops.job_queue j where j.batch_id = batch and j.job_type = 'ingest';
  perform audit.append('job.dead_lettered', 'batch', batch::text, null,
    jsonb_build_object('attempts', attempts, 'error', error));
end
$$;
comment on function intake.give_up(uuid, int, text) is
  'Dead-letters the job of a batch and fails the batch with the last error.';
grant execute on function intake.give_up(uuid, int, text) to service_role;

create function intake.note_failure(batch uuid, error text)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  job ops.job_queue;
begin
  update ops.job_queue j
     set attempts = j.attempts + 1,
         last_error = left(error, 500)
   where j.batch_id = batch and j.job_type = 'ingest' and j.status in ('processing', 'pending')
  returning * into job;
  if job.attempts >= job.max_attempts then
    perform intake.give_up(batch, job.attempts, left(error, 500));
    return false;
  end if;
  return job.id is not null;
end
$$;
comment on function intake.note_failure(uuid, text) is
  'Counts one loss or failure against the job of a locked batch. False when that was the last try and the batch has '
  'been given up.';
grant execute on function intake.note_failure(uuid, text) to service_role;

create function intake.release(batch uuid, slice int, token uuid, wait interval default interval '0')
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  job uuid;
begin
  if slice is null then
    select j.id into job from ops.job_queue j
     where j.batch_id = batch and j.job_type = 'ingest' and j.status = 'processing' and j.lease_token = token
       for update;
    perform ops.move_job(job, 'pending', wait);
    return job is not null;
  end if;
  update intake.batch_slices s
     set status = 'pending',
         not_before = now() + wait
   where s.batch_id = batch and s.slice_no = slice and s.status = 'leased' and s.lease_token = token;
  return found;
end
$$;
comment on function intake.release(uuid, int, uuid, interval) is
  'Gives a unit back (slice null: the job as a whole), to be claimed again after the wait. False when the token no '
  'longer held it.';
grant execute on function intake.release(uuid, int, uuid, interval) to service_role;

create function intake.reap_leases()
returns int
language plpgsql
set search_path = ''
as $$
declare
  lost record;
  reaped int := 0;
  counted uuid[] := '{}';
begin
  for lost in
    select j.batch_id, null::int as slice_no, j.locked_by, j.lease_token
      from ops.job_queue j
     where j.job_type = 'ingest' and j.status = 'processing' and j.lease_token is not null and j.lease_expires_at < now()
    union all
    select s.batch_id, s.slice_no, s.locked_by, s.lease_token
      from ops.job_queue j join intake.batch_slices s on s.batch_id = j.batch_id
     where j.job_type = 'ingest' and j.status in ('processing', 'pending') and s.status = 'leased' and s.lease_expires_at < now()
    limit 20
  loop
    perform 1 from intake.simplicity_batches b where b.id = lost.batch_id for no key update skip locked;
    continue when not found;
    perform 1 from ops.job_queue j where j.batch_id = lost.batch_id and j.job_type = 'ingest' for update skip locked;
    if found and intake.release(lost.batch_id, lost.slice_no, lost.lease_token) then
      reaped := reaped + 1;
      if not lost.batch_id = any (counted) then -- one crash takes all slices in work with it, and is one loss
        counted := counted || lost.batch_id;
        perform intake.note_failure(lost.batch_id, 'lost: ' || coalesce(lost.locked_by, 'a worker') || ' stopped without a word');
      end if;
    end if;
  end loop;
  return reaped;
end
$$;
comment on function intake.reap_leases() is
  'Takes leases that ran out away from holders that died or hang, counting one loss a batch, however many of its '
  'slices are affected. Part of every claim; the sentinel calls it too.';
grant execute on function intake.reap_leases() to service_role;

create function intake.fail_unit(batch uuid, slice int, token uuid, error text)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  failures int;
begin
  perform 1 from intake.simplicity_batches b where b.id = batch for no key update;
  select j.attempts into failures from ops.job_queue j where j.batch_id = batch and j.job_type = 'ingest' for update;
  if not intake.release(batch, slice, token, ops.backoff(coalesce(failures, 0))) then
    return false;
  end if;
  return intake.note_failure(batch, error);
end
$$;
comment on function intake.fail_unit(uuid, int, uuid, text) is
  'A worker''s word that a unit failed: it is given back with back-off. True when it will be tried again.';
grant execute on function intake.fail_unit(uuid, int, uuid, text) to service_role;

create function intake.note_progress(batch uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update ops.job_queue j
     set attempts = 0,
         locked_at = now(),
         lease_expires_at = case when j.lease_token is not null then ops.lease_end() end
   where j.batch_id = batch and j.job_type = 'ingest' and j.status = 'processing';
end
$$;
comment on function intake.note_progress(uuid) is
  'Progress: failures in a row are forgotten, the job''s lease is extended.';
grant execute on function intake.note_progress(uuid) to service_role;

create function intake.claim_slice(batch uuid, worker_id text)
returns intake.batch_slices
language plpgsql
set search_path = ''
as $$
declare
  slice intake.batch_slices;
begin
  update intake.batch_slices s
     set status = 'leased',
         locked_at = now(),
         locked_by = worker_id,
         lease_token = gen_random_uuid(),
         lease_expires_at = ops.lease_end(),
         holders = s.holders + 1
   where (s.batch_id, s.slice_no) = (
           select o.batch_id, o.slice_no from intake.batch_slices o
            where o.batch_id = batch and o.status = 'pending' and o.not_before <= now()
            order by o.slice_no limit 1 for update skip locked)
  returning * into slice;
  if slice.holders > 1 then
    delete from intake.staged_blocks b where b.batch_id = batch and b.slice_no = slice.slice_no;
    delete from intake.row_errors e
     where e.batch_id = batch and e.row_index >= slice.first_row and e.row_index < slice.first_row + slice.row_count;
  end if;
  return slice;
end
$$;
comment on function intake.claim_slice(uuid, text) is
  'Leases the next free slice of a batch and removes what an earlier holder left of it. All null when none is free.';
grant execute on function intake.claim_slice(uuid, text) to service_role;

create function intake.claim_job(job uuid, worker_id text)
returns ops.job_queue
language plpgsql
set search_path = ''
as $$
declare
  batch intake.simplicity_batches;
  claimed ops.job_queue;
begin
  select b.* into batch from intake.simplicity_batches b join ops.job_queue j on j.batch_id = b.id
   where j.id = job for no key update of b skip locked;
  if batch.id is null then
    return null;
  end if;
  perform 1 from ops.job_queue j
    where j.id = job and j.status = 'pending' and j.next_run_at <= now() for update skip locked;
  if not found or intake.retry_given_up(batch.id) then
    return null;
  end if;
  if batch.status not in ('uploaded', 'staging', 'validating', 'inserting') then
    perform ops.move_job(job, 'completed');
    return null;
  end if;
  claimed := ops.lease_job(job, worker_id, not (batch.status = 'validating' and intake.has_open_slices(batch.id)));
  if batch.status = 'uploaded' then
    perform intake.move_batch(batch.id, 'staging');
  end if;
  return claimed;
end
$$;
comment on function intake.claim_job(uuid, text) is
  'Leases a due ingest job. While slices are open nobody holds the job as a whole (lease_token null): the slices have '
  'leases. All null when it could not be had.';
grant execute on function intake.claim_job(uuid, text) to service_role;

create function intake.claimable_units()
returns table (job_id uuid, batch_id uuid, is_slice boolean, priority int, active bigint, created_at timestamptz)
language sql
stable
set search_path = ''
as $$
  select j.id, j.batch_id, false, j.priority, 0::bigint, j.created_at
    from ops.job_queue j
   where j.job_type = 'ingest' and j.status = 'pending' and j.next_run_at <= now()
     and not exists (select 1 from ops.queue_control c where c.job_type = 'ingest' and c.paused)
  union all
  select j.id, j.batch_id, true, j.priority, l.active, j.created_at
    from ops.job_queue j
    join intake.simplicity_batches b on b.id = j.batch_id and b.status = 'validating'
    cross join lateral (
      select count(*) filter (where s.status = 'leased') as active,
             count(*) filter (where s.status = 'pending' and s.not_before <= now()) as free
        from intake.batch_slices s where s.batch_id = b.id and s.status <> 'done') l
   where j.job_type = 'ingest' and j.status = 'processing' and j.lease_token is null
     and l.free > 0 and l.active < intake.max_slices_per_batch()
     and not exists (select 1 from ops.queue_control c where c.job_type = 'ingest' and c.paused)
$$;
comment on function intake.claimable_units() is
  'Jobs that are due, and batches with a free slice below their share of isolates.';
grant execute on function intake.claimable_units() to service_role;

create function intake.claim_work(worker_id text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  unit record;
  job ops.job_queue;
  slice intake.batch_slices;
begin
  perform intake.reap_leases();
  for unit in select * from intake.claimable_units() order by priority desc, active, created_at limit 20 loop
    if not unit.is_slice then
      job := intake.claim_job(unit.job_id, worker_id);
      continue when job.id is null;
      if job.lease_token is not null then
        return intake.describe_unit(job.batch_id, null, job.lease_token);
      end if;
    end if;
    slice := intake.claim_slice(unit.batch_id, worker_id);
    if slice.batch_id is not null then
      return intake.describe_unit(slice.batch_id, slice.slice_no, slice.lease_token);
    end if;
  end loop;
  return null;
end
$$;
comment on function intake.claim_work(text) is
  'Hands the caller the next unit of ingest work as JSON (see describe_unit), by priority, then fewest isolates at '
  'work on the batch, then age; null when there is none.';
grant execute on function intake.claim_work(text) to service_role;

create function intake.describe_unit(batch uuid, slice int, token uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'kind', case when s.slice_no is not null then 'slice' when b.status = 'staging' then 'stage' else 'settle' end,
    'token', token,
    'beat_seconds', 20 * ops.time_scale(),
    'size_scale', ops.size_scale(),
    'wake_more', exists (select 1 from intake.claimable_units())
      and (select count(*) from intake.batch_slices l where l.status = 'leased')
        + (select count(*) from ops.job_queue q where q.status = 'processing' and q.lease_token is not null) < intake.max_units(),
    'batch', jsonb_build_object('id', b.id, 'source', b.source, 'attempt', b.attempt, 'status', b.status, 'filename', b.filename,
      'object', intake.stored_object(b), 'file_size_bytes', b.file_size_bytes,
      'replay_of', r.replay_of, 'dialect', b.dialect, 'layout', b.layout, 'scan', b.scan),
    -- errors.csv is written by us, whatever the source's own files look like; a spreadsheet may change all but the quotes
    'source', jsonb_build_object('header_map', coalesce(c.header_map, '{}'),
      'dialect', case when r.replay_of is null then coalesce(c.dialect, '{}') else '{"quote": "\"", "escape": "\""}' end),
    'slice', case when s.slice_no is not null then jsonb_build_object('no', s.slice_no, 'first_byte', s.first_byte,
      'end_byte', s.end_byte, 'first_row', s.first_row, 'row_count', s.row_count, 'first_line', s.first_line,
      'keep_rejects', greatest(0, intake.max_kept_rejects() -
        (select coalesce(sum(e.invalid), 0) from intake.batch_slices e
          where e.batch_id = b.id and e.first_row < s.first_row and e.status = 'done'))) end)
  from intake.simplicity_batches b
  cross join lateral ( -- a replay stays one when its original is deleted
    select coalesce(b.replay_of, (select (u.options ->> 'replay_of')::uuid from intake.uploads u where u.id = b.id)) as replay_of) r
  left join intake.sources c on c.source = b.source
  left join intake.batch_slices s on s.batch_id = b.id and s.slice_no = slice
  where b.id = batch
$$;
comment on function intake.describe_unit(uuid, int, uuid) is
  'A claimed unit: kind (stage, slice, settle), token, how often to beat, the factor on shares of work, whether '
  'another isolate would find work, the batch, its source''s settings, the slice.';
grant execute on function intake.describe_unit(uuid, int, uuid) to service_role;

create function intake.beat_unit(batch uuid, slice int, token uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if slice is null then
    update ops.job_queue j set locked_at = now(), lease_expires_at = ops.lease_end()
     where j.batch_id = batch and j.job_type = 'ingest' and j.status = 'processing' and j.lease_token = token;
  else
    update intake.batch_slices s set locked_at = now(), lease_expires_at = ops.lease_end()
     where s.batch_id = batch and s.slice_no = slice and s.status = 'leased' and s.lease_token = token;
  end if;
  return found;
end
$$;
comment on function intake.beat_unit(uuid, int, uuid) is
  'Extends a lease by 60 s (two beats may be missed). False when the token no longer holds: stop.';
grant execute on function intake.beat_unit(uuid, int, uuid) to service_role;
