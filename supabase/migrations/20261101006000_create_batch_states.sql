-- The life of a batch as rules in the database: what may follow what, what a hand may set, what follows from it.
-- intake.move_batch is the one statement of the engine that writes a status; a hand writes it as the runbook says. Both
-- meet the same two triggers. Locks are always taken in the order batch, job, slice.

create table intake.batch_moves (
  from_status text not null,
  to_status text not null,
  by_hand boolean not null default false,
  because text not null,
  primary key (from_status, to_status)
);
alter table intake.batch_moves enable row level security;

comment on table intake.batch_moves is
  'The state machine of a batch: every move there is. The same table stands in code and as a picture in '
  'docs/batch-states.md; a test compares the three.';
comment on column intake.batch_moves.from_status is 'The state it leaves.';
comment on column intake.batch_moves.to_status is 'The state it comes to.';
comment on column intake.batch_moves.by_hand is
  'Whether a hand-written statement may make the move; the engine may make them all.';
comment on column intake.batch_moves.because is 'What makes the batch move.';
comment on constraint batch_moves_pkey on intake.batch_moves is 'Each move once.';
grant select on intake.batch_moves to service_role;

insert into intake.batch_moves (from_status, to_status, by_hand, because)
values
  ('uploaded', 'staging', false, 'a worker begins to read the file'),
  ('staging', 'validating', false, 'the file was read once and cut in slices'),
  ('staging', 'skipped', false, 'another batch stands for these bytes'),
  ('validating', 'awaiting_approval', false, 'its source asks for approval'),
  ('validating', 'inserting', false, 'it is within its budget'),
  ('validating', 'completed', false, 'a dry run has its verdict'),
  ('awaiting_approval', 'inserting', false, 'an operator approves it'),
  ('awaiting_approval', 'validating', false, 'a database crash took staged rows'),
  ('inserting', 'validating', false, 'a database crash took staged rows'),
  ('inserting', 'completed', false, 'every staged row is in its place'),
  ('uploaded', 'failed', true, 'refused, aborted or given up'),
  ('staging', 'failed', true, 'refused, aborted or given up'),
  ('validating', 'failed', true, 'refused, aborted or given up'),
  ('awaiting_approval', 'failed', true, 'refused or aborted'),
  ('inserting', 'failed', true, 'refused, aborted or given up'),
  ('completed', 'failed', false, 'an undo removed what it inserted'),
  ('staging', 'uploaded', true, 'retry'),
  ('validating', 'uploaded', true, 'retry'),
  ('awaiting_approval', 'uploaded', true, 'retry'),
  ('inserting', 'uploaded', true, 'retry'),
  ('completed', 'uploaded', true, 'retry'),
  ('failed', 'uploaded', true, 'retry'),
  ('skipped', 'uploaded', true, 'retry');

create function intake.move_batch(batch uuid, new_status text, reason text default null, code text default null)
returns intake.simplicity_batches
language plpgsql
set search_path = ''
as $$
declare
  door constant text := ops.set_door('engine');
  moved intake.simplicity_batches;
begin
  update intake.simplicity_batches b
     set status = new_status,
         rejection_reason = reason,
         rejection_code = code
   where b.id = batch
  returning * into moved;
  perform ops.set_door(door);
  return moved;
end
$$;
comment on function intake.move_batch(uuid, text, text, text) is
  'The one writer of a batch''s status: moves a locked batch, with the reason and its code where it ends failed or '
  'skipped, and returns it. Times, audit event and what follows for the job are the triggers''. Raises DF002 for a '
  'move that intake.batch_moves does not have.';
grant execute on function intake.move_batch(uuid, text, text, text) to service_role;

create function intake.count_standing(batch uuid)
returns bigint
language sql
stable
set search_path = ''
set enable_seqscan = off -- what the planner knows of judgments may be from before there were any
as $$
  select count(*) from public.judgments j where j.batch_id = batch
