-- Sorted rows meet judgments in one of two ways, and the planner has no say in which: what it knows of judgments may be old, and what
-- it believes of an emptied table ends in reading the table once for every row. A table not much larger than the file is read once, in the
-- order of the rows; a larger one is asked row by row, so that a small drop never reads it all.

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
  'Whether rows sorted by case number meet judgments by reading its index once from end to end, instead of one lookup a row.';
grant execute on function intake.is_read_in_order(bigint) to service_role;

create or replace function intake.move_rows(batch intake.simplicity_batches)
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
  'Inserts the staged rows whose case number is new, the first in file order for each, and returns how many. Others may insert at the same time: whoever comes to a shared case number second waits for the first to commit, and skips it.';
