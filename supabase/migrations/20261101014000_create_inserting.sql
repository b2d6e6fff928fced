-- One transaction moves the staged rows of a batch into public.judgments. Inserts go side by side: they share the lock
-- on judgments, and the unique index decides between two that bring the same case number. Only a step of an undo takes
-- the lock alone: no row may be skipped for the sake of one that is being removed.
--
-- Every row comes with its plaintiff. New plaintiffs are added once the batch has kept its budget, in the order of
-- their names: a batch that is refused leaves none.
--
-- Staged rows are sorted by case number and meet judgments through its unique index, whatever the planner believes. It
-- cannot know how many rows are staged, and what it knows of judgments may be old: a table analysed while empty looks
-- free to be read once for every staged row, and that grows with the square of the file. The costs such plans are given
-- are not meant, so nothing is compiled for their sake (jit). `offset 0` keeps a lookup one: a join the planner may
-- turn round is not.

create function intake.staged_rows(batch uuid, up_to int default null)
returns table (row_index int, case_number text, line text)
language sql
stable
set search_path = ''
as $$
  select split_part(l.line, E'\x1f', 1)::int, split_part(l.line, E'\x1f', 2) collate "C", l.line
    from intake.staged_blocks k cross join lateral string_to_table(k.payload, E'\x1e') as l(line)
   where k.batch_id = batch
     and (up_to is null or k.slice_no in (
       select s.slice_no from intake.batch_slices s where s.batch_id = batch and s.first_row <= up_to))
$$;
comment on function intake.staged_rows(uuid, int) is
  'The staged rows of a batch: row index, case number, and the whole line to be split. up_to: only slices that begin '
  'at this row or before, null for all.';
grant execute on function intake.staged_rows(uuid, int) to service_role;

create function intake.is_read_in_order(rows_to_meet bigint)
returns boolean
language sql
stable
set search_path = ''
as $$
  -- By the size of the index, 40 bytes an entry, not by statistics. Reading an entry costs a seventh to two thirds of
  -- looking one up (rows in the order of the heap, or not), so up to twice as many entries as rows are worth reading.
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
    left join lateral (select true as known from public.judgments j
      where j.case_number = s.case_number offset 0) k on true
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

create function intake.max_mapped_names()
returns int language sql immutable set search_path = '' as $$ select 2000000 $$;
comment on function intake.max_mapped_names() is
  'Up to so many names that the slices of a batch bring are mapped to their plaintiffs, 16 bytes each; beyond it every '
  'row looks its own up, so that the map does not grow with the file.';
grant execute on function intake.max_mapped_names() to service_role;

create function intake.nobody()
returns uuid language sql immutable set search_path = '' as $$ select '00000000-0000-0000-0000-000000000000'::uuid $$;
comment on function intake.nobody() is
  'Stands in a map of plaintiffs for who is not there: an array with nulls is read from its beginning for each place.';
grant execute on function intake.nobody() to service_role;

create function intake.names_met(batch uuid)
returns table (slice_no int, block_no int, place bigint, row_index int, case_number text, name text)
language sql
stable
set search_path = ''
as $$
  select k.slice_no, k.block_no, m.place, split_part(m.entry, E'\x1f', 1)::int,
         split_part(m.entry, E'\x1f', 2) collate "C", split_part(m.entry, E'\x1f', 3)
    from intake.staged_blocks k
    cross join lateral string_to_table(k.plaintiffs, E'\x1e') with ordinality as m(entry, place)
   where k.batch_id = batch
$$;
comment on function intake.names_met(uuid) is
  'The plaintiffs of the staged rows of a batch: each spelling once in each slice, with the first row that has it and '
  'that row''s case number.';
grant execute on function intake.names_met(uuid) to service_role;

create function intake.plaintiff_names(batch uuid)
returns table (name text, normalized text, row_index int, case_number text)
language sql
stable
set search_path = ''
as $$
  select n.name, public.normalize_name(n.name), left(n.first, 10)::int, substr(n.first, 11) collate "C"
    from (
      select m.name, min((lpad(m.row_index::text, 10, '0') || m.case_number) collate "C") as first
        from intake.names_met(batch) m
       group by 1) n
$$;
comment on function intake.plaintiff_names(uuid) is
  'The plaintiffs of the staged rows of a batch: each spelling once, normalised once, with the first row that has it '
  'and that row''s case number.';
grant execute on function intake.plaintiff_names(uuid) to service_role;

