/**
 * Staged rows meet judgments through the unique index, read once in order or asked row by row, also when the planner is
 * misled: a table analysed while it was empty, before a first load or after one was undone, looks free to be read once
 * for every staged row.
 */
import { assertEquals } from "deno-std/assert/equals.js";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import { doUnit, drop, engine, mustClaim, rowsOf } from "./engine.ts";

const ROWS = 500;
const FILE = { rows: rowsOf("M", ROWS) };

/** Brings a file to its insert, with statistics that say judgments is empty. */
async function misled(db: TestDatabase) {
  await db.admin`analyze public.judgments`;
  const id = await drop(db);
  await doUnit(db, await mustClaim(db, "stage"), FILE);
  await doUnit(db, await mustClaim(db, "slice"), FILE);
  const unit = await mustClaim(db, "settle");
  await engine(db)`select intake.decide(${id}, ${unit.token})`;
  return { id, unit };
}

/** Judgments, the file's rows first, every one known; who reads statistics only does not see them. */
async function addKnown(db: TestDatabase, batch: string | null = null, count = ROWS): Promise<void> {
  await db.sql`
    insert into public.judgments (case_number, plaintiff_name, defendant_name, amount, judgment_date, batch_id, source_row_index)
    select 'M-' || n, 'P', 'D', 1, '2024-01-15', ${batch}, n from generate_series(0, ${count - 1}) n`;
}

/** @returns what the call answers, how often judgments was read from end to end meanwhile, and how often through an index. */
async function scansOf(db: TestDatabase, call: string, parameters: [batch: string, ...more: string[]]) {
  const seen = await engine(db).begin(async (sql) => {
    const reads = async () => {
      const [table] = await sql`
        select seq_scan::int as scans, idx_scan::int as lookups
          from pg_stat_xact_user_tables where relid = 'public.judgments'::regclass`;
      return { scans: Number(table?.scans), lookups: Number(table?.lookups) };
    };
    const before = await reads(); // what this connection has not reported yet
    const [row] = await sql.unsafe(`select ${call} as answer`, parameters);
    const { scans, lookups } = await reads();
    return { answer: row?.answer, scans: scans - before.scans, lookups: lookups - before.lookups };
  });
  await engine(db)`select intake.clear_staged(${parameters[0]})`;
  return seen;
}

/** What of this batch stands already is looked up as well, once. */
const STANDING = 1;

// An index counts one lookup for a row, and one for being read from end to end.
const WAYS = [
  { table: "empty", known: 0, inserted: ROWS, lookups: 1 },
  { table: "half as large as the file", known: ROWS / 2, inserted: ROWS / 2, lookups: 1 },
  { table: "much larger than the file", known: 10 * ROWS, inserted: 0, lookups: ROWS },
];

for (const { table, known, inserted, lookups: wanted } of WAYS) {
  const way = wanted === 1 ? "reads judgments once, in order" : "looks up each row";
  Deno.test(`insert_batch() ${way}, where the table is ${table}`, () =>
    withDatabase(async (db) => {
      const { id, unit } = await misled(db);
      await addKnown(db, null, known);
      const { answer, scans, lookups } = await scansOf(db, "intake.insert_batch($1, $2)", [id, unit.token]);
      assertEquals([answer, scans], [{ outcome: "completed", inserted }, 0]);
      const duplicates = ROWS - inserted;
      const toldApart = duplicates > 0 ? ROWS : 0; // the rows of a block with duplicates are looked up once more, to say in what they differ
      assertEquals(lookups, wanted + toldApart + STANDING);
      assertEquals((await db.sql`select 1 from intake.row_errors where batch_id = ${id}`).length, duplicates);
    }));
}

Deno.test("insert_batch() looks up each new row of a small file, where the table is large", () =>
  withDatabase(async (db) => {
    await addKnown(db, null, 10 * ROWS);
    await db.sql`update public.judgments set case_number = 'OTHER-' || id`;
    const { id, unit } = await misled(db);
    const { answer, scans, lookups } = await scansOf(db, "intake.insert_batch($1, $2)", [id, unit.token]);
    assertEquals([answer, scans, lookups], [{ outcome: "completed", inserted: ROWS }, 0, ROWS + STANDING]);
  }));

Deno.test("count_new() does not read all judgments", () =>
  withDatabase(async (db) => {
    const { id } = await misled(db);
    assertEquals(await scansOf(db, "intake.count_new($1)", [id]), { answer: ROWS, scans: 0, lookups: ROWS });
    await addKnown(db);
    assertEquals(await scansOf(db, "intake.count_new($1)", [id]), { answer: 0, scans: 0, lookups: ROWS });
  }));

Deno.test("count_orphans() does not read all judgments", () =>
  withDatabase(async (db) => {
    const { id } = await misled(db);
    await addKnown(db, id);
    assertEquals(await scansOf(db, "intake.count_orphans($1)", [id]), {
      answer: 0,
      scans: 0,
      lookups: ROWS + 1,
    });
    await db.sql`update public.judgments set case_number = 'GONE-' || id where source_row_index < 3`;
    assertEquals(await scansOf(db, "intake.count_orphans($1)", [id]), {
      answer: 3,
      scans: 0,
      lookups: ROWS + 1,
    });
  }));
