-- The life of a batch as rules in the database: what may follow what, what a hand may set, what follows from it.
-- Locks are always taken in the order batch, job, slice.

create function intake.may_follow(old_status text, new_status text)
returns boolean
language sql
immutable
set search_path = ''
as $$
  select (old_status, new_status) in (
    ('uploaded', 'staging'), ('uploaded', 'failed'),
    ('staging', 'validating'), ('staging', 'skipped'), ('staging', 'failed'),
    ('validating', 'awaiting_approval'), ('validating', 'inserting'), ('validating', 'completed'), ('validating', 'failed'),
    ('awaiting_approval', 'inserting'), ('awaiting_approval', 'validating'), ('awaiting_approval', 'failed'),
    ('inserting', 'completed'), ('inserting', 'validating'), ('inserting', 'failed'),
    ('completed', 'failed')
  )
$$;
comment on function intake.may_follow(text, text) is
  'The state machine of a batch for the engine. Back to validating only when a database crash took staged rows; '
  'completed to failed only by undo; completed straight from validating only for a dry run.';
grant execute on function intake.may_follow(text, text) to service_role;

create function intake.as_next_attempt(old_row intake.simplicity_batches, new_row intake.simplicity_batches)
returns intake.simplicity_batches
language plpgsql
immutable
set search_path = ''
as $$
begin
  if old_row.status <> 'uploaded' then
    new_row.attempt := old_row.attempt + 1;
  end if;
  new_row.rejection_reason := null;
  new_row.row_count_total := 0;
  new_row.row_count_staged := 0;
  new_row.row_count_valid := 0;
  new_row.row_count_invalid := 0;
  new_row.row_count_inserted := 0;
  new_row.row_count_duplicate := 0;
  new_row.rejects_truncated := false;
  new_row.warning_counts := '{}';
  new_row.parse_duration_ms := null;
  new_row.db_duration_ms := null;
  new_row.duplicate_of := null;
  new_row.ignored_columns := '{}';
  new_row.notes := '{}';
  new_row.staging_started_at := null;
  new_row.staged_at := null;
  new_row.validated_at := null;
  new_row.completed_at := null;
  new_row.scan := null;
  if old_row.status = 'skipped' then
    new_row.file_hash := null; -- taken again when the bytes are read
  end if;
  return new_row;
end
$$;
comment on function intake.as_next_attempt(intake.simplicity_batches, intake.simplicity_batches) is
  'The row as its next attempt begins: counts 0, reason and times null. A batch nothing was read of yet keeps its '
  'attempt number.';
grant execute on function intake.as_next_attempt(intake.simplicity_batches, intake.simplicity_batches) to service_role;

create function intake.guard_batch_status()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if ops.is_engine() then
    if new.status <> old.status and not intake.may_follow(old.status, new.status) then
      raise exception 'Cannot move batch % from % to %', old.id, old.status, new.status using errcode = 'P0001';
    end if;
  elsif new.status = 'uploaded' then
    new := intake.as_next_attempt(old, new);
  elsif new.status = 'failed' and old.status not in ('failed', 'completed', 'skipped') then
    new.rejection_reason := coalesce(nullif(new.rejection_reason, old.rejection_reason), 'Failed by operator');
  elsif new.status <> old.status then
    raise exception 'Cannot set batch % from % to % by hand: only status = ''uploaded'' (reset) or, until it has ended, '
                    'status = ''failed'' with a rejection_reason', old.id, old.status, new.status
      using errcode = 'P0001', hint = 'To take back what a completed batch inserted, use undo.';
  end if;
  if new.status <> old.status or new.attempt <> old.attempt then
    new.status_changed_at := clock_timestamp();
    new.progress_at := clock_timestamp();
  end if;
  return new;
end
$$;
comment on function intake.guard_batch_status() is
  'Trigger on every statement that names status: the engine keeps to may_follow, a hand may reset or fail, anything '
  'else raises P0001.';
grant execute on function intake.guard_batch_status() to service_role;

create function intake.queue_batch(batch intake.simplicity_batches)
returns void
language plpgsql
security definer -- whoever may touch a batch may cause its job
set search_path = ''
as $$
begin
  perform ops.set_door('engine');
  perform ops.enqueue('ingest',
    jsonb_build_object('batch_id', batch.id, 'source', batch.source, 'attempt', batch.attempt),
    'ingest:' || batch.id, batch.id, batch.priority);
  perform ops.set_door('');
  perform ops.wake('worker', 'trigger');
end
$$;
comment on function intake.queue_batch(intake.simplicity_batches) is
  'Makes the one job of a batch pending and due, and wakes the worker.';
grant execute on function intake.queue_batch(intake.simplicity_batches) to service_role;