$$;
comment on function intake.count_standing(uuid) is
  'How many judgments of a batch stand. row_count_inserted is this number in every state.';
grant execute on function intake.count_standing(uuid) to service_role;

create function intake.least_threshold(batch intake.simplicity_batches)
returns int
language sql
immutable
set search_path = ''
as $$
  select case when batch.row_count_inserted > 0 then coalesce(batch.admitted_percent, 0) else 0 end
$$;
comment on function intake.least_threshold(intake.simplicity_batches) is
  'The lowest threshold a batch may be run again with: that of what stands.';
grant execute on function intake.least_threshold(intake.simplicity_batches) to service_role;

create function intake.retried(old_row intake.simplicity_batches, new_row intake.simplicity_batches)
returns intake.simplicity_batches
language plpgsql
stable
set search_path = ''
as $$
begin
  if old_row.status <> 'uploaded' then
    new_row.attempt := old_row.attempt + 1;
  end if;
  new_row.rejection_reason := null;
  new_row.rejection_code := null;
  new_row.row_count_total := 0;
  new_row.row_count_staged := 0;
  new_row.row_count_valid := 0;
  new_row.row_count_invalid := 0;
  new_row.row_count_inserted := intake.count_standing(old_row.id);
  new_row.row_count_duplicate := 0;
  new_row.row_count_unread := 0;
  new_row.first_unread_line := null;
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
  new_row.scan := null;
  new_row.undo := null;
  if old_row.status = 'skipped' or old_row.rejection_code = 'EMPTY_FILE' then
    new_row.file_hash := null; -- taken again when the bytes are read
  end if;
  return new_row;
end
$$;
comment on function intake.retried(intake.simplicity_batches, intake.simplicity_batches) is
  'The row as its next attempt begins: counts 0 but for the judgments that stand, reason and times null. A batch '
  'nothing was read of yet keeps its attempt number.';
grant execute on function intake.retried(intake.simplicity_batches, intake.simplicity_batches) to service_role;

create function intake.guard_new_batch()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.completed_at := case when new.status in ('completed', 'skipped') then coalesce(new.completed_at, now()) end;
  new.rejection_code := case new.status
    when 'failed' then coalesce(new.rejection_code, 'ABORTED')
    when 'skipped' then coalesce(new.rejection_code, 'DUPLICATE')
  end;
  return new;
end
$$;
comment on function intake.guard_new_batch() is
  'Trigger on new batches: a row that is written in a state it did not come to by itself has what that state asks for.';
grant execute on function intake.guard_new_batch() to service_role;

create function intake.guard_batch_status()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.status <> old.status then
    perform intake.check_move(old, new);
  end if;
  if new.status = 'uploaded' then
    new := intake.retried(old, new);
    if not ops.is_engine() then
      perform intake.check_threshold(new);
    end if;
    new.asked_by_operator := new.asked_by_operator or not ops.is_engine();
  end if;
  if new.status = 'failed' and not ops.is_engine() then
    new.rejection_reason := coalesce(new.rejection_reason, 'Failed by operator');
    if new.status <> old.status or new.rejection_reason <> old.rejection_reason then
      new.rejection_code := 'ABORTED';
      if old.rejection_code = 'EMPTY_FILE' then
        new.file_hash := null; -- other files without rows may have the same
      end if;
    end if;
  end if;
  if new.status <> old.status or new.attempt <> old.attempt then
    new.status_changed_at := clock_timestamp();
    new.progress_at := clock_timestamp();
    new.completed_at := case when new.status in ('completed', 'skipped') then clock_timestamp() end;
    new.staging_started_at := case when new.status = 'staging' then now() else new.staging_started_at end;
    new.staged_at := case when new.status = 'validating' and old.status = 'staging' then clock_timestamp()
                          else new.staged_at end;
  end if;
  return new;
