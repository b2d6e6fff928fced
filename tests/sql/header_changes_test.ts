/** Columns of a source that change: noticed once, with what became of each. */
import { assertEquals } from "deno-std/assert/equals.js";
import * as fc from "fast-check";
import { headerDrift } from "../../shared/intake/header_drift.ts";
import { foldHeader } from "../../shared/judgments/mod.ts";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import { batchOf, drop, engine, mustClaim, planOf, rowsOf } from "./engine.ts";

/** Stages a file with these columns. @returns its batch. */
async function stage(
  db: TestDatabase,
  header: string[],
  fields: (string | null)[],
  settings: { dry?: boolean } = {},
) {
  const id = await drop(db);
  if (settings.dry) await db.sql`update intake.simplicity_batches set dry_run = true where id = ${id}`;
  const unit = await mustClaim(db, "stage");
  const sql = engine(db);
  const plan = {
    ...await planOf({ rows: rowsOf(id, 1) }),
    layout: { header, header_width: header.length, fields },
  };
  await sql`select intake.finish_staging(${id}, ${unit.token}, ${sql.json(plan)})`;
  await db
    .sql`update ops.job_queue set next_run_at = now() + interval '1 day', status = 'paused' where batch_id = ${id}`;
  return await batchOf(db, id);
}

const HEADER = ["Case #", "Plaintiff", "Amount", "Remark"];
const FIELDS = ["case_number", "plaintiff_name", "amount", null];

Deno.test("a file with the columns of the one before it is no news, whatever their order and spelling", () =>
  withDatabase(async (db) => {
    await stage(db, HEADER, FIELDS);
    await stage(db, ["Amount", "case number", "PLAINTIFF", "re-mark"], [
      "amount",
      "case_number",
      "plaintiff_name",
      null,
    ]);
    assertEquals((await db.sql`select 1 from intake.header_changes`).length, 0);
  }));

Deno.test("new, missing and renamed columns become a note, a row for alerts and an event of the source", () =>
  withDatabase(async (db) => {
    const before = await stage(db, HEADER, FIELDS);
    const after = await stage(db, ["Case #", "Creditor", "Amount", "Colour", "Weight"], [
      "case_number",
      "plaintiff_name",
      "amount",
      null,
      null,
    ]);
    assertEquals(after.notes, [
      `Columns changed since ${before.filename}: new: Weight; renamed: Plaintiff to Creditor, Remark to Colour`,
    ]);
    const [change] = await db.sql`select * from intake.header_changes`;
    assertEquals([change?.batch_id, change?.compared_with, change?.new_columns, change?.missing_columns], [
      after.id,
      before.id,
      ["Weight"],
      [],
    ]);
    const [event] = await db.sql`select * from audit.event_log where action = 'source.header_changed'`;
    assertEquals([event?.entity_id, event?.after], ["simplicity", {
      batch_id: after.id,
      new_columns: 1,
      missing_columns: 0,
      renamed_columns: 2,
    }]);
    const third = await stage(db, ["Case #", "Creditor", "Amount"], [
      "case_number",
      "plaintiff_name",
      "amount",
    ]);
    assertEquals(third.notes, [`Columns changed since ${after.filename}: missing: Colour, Weight`]);
  }));

Deno.test("columns of two fields in the same place are one that went and one that came", () =>
  withDatabase(async (db) => {
    await stage(db, ["Case #", "County"], ["case_number", "county"]);
    const after = await stage(db, ["Case #", "Court"], ["case_number", "court"]);
    assertEquals(after.notes[0].split(": ").slice(1).join(": "), "new: Court; missing: County");
  }));

Deno.test("a dry run is told of a change, and is not what the next file is compared with", () =>
  withDatabase(async (db) => {
    await stage(db, HEADER, FIELDS);
    assertEquals((await stage(db, ["Case #"], ["case_number"], { dry: true })).notes.length, 1);
    assertEquals((await stage(db, HEADER, FIELDS)).notes, []);
  }));

Deno.test("fold_header() folds as foldHeader() does", () =>
  withDatabase(async (db) => {
    const cell = fc.string({ unit: fc.constantFrom(..."aB9 #._-/\t()'\"éß".split("")) });
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 50 }), async (cells) => {
        const rows = await db.sql`
          select intake.fold_header(c) as folded from unnest(${cells}::text[]) with ordinality u(c, n) order by n`;
        assertEquals(rows.map((row) => row.folded), cells.map(foldHeader));
      }),
      { numRuns: 30 },
    );
  }));

Deno.test("compare_headers() says of two files what headerDrift() says before the second is sent", () =>
  withDatabase(async (db) => {
    const name = fc.constantFrom(
      "Case #",
      "CASE NO",
      "Plaintiff",
      "Amount",
      "a",
      "A",
      "b",
      "c",
      "d",
      " ",
      "",
    );
    const field = fc.constantFrom("case_number", "plaintiff_name", "amount", null, null);
    const file = fc.array(fc.record({ name, field }), { maxLength: 6 }).map((columns) => ({
      header: columns.map((column) => column.name),
      fields: columns.map((column, at) =>
        columns.findIndex(({ field }) => field === column.field) === at ? column.field : null
      ),
    }));
    await fc.assert(
      fc.asyncProperty(file, file, async (before, after) => {
        const [told] = await db.sql`select * from intake.compare_headers(${db.sql.json(before)}, ${
          db.sql.json(after)
        })`;
        const drift = headerDrift(before, after);
        assertEquals(
          [
            drift?.added ?? [],
            drift?.missing ?? [],
            drift?.renamed.map(({ from, to }) => `${from} to ${to}`) ?? [],
          ],
          [told?.new_columns, told?.missing_columns, told?.renamed_columns],
        );
      }),
      { numRuns: 300 },
    );
  }));