create function intake.brings_judgment(batch uuid, names text[])
returns text[]
language sql
stable
set search_path = ''
set enable_seqscan = off
set enable_nestloop = off -- but for what is lateral, which can be nothing else
set enable_mergejoin = off
as $$
  with named as (
    select r.row_index, r.case_number, split_part(r.line, E'\x1f', 3) as name
      from intake.staged_rows(batch) r
     where split_part(r.line, E'\x1f', 3) in (select n from unnest(names) as n)
  ), fresh as materialized (
    select d.*
      from named d
      left join lateral (
        select true as known from public.judgments j where j.case_number = d.case_number offset 0) k on true
     where k.known is null
  ), first_of_file as (
    select r.case_number, min(r.row_index) as row_index
      from intake.staged_rows(batch) r
     where r.case_number in (select f.case_number from fresh f)
     group by r.case_number
  )
  select coalesce(array_agg(distinct f.name), '{}')
    from fresh f join first_of_file o on o.case_number = f.case_number and o.row_index = f.row_index
$$;
comment on function intake.brings_judgment(uuid, text[]) is
  'Which of these names stand in a staged row that will become a judgment: its case number is new, and new in the '
  'file. Looks at every row that has one of the names.';
grant execute on function intake.brings_judgment(uuid, text[]) to service_role;

create function intake.add_plaintiffs(batch uuid)
returns int
language plpgsql
set search_path = ''
set enable_seqscan = off -- one lookup a name, whatever the planner believes of a table that was empty a moment ago
set enable_nestloop = off -- but for what is lateral, which can be nothing else
set enable_mergejoin = off
as $$
declare
  missing jsonb;
  coming text[];
  added int;
begin
  select jsonb_agg(jsonb_build_array(n.name, n.row_index, n.case_number)) into missing
    from intake.plaintiff_names(batch) n
    left join lateral (
      select true as known from public.plaintiffs p where p.name_normalized = n.normalized offset 0) k on true
   where k.known is null;
  if missing is null then
    return 0;
  end if;
  -- Mostly the first row of a name becomes a judgment, and that is enough; who has only duplicates brings nobody.
  with first_row as materialized (
    select m.row ->> 0 as name, (m.row ->> 1)::int as row_index, (m.row ->> 2) collate "C" as case_number
      from jsonb_array_elements(missing) as m(row)
  ), first_of_file as (
    select r.case_number, min(r.row_index) as row_index
      from intake.staged_rows(batch, (select max(f.row_index) from first_row f)) r
     where r.case_number in (select f.case_number from first_row f)
     group by r.case_number
  )
  select coalesce(array_agg(f.name), '{}') into coming
    from first_row f
    join first_of_file o on o.case_number = f.case_number and o.row_index = f.row_index
    left join lateral (
      select true as known from public.judgments j where j.case_number = f.case_number offset 0) k on true
   where k.known is null;
  if cardinality(coming) < jsonb_array_length(missing) then
    coming := coming || intake.brings_judgment(batch, array(
      select m.row ->> 0 from jsonb_array_elements(missing) as m(row)
      except
      select c from unnest(coming) as c));
  end if;
  -- In the order of their names: two batches that bring the same new ones wait for each other one way round only.
  insert into public.plaintiffs (name, name_normalized)
  select distinct on (w.normalized) w.name, w.normalized
    from (
      select m.row ->> 0 as name, public.normalize_name(m.row ->> 0) as normalized, (m.row ->> 1)::int as row_index
        from jsonb_array_elements(missing) as m(row)
       where m.row ->> 0 in (select c from unnest(coming) as c)) w
   order by w.normalized, w.row_index
  on conflict (name_normalized) do nothing;
  get diagnostics added = row_count;
  return added;
end
$$;
comment on function intake.add_plaintiffs(uuid) is
  'Adds the plaintiffs that the new judgments of a batch bring, named as first in the file, and returns how many. '
  'Called when the batch has kept its budget, so that nobody waits for its insert who brings the same new plaintiff, '
  'and again in the insert for what has changed in between.';
grant execute on function intake.add_plaintiffs(uuid) to service_role;

