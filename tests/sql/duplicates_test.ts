/** Idempotent by row: the first in file order wins, what differs is recorded, a batch's own rows are never duplicates. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import {
  batchOf,
  bringTo,
  countsOf,
  doUnit,
  drop,
  engine,
  errorOf,
  type File,
  ingest,
  type Judgment,
  mustClaim,
  type Row,
  rowsOf,
  workOff,
} from "./engine.ts";

async function duplicatesOf(db: TestDatabase, id: string) {
  return await db.sql`
    select row_index, error_code, field, raw_value, error_message, issues -> 0 -> 'differs' as differs, issues -> 0 ->> 'kept_batch_id' as kept
      from intake.row_errors where batch_id = ${id} and error_stage = 'insert' order by row_index`;
}

Deno.test("of a case number that is twice in a file the first row wins, and the other is a duplicate that says so", () =>
  withDatabase(async (db) => {
    const rows: Row[] = [{ case: "A", amount: "1.00" }, { case: "B" }, {
      case: "A",
      amount: "2.00",
      plaintiff: "Bolt",
    }];
    const id = await ingest(db, { rows });
    assertEquals(await countsOf(db, id), [3, 3, 0, 2, 1]);
    const [kept] = await db
      .sql`select amount, source_row_index from public.judgments where case_number = 'A'`;
    assertEquals(kept, { amount: "1.00", source_row_index: 0 });
    assertEquals([...await duplicatesOf(db, id)], [{
      row_index: 2,
      error_code: "DUPLICATE_CASE_NUMBER",
      field: "case_number",
      raw_value: "A",
      error_message: "Case number A is already in this file; differs in: plaintiff_name, amount",
      differs: ["plaintiff_name", "amount"],
      kept: id,
    }]);
  }));

Deno.test("the first in file order wins across slices and blocks, whichever was done first", () =>
  withDatabase(async (db) => {
    const file: File = {
      rows: [{ case: "Z", amount: "1.00" }, { case: "Z", amount: "2.00" }],
      slices: [1, 1],
    };
    await bringTo(db, "validating", file);
    const [early, late] = [await mustClaim(db, "slice"), await mustClaim(db, "slice")];
    await doUnit(db, late, file);
    await doUnit(db, early, file);
    await workOff(db, file);
    const [kept] = await db.sql`select amount from public.judgments`;
    assertEquals(kept?.amount, "1.00");
  }));

Deno.test("a case number an earlier batch inserted is skipped and stays as it was", () =>
  withDatabase(async (db) => {
    const first = await ingest(db, { rows: [{ case: "A", amount: "1.00" }] });
    const second = await ingest(db, {
      rows: [{ case: "A", amount: "1.00" }, { case: "A", amount: "9.00" }, { case: "B" }],
    });
    assertEquals(await countsOf(db, second), [3, 3, 0, 1, 2]);
    const [kept] = await db.sql`select amount, batch_id from public.judgments where case_number = 'A'`;
    assertEquals(kept, { amount: "1.00", batch_id: first });
    const found = await duplicatesOf(db, second);
    assertEquals(found.map((row) => [row.row_index, row.error_message, row.differs, row.kept]), [
      [0, "Case number A is already recorded; every field is the same", [], first],
      [1, "Case number A is already recorded; differs in: amount", ["amount"], first],
    ]);
  }));

/** Each field of a judgment that can differ in a made-up row. */
const OTHERS: readonly [field: string, other: Partial<Judgment>][] = [
  ["plaintiff_name", { plaintiff: "Other" }],
  ["defendant_name", { defendant: "Other" }],
  ["amount", { amount: "100.01" }],
  ["judgment_date", { date: "2024-02-01" }],
  ["court", { court: "Other" }],
];
for (const [field, other] of OTHERS) {
  Deno.test(`a duplicate that differs in ${field} says so`, () =>
    withDatabase(async (db) => {
      const id = await ingest(db, { rows: [{ case: "A" }, { case: "A", ...other }] });
      assertEquals((await duplicatesOf(db, id))[0]?.differs, [field]);
    }));
}

Deno.test("an amount that is only written otherwise is no difference", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, { rows: [{ case: "A", amount: "100.00" }, { case: "A", amount: "100.0" }] });
    assertEquals((await duplicatesOf(db, id))[0]?.differs, []);
  }));

Deno.test("a batch of nothing but duplicates completes with nothing inserted", () =>
  withDatabase(async (db) => {
    await ingest(db, { rows: rowsOf("A", 3) });
    const id = await ingest(db, { rows: [...rowsOf("A", 3), { case: "A-0" }] });
    assertEquals([(await batchOf(db, id)).status, ...await countsOf(db, id)], ["completed", 4, 4, 0, 0, 4]);
  }));

