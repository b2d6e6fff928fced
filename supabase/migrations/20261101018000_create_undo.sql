-- Taking back what a batch inserted: exactly its own judgments, unless something was built on them.

create function intake.count_built_on(batch uuid)
returns bigint
language plpgsql
stable
security definer -- looks into tables of enforcement, which who undoes a batch need not read
set search_path = ''
as $$
declare
  moved bigint;
  acted bigint := 0;
begin
  select count(*) into moved from public.judgments j
   where j.batch_id = batch and (j.enforcement_stage <> 'pre_enforcement' or j.enforcement_stage_updated_at is not null);
  if to_regclass('enforcement.actions') is not null then -- younger than this function
    execute 'select count(distinct a.judgment_id) from enforcement.actions a join public.judgments j on j.id = a.judgment_id
              where j.batch_id = $1' into acted using batch;
  end if;
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
  select coalesce(array_agg(distinct e.batch_id), '{}') from intake.row_errors e
   where e.error_stage = 'insert' and e.issues -> 0 ->> 'kept_batch_id' = affected_batches.batch::text and e.batch_id <> affected_batches.batch
$$;
comment on function intake.affected_batches(uuid) is
  'Batches that skipped rows because this one had them, as far as duplicates are listed one by one: after an undo, a '
  'reset of theirs would insert those rows.';
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
  perform audit.append('batch.repair_undone', 'batch', replay.replay_of::text, null,
    jsonb_build_object('repaired_by_batch', replay.id, 'rows', taken));
end
$$;
comment on function intake.take_back_repairs(intake.simplicity_batches) is
  'Opens again what a replay resolved. The original keeps its state: what it inserted stays right.';
grant execute on function intake.take_back_repairs(intake.simplicity_batches) to service_role;

create function intake.end_undone(batch uuid, reason text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update intake.simplicity_batches b set row_count_inserted = 0 where b.id = batch;
  perform intake.move_batch(batch, 'failed', reason, 'UNDONE');
  perform ops.move_job(j.id, 'completed', error => reason)
     from ops.job_queue j where j.batch_id = batch and j.status <> 'completed';
end
$$;
comment on function intake.end_undone(uuid, text) is
  'Ends a locked batch whose judgments were removed; its follow-up jobs have nothing left to do. Slices stay: they '
  'say where rows stand in the file.';
grant execute on function intake.end_undone(uuid, text) to service_role;

create function intake.undo_batch(batch uuid, reason text, actor text, request_id text)
returns jsonb
language plpgsql
set search_path = ''
set statement_timeout = '600s' -- removes what an insert of that length brought; the top function of its own call: the only place
                               -- where it counts
as $$
declare
  allowed constant text[] := '{completed}';
  held intake.simplicity_batches := intake.lock_in_state(batch, allowed);
  affected uuid[];
  built_on bigint;
  removed bigint;
begin
  if held.status is null or not held.status = any (allowed) then
    return intake.wrong_state(held, allowed);
  end if;
  perform pg_advisory_xact_lock(hashtextextended('dragonfly.judgments', 0));
  built_on := intake.count_built_on(batch);
  if built_on > 0 then
    return jsonb_build_object('outcome', 'built_on', 'judgments', built_on);
  end if;
  perform ops.act_as(actor, request_id);
  affected := intake.affected_batches(batch);
  delete from public.judgments j where j.batch_id = batch;
  get diagnostics removed = row_count;
  perform audit.append('batch.undone', 'batch', batch::text, jsonb_build_object('inserted', held.row_count_inserted),
    jsonb_build_object('removed', removed, 'affected_batches', to_jsonb(affected), 'reason', reason));
  if held.replay_of is not null then
    perform intake.take_back_repairs(held);
  end if;
  perform intake.end_undone(batch, 'Undone by operator: ' || reason);
  return jsonb_build_object('outcome', 'done', 'removed', removed, 'affected_batches', to_jsonb(affected));
end
$$;
comment on function intake.undo_batch(uuid, text, text, text) is
  'Removes exactly the judgments a completed batch inserted and ends it failed, in one transaction under the lock of '
  'everything that writes judgments. outcome: done (removed, affected_batches), built_on (judgments), wrong_state or '
  'unknown.';
grant execute on function intake.undo_batch(uuid, text, text, text) to service_role;