create function intake.map_plaintiffs(batch uuid, out ids uuid[], out firsts int[], out unknown bigint)
language sql
stable
set search_path = ''
set enable_seqscan = off
set enable_nestloop = off -- but for what is lateral, which can be nothing else
set enable_mergejoin = off
as $$
  with met as materialized (
    select m.slice_no, m.block_no, m.place, m.name from intake.names_met(batch) m limit intake.max_mapped_names() + 1
  ), named as materialized (
    select d.name, p.id
      from (select distinct m.name from met m) d
      left join lateral (
        select q.id from public.plaintiffs q
         where q.name_normalized = public.normalize_name(d.name) offset 0) p on true
  ), counted as (
    select m.slice_no, sum(count(*)) over (order by m.slice_no) - count(*) as before from met m group by m.slice_no
  ), few as (
    select count(*) <= intake.max_mapped_names() as few from met
  )
  select case when few.few then (
           select array_agg(coalesce(n.id, intake.nobody()) order by m.slice_no, m.block_no, m.place)
             from met m join named n on n.name = m.name)
         end,
         (select array_agg(coalesce(c.before, 0)::int order by s.no)
            from generate_series(0, (select max(m.slice_no) from met m)) as s(no)
            left join counted c on c.slice_no = s.no),
         case when few.few then (select count(*) from named n where n.id is null) end
    from few
$$;
comment on function intake.map_plaintiffs(uuid) is
  'Whose the staged rows are: ids has the plaintiff of each name that the slices bring, in their order (nobody for one '
  'who is not there; null when they are too many to be mapped); firsts says where a slice''s begin, slice 0 first; '
  'unknown counts spellings that no plaintiff has, null when nobody was mapped.';
grant execute on function intake.map_plaintiffs(uuid) to service_role;

create function intake.move_rows(batch intake.simplicity_batches, plaintiffs uuid[], firsts int[])
returns bigint
language plpgsql
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_nestloop = off -- but for what is lateral, which can be nothing else
set jit = off -- the costs of such a plan are not meant
as $$
declare
  -- Sorted by case number on purpose: the first in file order wins, the unique index fills from left to right, and two
  -- inserts that share case numbers come to them in the same order, so that neither waits for the other in a circle.
  -- The line is split after the sort, so that the sort carries little, and only when the row is new. The rows are taken
  -- apart here and not by intake.staged_rows, whose result would be written to disk once before it is sorted. `offset
  -- 0` keeps each side as it is written.
  moving constant text := $sql$
    insert into public.judgments (
      case_number, plaintiff_name, defendant_name, amount, judgment_date, filing_date, court, county, state,
      defendant_address, defendant_phone, defendant_email, source_reference, source, batch_id, source_row_index,
      plaintiff_id)
    select f[2], f[3], f[4], f[5]::numeric, f[6]::date, f[7]::date, f[8], f[9], f[10],
           f[11], f[12], f[13], coalesce(f[14], ($1).source_reference), ($1).source, ($1).id, r.row_index,
           coalesce(
             nullif($3[$4[r.slice_no + 1] + f[15]::int + 1], intake.nobody()),
             (select p.id from public.plaintiffs p where p.name_normalized = public.normalize_name(f[3])))
      from (select u.row_index, u.slice_no, string_to_array(u.line, E'\x1f', '') as f
              from (select distinct on (s.case_number) s.*
                      from (select split_part(l.line, E'\x1f', 1)::int as row_index,
                                   split_part(l.line, E'\x1f', 2) collate "C" as case_number,
                                   k.slice_no,
                                   l.line
                              from intake.staged_blocks k
                              cross join lateral string_to_table(k.payload, E'\x1e') as l(line)
                             where k.batch_id = ($1).id offset 0) s
                     order by s.case_number, s.row_index) u
              left join (
                select j.case_number from public.judgments j where $2 order by j.case_number offset 0) o
                on o.case_number = u.case_number
              left join lateral (
                select true as known from public.judgments j
                 where not $2 and j.case_number = u.case_number offset 0) k on true
             where o.case_number is null and k.known is null
            offset 0) r
  $sql$;
  in_order constant boolean := intake.is_read_in_order(batch.row_count_valid);
  moved bigint;
begin
  begin
    execute moving using batch, in_order, plaintiffs, firsts;
    get diagnostics moved = row_count;
  exception when unique_violation then
    -- Another insert brought one of these case numbers since this one looked. Asking at every row costs a fifth more,
    -- so only now.
    execute moving || 'on conflict (case_number) do nothing' using batch, in_order, plaintiffs, firsts;
    get diagnostics moved = row_count;
  end;
  return moved;
end
$$;
comment on function intake.move_rows(intake.simplicity_batches, uuid[], int[]) is
  'Inserts the staged rows whose case number is new, the first in file order for each, with their plaintiffs (as '
  'map_plaintiffs has them; who is not in it is looked up), and returns how many. Others may insert at the same time: '
  'whoever comes to a shared case number second waits for the first to commit, and skips it.';
