-- Totals and budget, now that rejects can be repaired, warnings are kept, and a replay may hold lines that are no rows.

create or replace function intake.as_next_attempt(old_row intake.simplicity_batches, new_row intake.simplicity_batches)
returns intake.simplicity_batches
language plpgsql
immutable
set search_path = ''
as $$
begin
  if old_row.status <> 'uploaded' then
    new_row.attempt := old_row.attempt + 1;
  end if;
  new_row.rejection_reason := null;
  new_row.row_count_total := 0;
  new_row.row_count_staged := 0;
  new_row.row_count_valid := 0;
  new_row.row_count_invalid := 0;
  new_row.row_count_inserted := 0;
  new_row.row_count_duplicate := 0;
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
  new_row.completed_at := null;
  new_row.scan := null;
  if old_row.status = 'skipped' then
    new_row.file_hash := null; -- taken again when the bytes are read
  end if;
  return new_row;
end
$$;

create or replace function intake.finish_slice(batch uuid, slice int, token uuid, tally jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  done intake.batch_slices;
  open_slices boolean;
begin
  perform intake.lock_slice(batch, slice, token);
  update intake.batch_slices s
     set status = 'done', valid = (tally ->> 'valid')::int, invalid = (tally ->> 'invalid')::int,
         remarks = coalesce((tally ->> 'remarks')::int, 0),
         code_counts = tally -> 'code_counts', warning_counts = tally -> 'warning_counts',
         lease_token = null, lease_expires_at = null, finished_at = clock_timestamp()
   where s.batch_id = batch and s.slice_no = slice
  returning * into done;
  if done.valid + done.invalid + done.remarks <> done.row_count then
    raise exception 'Cannot finish slice % of batch %: staging counted % rows, validation % + % and % remarks',
      slice, batch, done.row_count, done.valid, done.invalid, done.remarks using errcode = 'P0001';
  end if;
  update intake.simplicity_batches b
     set row_count_total = b.row_count_total + done.valid + done.invalid, row_count_valid = b.row_count_valid + done.valid,
         row_count_staged = b.row_count_staged + done.valid, row_count_invalid = b.row_count_invalid + done.invalid,
         progress_at = clock_timestamp()
   where b.id = batch;
  open_slices := intake.has_open_slices(batch);
  perform intake.note_progress(batch);
  if not open_slices then
    perform ops.set_door('engine');
    update ops.job_queue j set status = 'pending', next_run_at = now(), locked_by = null, lease_expires_at = null
     where j.batch_id = batch and j.job_type = 'ingest' and j.status = 'processing';
    perform ops.set_door('');
  end if;
  return jsonb_build_object('last', not open_slices);
end
$$;
comment on function intake.finish_slice(uuid, int, uuid, jsonb) is
  'End of a slice. tally: valid, invalid, remarks (lines of a replay that are no rows; absent is 0), code_counts, warning_counts. Its rows count from here on; after the last one the job is due again, to be settled.';

create or replace function intake.redo_lost_slices(batch uuid)
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
    update intake.batch_slices s
       set status = 'pending', valid = 0, invalid = 0, remarks = 0, code_counts = '{}', warning_counts = '{}', finished_at = null
     where s.batch_id = batch and s.slice_no = lost.slice_no;
    update intake.simplicity_batches b
       set row_count_total = b.row_count_total - lost.valid - lost.invalid, row_count_valid = b.row_count_valid - lost.valid,
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

create or replace function intake.total_up(batch uuid)
returns intake.simplicity_batches
language plpgsql
set search_path = ''
as $$
declare
  result intake.simplicity_batches;
  cut int;
begin
  perform intake.lock_repairs(batch);
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
  perform intake.resolve_rejects(batch);
  update intake.simplicity_batches b
     set row_count_total = t.total, row_count_valid = t.valid, row_count_staged = t.valid, row_count_invalid = t.invalid,
         rejects_truncated = t.invalid > intake.max_kept_rejects(),
         warning_counts = intake.warnings_of(batch),
         notes = b.notes || array(select n from unnest(t.notes) n where n <> all (b.notes)), -- totalled again after a crash
         validated_at = clock_timestamp(),
         parse_duration_ms = extract(epoch from clock_timestamp() - b.staging_started_at) * 1000
    from (select coalesce(sum(s.valid + s.invalid), 0) as total, coalesce(sum(s.valid), 0) as valid,
                 coalesce(sum(s.invalid), 0) as invalid, intake.warning_notes(batch) as notes
            from intake.batch_slices s where s.batch_id = batch) t
   where b.id = batch
  returning b.* into result;
  return result;
end
$$;
comment on function intake.total_up(uuid) is
  'Final counts of validation, from the slices: rows, codes, warnings, notes; rejects beyond the cap go, repaired ones are marked again. Returns the batch.';

create function intake.warnings_of(batch uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(w.code, w.occurrences), '{}')
    from (select k.key as code, sum(k.value::bigint) as occurrences
            from intake.batch_slices s cross join lateral jsonb_each_text(s.warning_counts) k
           where s.batch_id = batch group by k.key) w
$$;
comment on function intake.warnings_of(uuid) is 'Warnings of all slices of a batch, code to count.';

create or replace function intake.refusal(batch intake.simplicity_batches)
returns text
language sql
stable
set search_path = ''
as $$
  select coalesce(
    case when batch.row_count_total = 0 then 'Empty file: a header and no rows' end,
    case intake.object_state(batch) when 'changed' then 'File changed in storage' end,
    intake.budget_reason(batch.row_count_invalid - intake.count_resolved(batch.id), batch.row_count_total, batch.error_threshold_percent),
    (select min(intake.budget_reason(c.occurrences - intake.count_resolved(batch.id, c.error_code), batch.row_count_total,
                k.value::numeric, c.error_code))
       from intake.sources s cross join lateral jsonb_each_text(s.code_budgets) k
       join intake.batch_error_counts c on c.batch_id = batch.id and c.error_code = k.key
      where s.source = batch.source and batch.replay_of is null))
$$;
comment on function intake.refusal(intake.simplicity_batches) is
  'Why a validated batch is refused whole (no rows, file changed, over its budget, over a budget its source sets for one code), or null. Repaired rejects do not count; budgets by code are not for replays, which take what is fixed.';

create or replace function intake.needs_approval(batch intake.simplicity_batches)
returns boolean
language sql
stable
set search_path = ''
as $$
  select coalesce((select s.requires_approval
                      and 100 * (batch.row_count_invalid - intake.count_resolved(batch.id)) > coalesce(s.warn_percent, 0) * batch.row_count_total
                     from intake.sources s where s.source = batch.source), false)
    and not batch.dry_run and batch.replay_of is null and batch.approved_attempt is distinct from batch.attempt
$$;
comment on function intake.needs_approval(intake.simplicity_batches) is
  'Whether a batch within budget is above the warn line (0 when none is set) of a source that asks for approval, and nobody has approved this attempt. Dry runs insert nothing and replays were asked for by a person: neither waits.';

grant execute on function intake.warnings_of(uuid) to service_role;
