-- What the intake function answers about batches, each in one call and so from one moment.

create function intake.progress_of(batch intake.simplicity_batches)
returns numeric
language sql
stable
set search_path = ''
as $$
  select case batch.status
    when 'uploaded' then 0
    when 'staging' then 0.05
    when 'validating' then round((0.1 + 0.75 * coalesce(
      (select sum(s.row_count) filter (where s.status = 'done') / nullif(sum(s.row_count), 0)::numeric
         from intake.batch_slices s where s.batch_id = batch.id), 0))::numeric, 3)
    when 'awaiting_approval' then 0.9
    when 'inserting' then 0.9
    else 1 end
$$;
comment on function intake.progress_of(intake.simplicity_batches) is
  'Share of an attempt that is behind it, 0 to 1: staging 0.05, validation 0.1 to 0.85 by rows of finished slices, '
  'then 0.9, ended 1. Not measured in time.';
grant execute on function intake.progress_of(intake.simplicity_batches) to service_role;

create function intake.batch_record(batch intake.simplicity_batches)
returns jsonb
language sql
stable
set search_path = ''
set timezone = 'UTC'
as $$
  select jsonb_build_object('batch_id', batch.id)
    || to_jsonb(batch) - '{id,layout,scan,progress_at,staging_started_at,warning_counts,approved_attempt}'::text[]
    - '{asked_by_operator,admitted_percent,storage_etag}'::text[]
    || jsonb_build_object('error_rate_percent', o.error_rate_percent, 'rows_per_second', o.rows_per_second,
         'unresolved_error_count', o.unresolved_error_count, 'progress', intake.progress_of(batch),
         'undo', intake.undo_of(batch))
    from intake.v_batch_observability o where o.batch_id = batch.id
$$;
comment on function intake.batch_record(intake.simplicity_batches) is
  'A batch as the HTTP surface tells it: its columns but the worker''s own, rates and progress.';
grant execute on function intake.batch_record(intake.simplicity_batches) to service_role;

create function intake.own_relations(batch intake.simplicity_batches, source text)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'duplicate_of', (
      select d.id from intake.simplicity_batches d where d.id = batch.duplicate_of and d.source = own_relations.source),
    'undo', intake.undo_of(batch) || jsonb_build_object('affected_batches', coalesce(
      (select jsonb_agg(o.id order by o.id)
         from intake.simplicity_batches o
         join jsonb_array_elements_text(batch.undo -> 'affected_batches') a on a = o.id::text
        where o.source = own_relations.source), '[]')))
$$;
comment on function intake.own_relations(intake.simplicity_batches, text) is
  'The members of a batch''s record that name other batches, with those of one source only: what its vendor may learn.';
grant execute on function intake.own_relations(intake.simplicity_batches, text) to service_role;

create function intake.describe_batch(batch uuid, for_source text default null)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(
    (select intake.batch_record(b)
      || case when for_source is null then '{}' else intake.own_relations(b, for_source) end
      || jsonb_build_object(
        'header', b.layout -> 'header',
        'error_summary', (
          select coalesce(jsonb_agg(jsonb_build_object('error_code', c.error_code, 'count', c.n)
            order by c.n desc, c.error_code), '[]')
            from (select k.error_code, sum(k.occurrences) as n from intake.batch_error_counts k
                   where k.batch_id = b.id and k.error_stage <> 'insert' group by k.error_code) c),
        'warnings', (
          select coalesce(jsonb_agg(jsonb_build_object('code', w.key, 'count', w.value::bigint)
            order by w.value::bigint desc, w.key), '[]')
            from jsonb_each_text(b.warning_counts) w))
       from intake.simplicity_batches b where b.id = batch),
    (select jsonb_build_object('pending', true, 'source', u.source, 'filename', u.filename)
       from intake.uploads u where u.id = batch and u.arrived_at is null))
$$;
comment on function intake.describe_batch(uuid, text) is
  'One batch with the header of its file, its errors by code (duplicates are no errors) and its warnings by code (odd '
  'values in rows that passed); {pending: true} while its bytes have not arrived; null when there is none. for_source: '
  'told to the vendor of that source, who learns nothing of others.';
grant execute on function intake.describe_batch(uuid, text) to service_role;

create function intake.ids_from(beginning text, filler text)
returns uuid
language sql
immutable
set search_path = ''
as $$
  select case when i.text ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then i.text::uuid end
    from (
      select beginning || substr(replace('00000000-0000-0000-0000-000000000000', '0', filler), length(beginning) + 1)
        as text) i
