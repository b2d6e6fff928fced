/**
 * Ways a and b: what Postgres itself needs, with nothing in between. The file is read by the server, so that no
 * client's parsing or network is counted: the hardest comparison there is.
 */
import type postgres from "postgres";
import { COLUMNS } from "../files.ts";

const BATCH = "00000000-0000-4000-8000-000000000000"; // so that the index on batch_id has its work

/** Tables the ways a, b and c fill: columns, constraints and indexes of public.judgments. */
export async function makeTables(admin: postgres.Sql): Promise<void> {
  await admin.unsafe(`
    create schema if not exists bench;
    grant usage on schema bench to service_role;
    create table bench.copied (like public.judgments including all);
    alter table bench.copied alter batch_id set default '${BATCH}', alter source set default 'bench';
    create table bench.moved (like public.judgments including all);
    create unlogged table bench.staged (row_index int generated always as identity,
      ${COLUMNS.map((name) => `${name} text${name === "case_number" ? ' collate "C"' : ""}`).join(", ")});
    create table public.bench_inserted (like public.judgments including all);
    alter table public.bench_inserted alter batch_id set default '${BATCH}', alter source set default 'bench';
    grant all on public.bench_inserted to service_role;
    notify pgrst, 'reload schema';
  `);
}

/** Nothing of an earlier run is left, and what it wrote is on disk: nobody pays for somebody else. */
export async function emptyTables(admin: postgres.Sql): Promise<void> {
  await admin.unsafe(
    "truncate bench.copied, bench.moved, bench.staged, public.bench_inserted restart identity",
  );
  await admin.unsafe("checkpoint");
}

/** Way a: COPY into the final table. @returns milliseconds. */
export async function copyToFinal(admin: postgres.Sql, path: string): Promise<number> {
  const began = performance.now();
  await admin.unsafe(`copy bench.copied (${COLUMNS.join(",")}) from '${path}' (format csv, header)`);
  return performance.now() - began;
}

/** Way b: COPY to bare staging, then an insert like intake.move_rows: sorted, first wins, anti-join. @returns milliseconds. */
export async function copyAndMove(admin: postgres.Sql, path: string): Promise<number> {
  const typed: Record<string, string> = {
    amount: "amount::numeric",
    judgment_date: "judgment_date::date",
    filing_date: "filing_date::date",
  };
  const began = performance.now();
  await admin.unsafe(`copy bench.staged (${COLUMNS.join(",")}) from '${path}' (format csv, header)`);
  await admin.begin(async (transaction) => {
    await transaction.unsafe("set local work_mem = '64MB'");
    await transaction.unsafe(`
      insert into bench.moved (${COLUMNS.join(",")}, source, batch_id, source_row_index)
      select ${COLUMNS.map((name) => typed[name] ?? name).join(", ")}, 'bench', '${BATCH}', row_index
        from (select distinct on (s.case_number) s.* from bench.staged s order by s.case_number, s.row_index) r
       where not exists (select 1 from bench.moved j where j.case_number = r.case_number)
    `);
  });
  return performance.now() - began;
}
