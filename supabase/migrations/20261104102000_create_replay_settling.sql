-- What a replay does when it completes: the rejects its rows repair are resolved, and a batch that was refused for its
-- budget and now keeps it starts its next attempt, in the same transaction.

create function intake.repairs_in(replay uuid)
returns table (row_index int, repaired_by_row int)
language sql
stable
set search_path = ''
as $$
  select split_part(r.line, E'\x1f', 15)::int - 1, min(r.row_index)
    from intake.staged_rows(replay) r
   where split_part(r.line, E'\x1f', 15) <> ''
   group by 1
$$;
comment on function intake.repairs_in(uuid) is
  'Rows of the original that the valid staged rows of a replay bring. The row number of errors.csv travels behind the last value of each staged row; rows that prove to be duplicates repair as well.';

create function intake.record_repairs(replay intake.simplicity_batches)
returns text
language plpgsql
set search_path = ''
as $$
declare
  recorded int;
  resolved int;
  original record;
begin
  insert into intake.row_repairs (batch_id, row_index, repaired_by_batch, repaired_by_row)
  select replay.replay_of, r.row_index, replay.id, r.repaired_by_row from intake.repairs_in(replay.id) r
  on conflict (batch_id, row_index) do nothing;
  get diagnostics recorded = row_count;
  resolved := intake.resolve_rejects(replay.replay_of);
  select b.filename, b.row_count_invalid - intake.count_resolved(b.id) as open into original
    from intake.simplicity_batches b where b.id = replay.replay_of;
  perform audit.append('batch.repaired', 'batch', replay.replay_of::text, null,
    jsonb_build_object('repaired_by_batch', replay.id, 'rows', recorded, 'resolved', resolved, 'open', original.open));
  return format('Replay of %s: %s %s resolved, %s open', original.filename, resolved,
    case resolved when 1 then 'reject' else 'rejects' end, original.open);
end
$$;
comment on function intake.record_repairs(intake.simplicity_batches) is 'Writes down what a replay repaired, resolves those rejects, and says so in one line.';

create function intake.start_repaired(batch intake.simplicity_batches)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if batch.status is distinct from 'failed' or batch.rejection_reason not like 'Error budget exceeded: %'
     or intake.object_state(batch) <> 'present' or batch.storage_path is null or intake.refusal(batch) is not null then
    return false;
  end if;
  perform ops.set_door('');
  update intake.simplicity_batches b set status = 'uploaded' where b.id = batch.id;
  return true;
end
$$;
comment on function intake.start_repaired(intake.simplicity_batches) is
  'Starts the next attempt of a locked batch that was refused for its budget, if it keeps it now that rejects are repaired and its file is still there.';

create function intake.settle_replay(replay intake.simplicity_batches)
returns void
language plpgsql
set search_path = ''
as $$
declare
  actor text := coalesce(current_setting('dragonfly.actor', true), '');
  original intake.simplicity_batches;
  story text;
begin
  perform intake.lock_repairs(replay.replay_of);
  -- Never waits for a row of another batch: its holder may be waiting for the lock this transaction has on judgments.
  perform 1 from intake.simplicity_batches b where b.id = replay.replay_of for key share skip locked;
  if not found then
    story := 'The batch this is a replay of is being deleted: nothing was resolved';
  else
    perform set_config('dragonfly.actor', 'replay:' || replay.id, true);
    story := intake.record_repairs(replay);
    select * into original from intake.simplicity_batches b where b.id = replay.replay_of for no key update skip locked;
    if intake.start_repaired(original) then
      story := story || '; it is within its budget now and runs again';
    end if;
    perform set_config('dragonfly.actor', actor, true);
  end if;
  update intake.simplicity_batches b set notes = b.notes || story where b.id = replay.id;
end
$$;
comment on function intake.settle_replay(intake.simplicity_batches) is
  'What follows from a completed replay, in its own transaction. A batch that is in work at the moment counts the repairs itself when it is decided.';

create or replace function intake.insert_batch(batch uuid, token uuid)
returns jsonb
language plpgsql
set search_path = ''
set statement_timeout = '120s' -- the top function of its own call: the only place where it counts
set work_mem = '64MB'
as $$
declare
  started timestamptz := clock_timestamp();
  held intake.simplicity_batches := intake.lock_lease(batch, token);
  kept bigint := 0;
  orphans bigint := 0;
  inserted bigint;
begin
  if held.status <> 'inserting' then
    raise exception 'LEASE_LOST: batch % is %, not inserting', batch, held.status using errcode = 'P0001';
  end if;
  if intake.redo_lost_slices(batch) > 0 then
    return jsonb_build_object('outcome', 'redo');
  end if;
  perform pg_advisory_xact_lock(hashtextextended('dragonfly.judgments', 0));
  if held.attempt > 1 then
    select count(*) into kept from public.judgments j where j.batch_id = batch;
  end if;
  if kept > 0 then
    orphans := intake.count_orphans(batch);
  end if;
  if orphans > 0 then -- counts could not be true any more
    perform intake.end_failed(batch, format('Parse error: %s judgments of an earlier attempt are not in the file as it is read now; '
      'put back the settings it was read with and reset', orphans));
    return jsonb_build_object('outcome', 'failed');
  end if;
  inserted := kept + intake.move_rows(held);
  if inserted < held.row_count_valid then
    perform intake.record_duplicates(held, held.row_count_valid - inserted);
  end if;
  perform intake.complete_batch(batch, inserted, held.row_count_valid - inserted,
    extract(epoch from clock_timestamp() - started) * 1000);
  if held.replay_of is not null then
    perform intake.settle_replay(held);
  end if;
  return jsonb_build_object('outcome', 'completed', 'inserted', inserted);
end
$$;
comment on function intake.insert_batch(uuid, uuid) is
  'One transaction, under the lock of everything that writes judgments: moves all staged rows, records duplicates, completes the batch, and for a replay resolves what it repaired. If its caller dies it still ends, and the next holder finds it done or not.';

grant execute on function intake.repairs_in(uuid), intake.record_repairs(intake.simplicity_batches),
  intake.start_repaired(intake.simplicity_batches), intake.settle_replay(intake.simplicity_batches) to service_role;
