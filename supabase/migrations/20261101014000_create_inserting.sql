-- One transaction moves the staged rows of a batch into public.judgments. Inserts go side by side: they share the lock on
-- judgments, and the unique index decides between two that bring the same case number. Only an undo takes the lock alone:
-- no row may be skipped for the sake of one that is being removed.
--
-- Staged rows are sorted by case number and meet judgments through its unique index, whatever the planner believes. It cannot
-- know how many rows are staged, and what it knows of judgments may be old: a table analysed while empty looks free to be
-- read once for every staged row, and that grows with the square of the file. The costs such plans are given are not meant, so
-- nothing is compiled for their sake (jit). `offset 0` keeps a lookup one: a join the planner may turn round is not.

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
comment on function intake.staged_rows(uuid) is
  'The staged rows of a batch: row index, case number, and the whole line to be split.';
grant execute on function intake.staged_rows(uuid) to service_role;

create function intake.is_read_in_order(rows_to_meet bigint)
returns boolean
language sql
stable
set search_path = ''
as $$
  -- By the size of the index, 40 bytes an entry, not by statistics. Reading an entry costs a seventh to two thirds of looking one up
  -- (rows in the order of the heap, or not), so up to twice as many entries as rows are worth reading.
  select pg_catalog.pg_relation_size('public.judgments_case_number_key') <= rows_to_meet * 2 * 40
$$;
comment on function intake.is_read_in_order(bigint) is
  'Whether rows sorted by case number meet judgments by reading its index once from end to end, instead of one lookup '
  'a row.';
grant execute on function intake.is_read_in_order(bigint) to service_role;

create function intake.count_new(batch uuid)
returns bigint
language sql
stable
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
  select count(*)
    from (select distinct r.case_number from intake.staged_rows(batch) r offset 0) s
    left join lateral (select true as known from public.judgments j where j.case_number = s.case_number offset 0) k on true
   where k.known is null
$$;
comment on function intake.count_new(uuid) is 'How many judgments an insert would add now; for dry runs.';
grant execute on function intake.count_new(uuid) to service_role;

create function intake.count_orphans(batch uuid)
returns bigint
language sql
stable
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
  select (select count(*) from public.judgments j where j.batch_id = batch) - count(*)
    from (select distinct r.case_number from intake.staged_rows(batch) r offset 0) s
    cross join lateral (select j.batch_id from public.judgments j where j.case_number = s.case_number offset 0) k
   where k.batch_id = batch
$$;
comment on function intake.count_orphans(uuid) is
  'Judgments of earlier attempts that are not among the rows as they are read now: the file''s header map or the '
  'rules changed in between.';
grant execute on function intake.count_orphans(uuid) to service_role;

create function intake.move_rows(batch intake.simplicity_batches)
returns bigint
language plpgsql
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_nestloop = off -- but for what is lateral, which can be nothing else
set jit = off -- the costs of such a plan are not meant
as $$
declare
  -- Sorted by case number on purpose: the first in file order wins, the unique index fills from left to right, and two inserts that
  -- share case numbers come to them in the same order, so that neither waits for the other in a circle.
  -- The line is split after the sort, so that the sort carries little, and only when the row is new. The rows are taken apart here and not by
  -- intake.staged_rows, whose result would be written to disk once before it is sorted. `offset 0` keeps each side as it is written.
  moving constant text := $sql$
    insert into public.judgments (case_number, plaintiff_name, defendant_name, amount, judgment_date, filing_date, court, county, state,
      defendant_address, defendant_phone, defendant_email, source_reference, source, batch_id, source_row_index)
    select f[2], f[3], f[4], f[5]::numeric, f[6]::date, f[7]::date, f[8], f[9], f[10], f[11], f[12], f[13],
           coalesce(f[14], ($1).source_reference), ($1).source, ($1).id, r.row_index
      from (select u.row_index, string_to_array(u.line, E'\x1f', '') as f
              from (select distinct on (s.case_number) s.*
                      from (select split_part(l.line, E'\x1f', 1)::int as row_index, split_part(l.line, E'\x1f', 2) collate "C" as case_number, l.line
                              from intake.staged_blocks k cross join lateral string_to_table(k.payload, E'\x1e') as l(line)
                             where k.batch_id = ($1).id offset 0) s
                     order by s.case_number, s.row_index) u
              left join (select j.case_number from public.judgments j where $2 order by j.case_number offset 0) o on o.case_number = u.case_number
              left join lateral (select true as known from public.judgments j where not $2 and j.case_number = u.case_number offset 0) k on true
             where o.case_number is null and k.known is null
            offset 0) r
  $sql$;
  in_order constant boolean := intake.is_read_in_order(batch.row_count_valid);
  moved bigint;
