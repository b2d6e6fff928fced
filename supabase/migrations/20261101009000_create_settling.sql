-- The end of a batch: is every staged row there, is it within budget, then one transaction moves it into public.judgments.

create function intake.budget_reason(invalid bigint, total bigint, threshold numeric, what text default 'invalid')
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  percent numeric := 100.0 * invalid / nullif(total, 0);
  digits int := 1;
begin
  if percent is null or 100 * invalid <= threshold * total then
    return null;
  end if;
  while round(percent, digits) = threshold and digits < 12 loop
    digits := digits + 1;
  end loop;
  return format('Error budget exceeded: %s%% %s rows (threshold: %s%%)', round(percent, digits), what, trim_scale(threshold));
end
$$;
comment on function intake.budget_reason(bigint, bigint, numeric, text) is
  'Why a batch is over budget, or null: refused when 100 * invalid > threshold * total, in whole numbers. One decimal, more only where one would print the threshold itself.';

create function intake.redo_lost_slices(batch uuid)
returns int
language plpgsql
set search_path = ''
as $$
declare
  lost record;
  redone int := 0;
begin
  for lost in
    select s.* from intake.batch_slices s
     where s.batch_id = batch and s.status = 'done'
       and s.valid <> (select coalesce(sum(k.row_count), 0) from intake.staged_blocks k where k.batch_id = batch and k.slice_no = s.slice_no)
  loop
    update intake.batch_slices s set status = 'pending', valid = 0, invalid = 0, code_counts = '{}', warning_counts = '{}', finished_at = null
     where s.batch_id = batch and s.slice_no = lost.slice_no;
    update intake.simplicity_batches b
       set row_count_total = b.row_count_total - lost.row_count, row_count_valid = b.row_count_valid - lost.valid,
           row_count_staged = b.row_count_staged - lost.valid, row_count_invalid = b.row_count_invalid - lost.invalid
     where b.id = batch;
    redone := redone + 1;
  end loop;
  if redone > 0 then
    perform ops.set_door('engine');
    update intake.simplicity_batches b set status = 'validating' where b.id = batch and b.status <> 'validating';
    update ops.job_queue j set status = 'pending', next_run_at = now(), lease_token = null, lease_expires_at = null, locked_by = null
     where j.batch_id = batch and j.job_type = 'ingest';
    perform ops.set_door('');
  end if;
  return redone;
end
$$;
comment on function intake.redo_lost_slices(uuid) is
  'Reopens slices whose staged rows a database crash took (counts in staged_blocks differ from the slice''s) and returns how many.';

create function intake.warning_notes(batch uuid)
returns text[]
language sql
stable
set search_path = ''
as $$
  select coalesce(array_agg(format('%s %s: %s', w.rows, case w.rows when 1 then 'row' else 'rows' end, w.what) order by w.what), '{}')
    from (select case k.key when 'REPAIRED' then 'damage put right while reading'
                            else lower(replace(k.key, '_', ' ')) || ', kept as written' end as what,
                 sum(k.value::bigint) as rows
            from intake.batch_slices s cross join lateral jsonb_each_text(s.warning_counts) k
           where s.batch_id = batch group by k.key) w
$$;
comment on function intake.warning_notes(uuid) is 'What looked odd in rows that passed, as notes: for example "3 rows: malformed phone, kept as written".';

create function intake.total_up(batch uuid)
returns intake.simplicity_batches
language plpgsql
set search_path = ''
as $$
declare
  result intake.simplicity_batches;
  cut int;
begin
  delete from intake.batch_error_counts c where c.batch_id = batch;
  insert into intake.batch_error_counts (batch_id, error_code, error_stage, occurrences)
  select batch, c.key, e.stage, sum(c.value::bigint)
    from intake.batch_slices s cross join lateral jsonb_each_text(s.code_counts) c join intake.error_codes e on e.code = c.key
   where s.batch_id = batch group by c.key, e.stage;
  select e.row_index into cut from intake.row_errors e
   where e.batch_id = batch and e.error_stage <> 'insert' order by e.row_index offset intake.max_kept_rejects() limit 1;
  if cut is not null then
    delete from intake.row_errors e where e.batch_id = batch and e.error_stage <> 'insert' and e.row_index >= cut;
  end if;
  update intake.simplicity_batches b
     set row_count_total = t.total, row_count_valid = t.valid, row_count_staged = t.valid, row_count_invalid = t.invalid,
         rejects_truncated = t.invalid > intake.max_kept_rejects(),
         notes = b.notes || array(select n from unnest(t.notes) n where n <> all (b.notes)), -- totalled again after a crash
         validated_at = clock_timestamp(),
         parse_duration_ms = extract(epoch from clock_timestamp() - b.staging_started_at) * 1000
    from (select coalesce(sum(s.row_count), 0) as total, coalesce(sum(s.valid), 0) as valid, coalesce(sum(s.invalid), 0) as invalid,
                 intake.warning_notes(batch) as notes
            from intake.batch_slices s where s.batch_id = batch) t
   where b.id = batch
  returning b.* into result;
  return result;
