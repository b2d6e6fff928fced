-- The end of validation: is every staged row there, what are the totals, is the batch within its budget.

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
  return format('Error budget exceeded: %s%% %s rows (threshold: %s%%)', round(percent, digits), what,
    trim_scale(threshold));
end
$$;
comment on function intake.budget_reason(bigint, bigint, numeric, text) is
  'Why a batch is over budget, or null: refused when 100 * invalid > threshold * total, in whole numbers. One '
  'decimal, more only where one would print the threshold itself.';
grant execute on function intake.budget_reason(bigint, bigint, numeric, text) to service_role;

create function intake.unread_reason(unread bigint, total bigint, threshold numeric, first_line int)
returns text
language sql
immutable
set search_path = ''
as $$
  select format('Second table: %s of %s lines were not read, from line %s', unread, total + unread, first_line)
   where unread > 10 and 100 * unread > threshold * (total + unread)
$$;
comment on function intake.unread_reason(bigint, bigint, numeric, int) is
  'Why a batch with so many unread lines beside its rows is refused, or null: more than 10 of them, and '
  '100 * unread > threshold * (total + unread), in whole numbers.';
grant execute on function intake.unread_reason(bigint, bigint, numeric, int) to service_role;

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
       and s.valid <> (select coalesce(sum(k.row_count), 0) from intake.staged_blocks k where k.batch_id = batch
         and k.slice_no = s.slice_no)
  loop
    update intake.batch_slices s
       set status = 'pending', valid = 0, invalid = 0, remarks = 0, code_counts = '{}', warning_counts = '{}',
           finished_at = null
     where s.batch_id = batch and s.slice_no = lost.slice_no;
    update intake.simplicity_batches b
       set row_count_total = b.row_count_total - lost.valid - lost.invalid,
           row_count_valid = b.row_count_valid - lost.valid,
           row_count_staged = b.row_count_staged - lost.valid, row_count_invalid = b.row_count_invalid - lost.invalid
     where b.id = batch;
    redone := redone + 1;
  end loop;
  if redone > 0 then
    perform intake.move_batch(b.id, 'validating')
       from intake.simplicity_batches b where b.id = batch and b.status <> 'validating';
    perform ops.put_back(intake.ingest_job(batch), null);
  end if;
  return redone;
end
$$;
comment on function intake.redo_lost_slices(uuid) is
  'Reopens slices whose staged rows a database crash took (counts in staged_blocks differ from the slice''s) and '
  'returns how many.';
grant execute on function intake.redo_lost_slices(uuid) to service_role;

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
grant execute on function intake.warnings_of(uuid) to service_role;

create function intake.warning_notes(batch uuid)
returns text[]
language sql
stable
set search_path = ''
as $$
  select coalesce(array_agg(format('%s %s: %s', w.times, w.unit || case w.times when 1 then '' else 's' end, w.what)
                            order by w.what), '{}')
    from (select case k.key when 'REPAIRED' then 'damage put right while reading'
                            when 'PLACEHOLDER' then 'placeholder such as N/A or NULL, read as empty'
                            when 'CHANGED' then 'changed in the corrected file though nothing was wrong with it, taken'
                            when 'OTHER_CASE' then 'names another case than the row it would repair'
                            else lower(replace(k.key, '_', ' ')) || ', kept as written' end as what,
                 case when k.key in ('PLACEHOLDER', 'CHANGED') then 'cell' else 'row' end as unit,
                 sum(k.value::bigint) as times
            from intake.batch_slices s cross join lateral jsonb_each_text(s.warning_counts) k
           where s.batch_id = batch group by k.key) w
$$;
comment on function intake.warning_notes(uuid) is
  'What looked odd, as notes: for example "3 rows: malformed phone, kept as written".';
grant execute on function intake.warning_notes(uuid) to service_role;

create function intake.total_up(batch uuid)
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
    from intake.batch_slices s cross join lateral jsonb_each_text(s.code_counts) c
    join intake.error_codes e on e.code = c.key
   where s.batch_id = batch group by c.key, e.stage;
  select e.row_index into cut from intake.row_errors e
   where e.batch_id = batch and e.error_stage <> 'insert' order by e.row_index offset intake.max_kept_rejects() limit 1;
  if cut is not null then
    delete from intake.row_errors e where e.batch_id = batch and e.error_stage <> 'insert' and e.row_index >= cut;
  end if;
  perform intake.resolve_rejects(batch);
  update intake.simplicity_batches b
     set row_count_total = t.total, row_count_valid = t.valid, row_count_staged = t.valid,
         row_count_invalid = t.invalid,
         rejects_truncated = t.invalid > intake.max_kept_rejects(),
         warning_counts = intake.warnings_of(batch),
         -- totalled again after a crash
         notes = b.notes || array(select n from unnest(t.notes) n where n <> all (b.notes)),
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
  'Final counts of validation, from the slices: rows, codes, warnings, notes; rejects beyond the cap go, repaired '
  'ones are marked again. Returns the batch.';
grant execute on function intake.total_up(uuid) to service_role;