create function intake.stop_work(batch uuid, reason text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform ops.set_door('engine');
  update ops.job_queue j
     set status = 'completed', last_error = reason, locked_at = null, locked_by = null, lease_token = null, lease_expires_at = null
   where j.batch_id = batch and j.job_type = 'ingest';
  perform ops.set_door('');
  delete from intake.batch_slices s where s.batch_id = batch;
  delete from intake.staged_blocks b where b.batch_id = batch;
end
$$;
comment on function intake.stop_work(uuid, text) is
  'Cancels the job of a batch that ended and removes slices and staged blocks; rejects and counts stay. Leaves the '
  'engine''s door closed.';
grant execute on function intake.stop_work(uuid, text) to service_role;

create function intake.follow_batch_status()
returns trigger
language plpgsql
security definer -- a hand that may change a batch may cause its job and its audit event
set search_path = ''
as $$
begin
  if not ops.is_engine() then
    if new.status = 'uploaded' then
      if new.attempt <> old.attempt then
        perform intake.clear_attempt(new.id);
      end if;
      if new.storage_path is not null then
        perform intake.queue_batch(new);
      end if;
    elsif new.status = 'failed' and old.status <> 'failed' then
      perform intake.stop_work(new.id, new.rejection_reason);
    end if;
  end if;
  if new.status <> old.status or new.attempt <> old.attempt then
    perform audit.append('batch.' || new.status, 'batch', new.id::text,
      jsonb_build_object('status', old.status, 'attempt', old.attempt),
      jsonb_strip_nulls(jsonb_build_object('status', new.status, 'attempt', new.attempt, 'rejection_reason', new.rejection_reason,
        'total', new.row_count_total, 'valid', new.row_count_valid, 'invalid', new.row_count_invalid,
        'inserted', new.row_count_inserted, 'duplicate', new.row_count_duplicate)));
  end if;
  return null;
end
$$;
comment on function intake.follow_batch_status() is
  'Trigger: what follows from a status. A reset clears the attempt and queues it, a hand-set failure stops the work, '
  'every change leaves an audit event.';
grant execute on function intake.follow_batch_status() to service_role;

create function intake.queue_new_batch()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.status = 'uploaded' and new.storage_path is not null then
    perform intake.queue_batch(new);
  end if;
  perform audit.append('batch.received', 'batch', new.id::text, null,
    jsonb_build_object('status', new.status, 'filename', new.filename, 'source', new.source, 'file_size_bytes', new.file_size_bytes));
  return null;
end
$$;
comment on function intake.queue_new_batch() is
  'Trigger: a batch with stored bytes gets its job in the same transaction; a bare row does not.';
grant execute on function intake.queue_new_batch() to service_role;

create function intake.forget_object()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if old.storage_path is not null then
    insert into intake.forgotten_objects (storage_bucket, storage_path, storage_version)
    values (coalesce(old.storage_bucket, 'intake'), old.storage_path, coalesce(old.storage_version, ''))
    on conflict do nothing;
  end if;
  delete from intake.staged_blocks b where b.batch_id = old.id;
  perform audit.append('batch.deleted', 'batch', old.id::text,
    jsonb_build_object('status', old.status, 'filename', old.filename, 'file_hash', old.file_hash,
      'inserted', old.row_count_inserted), null);
  return old;
end
$$;
comment on function intake.forget_object() is
  'Trigger: before a batch is deleted its object is remembered, so that neither trigger nor sweep brings it back. '
  'Judgments stay.';
grant execute on function intake.forget_object() to service_role;

create trigger _100_guard_batch_status before update of status on intake.simplicity_batches
  for each row execute function intake.guard_batch_status();
alter table intake.simplicity_batches enable always trigger _100_guard_batch_status;
comment on trigger _100_guard_batch_status on intake.simplicity_batches is
  'Which states may follow which, and what may be set by hand.';

create trigger _500_follow_batch_status after update of status on intake.simplicity_batches
  for each row execute function intake.follow_batch_status();
alter table intake.simplicity_batches enable always trigger _500_follow_batch_status;
comment on trigger _500_follow_batch_status on intake.simplicity_batches is
  'Job, clean-up and audit event that follow from a status.';

create trigger _500_queue_new_batch after insert on intake.simplicity_batches
  for each row execute function intake.queue_new_batch();
alter table intake.simplicity_batches enable always trigger _500_queue_new_batch;
comment on trigger _500_queue_new_batch on intake.simplicity_batches is 'Job and audit event of a new batch.';

create trigger _100_forget_object before delete on intake.simplicity_batches
  for each row execute function intake.forget_object();
alter table intake.simplicity_batches enable always trigger _100_forget_object;
comment on trigger _100_forget_object on intake.simplicity_batches is 'Remembers the object of a deleted batch.';

create function intake.revive_batch(batch uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  update intake.simplicity_batches b set status = 'uploaded'
   where b.id = batch and b.status = 'failed' and b.rejection_reason like 'Gave up after %';
  return found;
end
$$;
comment on function intake.revive_batch(uuid) is
  'Starts the next attempt of a locked batch that was given up, when its job was made pending again. False for any '
  'other batch.';
grant execute on function intake.revive_batch(uuid) to service_role;

create function intake.follow_job_status()
returns trigger
language plpgsql
security definer -- as for batches: what follows from a hand-set job
set search_path = ''
as $$
begin
  if ops.is_engine() or new.batch_id is null or new.job_type <> 'ingest' then
    return null;
  end if;
  if new.status in ('pending', 'paused') then
    update intake.batch_slices s set status = 'pending', not_before = now(), lease_token = null, lease_expires_at = null, locked_by = null
     where s.batch_id = new.batch_id and s.status <> 'done';
  end if;
  if new.status = 'pending' and old.status = 'failed' then
    -- The job is locked already and the batch comes first: never wait for it here. Who is skipped is revived by its claim.
    perform 1 from intake.simplicity_batches b where b.id = new.batch_id for no key update skip locked;
    if found then
      perform intake.revive_batch(new.batch_id);
    end if;
  end if;
  if new.status = 'pending' then
    perform ops.wake('worker', 'trigger');
  end if;
  return null;
end
$$;
comment on function intake.follow_job_status() is
  'Trigger on hand-set jobs: holders of slices lose their leases; a dead-lettered job made pending again starts its '
  'batch''s next attempt.';
grant execute on function intake.follow_job_status() to service_role;

create trigger _500_follow_job_status after update of status on ops.job_queue
  for each row execute function intake.follow_job_status();
alter table ops.job_queue enable always trigger _500_follow_job_status;
comment on trigger _500_follow_job_status on ops.job_queue is 'What a hand-set job means for slices and batch.';