end
$$;
comment on function intake.total_up(uuid) is 'Final counts of validation, from the slices: rows, codes, notes; rejects beyond the cap go. Returns the batch.';

create function intake.refusal(batch intake.simplicity_batches)
returns text
language sql
stable
set search_path = ''
as $$
  select coalesce(
    case when batch.row_count_total = 0 then 'Empty file: a header and no rows' end,
    case intake.object_state(batch) when 'changed' then 'File changed in storage' end,
    intake.budget_reason(batch.row_count_invalid, batch.row_count_total, batch.error_threshold_percent),
    (select min(intake.budget_reason(c.occurrences, batch.row_count_total, k.value::numeric, c.error_code))
       from intake.sources s cross join lateral jsonb_each_text(s.code_budgets) k
       join intake.batch_error_counts c on c.batch_id = batch.id and c.error_code = k.key
      where s.source = batch.source))
$$;
comment on function intake.refusal(intake.simplicity_batches) is
  'Why a validated batch is refused whole (no rows, file changed, over its budget, over a budget its source sets for one code), or null.';

create function intake.needs_approval(batch intake.simplicity_batches)
returns boolean
language sql
stable
set search_path = ''
as $$
  select coalesce((select s.requires_approval and 100 * batch.row_count_invalid > s.warn_percent * batch.row_count_total
                     from intake.sources s where s.source = batch.source), false) and not batch.dry_run
$$;
comment on function intake.needs_approval(intake.simplicity_batches) is
  'Whether a batch within budget is above the warn line of a source that asks for approval.';

create function intake.decide(batch uuid, token uuid)
returns jsonb
language plpgsql
set search_path = ''
set statement_timeout = '60s' -- a dry run of a big file counts duplicates here
set work_mem = '64MB'
as $$
declare
  held intake.simplicity_batches := intake.lock_lease(batch, token);
  refused text;
begin
  if held.status = 'inserting' then
    return jsonb_build_object('outcome', 'insert');
  end if;
  if intake.redo_lost_slices(batch) > 0 then
    return jsonb_build_object('outcome', 'redo');
  end if;
  held := intake.total_up(batch);
  refused := intake.refusal(held);
  if refused is not null then
    perform intake.end_failed(batch, refused);
    return jsonb_build_object('outcome', 'failed', 'reason', refused);
  end if;
  if held.dry_run then
    perform intake.complete_batch(batch, 0, held.row_count_valid - intake.count_new(batch), null);
    return jsonb_build_object('outcome', 'completed');
  end if;
  perform ops.set_door('engine');
  update intake.simplicity_batches b
     set status = case when intake.needs_approval(held) then 'awaiting_approval' else 'inserting' end
   where b.id = batch returning b.status into held.status;
  if held.status = 'awaiting_approval' then
    update ops.job_queue j set status = 'completed', lease_token = null, lease_expires_at = null, locked_by = null
     where j.batch_id = batch and j.job_type = 'ingest';
  else
    perform intake.note_progress(batch);
  end if;
  perform ops.set_door('');
  return jsonb_build_object('outcome', case held.status when 'inserting' then 'insert' else held.status end);
end
$$;
comment on function intake.decide(uuid, uuid) is
  'After the last slice: checks that every staged row is there, totals up, and decides by the budget. outcome: redo, failed, completed (dry run), awaiting_approval or insert.';

create function intake.staged_rows(batch uuid)
returns table (row_index int, case_number text, line text)
language sql
stable
set search_path = ''
as $$
  select split_part(l.line, E'\x1f', 1)::int, split_part(l.line, E'\x1f', 2) collate "C", l.line
    from intake.staged_blocks k cross join lateral string_to_table(k.payload, E'\x1e') as l(line)
   where k.batch_id = batch
