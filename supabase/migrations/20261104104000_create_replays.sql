-- How a corrected errors.csv comes in, and errors.csv itself in a form that can be sent back.

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
  select * into known from intake.batch_of_hash(request ->> 'file_hash');
  if known.id is not null and known.replay_of is distinct from original then
    return jsonb_build_object('outcome', 'other_batch', 'batch_id', known.id, 'filename', known.filename);
  end if;
  return intake.reserve_upload(request || jsonb_build_object('source', held.source, 'force', false, 'signed', false, 'vendor', false,
    'options', jsonb_strip_nulls(jsonb_build_object('replay_of', original, 'error_threshold_percent', 100, 'priority', held.priority,
      'dry_run', held.dry_run, 'source_reference', held.source_reference))));
end
$$;
comment on function intake.reserve_replay(uuid, jsonb) is
  'Before a corrected errors.csv of a batch is stored. request as for reserve_upload, without options: a replay has its original''s source, priority and dry_run, and a threshold of 100, because it takes whatever is fixed. outcome: those of reserve_upload, wrong_state, unknown, other_batch (the bytes are known as another batch).';

create or replace function intake.describe_unit(batch uuid, slice int, token uuid)
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
      'storage_bucket', b.storage_bucket, 'storage_path', b.storage_path, 'file_size_bytes', b.file_size_bytes,
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

create function intake.csv_cells(raw_data jsonb, columns jsonb)
returns text
language sql
immutable
set search_path = ''
as $$
  with cell as (
    select c.name, c.place from jsonb_array_elements_text(columns) with ordinality c(name, place)
    union all
    select 'column ' || n, n
      from generate_series(jsonb_array_length(columns) + 1, (select count(*)::int from jsonb_object_keys(raw_data))) n
  )
  select string_agg(intake.csv_cell(raw_data ->> c.name), ',' order by c.place)
    from cell c where c.place <= (select max(k.place) from cell k where raw_data ? k.name)
$$;
comment on function intake.csv_cells(jsonb, jsonb) is
  'The cells of a rejected row as it was read, no more and no fewer: a row that was too short or too long for its header is so again when it is sent back as it is. Null without cells.';

create or replace function intake.errors_csv(batch uuid, after_row int, rows int)
returns table (last_row int, csv text)
language sql
stable
set search_path = ''
as $$
  select max(p.row_index), string_agg(p.line, '' order by p.row_index)
    from (
      select e.row_index,
             concat_ws(',', (e.row_index + 1)::text, e.error_code, intake.csv_cell(e.error_message), intake.csv_cell(e.field),
               intake.csv_cell(e.raw_value),
               intake.csv_cells(e.raw_data, coalesce(b.layout -> 'columns', b.layout -> 'header', '[]'))) || E'\r\n' as line
        from intake.row_errors e join intake.simplicity_batches b on b.id = e.batch_id
       where e.batch_id = errors_csv.batch and e.error_stage <> 'insert' and e.row_index > after_row
       order by e.row_index limit errors_csv.rows) p
  having count(*) > 0
$$;

create or replace function intake.errors_csv_frame(batch uuid)
returns table (header text, footer text)
language sql
stable
set search_path = ''
as $$
  -- The mark at the beginning is what makes Excel read UTF-8 as such.
  select U&'\FEFF' || 'row_number,error_code,error_message,field,raw_value' || coalesce(
           (select string_agg(',' || intake.csv_cell(h.name), '' order by h.place)
              from jsonb_array_elements_text(b.layout -> 'header') with ordinality h(name, place)), '') || E'\r\n',
         case when b.rejects_truncated then format(E'"Truncated: %s of %s rejects are kept, the first in file order"\r\n',
           (select count(*) from intake.row_errors e where e.batch_id = b.id and e.error_stage <> 'insert'), b.row_count_invalid) else '' end
    from intake.simplicity_batches b where b.id = batch
$$;
comment on function intake.errors_csv_frame(uuid) is
  'First line of errors.csv, with a byte order mark, and the last one, which is empty unless rejects were left out; a replay passes over it.';

create or replace function intake.list_errors(batch uuid, code text, page int, page_size int)
returns jsonb
language sql
stable
set search_path = ''
set timezone = 'UTC'
as $$
  with found as (
    select e from intake.row_errors e
     where e.batch_id = batch and case when code is null then e.error_stage <> 'insert' else e.error_code = code end
  )
  select jsonb_build_object(
    'errors', coalesce((select jsonb_agg(to_jsonb(p.e) || jsonb_build_object('row_number', (p.e).row_index + 1, 'cause', c.cause, 'fix', c.fix)
         order by (p.e).row_index, (p.e).id)
       from (select f.e from found f order by (f.e).row_index, (f.e).id limit page_size offset (page - 1)::bigint * page_size) p
       join intake.error_codes c on c.code = (p.e).error_code), '[]'),
    'total', (select count(*) from found), 'page', page, 'page_size', page_size,
    'truncated', (select b.rejects_truncated from intake.simplicity_batches b where b.id = batch))
$$;
comment on function intake.list_errors(uuid, text, int, int) is
  'A page of the kept rejects of a batch in file order, each with the cause and the fix of its code. Duplicates are no errors: they are listed only when asked for by their code.';

create or replace function intake.batch_record(batch intake.simplicity_batches)
returns jsonb
language sql
stable
set search_path = ''
set timezone = 'UTC'
as $$
  select jsonb_build_object('batch_id', batch.id)
    || to_jsonb(batch) - '{id,layout,scan,progress_at,staging_started_at,warning_counts,approved_attempt}'::text[]
    || jsonb_build_object('error_rate_percent', o.error_rate_percent, 'rows_per_second', o.rows_per_second,
         'unresolved_error_count', o.unresolved_error_count, 'progress', intake.progress_of(batch))
    from intake.v_batch_observability o where o.batch_id = batch.id
$$;

create or replace function intake.describe_batch(batch uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(
    (select intake.batch_record(b) || jsonb_build_object(
        'error_summary', (
          select coalesce(jsonb_agg(jsonb_build_object('error_code', c.error_code, 'count', c.n) order by c.n desc, c.error_code), '[]')
            from (select k.error_code, sum(k.occurrences) as n from intake.batch_error_counts k
                   where k.batch_id = b.id and k.error_stage <> 'insert' group by k.error_code) c),
        'warnings', (
          select coalesce(jsonb_agg(jsonb_build_object('code', w.key, 'count', w.value::bigint) order by w.value::bigint desc, w.key), '[]')
            from jsonb_each_text(b.warning_counts) w))
       from intake.simplicity_batches b where b.id = batch),
    (select jsonb_build_object('pending', true, 'source', u.source, 'filename', u.filename)
       from intake.uploads u where u.id = batch and u.arrived_at is null))
$$;
comment on function intake.describe_batch(uuid) is
  'One batch with its errors by code (duplicates are no errors) and its warnings by code (odd values in rows that passed); {pending: true} while its bytes have not arrived; null when there is none.';

grant execute on function intake.reserve_replay(uuid, jsonb), intake.csv_cells(jsonb, jsonb) to service_role;