end
$$;
comment on function intake.guard_batch_status() is
  'Trigger on every statement that names status: holds it against intake.batch_moves and stamps times. A reset by hand '
  'begins the next attempt, a failure by hand has code ABORTED.';
grant execute on function intake.guard_batch_status() to service_role;

create function intake.check_move(old_row intake.simplicity_batches, new_row intake.simplicity_batches)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  move intake.batch_moves;
begin
  select * into move from intake.batch_moves m
   where m.from_status = old_row.status and m.to_status = new_row.status;
  if ops.is_engine() and move.from_status is null then
    raise exception 'Cannot move batch % from % to %', old_row.id, old_row.status, new_row.status
      using errcode = 'DF002', hint = 'intake.batch_moves has every move there is.';
  end if;
  if not ops.is_engine() and move.by_hand is not true then
    raise exception
      'Cannot set batch % from % to % by hand: only status = ''uploaded'' (reset) or, until it has ended, '
      'status = ''failed'' with a rejection_reason', old_row.id, old_row.status, new_row.status
      using errcode = 'P0001', hint = 'To take back what a completed batch inserted, use undo.';
  end if;
end
$$;
comment on function intake.check_move(intake.simplicity_batches, intake.simplicity_batches) is
  'Refuses a move that intake.batch_moves does not have: DF002 for the engine, P0001 for a hand.';
grant execute on function intake.check_move(intake.simplicity_batches, intake.simplicity_batches) to service_role;

create function intake.check_threshold(batch intake.simplicity_batches)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if batch.error_threshold_percent < intake.least_threshold(batch) then
    raise exception
      'Cannot run batch % again with a threshold of %: % of its judgments stand, which were let in with %',
      batch.id, batch.error_threshold_percent, batch.row_count_inserted, intake.least_threshold(batch)
      using errcode = 'P0001',
            hint = 'Undo first (ops undo), or set error_threshold_percent no lower than that.';
  end if;
end
$$;
comment on function intake.check_threshold(intake.simplicity_batches) is
  'Refuses a hand''s reset with a threshold below what stands, with P0001.';
grant execute on function intake.check_threshold(intake.simplicity_batches) to service_role;

create function intake.queue_batch(batch intake.simplicity_batches)
returns void
language plpgsql
security definer -- whoever may touch a batch may cause its job
set search_path = ''
as $$
begin
  perform ops.enqueue('ingest',
    jsonb_build_object('batch_id', batch.id, 'source', batch.source, 'attempt', batch.attempt),
    'ingest:' || batch.id, batch.id, batch.priority);
  perform ops.wake('worker', 'trigger');
end
$$;
comment on function intake.queue_batch(intake.simplicity_batches) is
  'Makes the one ingest job of a batch pending and due, and wakes the worker.';
grant execute on function intake.queue_batch(intake.simplicity_batches) to service_role;