$$;
comment on function intake.ids_from(text, text) is
  'The least (filler 0) or the greatest (f) id that begins so; null where none can.';
grant execute on function intake.ids_from(text, text) to service_role;

create function intake.find_batches(q text)
returns table (id uuid, status text, source text, created_at timestamptz)
language plpgsql
stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan' -- with fewer than three characters no index helps, with more one does
as $$
declare
  sought constant text := lower(q);
begin
  return query
    select b.id, b.status, b.source, b.created_at
      from intake.simplicity_batches b
     where lower(b.filename) like '%' || regexp_replace(sought, '([\\%_])', '\\\1', 'g') || '%'
        or b.id between intake.ids_from(sought, '0') and intake.ids_from(sought, 'f')
        or starts_with(b.file_hash collate "C", sought);
end
$$;
comment on function intake.find_batches(text) is
  'Batches whose file name has q somewhere, or whose id or hash begins with it, in any case of letters. Costs what is '
  'found, from three characters on.';
grant execute on function intake.find_batches(text) to service_role;

create function intake.list_batches(status text, source text, q text, page int, page_size int)
returns jsonb
language sql
stable
set search_path = ''
as $$
  with found as (
    select f.id, f.created_at from intake.find_batches(q) f
     where (list_batches.status is null or f.status = list_batches.status)
       and (list_batches.source is null or f.source = list_batches.source)
  ), shown as (
    select unnest(case
      when q is not null then array(
        select f.id from found f
         order by f.created_at desc, f.id desc limit page_size offset (page - 1)::bigint * page_size)
      when list_batches.status is not null then array( -- the newest in a state, and not those among the newest
        select b.id from intake.simplicity_batches b
         where b.status = list_batches.status
           and (list_batches.source is null or b.source = list_batches.source)
         order by b.created_at desc, b.id desc limit page_size offset (page - 1)::bigint * page_size)
      when list_batches.source is not null then array(
        select b.id from intake.simplicity_batches b
         where b.source = list_batches.source
         order by b.created_at desc, b.id desc limit page_size offset (page - 1)::bigint * page_size)
      else array(
        select b.id from intake.simplicity_batches b
         order by b.created_at desc, b.id desc limit page_size offset (page - 1)::bigint * page_size)
    end) as id
  )
  select jsonb_build_object(
    'batches', coalesce((select jsonb_agg(intake.batch_record(b) order by b.created_at desc, b.id desc)
       from shown s join intake.simplicity_batches b on b.id = s.id), '[]'),
    'total', case
      when q is null then (select coalesce(sum(d.batches), 0) from intake.v_batch_days d
                            where (list_batches.status is null or d.status = list_batches.status)
                              and (list_batches.source is null or d.source = list_batches.source))
      else (select count(*) from found) end,
    'page', page, 'page_size', page_size)
$$;
comment on function intake.list_batches(text, text, text, int, int) is
  'A page of batches, newest first. q is part of a file name, or the beginning of an id or hash. Null filters '
  'nothing.';
grant execute on function intake.list_batches(text, text, text, int, int) to service_role;

create function intake.error_for(error intake.row_errors, for_source text)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select case
    when for_source is null or error.error_stage <> 'insert' or error.issues -> 0 ->> 'kept_source' = for_source
      then to_jsonb(error)
    else to_jsonb(error) || jsonb_build_object(
      'error_message', format('Case number %s is already recorded', error.raw_value),
      'issues', jsonb_build_array((error.issues -> 0) - '{judgment_id,kept_batch_id,kept_source,differs}'::text[]))
  end
$$;
comment on function intake.error_for(intake.row_errors, text) is
  'An error as it is told. A vendor learns of another source''s judgment that its case number is recorded, and no '
  'more: else any guess about it could be put to the test.';
grant execute on function intake.error_for(intake.row_errors, text) to service_role;

create function intake.list_errors(batch uuid, code text, page int, page_size int, for_source text default null)
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
    'errors', coalesce((
      select jsonb_agg(intake.error_for(p.e, for_source)
               || jsonb_build_object('row_number', (p.e).row_index + 1, 'cause', c.cause, 'fix', c.fix)
         order by (p.e).row_index, (p.e).id)
       from (select f.e from found f order by (f.e).row_index, (f.e).id
         limit page_size offset (page - 1)::bigint * page_size) p
       join intake.error_codes c on c.code = (p.e).error_code), '[]'),
    'total', (select count(*) from found), 'page', page, 'page_size', page_size,
    'truncated', (select b.rejects_truncated from intake.simplicity_batches b where b.id = batch))