create function intake.refusal(batch intake.simplicity_batches)
returns table (code text, reason text)
language sql
stable
set search_path = ''
as $$
  select v.code, v.reason
    from (
      select 0 as place, 'SECOND_TABLE' as code, intake.unread_reason(
               batch.row_count_unread,
               batch.row_count_total,
               batch.error_threshold_percent,
               batch.first_unread_line) as reason
       where intake.object_state(batch) <> 'changed'
      union all
      select 1, 'EMPTY_FILE', 'Empty file: a header and no rows'
       where batch.row_count_total = 0
      union all
      select 2, 'FILE_CHANGED', 'File changed in storage'
       where intake.object_state(batch) = 'changed'
      union all
      select 3, 'ERROR_BUDGET_EXCEEDED',
             'Error budget exceeded: 100.0% invalid rows, with other cases than those to be repaired'
       where batch.warning_counts ? 'OTHER_CASE' and batch.row_count_valid = 0
         and batch.row_count_invalid > intake.count_resolved(batch.id)
      union all
      select 4, 'ERROR_BUDGET_EXCEEDED', intake.budget_reason(
               batch.row_count_invalid - intake.count_resolved(batch.id),
               batch.row_count_total,
               batch.error_threshold_percent)
      union all
      select 5, 'ERROR_BUDGET_EXCEEDED', min(intake.budget_reason(
               c.occurrences - intake.count_resolved(batch.id, c.error_code),
               batch.row_count_total,
               k.value::numeric,
               c.error_code))
        from intake.sources s
        cross join lateral jsonb_each_text(s.code_budgets) k
        join intake.batch_error_counts c on c.batch_id = batch.id and c.error_code = k.key
       where s.source = batch.source and batch.replay_of is null
    ) v
   where v.reason is not null
     and (batch.row_count_inserted = 0 or v.code = 'FILE_CHANGED') -- the budget was kept by what stands
   order by v.place limit 1
$$;
comment on function intake.refusal(intake.simplicity_batches) is
  'Why a validated batch is refused whole (too much of it not read, no rows, file changed, over its budget, over a '
  'budget its source sets for one code; a replay of nothing but other cases): one row, or none. Repaired rejects do '
  'not count; budgets by code are not for replays, which take what is fixed. Where judgments of an earlier attempt '
  'stand, only a changed file is refused.';
grant execute on function intake.refusal(intake.simplicity_batches) to service_role;

create function intake.needs_approval(batch intake.simplicity_batches)
returns boolean
language sql
stable
set search_path = ''
as $$
  select coalesce((select s.requires_approval
                      and 100 * (batch.row_count_invalid - intake.count_resolved(batch.id)) >
                        coalesce(s.warn_percent, 0) * batch.row_count_total
                     from intake.sources s where s.source = batch.source), false)
    and not batch.dry_run and batch.replay_of is null and batch.approved_attempt is distinct from batch.attempt
$$;
comment on function intake.needs_approval(intake.simplicity_batches) is
  'Whether a batch within budget is above the warn line (0 when none is set) of a source that asks for approval, and '
  'nobody has approved this attempt. Dry runs insert nothing and replays were asked for by a person: neither waits.';
grant execute on function intake.needs_approval(intake.simplicity_batches) to service_role;

create function intake.decide(batch uuid, token uuid)
returns jsonb
language plpgsql
set search_path = ''
set statement_timeout = '600s' -- a dry run counts here what the insert would move
set work_mem = '64MB'
as $$
declare
  held intake.simplicity_batches := intake.hold_batch(batch, token);
  refused record;
begin
  if held.status = 'inserting' then
    return jsonb_build_object('outcome', 'insert');
  end if;
  if intake.redo_lost_slices(batch) > 0 then
    return jsonb_build_object('outcome', 'redo');
  end if;
  held := intake.total_up(batch);
  select r.code, r.reason into refused from intake.refusal(held) r;
  if found then
    perform intake.move_batch(batch, 'failed', refused.reason, refused.code);
    return jsonb_build_object('outcome', 'failed', 'reason', refused.reason);
  end if;
  if held.dry_run then
    perform intake.complete_batch(batch, 0, held.row_count_valid - intake.count_new(batch), null);
    return jsonb_build_object('outcome', 'completed');
  end if;
  if intake.needs_approval(held) then
    perform intake.move_batch(batch, 'awaiting_approval');
    perform ops.move_job(intake.ingest_job(batch), 'completed');
    return jsonb_build_object('outcome', 'awaiting_approval');
  end if;
  perform intake.add_plaintiffs(batch);
  perform intake.move_batch(batch, 'inserting');
  perform ops.note_progress(intake.ingest_job(batch));
  return jsonb_build_object('outcome', 'insert');
end
$$;
comment on function intake.decide(uuid, uuid) is
  'After the last slice: checks that every staged row is there, totals up, and decides by the budget. outcome: redo, '
  'failed, completed (dry run), awaiting_approval or insert.';
grant execute on function intake.decide(uuid, uuid) to service_role;
