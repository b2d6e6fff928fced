-- Staged rows meet judgments through the unique index, one lookup a row, whatever the planner believes. It cannot know how
-- many rows are staged, and what it knows of judgments may be old: analysed while empty (a first load, or one that was
-- undone), the table looks free to be read once for every staged row, and that grows with the square of the file. Sorted
-- rows make lookups as quick as a hash join, and a small drop beside a big table never reads the table. The costs such a plan is
-- given are not meant, so nothing is compiled for their sake (jit). `offset 0` keeps a lookup one: a join the planner may turn
-- round, or keep a copy of the table for, is not.

create or replace function intake.move_rows(batch intake.simplicity_batches)
returns bigint
language plpgsql
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
declare
  moved bigint;
begin
  -- Sorted by case number on purpose: the first in file order wins, and the unique index fills from left to right.
  -- The line is split after the sort, so that the sort carries little, and only when the row is new. The rows are taken apart here and not by
  -- intake.staged_rows, whose result would be written to disk once before it is sorted.
  insert into public.judgments (case_number, plaintiff_name, defendant_name, amount, judgment_date, filing_date, court, county, state,
    defendant_address, defendant_phone, defendant_email, source_reference, source, batch_id, source_row_index)
  select f[2], f[3], f[4], f[5]::numeric, f[6]::date, f[7]::date, f[8], f[9], f[10], f[11], f[12], f[13],
         coalesce(f[14], batch.source_reference), batch.source, batch.id, r.row_index
    from (select u.row_index, string_to_array(u.line, E'\x1f', '') as f
            from (select distinct on (s.case_number) s.*
                    from (select split_part(l.line, E'\x1f', 1)::int as row_index, split_part(l.line, E'\x1f', 2) collate "C" as case_number, l.line
                            from intake.staged_blocks k cross join lateral string_to_table(k.payload, E'\x1e') as l(line)
                           where k.batch_id = batch.id offset 0) s
                   order by s.case_number, s.row_index) u
            left join lateral (select true as known from public.judgments j where j.case_number = u.case_number offset 0) k on true
           where k.known is null
          offset 0) r;
  get diagnostics moved = row_count;
  return moved;
end
$$;

create or replace function intake.duplicates_in(batch intake.simplicity_batches, payload text, room int)
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

create or replace function intake.count_new(batch uuid)
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

create or replace function intake.count_orphans(batch uuid)
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