Deno.test("duplicates are counted whole and listed up to the cap, the first in file order", () =>
  withDatabase(async (db) => {
    await db
      .admin`create or replace function intake.max_kept_duplicates() returns int language sql immutable set search_path = '' as 'select 3'`;
    const rows: Row[] = [{ case: "A" }, ...Array.from({ length: 6 }, () => ({ case: "A" }))];
    const id = await ingest(db, { rows, slices: [3, 2, 2] });
    assertEquals(await countsOf(db, id), [7, 7, 0, 1, 6]);
    assertEquals((await duplicatesOf(db, id)).map((row) => row.row_index), [1, 2, 3]);
    const [count] = await db
      .sql`select occurrences from intake.batch_error_counts where error_code = 'DUPLICATE_CASE_NUMBER'`;
    assertEquals(count?.occurrences, 6);
    assertEquals((await batchOf(db, id)).rejects_truncated, false, "duplicates are no rejects");
  }));

Deno.test("a completed batch reset after others came keeps its counts, duplicates of others included", () =>
  withDatabase(async (db) => {
    const other = await ingest(db, { rows: [{ case: "X" }] });
    const file: File = { rows: [{ case: "X" }, { case: "A" }, { case: "A" }, { case: "B" }] };
    const id = await ingest(db, file);
    const before = await countsOf(db, id);
    assertEquals(before, [4, 4, 0, 2, 2]);
    await db.sql`update intake.simplicity_batches set status = 'uploaded' where id = ${id}`;
    await workOff(db, file);
    assertEquals(await countsOf(db, id), before);
    const owners = await db.sql`select case_number, batch_id from public.judgments order by 1`;
    assertEquals(owners.map((row) => row.batch_id), [id, id, other]);
    assertEquals((await duplicatesOf(db, id)).map((row) => row.row_index), [0, 2]);
  }));

Deno.test("a reset batch inserts what of its rows was taken away in the meantime", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("A", 3) };
    const id = await ingest(db, file);
    await db.sql`delete from public.judgments where case_number = 'A-1'`;
    await db.sql`update intake.simplicity_batches set status = 'uploaded' where id = ${id}`;
    await workOff(db, file);
    assertEquals(await countsOf(db, id), [3, 3, 0, 3, 0]);
  }));

Deno.test("row_count_inserted is always the number of judgments of the batch", () =>
  withDatabase(async (db) => {
    const files: File[] = [{ rows: rowsOf("A", 5) }, { rows: [...rowsOf("A", 3), ...rowsOf("B", 4, 1)] }, {
      rows: rowsOf("B", 2, 9),
    }];
    for (const file of files) await ingest(db, file);
    const [row] = await db.sql`
      select count(*) as wrong from intake.simplicity_batches b
       where b.row_count_inserted <> (select count(*) from public.judgments j where j.batch_id = b.id)
          or (b.status = 'completed' and b.row_count_valid <> b.row_count_inserted + b.row_count_duplicate)
          or b.row_count_total <> b.row_count_valid + b.row_count_invalid or b.row_count_staged <> b.row_count_valid`;
    assertEquals(row?.wrong, 0);
  }));

Deno.test("a reset after which the file reads otherwise ends in words, not in an endless retry", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, { rows: rowsOf("A", 3) });
    await db.sql`update intake.simplicity_batches set status = 'uploaded' where id = ${id}`;
    await workOff(db, { rows: [{ case: "OTHER-0" }, { case: "OTHER-1" }, { case: "OTHER-2" }] });
    const batch = await batchOf(db, id);
    assertEquals(batch.status, "failed");
    assertMatch(batch.rejection_reason, /3 judgments of an earlier attempt/);
    const kept = await db.sql`select case_number from public.judgments order by 1`;
    assertEquals(kept.map((row) => row.case_number), ["A-0", "A-1", "A-2"]);
  }));

Deno.test("case_number is unique in public.judgments, whoever inserts", () =>
  withDatabase(async (db) => {
    await ingest(db, { rows: [{ case: "A" }] });
    const error = await errorOf(engine(db)`
      insert into public.judgments (case_number, plaintiff_name, defendant_name, amount, judgment_date)
      values ('A', 'p', 'd', 1, '2024-01-01')`);
    assertMatch(error ?? "", /^23505 /);
  }));