grant execute on function intake.move_rows(intake.simplicity_batches, uuid[], int[]) to service_role;

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
           j.source as kept_source,
           array(select c.field from (values
             ('plaintiff_name', f[3] is distinct from j.plaintiff_name),
             ('defendant_name', f[4] is distinct from j.defendant_name),
             ('amount', f[5]::numeric is distinct from j.amount),
             ('judgment_date', f[6]::date is distinct from j.judgment_date),
             ('filing_date', f[7]::date is distinct from j.filing_date),
             ('court', f[8] is distinct from j.court),
             ('county', f[9] is distinct from j.county),
             ('state', f[10] is distinct from j.state),
             ('defendant_address', f[11] is distinct from j.defendant_address),
             ('defendant_phone', f[12] is distinct from j.defendant_phone),
             ('defendant_email', f[13] is distinct from j.defendant_email)
           ) as c(field, differs) where c.differs) as differs
      from row_of
      -- row by row, never the other way
      cross join lateral (select * from public.judgments k where k.case_number = row_of.f[2] offset 0) j
     where not (j.batch_id is not distinct from batch.id and j.source_row_index is not distinct from f[1]::int)
     order by n limit room
  )
  select r.row_index, r.case_number,
         format('Case number %s is %s; %s', r.case_number,
           case when r.kept_batch = batch.id then 'already in this file' else 'already recorded' end,
           case when cardinality(r.differs) = 0 then 'every field is the same'
             else 'differs in: ' || array_to_string(r.differs, ', ') end),
         jsonb_build_array(jsonb_build_object(
           'code', 'DUPLICATE_CASE_NUMBER', 'field', 'case_number', 'raw_value', r.case_number,
           'judgment_id', r.judgment_id, 'kept_batch_id', r.kept_batch,
           'kept_source', r.kept_source, 'differs', to_jsonb(r.differs)))
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
    select k.payload from intake.staged_blocks k join intake.batch_slices s on s.batch_id = k.batch_id
      and s.slice_no = k.slice_no
     where k.batch_id = batch.id order by s.first_row, k.block_no
  loop
    insert into intake.row_errors (batch_id, attempt, row_index, error_code, error_message, error_stage, field,
      raw_value, issues)
    select batch.id, batch.attempt, d.row_index, 'DUPLICATE_CASE_NUMBER', d.message, 'insert', 'case_number',
      d.case_number, d.issues
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
  perform intake.note_repairs(batch);
  perform ops.move_job(intake.ingest_job(batch), 'completed');
end
$$;
comment on function intake.complete_batch(uuid, bigint, bigint, numeric) is
  'Final counts and state of a batch and its job, in the caller''s transaction.';
grant execute on function intake.complete_batch(uuid, bigint, bigint, numeric) to service_role;

create function intake.share_judgments()
returns void
language sql
volatile
set search_path = ''
as $$
  select pg_catalog.pg_advisory_xact_lock_shared(pg_catalog.hashtextextended('dragonfly.judgments', 0))
$$;
comment on function intake.share_judgments() is
  'The lock of an insert on public.judgments, shared with other inserts; a step of an undo takes it alone.';
grant execute on function intake.share_judgments() to service_role;

create function intake.insert_batch(batch uuid, token uuid)
returns jsonb
language plpgsql
set search_path = ''
-- 1 GB of the shortest rows, on half a core; the top function of its own call: the only place where it counts
set statement_timeout = '600s'
set work_mem = '64MB'
as $$
declare
  started timestamptz := clock_timestamp();
  held intake.simplicity_batches := intake.hold_batch(batch, token);
  kept bigint := 0;
  orphans bigint := 0;
  inserted bigint;
  whose record;
  door text;