create function intake.stop_work(batch uuid, reason text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform ops.move_job(j.id, 'completed', error => reason)
     from ops.job_queue j where j.batch_id = batch and j.job_type = 'ingest';
  delete from intake.batch_slices s where s.batch_id = batch;
  delete from intake.staged_blocks b where b.batch_id = batch;
end
$$;
comment on function intake.stop_work(uuid, text) is
  'Cancels the ingest job of a batch that ended and removes slices and staged blocks; rejects and counts stay.';
grant execute on function intake.stop_work(uuid, text) to service_role;

create function intake.follow_batch_status()
returns trigger
language plpgsql
security definer -- a hand that may change a batch may cause its job and its audit event
set search_path = ''
as $$
begin
  if new.status = 'uploaded' then
    if new.attempt <> old.attempt then
      perform intake.clear_attempt(new.id);
      perform ops.move_job(j.id, 'completed', error => 'the batch was retried')
         from ops.job_queue j
        where j.batch_id = new.id and j.job_type = 'undo' and j.status in ('pending', 'processing', 'paused');
    end if;
    if new.storage_path is not null then
      perform intake.queue_batch(new);
    end if;
  elsif new.status in ('failed', 'skipped') and old.status not in ('completed', 'failed', 'skipped') then
    perform intake.stop_work(new.id, case new.status when 'failed' then new.rejection_reason end);
  end if;
  if new.status <> old.status or new.attempt <> old.attempt then
    perform audit.append('batch.' || new.status, 'batch', new.id::text,
      jsonb_build_object('status', old.status, 'attempt', old.attempt),
      jsonb_strip_nulls(jsonb_build_object('status', new.status, 'attempt', new.attempt,
        'rejection_reason', new.rejection_reason, 'rejection_code', new.rejection_code,
        'total', new.row_count_total, 'valid', new.row_count_valid, 'invalid', new.row_count_invalid,
        'inserted', new.row_count_inserted, 'duplicate', new.row_count_duplicate, 'unread', new.row_count_unread)));
  end if;
  return null;
end
$$;
comment on function intake.follow_batch_status() is
  'Trigger: what follows from a status, whoever wrote it. A reset clears the attempt, ends an undo under way and '
  'queues it; failed and skipped stop the work (after an undo the slices stay: they say where rows stand in the file); '
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
    jsonb_build_object('status', new.status, 'filename', new.filename, 'source', new.source,
      'file_size_bytes', new.file_size_bytes));
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

create trigger _100_guard_new_batch before insert on intake.simplicity_batches
  for each row execute function intake.guard_new_batch();
alter table intake.simplicity_batches enable always trigger _100_guard_new_batch;
comment on trigger _100_guard_new_batch on intake.simplicity_batches is
  'What a state asks for, in a row written in it.';

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

create trigger _500_note_rewritten_counts after update of file_hash, row_count_total, row_count_staged,
    row_count_valid, row_count_invalid, row_count_inserted, row_count_duplicate, row_count_unread
  on intake.simplicity_batches
  for each row execute function audit.note_rewritten_counts();
alter table intake.simplicity_batches enable always trigger _500_note_rewritten_counts;
comment on trigger _500_note_rewritten_counts on intake.simplicity_batches is
  'Counts or a hash that somebody sets himself leave an event.';

create trigger _500_queue_new_batch after insert on intake.simplicity_batches
  for each row execute function intake.queue_new_batch();
alter table intake.simplicity_batches enable always trigger _500_queue_new_batch;
comment on trigger _500_queue_new_batch on intake.simplicity_batches is 'Job and audit event of a new batch.';

create trigger _100_forget_object before delete on intake.simplicity_batches
  for each row execute function intake.forget_object();
alter table intake.simplicity_batches enable always trigger _100_forget_object;
comment on trigger _100_forget_object on intake.simplicity_batches is 'Remembers the object of a deleted batch.';

create function intake.retry_given_up(batch uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  perform 1 from intake.simplicity_batches b
    where b.id = batch and b.status = 'failed' and b.rejection_code in ('GAVE_UP', 'TOO_COSTLY');
  if found then
    perform intake.move_batch(batch, 'uploaded');
    return true;
  end if;
  return false;
end
$$;
comment on function intake.retry_given_up(uuid) is
  'Starts the next attempt of a locked batch that was given up, when its job was made pending again. False for any '
  'other batch.';
grant execute on function intake.retry_given_up(uuid) to service_role;

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
    update intake.batch_slices s set status = 'pending', not_before = now()
     where s.batch_id = new.batch_id and s.status <> 'done';
  end if;
  if new.status = 'pending' and old.status = 'failed' then
    -- The job is locked already and the batch comes first: never wait for it here. Who is skipped is retried by its
    -- claim.
    perform 1 from intake.simplicity_batches b where b.id = new.batch_id for no key update skip locked;
    if found then
      perform ops.act_for(ops.actor(), current_setting('dragonfly.request_id', true)); -- the hand, not the engine
      perform intake.retry_given_up(new.batch_id);
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
