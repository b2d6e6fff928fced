-- Taking back what a batch inserted: exactly its own judgments, unless something was built on them. A job does it, in
-- steps of less than a second each, so that no request and no call lasts as long as a large batch takes. A step takes
-- the lock on judgments alone, and only if it is free: an insert that is under way may have skipped rows for the sake
-- of these. After every step row_count_inserted is what stands. A reset or a delete of the batch ends the undo where it
-- is.

create function intake.count_built_on(batch uuid)
returns bigint
language plpgsql
stable
security definer -- looks into tables of enforcement, which who undoes a batch need not read
set search_path = ''
as $$
declare
  moved bigint;
  acted bigint;
begin
  select count(*) into moved from public.judgments j
   where j.batch_id = batch and (j.enforcement_stage <> 'pre_enforcement'
     or j.enforcement_stage_updated_at is not null);
  select count(distinct a.judgment_id) into acted
    from enforcement.actions a join public.judgments j on j.id = a.judgment_id
   where j.batch_id = batch;
  return greatest(moved, acted);
end
$$;
comment on function intake.count_built_on(uuid) is
  'At least how many judgments of a batch something was built on: their enforcement has begun, or an action was asked '
  'for. 0: they may be removed.';
revoke all on function intake.count_built_on(uuid) from public;
grant execute on function intake.count_built_on(uuid) to service_role;

create function intake.affected_batches(batch uuid)
returns uuid[]
language sql
stable
set search_path = ''
as $$
  select coalesce(array_agg(distinct a.id order by a.id), '{}')
    from (
      select e.batch_id as id from intake.row_errors e
       where e.error_stage = 'insert' and e.issues -> 0 ->> 'kept_batch_id' = affected_batches.batch::text
      union all
      select o.id
        from intake.simplicity_batches b
        join intake.simplicity_batches o
          on o.row_count_duplicate > intake.max_kept_duplicates() and o.status = 'completed' and not o.dry_run
         and o.completed_at >= coalesce(b.validated_at, b.created_at)
       where b.id = affected_batches.batch
    ) a
   where a.id <> affected_batches.batch
$$;
comment on function intake.affected_batches(uuid) is
  'Batches that skipped rows because this one had them: after an undo, a reset of theirs would insert those rows. One '
  'with more duplicates than are listed one by one is named, too, when it was inserted while these rows stood.';
grant execute on function intake.affected_batches(uuid) to service_role;

create function intake.take_back_repairs(replay intake.simplicity_batches)
returns void
language plpgsql
set search_path = ''
as $$
declare
  taken int;
begin
  perform intake.lock_repairs(replay.replay_of);
  delete from intake.row_repairs r where r.repaired_by_batch = replay.id;
  get diagnostics taken = row_count;
  update intake.row_errors e set resolved_at = null, resolved_by_batch = null
   where e.batch_id = replay.replay_of and e.resolved_by_batch = replay.id;
  perform intake.note_repairs(replay.replay_of);
  perform audit.append('batch.repair_undone', 'batch', replay.replay_of::text, null,
    jsonb_build_object('repaired_by_batch', replay.id, 'rows', taken));
end
$$;
comment on function intake.take_back_repairs(intake.simplicity_batches) is
  'Opens again what a replay resolved. The original keeps its state: what it inserted stays right.';
grant execute on function intake.take_back_repairs(intake.simplicity_batches) to service_role;

create function intake.max_rows_per_undo_step()
returns int language sql immutable set search_path = '' as $$ select 20000 $$;
comment on function intake.max_rows_per_undo_step() is
  'Judgments removed in one step of an undo: a fraction of a second of work, where a call may last 8 s.';
grant execute on function intake.max_rows_per_undo_step() to service_role;

create function intake.undo_batch(batch uuid, reason text, actor text, request_id text)
returns jsonb
language plpgsql
set search_path = ''
set statement_timeout = '60s' -- looks at every judgment of the batch once, whether something was built on it
as $$
declare
  allowed constant text[] := '{completed,failed}';
  held intake.simplicity_batches := intake.lock_in_state(batch, allowed);
  standing bigint;
  built_on bigint;
begin
  if held.status is null or not held.status = any (allowed) then
    return intake.wrong_state(held, allowed);
  end if;
  if held.undo is not null and exists (
    select 1 from ops.job_queue j
     where j.batch_id = batch and j.job_type = 'undo' and j.status in ('pending', 'processing', 'paused')) then
    return jsonb_build_object('outcome', 'done'); -- asked for already
  end if;
  standing := intake.count_standing(batch);
  if held.status = 'failed' and standing = 0 then
    return intake.wrong_state(held, allowed);
  end if;
  built_on := intake.count_built_on(batch);
  if built_on > 0 then
    return jsonb_build_object('outcome', 'built_on', 'judgments', built_on);
  end if;
  perform ops.act_as(actor, request_id);
  update intake.simplicity_batches b
     set row_count_inserted = standing,
         undo = jsonb_build_object('reason', reason, 'affected_batches', intake.affected_batches(batch))
   where b.id = batch;
  perform audit.append('batch.undo_asked', 'batch', batch::text, jsonb_build_object('inserted', standing),
    jsonb_build_object('reason', reason));
  perform ops.enqueue('undo',
    jsonb_build_object('batch_id', batch, 'source', held.source, 'reason', reason, 'actor', actor,
      'request_id', request_id, 'removed', 0),
    'undo:' || batch, batch, 10);
  perform ops.wake('worker', 'undo');
  return jsonb_build_object('outcome', 'done');