$$;
comment on function intake.staged_rows(uuid) is 'The staged rows of a batch: row index, case number, and the whole line to be split.';

create function intake.count_new(batch uuid)
returns bigint
language sql
stable
set search_path = ''
as $$
  select count(distinct r.case_number) from intake.staged_rows(batch) r
   where not exists (select 1 from public.judgments j where j.case_number = r.case_number)
$$;
comment on function intake.count_new(uuid) is 'How many judgments an insert would add now; for dry runs.';

create function intake.move_rows(batch intake.simplicity_batches)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  moved bigint;
begin
  -- Sorted by case number on purpose: the first in file order wins, and the unique index fills from left to right.
  -- The line is split after the sort, so that the sort carries little. The rows are taken apart here and not by
  -- intake.staged_rows, whose result would be written to disk once before it is sorted.
  insert into public.judgments (case_number, plaintiff_name, defendant_name, amount, judgment_date, filing_date, court, county, state,
    defendant_address, defendant_phone, defendant_email, source_reference, source, batch_id, source_row_index)
  select f[2], f[3], f[4], f[5]::numeric, f[6]::date, f[7]::date, f[8], f[9], f[10], f[11], f[12], f[13],
         coalesce(f[14], batch.source_reference), batch.source, batch.id, r.row_index
    from (select u.row_index, u.case_number, string_to_array(u.line, E'\x1f', '') as f
            from (select distinct on (s.case_number) s.*
                    from (select split_part(l.line, E'\x1f', 1)::int as row_index, split_part(l.line, E'\x1f', 2) collate "C" as case_number, l.line
                            from intake.staged_blocks k cross join lateral string_to_table(k.payload, E'\x1e') as l(line)
                           where k.batch_id = batch.id offset 0) s
                   order by s.case_number, s.row_index) u
          offset 0) r
   where not exists (select 1 from public.judgments j where j.case_number = r.case_number);
  get diagnostics moved = row_count;
  return moved;
end
$$;
comment on function intake.move_rows(intake.simplicity_batches) is
  'Inserts the staged rows whose case number is new, the first in file order for each, and returns how many.';

create function intake.count_orphans(batch uuid)
returns bigint
language sql
stable
set search_path = ''
as $$
  select count(*) from public.judgments j
   where j.batch_id = batch and not exists (select 1 from intake.staged_rows(batch) r where r.case_number = j.case_number)
$$;
comment on function intake.count_orphans(uuid) is
  'Judgments of earlier attempts that are not among the rows as they are read now: the file''s header map or the rules changed in between.';

create function intake.insert_batch(batch uuid, token uuid)
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
  return jsonb_build_object('outcome', 'completed', 'inserted', inserted);
end
$$;
comment on function intake.insert_batch(uuid, uuid) is
  'One transaction, under the lock of everything that writes judgments: moves all staged rows, records duplicates, completes the batch. If its caller dies it still ends, and the next holder finds it done or not.';

create function intake.complete_batch(batch uuid, inserted bigint, duplicate bigint, took_ms numeric)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform ops.set_door('engine');
  update intake.simplicity_batches b
     set status = 'completed', row_count_inserted = inserted, row_count_duplicate = duplicate,
         db_duration_ms = took_ms, completed_at = clock_timestamp()
   where b.id = batch;
  update ops.job_queue j
     set status = 'completed', attempts = 0, lease_token = null, lease_expires_at = null, locked_at = null, locked_by = null, last_error = null
   where j.batch_id = batch and j.job_type = 'ingest';
  if inserted > 0 then
    perform ops.enqueue('link_plaintiffs', jsonb_build_object('batch_id', batch), 'link_plaintiffs:' || batch, batch);
  end if;
  perform ops.set_door('');
end
$$;
comment on function intake.complete_batch(uuid, bigint, bigint, numeric) is 'Final counts and state of a batch and its job, in the caller''s transaction; plaintiffs are linked by a job of their own.';

create function intake.max_kept_duplicates()
returns int language sql immutable set search_path = '' as $$ select 10000 $$;
comment on function intake.max_kept_duplicates() is 'Duplicates listed one by one for a batch, the first in file order; beyond it only counted.';

