-- Where a judgment comes from, and what became of a row. Lines and bytes are not kept for rows that passed: the slice
-- a row lies in is, and reading it again with the same reader finds the row.

create function intake.place_of(batch uuid, row_index int)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object('object', intake.stored_object(b), 'dialect', b.dialect,
      'header_width', b.layout -> 'header_width', 'first_byte', s.first_byte, 'end_byte', s.end_byte,
      'first_row', s.first_row, 'first_line', s.first_line)
    from intake.simplicity_batches b
    join intake.batch_slices s on s.batch_id = b.id and s.first_row <= place_of.row_index
      and place_of.row_index < s.first_row + s.row_count
   where b.id = place_of.batch and b.storage_path is not null and intake.object_state(b) = 'present'
$$;
comment on function intake.place_of(uuid, int) is
  'What it takes to read a row of a stored file again: the object, its dialect, the slice it lies in. Null when the '
  'object is gone, or its slices while the batch is being staged or after it failed.';
grant execute on function intake.place_of(uuid, int) to service_role;

create function intake.repair_origin(replay uuid, row_index int)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object('batch_id', r.batch_id, 'filename', b.filename, 'file_hash', b.file_hash,
    'row_index', r.row_index,
      'row_number', r.row_index + 1, 'line_number', e.line_number, 'byte_offset', e.byte_offset,
      'error_code', e.error_code)
    from intake.row_repairs r
    join intake.simplicity_batches b on b.id = r.batch_id
    left join intake.row_errors e on e.batch_id = r.batch_id and e.row_index = r.row_index and e.error_stage <> 'insert'
   where r.repaired_by_batch = replay and r.repaired_by_row = repair_origin.row_index
$$;
comment on function intake.repair_origin(uuid, int) is
  'The rejected row that a row of a replay put right; null for any other row.';
grant execute on function intake.repair_origin(uuid, int) to service_role;

create function intake.judgment_lineage(judgment bigint)
returns jsonb
language sql
stable
set search_path = ''
set timezone = 'UTC'
as $$
  select jsonb_build_object('judgment_id', j.id, 'case_number', j.case_number, 'source', j.source,
    'batch_id', j.batch_id,
      'filename', b.filename, 'file_hash', b.file_hash, 'file_size_bytes', b.file_size_bytes, 'attempt', b.attempt,
      'batch_status', b.status, 'row_index', j.source_row_index, 'row_number', j.source_row_index + 1,
      'inserted_at', j.created_at, 'replay_of', b.replay_of,
      'origin', intake.repair_origin(j.batch_id, j.source_row_index),
      'place', intake.place_of(j.batch_id, j.source_row_index))
    from public.judgments j left join intake.simplicity_batches b on b.id = j.batch_id
   where j.id = judgment
$$;
comment on function intake.judgment_lineage(bigint) is
  'Where a judgment comes from: batch, file, hash, row; for a repaired row the reject it was; place is for reading it '
  'again. File and place are null when the batch record was deleted. Null when there is no such judgment.';
grant execute on function intake.judgment_lineage(bigint) to service_role;

create function intake.row_fate(batch uuid, row_index int)
returns jsonb
language sql
stable
set search_path = ''
set timezone = 'UTC'
as $$
  select jsonb_build_object('batch_id', b.id, 'filename', b.filename, 'file_hash', b.file_hash,
    'batch_status', b.status,
      'row_index', row_fate.row_index, 'row_number', row_fate.row_index + 1,
      'fate', case
        when j.id is not null then 'inserted'
        when e.id is not null and e.resolved_at is not null then 'repaired'
        when e.id is not null then 'rejected'
        when d.id is not null then 'duplicate'
        when b.status = 'failed' then 'not_inserted'
        when b.status = 'completed' and b.dry_run then 'passed'
        when b.status = 'completed' then 'not_listed'
        else 'pending' end,
      'judgment_id', coalesce(j.id, k.id, (d.issues -> 0 ->> 'judgment_id')::bigint),
      'error_code', coalesce(e.error_code, d.error_code), 'error_message', coalesce(e.error_message, d.error_message),
      'issues', coalesce(e.issues, d.issues, '[]'),
      'resolved_by_batch', e.resolved_by_batch, 'kept_batch_id', d.issues -> 0 ->> 'kept_batch_id',
      'line_number', e.line_number, 'byte_offset', e.byte_offset, 'raw_line', e.raw_line,
      'place', case when e.id is null then intake.place_of(b.id, row_fate.row_index) end)
    from intake.simplicity_batches b
    left join lateral (select * from public.judgments x
                        where x.batch_id = b.id and x.source_row_index = row_fate.row_index limit 1) j on true
    left join intake.row_errors e on e.batch_id = b.id and e.row_index = row_fate.row_index
      and e.error_stage <> 'insert'
    left join intake.row_errors d on d.batch_id = b.id and d.row_index = row_fate.row_index and d.error_stage = 'insert'
    left join intake.row_repairs r on r.batch_id = b.id and r.row_index = row_fate.row_index
      and e.resolved_at is not null
    left join public.judgments k on k.batch_id = r.repaired_by_batch and k.source_row_index = r.repaired_by_row
   where b.id = row_fate.batch and row_fate.row_index between 0 and greatest(b.row_count_total, coalesce(
     (select max(s.first_row + s.row_count) from intake.batch_slices s where s.batch_id = b.id), 0)) - 1
$$;
comment on function intake.row_fate(uuid, int) is
  'What became of a data row: inserted, rejected, repaired (by which batch, as which judgment), duplicate (of which '
  'judgment), not_inserted (its batch failed), passed (dry run), pending, or not_listed: beyond the rejects and '
  'duplicates that are kept one by one. Null when the file has no such row; blank rows have no number.';
grant execute on function intake.row_fate(uuid, int) to service_role;
