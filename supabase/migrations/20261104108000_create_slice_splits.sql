-- A slice whose rows cost more than one invocation may use (many rejects: words are made for each) is cut where its
-- holder stops. What it has done counts, the rest is a slice of its own; without that it would begin again for ever.

create function intake.split_slice(batch uuid, slice int, token uuid, tally jsonb, rest jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  whole intake.batch_slices;
  cut_row int := (rest ->> 'first_row')::int;
  cut_byte bigint := (rest ->> 'first_byte')::bigint;
begin
  perform intake.lock_slice(batch, slice, token);
  select * into whole from intake.batch_slices s where s.batch_id = batch and s.slice_no = slice;
  if cut_row not between whole.first_row + 1 and whole.first_row + whole.row_count - 1
     or cut_byte not between whole.first_byte + 1 and whole.end_byte - 1 then
    raise exception 'Cannot cut slice % of batch % at row % (byte %): it has rows % to % (bytes % to %)', slice, batch, cut_row, cut_byte,
      whole.first_row, whole.first_row + whole.row_count - 1, whole.first_byte, whole.end_byte - 1 using errcode = 'P0001';
  end if;
  insert into intake.batch_slices (batch_id, slice_no, first_byte, end_byte, first_row, row_count, first_line)
  select batch, max(s.slice_no) + 1, cut_byte, whole.end_byte, cut_row, whole.first_row + whole.row_count - cut_row,
         (rest ->> 'first_line')::int
    from intake.batch_slices s where s.batch_id = batch;
  update intake.batch_slices s set end_byte = cut_byte, row_count = cut_row - whole.first_row
   where s.batch_id = batch and s.slice_no = slice;
  return intake.finish_slice(batch, slice, token, tally);
end
$$;
comment on function intake.split_slice(uuid, int, uuid, jsonb, jsonb) is
  'End of the first part of a slice. tally: as for finish_slice, of the rows before the cut; rest: first_row, first_byte, first_line of the row behind it. The rest becomes a further slice; numbers of slices are no longer their order in the file then, first_row is.';

create or replace function intake.record_duplicates(batch intake.simplicity_batches, duplicates bigint)
returns void
language plpgsql
set search_path = ''
as $$
declare
  block record;
  room int := intake.max_kept_duplicates();
  listed int;
begin
  insert into intake.batch_error_counts (batch_id, error_code, error_stage, occurrences)
  values (batch.id, 'DUPLICATE_CASE_NUMBER', 'insert', duplicates)
  on conflict (batch_id, error_code, error_stage) do update set occurrences = excluded.occurrences;
  for block in
    select k.payload from intake.staged_blocks k join intake.batch_slices s on s.batch_id = k.batch_id and s.slice_no = k.slice_no
     where k.batch_id = batch.id order by s.first_row, k.block_no
  loop
    insert into intake.row_errors (batch_id, attempt, row_index, error_code, error_message, error_stage, field, raw_value, issues)
    select batch.id, batch.attempt, d.row_index, 'DUPLICATE_CASE_NUMBER', d.message, 'insert', 'case_number', d.case_number, d.issues
      from intake.duplicates_in(batch, block.payload, room) d;
    get diagnostics listed = row_count;
    room := room - listed;
    exit when room <= 0;
  end loop;
end
$$;

grant execute on function intake.split_slice(uuid, int, uuid, jsonb, jsonb) to service_role;