create function intake.record_duplicates(batch intake.simplicity_batches, duplicates bigint)
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
  for block in select * from intake.staged_blocks k where k.batch_id = batch.id order by k.slice_no, k.block_no loop
    insert into intake.row_errors (batch_id, attempt, row_index, error_code, error_message, error_stage, field, raw_value, issues)
    select batch.id, batch.attempt, d.row_index, 'DUPLICATE_CASE_NUMBER', d.message, 'insert', 'case_number', d.case_number, d.issues
      from intake.duplicates_in(batch, block.payload, room) d;
    get diagnostics listed = row_count;
    room := room - listed;
    exit when room <= 0;
  end loop;
end
$$;
comment on function intake.record_duplicates(intake.simplicity_batches, bigint) is 'Counts the duplicates of a batch and lists the first of them in file order, block by block.';

create function intake.duplicates_in(batch intake.simplicity_batches, payload text, room int)
returns table (row_index int, case_number text, message text, issues jsonb)
language sql
stable
set search_path = ''
as $$
  with row_of as (
    select string_to_array(l.line, E'\x1f', '') as f, l.n
      from string_to_table(payload, E'\x1e') with ordinality as l(line, n)
  ), repeated as (
    select f[1]::int as row_index, f[2] as case_number, j.id as judgment_id, j.batch_id as kept_batch,
           array(select c.field from (values
             ('plaintiff_name', f[3] is distinct from j.plaintiff_name), ('defendant_name', f[4] is distinct from j.defendant_name),
             ('amount', f[5]::numeric is distinct from j.amount), ('judgment_date', f[6]::date is distinct from j.judgment_date),
             ('filing_date', f[7]::date is distinct from j.filing_date), ('court', f[8] is distinct from j.court),
             ('county', f[9] is distinct from j.county), ('state', f[10] is distinct from j.state),
             ('defendant_address', f[11] is distinct from j.defendant_address), ('defendant_phone', f[12] is distinct from j.defendant_phone),
             ('defendant_email', f[13] is distinct from j.defendant_email)) as c(field, differs) where c.differs) as differs
      from row_of join public.judgments j on j.case_number = f[2]
     where not (j.batch_id is not distinct from batch.id and j.source_row_index is not distinct from f[1]::int)
     order by n limit room
  )
  select r.row_index, r.case_number,
         format('Case number %s is %s; %s', r.case_number,
           case when r.kept_batch = batch.id then 'already in this file' else 'already recorded' end,
           case when cardinality(r.differs) = 0 then 'every field is the same' else 'differs in: ' || array_to_string(r.differs, ', ') end),
         jsonb_build_array(jsonb_build_object('code', 'DUPLICATE_CASE_NUMBER', 'field', 'case_number', 'raw_value', r.case_number,
           'judgment_id', r.judgment_id, 'kept_batch_id', r.kept_batch, 'differs', to_jsonb(r.differs)))
    from repeated r
$$;
comment on function intake.duplicates_in(intake.simplicity_batches, text, int) is
  'Rows of one staged block that were not kept, at most room of them, with the fields in which they differ from the judgment that is.';

create function intake.clear_staged(batch uuid)
returns void
language sql
volatile
set search_path = ''
as $$
  delete from intake.staged_blocks k
   where (k.batch_id, k.slice_no, k.block_no) in (
     select s.batch_id, s.slice_no, s.block_no from intake.staged_blocks s
      where s.batch_id = batch
        and not exists (select 1 from intake.simplicity_batches b
                         where b.id = batch and b.status in ('validating', 'awaiting_approval', 'inserting'))
      for update skip locked) -- the batch is not locked: whoever resets or deletes it clears the rest
$$;
comment on function intake.clear_staged(uuid) is 'Removes the staged blocks of a batch that has ended; the worker calls it after the insert, the sweep if the worker could not.';

grant execute on function intake.budget_reason(bigint, bigint, numeric, text), intake.redo_lost_slices(uuid), intake.warning_notes(uuid), intake.total_up(uuid),
  intake.refusal(intake.simplicity_batches), intake.needs_approval(intake.simplicity_batches), intake.decide(uuid, uuid),
  intake.staged_rows(uuid), intake.count_new(uuid), intake.move_rows(intake.simplicity_batches), intake.insert_batch(uuid, uuid),
  intake.count_orphans(uuid), intake.complete_batch(uuid, bigint, bigint, numeric), intake.max_kept_duplicates(),
  intake.record_duplicates(intake.simplicity_batches, bigint), intake.duplicates_in(intake.simplicity_batches, text, int),
  intake.clear_staged(uuid) to service_role;