begin
  begin
    execute moving using batch, in_order;
    get diagnostics moved = row_count;
  exception when unique_violation then
    -- Another insert brought one of these case numbers since this one looked. Asking at every row costs a fifth more, so only now.
    execute moving || 'on conflict (case_number) do nothing' using batch, in_order;
    get diagnostics moved = row_count;
  end;
  return moved;
end
$$;
comment on function intake.move_rows(intake.simplicity_batches) is
  'Inserts the staged rows whose case number is new, the first in file order for each, and returns how many. Others '
  'may insert at the same time: whoever comes to a shared case number second waits for the first to commit, and skips '
  'it.';
grant execute on function intake.move_rows(intake.simplicity_batches) to service_role;

create function intake.max_kept_duplicates()
returns int language sql immutable set search_path = '' as $$ select 10000 $$;
comment on function intake.max_kept_duplicates() is
  'Duplicates listed one by one for a batch, the first in file order; beyond it only counted.';
grant execute on function intake.max_kept_duplicates() to service_role;

create function intake.duplicates_in(batch intake.simplicity_batches, payload text, room int)
returns table (row_index int, case_number text, message text, issues jsonb)
language sql
stable
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
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
      from row_of
      cross join lateral (select * from public.judgments k where k.case_number = row_of.f[2] offset 0) j -- row by row, never the other way
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
  'Rows of one staged block that were not kept, at most room of them, with the fields in which they differ from the '
  'judgment that is.';
grant execute on function intake.duplicates_in(intake.simplicity_batches, text, int) to service_role;

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
comment on function intake.record_duplicates(intake.simplicity_batches, bigint) is
  'Counts the duplicates of a batch and lists the first of them in file order, block by block.';
grant execute on function intake.record_duplicates(intake.simplicity_batches, bigint) to service_role;

create function intake.complete_batch(batch uuid, inserted bigint, duplicate bigint, took_ms numeric)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update intake.simplicity_batches b
     set row_count_inserted = inserted,
         row_count_duplicate = duplicate,
         db_duration_ms = took_ms
   where b.id = batch;
  perform intake.move_batch(batch, 'completed');
  perform ops.move_job(j.id, 'completed') from ops.job_queue j where j.batch_id = batch and j.job_type = 'ingest';
  if inserted > 0 then
    perform ops.enqueue('link_plaintiffs', jsonb_build_object('batch_id', batch), 'link_plaintiffs:' || batch, batch);
  end if;
end
$$;
comment on function intake.complete_batch(uuid, bigint, bigint, numeric) is
  'Final counts and state of a batch and its job, in the caller''s transaction; plaintiffs are linked by a job of '
  'their own.';
grant execute on function intake.complete_batch(uuid, bigint, bigint, numeric) to service_role;

create function intake.insert_batch(batch uuid, token uuid)
returns jsonb
language plpgsql
set search_path = ''
set statement_timeout = '600s' -- 1 GB of the shortest rows, on half a core; the top function of its own call: the only place where it counts
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
    raise exception 'Batch % is %, not inserting', batch, held.status using errcode = 'DF001';
  end if;
  if intake.redo_lost_slices(batch) > 0 then
    return jsonb_build_object('outcome', 'redo');
  end if;
  perform pg_advisory_xact_lock_shared(hashtextextended('dragonfly.judgments', 0));
  if held.attempt > 1 then
    select count(*) into kept from public.judgments j where j.batch_id = batch;
  end if;
  if kept > 0 then
    orphans := intake.count_orphans(batch);
  end if;
  if orphans > 0 then -- counts could not be true any more
    perform intake.move_batch(batch, 'failed', format('Parse error: %s judgments of an earlier attempt are not in the '
      'file as it is read now; put back the settings it was read with and reset', orphans), 'PARSE_ERROR');
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
  'One transaction, sharing the lock on judgments with other inserts: moves all staged rows, records duplicates, '
  'completes the batch, and for a replay resolves what it repaired. If its caller dies it still ends, and the next '
  'holder finds it done or not.';
grant execute on function intake.insert_batch(uuid, uuid) to service_role;

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
comment on function intake.clear_staged(uuid) is
  'Removes the staged blocks of a batch that has ended; the worker calls it after the insert, the sweep if the worker '
  'could not.';
grant execute on function intake.clear_staged(uuid) to service_role;
