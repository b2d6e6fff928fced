-- How a corrected errors.csv comes in, and what a replay does when it completes: the rejects its rows repair are
-- resolved, and a batch that was refused for its budget and now keeps it starts its next attempt, in the same
-- transaction.

create function intake.reserve_replay(original uuid, request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  allowed constant text[] := '{failed,completed}';
  held intake.simplicity_batches;
  known intake.simplicity_batches;
begin
  select * into held from intake.simplicity_batches b where b.id = original;
  if held.status is null or not held.status = any (allowed) then
    return intake.wrong_state(held, allowed);
  end if;
  perform intake.lock_hash(request ->> 'file_hash');
  known := intake.known_bytes(jsonb_build_object('source', held.source, 'file_hash', request ->> 'file_hash',
    'by_operator', true));
  if known.id is not null and known.replay_of is distinct from original then
    return jsonb_build_object('outcome', 'other_batch', 'batch_id', known.id, 'filename', known.filename);
  end if;
  return intake.reserve_upload(request || jsonb_build_object(
    'source', held.source, 'force', false, 'signed', false, 'vendor', false,
    'options', jsonb_strip_nulls(jsonb_build_object('replay_of', original, 'error_threshold_percent', 100,
    'priority', held.priority,
      'dry_run', held.dry_run, 'source_reference', held.source_reference))));
end
$$;
comment on function intake.reserve_replay(uuid, jsonb) is
  'Before a corrected errors.csv of a batch is stored. request as for reserve_upload, without options: a replay has '
  'its original''s source, priority and dry_run, and a threshold of 100, because it takes whatever is fixed. outcome: '
  'those of reserve_upload, wrong_state, unknown, other_batch (the bytes are known as another batch).';
grant execute on function intake.reserve_replay(uuid, jsonb) to service_role;

create function intake.repairs_in(replay uuid)
returns table (row_index int, repaired_by_row int)
language sql
stable
set search_path = ''
as $$
  select split_part(r.line, E'\x1f', 16)::int - 1, min(r.row_index)
    from intake.staged_rows(replay) r
   where split_part(r.line, E'\x1f', 16) <> ''
   group by 1
$$;
comment on function intake.repairs_in(uuid) is
  'Rows of the original that the valid staged rows of a replay bring. The row number of errors.csv travels behind the '
  'last value of each staged row; rows that prove to be duplicates repair as well.';
grant execute on function intake.repairs_in(uuid) to service_role;

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
comment on function intake.record_repairs(intake.simplicity_batches) is
  'Writes down what a replay repaired, resolves those rejects, and says so in one line.';
grant execute on function intake.record_repairs(intake.simplicity_batches) to service_role;

create function intake.retry_repaired(batch intake.simplicity_batches)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if batch.status is distinct from 'failed' or batch.rejection_code <> 'ERROR_BUDGET_EXCEEDED'
     or intake.object_state(batch) <> 'present' or batch.storage_path is null
     or exists (select 1 from intake.refusal(batch)) then
    return false;
  end if;
  perform intake.move_batch(batch.id, 'uploaded');
  return true;
end
$$;
comment on function intake.retry_repaired(intake.simplicity_batches) is
  'Starts the next attempt of a locked batch that was refused for its budget, if it keeps it now that rejects are '
  'repaired and its file is still there.';
grant execute on function intake.retry_repaired(intake.simplicity_batches) to service_role;

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
    perform intake.note_repairs(replay.replay_of);
    select * into original from intake.simplicity_batches b where b.id = replay.replay_of for no key update skip locked;
    if intake.retry_repaired(original) then
      story := story || '; it is within its budget now and runs again';
    end if;
    perform set_config('dragonfly.actor', actor, true);
  end if;
  update intake.simplicity_batches b set notes = b.notes || story where b.id = replay.id;
end
$$;
comment on function intake.settle_replay(intake.simplicity_batches) is
  'What follows from a completed replay, in its own transaction. A batch that is in work at the moment counts the '
  'repairs itself when it is decided.';
grant execute on function intake.settle_replay(intake.simplicity_batches) to service_role;

create function intake.rejects_of(original uuid, rows int[])
returns jsonb
language sql
stable
set search_path = ''
set enable_seqscan = off -- what the planner knows of rejects may be from before this batch had any
as $$
  with mapped as materialized (
    select f.name as field, c.name as column_name
      from intake.simplicity_batches b
     cross join lateral jsonb_array_elements_text(b.layout -> 'fields') with ordinality f(name, place)
      join lateral jsonb_array_elements_text(b.layout -> 'columns') with ordinality c(name, place) on c.place = f.place
     where b.id = original and f.name is not null
  )
  select coalesce(jsonb_agg(jsonb_build_object(
      'row_index', e.row_index,
      'cells', coalesce((select jsonb_object_agg(m.field, e.raw_data ->> m.column_name) from mapped m), '{}'),
      'problems', jsonb_path_query_array(e.issues, '$[*].field'))), '[]')
    from intake.row_errors e
   where e.batch_id = original and e.error_stage <> 'insert' and e.row_index = any (rows)
$$;
comment on function intake.rejects_of(uuid, int[]) is
  'The kept rejects of a batch with these row indexes: cells by field as the file had them, and the fields that had a '
  'problem (null: the row as a whole). A replay is held against them.';
grant execute on function intake.rejects_of(uuid, int[]) to service_role;