begin
  if held.status <> 'inserting' then
    raise exception 'Batch % is %, not inserting', batch, held.status using errcode = 'DF001';
  end if;
  if intake.redo_lost_slices(batch) > 0 then
    return jsonb_build_object('outcome', 'redo');
  end if;
  -- An undo deletes only while nobody inserts: who would begin now lets it pass first, so that it comes to its turn.
  if exists (
    select 1 from ops.job_queue j
     where j.job_type = 'undo' and j.status = 'processing' and j.lease_expires_at > now()) then
    perform ops.put_back(intake.ingest_job(batch), null, ops.scaled(1));
    return jsonb_build_object('outcome', 'busy');
  end if;
  perform intake.share_judgments();
  kept := intake.count_standing(batch);
  if kept > 0 then
    orphans := intake.count_orphans(batch);
  end if;
  if orphans > 0 then -- counts could not be true any more
    perform intake.move_batch(batch, 'failed', intake.orphans_reason(orphans), 'PARSE_ERROR');
    return jsonb_build_object('outcome', 'failed');
  end if;
  whose := intake.map_plaintiffs(batch);
  if whose.unknown is distinct from 0 then
    perform intake.add_plaintiffs(batch);
    -- A statement of its own, so that it sees whom others have added since: the one before waited for them.
    whose := intake.map_plaintiffs(batch);
  end if;
  door := ops.set_door('engine');
  inserted := kept + intake.move_rows(held, whose.ids, whose.firsts);
  perform ops.set_door(door);
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
  'One transaction, sharing the lock on judgments with other inserts: adds new plaintiffs, moves all staged rows, '
  'records duplicates, completes the batch, and for a replay resolves what it repaired. If its caller dies it still '
  'ends, and the next holder finds it done or not. outcome: completed, failed, redo, or busy (an undo is deleting: the '
  'job is due again in a second)';
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

-- A hand may change judgments, too. Their batches' counts follow, in the same statement; the engine counts for itself.

create function intake.note_touched_batch()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  touched text := coalesce(current_setting('dragonfly.touched_batches', true), '');
  batch uuid;
begin
  foreach batch in array array[
    case when tg_op <> 'INSERT' then old.batch_id end,
    case when tg_op <> 'DELETE' then new.batch_id end
  ] loop
    if batch is not null and position(batch::text in touched) = 0 then
      touched := concat_ws(' ', nullif(touched, ''), batch);
      perform set_config('dragonfly.touched_batches', touched, true);
    end if;
  end loop;
  return null;
end
$$;
comment on function intake.note_touched_batch() is
  'Trigger on judgments that a hand writes: remembers whose they are, until the statement ends.';
grant execute on function intake.note_touched_batch() to service_role;

create function intake.recount_standing(batch uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  door constant text := ops.set_door('engine');
begin
  perform 1 from intake.simplicity_batches b where b.id = batch for no key update;
  -- A statement of its own: it sees what whoever held the batch has committed.
  update intake.simplicity_batches b
     set row_count_inserted = s.standing,
         admitted_percent = case when s.standing > 0 then b.admitted_percent end
    from (select intake.count_standing(batch) as standing) s
   where b.id = batch and b.row_count_inserted <> s.standing;
  perform ops.set_door(door);
end
$$;
comment on function intake.recount_standing(uuid) is
  'Makes row_count_inserted of a batch the number of its judgments. Waits for whoever holds the batch.';
grant execute on function intake.recount_standing(uuid) to service_role;

create function intake.recount_touched_batches()
returns trigger
language plpgsql
security definer -- whoever may write judgments causes the counts
set search_path = ''
as $$
declare
  touched constant text := coalesce(current_setting('dragonfly.touched_batches', true), '');
begin
  perform set_config('dragonfly.touched_batches', '', true);
  if tg_op = 'TRUNCATE' then
    perform intake.recount_standing(b.id) from intake.simplicity_batches b where b.row_count_inserted > 0;
  elsif touched <> '' then
    perform intake.recount_standing(t.id::uuid) from string_to_table(touched, ' ') as t(id);
  end if;
  return null;
end
$$;
comment on function intake.recount_touched_batches() is
  'Trigger at the end of a hand''s statement on judgments: the counts of their batches follow.';
grant execute on function intake.recount_touched_batches() to service_role;

create trigger _600_note_touched_batch after insert or delete or update of batch_id on public.judgments
  for each row when (ops.is_by_hand())
  execute function intake.note_touched_batch();
alter table public.judgments enable always trigger _600_note_touched_batch;
comment on trigger _600_note_touched_batch on public.judgments is 'Whose judgments a hand has written.';

create trigger _610_recount_batches after insert or delete or update of batch_id on public.judgments
  for each statement when (ops.is_by_hand())
  execute function intake.recount_touched_batches();
alter table public.judgments enable always trigger _610_recount_batches;
comment on trigger _610_recount_batches on public.judgments is
  'row_count_inserted is what stands, whoever writes judgments.';

create trigger _610_recount_all_batches after truncate on public.judgments
  for each statement execute function intake.recount_touched_batches();
alter table public.judgments enable always trigger _610_recount_all_batches;
comment on trigger _610_recount_all_batches on public.judgments is 'After a truncate nothing stands.';