Deno.test("an empty optional value is null in the judgment, never an empty text", () =>
  withDatabase(async (db) => {
    await drop(db);
    await workOff(db, { rows: [{ case: "A" }] });
    const [row] = await db.sql`
      select num_nonnulls(filing_date, court, county, state, defendant_address, defendant_phone, defendant_email, source_reference) as n
        from public.judgments`;
    assertEquals(row?.n, 0);
  }));

Deno.test("a vendor learns of another source's judgment that its case number is recorded, and no more", () =>
  withDatabase(async (db) => {
    await db.sql`insert into intake.sources (source) values ('acme'), ('bravo')`;
    await drop(db, { path: "acme/a.csv" });
    await workOff(db, { rows: [{ case: "A", plaintiff: "Secret Lender" }] });
    const id = await drop(db, { path: "bravo/b.csv" });
    await workOff(db, {
      rows: [{ case: "A", plaintiff: "A Guess" }, { case: "B" }, { case: "B", amount: "2.00" }],
    });
    const told = async (source: string | null) => {
      const [row] = await engine(db)`
        select intake.list_errors(${id}, 'DUPLICATE_CASE_NUMBER', 1, 50, ${source}) -> 'errors' as errors`;
      return row?.errors;
    };
    const [others, own] = await told("bravo");
    assertEquals([others.error_message, others.issues], ["Case number A is already recorded", [
      { code: "DUPLICATE_CASE_NUMBER", field: "case_number", raw_value: "A" },
    ]]);
    assertEquals([own.error_message, own.issues[0].differs, own.issues[0].kept_batch_id], [
      "Case number B is already in this file; differs in: amount",
      ["amount"],
      id,
    ]);
    const [whole] = await told(null);
    assertEquals([whole.issues[0].differs, whole.issues[0].kept_source], [["plaintiff_name"], "acme"]);
  }));

Deno.test("a vendor's dry run learns how many of its numbers are known, and neither which nor whose", () =>
  withDatabase(async (db) => {
    await db.sql`insert into intake.sources (source) values ('acme'), ('bravo')`;
    await drop(db, { path: "acme/a.csv" });
    await workOff(db, {
      rows: [{ case: "KNOWN-1", plaintiff: "Secret Lender" }, {
        case: "KNOWN-2",
        defendant: "Secret Debtor",
      }],
    });
    const id = await drop(db, { path: "bravo/b.csv" });
    await db.sql`update intake.simplicity_batches set dry_run = true where id = ${id}`;
    await workOff(db, {
      rows: [{ case: "KNOWN-1", plaintiff: "A Guess" }, { case: "KNOWN-2" }, { case: "B" }, { case: "B" }],
    });
    assertEquals(await countsOf(db, id), [4, 4, 0, 0, 3]);
    const [row] = await engine(db)`
      select intake.list_errors(${id}, null, 1, 50, 'bravo') as every,
             intake.list_errors(${id}, 'DUPLICATE_CASE_NUMBER', 1, 50, 'bravo') as duplicates,
             (select jsonb_agg(c.csv) from intake.errors_csv(${id}, -1, 100) c) as csv,
             intake.describe_batch(${id}, 'bravo') as record`;
    assertEquals([row?.every.total, row?.duplicates.total, row?.csv], [0, 0, null]);
    const told = JSON.stringify(row);
    for (const secret of ["KNOWN-1", "KNOWN-2", "Secret", "acme"]) assert(!told.includes(secret), secret);
  }));

Deno.test("a vendor's record names no batch of another source", () =>
  withDatabase(async (db) => {
    await db.sql`insert into intake.sources (source) values ('acme'), ('bravo')`;
    const acme = await drop(db, { path: "acme/a.csv" });
    await workOff(db, { rows: [{ case: "A" }] });
    const same = await drop(db, { path: "bravo/same.csv" });
    await workOff(db, { rows: [{ case: "A" }] });
    const told = async (id: string, source: string | null) => {
      const [row] = await engine(db)`select intake.describe_batch(${id}, ${source}) as batch`;
      return row?.batch;
    };
    assertEquals([(await told(same, null)).duplicate_of, (await told(same, "bravo")).duplicate_of], [
      acme,
      null,
    ]);
    const bravo = await drop(db, { path: "bravo/c.csv" });
    await workOff(db, { rows: [{ case: "C" }] });
    await drop(db, { path: "acme/c.csv" });
    await workOff(db, { rows: [{ case: "C" }, { case: "D" }] });
    await engine(db)`select intake.undo_batch(${bravo}, 'wrong', 'operator:jane', 'r')`;
    assertEquals((await told(bravo, null)).undo.affected_batches.length, 1);
    assertEquals((await told(bravo, "bravo")).undo, { status: "pending", affected_batches: [] });
  }));