$$;
comment on function intake.list_errors(uuid, text, int, int, text) is
  'A page of the kept rejects of a batch in file order, each with the cause and the fix of its code. Duplicates are '
  'no errors: they are listed only when asked for by their code.';
grant execute on function intake.list_errors(uuid, text, int, int, text) to service_role;

create function intake.is_formula(value text)
returns boolean
language sql
immutable
set search_path = ''
as $$
  -- Behind quotes, white space and all of Unicode's Z and Cf, which the regular expressions of Postgres cannot name.
  select value ~ ('^''*[\s'
    '\u00a0\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u1680\u180e\u2000-\u200f'
    '\u2028-\u202f\u205f-\u2064\u2066-\u206f\u3000\ufeff\ufff9-\ufffb'
    '\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a'
    '\U000e0001\U000e0020-\U000e007f]*[-=+@\uff0d\uff1d\uff0b\uff20\t\r\n]')
$$;
comment on function intake.is_formula(text) is
  'Whether a spreadsheet may run the value: = + - @ (full width too) tab CR or LF at its beginning, or behind quotes, '
  'white space and characters that cannot be seen. The same rule stands in code, and a test compares the two.';
grant execute on function intake.is_formula(text) to service_role;

create function intake.csv_cell(value text)
returns text
language sql
immutable
set search_path = ''
as $$
  select case when g.cell ~ E'[",\\r\\n]|^\\s|\\s$' then '"' || replace(g.cell, '"', '""') || '"' else g.cell end
    from (
      select case
        when value ~ '^[A-Za-z0-9]' then value -- nearly all: a million cells must not pay for the long rule
        when intake.is_formula(value) then '''' || value
        else coalesce(value, '')
      end as cell
    ) g
$$;
comment on function intake.csv_cell(text) is
  'A value as a CSV cell (RFC 4180) that no spreadsheet runs: what looks like a formula gets one more quote in front.';
grant execute on function intake.csv_cell(text) to service_role;

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
  'The cells of a rejected row as it was read, no more and no fewer: a row that was too short or too long for its '
  'header is so again when it is sent back as it is. Null without cells.';
grant execute on function intake.csv_cells(jsonb, jsonb) to service_role;

create function intake.errors_csv(batch uuid, after_row int, rows int, unresolved boolean default false)
returns table (last_row int, csv text)
language sql
stable
set search_path = ''
as $$
  select max(p.row_index), string_agg(p.line, '' order by p.row_index)
    from (
      select e.row_index,
             concat_ws(',', (e.row_index + 1)::text, e.error_code, intake.csv_cell(e.error_message),
               intake.csv_cell(e.field),
               intake.csv_cell(e.raw_value),
               intake.csv_cells(e.raw_data, coalesce(b.layout -> 'columns', b.layout -> 'header', '[]'))) ||
                 E'\r\n' as line
        from intake.row_errors e join intake.simplicity_batches b on b.id = e.batch_id
       where e.batch_id = errors_csv.batch and e.error_stage <> 'insert' and e.row_index > after_row
         and (not unresolved or e.resolved_at is null)
       order by e.row_index limit errors_csv.rows) p
  having count(*) > 0
$$;
comment on function intake.errors_csv(uuid, int, int, boolean) is
  'Kept rejects after a row as CSV lines (row_number, error_code, error_message, field, raw_value, then the file''s '
  'own columns) and the last row in them. No row when there are no more. unresolved: without those a replay put right.';
grant execute on function intake.errors_csv(uuid, int, int, boolean) to service_role;

create function intake.errors_csv_frame(batch uuid)
returns table (header text, footer text)
language sql
stable
set search_path = ''
as $$
  -- The mark at the beginning is what makes Excel read UTF-8 as such.
  select U&'\FEFF' || 'row_number,error_code,error_message,field,raw_value' || coalesce(
           (select string_agg(',' || intake.csv_cell(coalesce(nullif(btrim(h.name), ''), 'column ' || h.place)), ''
             order by h.place)
              from jsonb_array_elements_text(b.layout -> 'header') with ordinality h(name, place)), '') || E'\r\n',
         case when b.rejects_truncated then format(
           E'"Truncated: %s of %s rejects are kept, the first in file order"\r\n',
           (select count(*) from intake.row_errors e where e.batch_id = b.id and e.error_stage <> 'insert'),
             b.row_count_invalid) else '' end
    from intake.simplicity_batches b where b.id = batch
$$;
comment on function intake.errors_csv_frame(uuid) is
  'First line of errors.csv, with a byte order mark, and the last one, which is empty unless rejects were left out; a '
  'replay passes over it.';
grant execute on function intake.errors_csv_frame(uuid) to service_role;

create function intake.check_duplicate(hash text)
returns jsonb
language sql
stable
set search_path = ''
set timezone = 'UTC'
as $$
  select jsonb_build_object(
    'duplicate', k.id is not null and k.status <> 'failed', 'batch_id', k.id, 'status', k.status, 'source', k.source,
    'filename', k.filename, 'created_at', k.created_at, 'row_count_total', k.row_count_total,
    'row_count_staged', k.row_count_staged,
    'row_count_valid', k.row_count_valid, 'row_count_invalid', k.row_count_invalid,
    'row_count_inserted', k.row_count_inserted,
    'row_count_duplicate', k.row_count_duplicate, 'row_count_unread', k.row_count_unread)
    from (select 1) one
    left join lateral (
      select b.*
        from intake.batches_of_hash(check_duplicate.hash) b
       order by b.status = 'failed', b.created_at desc
       limit 1) k on true
$$;
comment on function intake.check_duplicate(text) is
  'Whether an upload of these bytes would be answered as a duplicate, and by which batch. A failed batch is shown but '
  'is no duplicate: the bytes would start its next attempt.';
grant execute on function intake.check_duplicate(text) to service_role;

create function intake.batch_timeline(batch uuid)
returns jsonb
language sql
stable
security definer -- reads the audit events of this one batch
set search_path = ''
set timezone = 'UTC'
as $$
  with event as (
    select e.id, e.ts, e.actor, e.actor_kind, e.action, e.request_id, e.after,
           coalesce(e.after ->> 'status', '') as status,
           coalesce((e.after ->> 'attempt')::int, 1) as attempt
      from audit.event_log e where e.entity_type = 'batch' and e.entity_id = batch::text
  ), state as (
    select v.*, lead(v.ts) over (order by v.id) as until from event v where v.status <> ''
  ), attempt as (
    select s.attempt, min(s.ts) as started_at, max(s.ts) as last_at,
           (array_agg(s.after order by s.id desc))[1] as final,
           jsonb_agg(jsonb_build_object('status', s.status, 'at', s.ts, 'actor', s.actor, 'actor_kind', s.actor_kind,
             'duration_ms', round(extract(epoch from s.until - s.ts) * 1000)) order by s.id) as states
      from state s group by s.attempt
  )
  select jsonb_build_object('batch_id', b.id, 'filename', b.filename, 'status', b.status,
    'created_by', b.created_by, 'created_by_kind', b.created_by_kind, 'created_at', b.created_at,
    'attempts', coalesce((select jsonb_agg(jsonb_build_object('attempt', a.attempt, 'started_at', a.started_at,
        'ended_at', case when a.final ->> 'status' in ('completed', 'failed', 'skipped') then a.last_at end,
        'status', a.final ->> 'status', 'rejection_reason', a.final ->> 'rejection_reason',
        'row_count_total', (a.final ->> 'total')::int, 'row_count_valid', (a.final ->> 'valid')::int,
        'row_count_invalid', (a.final ->> 'invalid')::int, 'row_count_inserted', (a.final ->> 'inserted')::int,
        'row_count_duplicate', (a.final ->> 'duplicate')::int, 'row_count_unread', (a.final ->> 'unread')::int,
        'states', a.states) order by a.attempt) from attempt a), '[]'),
    'actions', coalesce((select jsonb_agg(jsonb_build_object('at', v.ts, 'actor', v.actor,
        'actor_kind', v.actor_kind, 'action', v.action, 'request_id', v.request_id,
        'detail', v.after ->> 'rejection_reason') order by v.id)
      from event v
     where v.actor_kind not in ('worker', 'storage', 'rest', 'sql')
        or (v.actor_kind = 'sql' and v.status in ('uploaded', 'failed') and v.action <> 'batch.received')), '[]'),
    'parse_duration_ms', b.parse_duration_ms, 'db_duration_ms', b.db_duration_ms)
  from intake.simplicity_batches b where b.id = batch
$$;
comment on function intake.batch_timeline(uuid) is
  'The life of a batch from its audit events: attempts with states, durations and counts, and what people did to it. '
  'Null when there is no such batch.';
revoke all on function intake.batch_timeline(uuid) from public;
grant execute on function intake.batch_timeline(uuid) to service_role;