end
$$;
comment on function intake.undo_batch(uuid, text, text, text) is
  'Asks for the undo of a completed batch, or of a failed one whose judgments stand: queues its job, before ingest '
  'work. outcome: done, built_on (judgments), wrong_state or unknown.';
grant execute on function intake.undo_batch(uuid, text, text, text) to service_role;

create function intake.undo_step(job uuid, token uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  held constant ops.job_queue := ops.hold(job, null, token);
  ids bigint[];
  removed bigint;
  door text;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('dragonfly.judgments', 0)) then
    return jsonb_build_object('outcome', 'busy');
  end if;
  perform 1
     from intake.simplicity_batches b
    where b.id = held.batch_id and b.status in ('completed', 'failed') and b.undo is not null and not b.undo ? 'status';
  if not found then -- it was done, or the batch runs again, and a hand made the job due
    perform ops.move_job(job, 'completed', error => 'nobody asks for this undo any more');
    return jsonb_build_object('outcome', 'done');
  end if;
  perform ops.act_for(held.payload ->> 'actor', held.payload ->> 'request_id');
  ids := array(select j.id from public.judgments j where j.batch_id = held.batch_id
                limit intake.max_rows_per_undo_step());
  if cardinality(ids) = 0 then
    perform intake.end_undone(held.batch_id, held.payload);
    perform ops.move_job(job, 'completed');
    return jsonb_build_object('outcome', 'done');
  end if;
  door := ops.set_door('engine');
  delete from public.judgments j
   where j.id = any (ids) and j.enforcement_stage = 'pre_enforcement' and j.enforcement_stage_updated_at is null
     and not enforcement.has_actions(j.id);
  get diagnostics removed = row_count;
  perform ops.set_door(door);
  update intake.simplicity_batches b
     set row_count_inserted = b.row_count_inserted - removed,
         progress_at = clock_timestamp()
   where b.id = held.batch_id;
  perform ops.note_progress(job, jsonb_build_object('removed', (held.payload ->> 'removed')::bigint + removed));
  if removed < cardinality(ids) then
    perform ops.give_up(job, cardinality(ids) - removed || ' judgments were built on since the undo began');
    return jsonb_build_object('outcome', 'built_on');
  end if;
  return jsonb_build_object('outcome', 'more', 'removed', removed);
end
$$;
comment on function intake.undo_step(uuid, uuid) is
  'One fenced step of an undo, within the right of its holder. outcome: more, done, busy (somebody inserts: try again '
  'in a moment) or built_on (given up: what is left stays).';
grant execute on function intake.undo_step(uuid, uuid) to service_role;

create function intake.end_undone(batch uuid, asked jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  reason constant text := 'Undone by operator: ' || (asked ->> 'reason');
  ended intake.simplicity_batches;
  affected uuid[];
begin
  select * into ended from intake.simplicity_batches b where b.id = batch;
  affected := intake.affected_batches(batch)
    || array(select jsonb_array_elements_text(ended.undo -> 'affected_batches')::uuid);
  affected := array(select distinct u.id from unnest(affected) as u(id) order by u.id);
  perform audit.append('batch.undone', 'batch', batch::text, null,
    jsonb_build_object('removed', asked -> 'removed', 'affected_batches', to_jsonb(affected),
      'reason', asked ->> 'reason'));
  if ended.replay_of is not null then
    perform intake.take_back_repairs(ended);
  end if;
  if ended.status = 'completed' then
    perform intake.move_batch(batch, 'failed', reason, 'UNDONE');
  end if;
  update intake.simplicity_batches b
     set rejection_reason = reason,
         rejection_code = 'UNDONE',
         row_count_inserted = 0,
         admitted_percent = null,
         undo = jsonb_build_object('reason', asked ->> 'reason', 'status', 'completed',
           'affected_batches', to_jsonb(affected))
   where b.id = batch;
end
$$;
comment on function intake.end_undone(uuid, jsonb) is
  'Ends a locked batch whose judgments were removed. Slices stay: they say where rows stand in the file.';
grant execute on function intake.end_undone(uuid, jsonb) to service_role;

create function intake.undo_of(batch intake.simplicity_batches)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
      'status', coalesce(
        batch.undo ->> 'status',
        (select j.status from ops.job_queue j where j.batch_id = batch.id and j.job_type = 'undo'),
        'failed'),
      'affected_batches', batch.undo -> 'affected_batches')
   where batch.undo is not null
$$;
comment on function intake.undo_of(intake.simplicity_batches) is
  'How far the undo of a batch is: status (pending, processing, paused, completed, failed) and affected_batches. Null '
  'when nobody asked for one.';
grant execute on function intake.undo_of(intake.simplicity_batches) to service_role;
