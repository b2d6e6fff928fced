-- Staged rows meet judgments through the unique index, one lookup a row, whatever the planner believes. It cannot know how
-- many rows are staged, and what it knows of judgments may be old: analysed while empty (a first load, or one that was
-- undone), the table looks free to be read once for every staged row, and that grows with the square of the file. Sorted
-- rows make lookups as quick as a hash join, and a small drop beside a big table never reads the table.

alter function intake.move_rows(intake.simplicity_batches)
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off;

alter function intake.duplicates_in(intake.simplicity_batches, text, int)
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off;

create or replace function intake.count_new(batch uuid)
returns bigint
language sql
stable
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
  select count(*)
    from (select distinct r.case_number from intake.staged_rows(batch) r offset 0) s
   where not exists (select 1 from public.judgments j where j.case_number = s.case_number)
$$;

create or replace function intake.count_orphans(batch uuid)
returns bigint
language sql
stable
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
  select (select count(*) from public.judgments j where j.batch_id = batch) - count(*)
    from (select distinct r.case_number from intake.staged_rows(batch) r offset 0) s
    cross join lateral (select 1 from public.judgments j where j.case_number = s.case_number and j.batch_id = batch offset 0) kept
$$;
