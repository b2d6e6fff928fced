/** Slices that are cut where their holder had to stop. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import {
  batchOf,
  bringTo,
  claim,
  countsOf,
  doSlice,
  doUnit,
  engine,
  errorOf,
  type File,
  mustClaim,
  rowsIn,
  rowsOf,
  sendBlock,
  type Unit,
  workOff,
} from "./engine.ts";

const FILE: File = { rows: rowsOf("SPLIT", 10), slices: [6, 4] };

/** Ends a slice before this row of the file. */
function split(db: TestDatabase, unit: Unit, row: number, valid: number) {
  const sql = engine(db);
  const tally = { valid, invalid: 0, code_counts: {}, warning_counts: {} };
  const rest = { first_row: row, first_byte: row * 100, first_line: row + 2 };
  return sql`select intake.split_slice(${unit.batch.id}, ${unit.slice?.no ?? -1}, ${unit.token}, ${
    sql.json(tally)
  },
    ${sql.json(rest)}) as done`;
}

/** Sends the first rows of a slice, and cuts it behind them. */
async function doPart(db: TestDatabase, unit: Unit, rows: number): Promise<void> {
  await sendBlock(db, unit, rowsIn(unit, FILE).slice(0, rows));
  await split(db, unit, (unit.slice?.first_row ?? 0) + rows, rows);
}

Deno.test("split_slice() counts what was done and leaves the rest to be claimed", () =>
  withDatabase(async (db) => {
    const id = await bringTo(db, "validating", FILE);
    await doPart(db, await mustClaim(db, "slice"), 2);
    assertEquals((await batchOf(db, id)).row_count_total, 2);
    const slices = await db.sql`
      select slice_no, first_row, row_count, first_byte::int, end_byte::int, status from intake.batch_slices order by first_row`;
    assertEquals(slices.map((slice) => Object.values(slice)), [
      [0, 0, 2, 0, 200, "done"],
      [2, 2, 4, 200, 600, "pending"],
      [1, 6, 4, 600, 1000, "pending"],
    ]);
    await workOff(db, FILE);
    assertEquals([(await batchOf(db, id)).status, ...await countsOf(db, id)], [
      "completed",
      10,
      10,
      0,
      10,
      0,
    ]);
  }));

Deno.test("split_slice() may be done to the same slice again and again", () =>
  withDatabase(async (db) => {
    const id = await bringTo(db, "validating", FILE);
    for (let unit = await claim(db); unit !== null; unit = await claim(db)) {
      if (unit.kind !== "slice") await doUnit(db, unit, FILE);
      else if ((unit.slice?.row_count ?? 0) > 1) await doPart(db, unit, 1);
      else await doSlice(db, unit, FILE);
    }
    assertEquals(await countsOf(db, id), [10, 10, 0, 10, 0]);
    assertEquals((await db.sql`select 1 from intake.batch_slices`).length, 10);
  }));

Deno.test("split_slice() refuses a cut outside the slice, and one by who lost it", () =>
  withDatabase(async (db) => {
    await bringTo(db, "validating", FILE);
    const unit = await mustClaim(db, "slice");
    for (const row of [0, 6, 7]) {
      assert(
        (await errorOf(split(db, unit, row, row)))?.startsWith("DF003 Cannot cut slice 0"),
        `row ${row}`,
      );
    }
    await db.sql`update intake.batch_slices set lease_token = gen_random_uuid() where slice_no = 0`;
    assert((await errorOf(split(db, unit, 2, 2)))?.startsWith("DF001 "));
  }));

Deno.test("duplicates are listed in file order, however slices were cut", () =>
  withDatabase(async (db) => {
    await workOff(db, FILE);
    const first = await bringTo(db, "validating", FILE);
    await workOff(db, FILE);
    const file: File = { ...FILE, rows: [...FILE.rows].reverse() };
    const id = await bringTo(db, "validating", file);
    await db
      .sql`create or replace function intake.max_kept_duplicates() returns int language sql immutable as 'select 3'`;
    const unit = await mustClaim(db, "slice");
    await sendBlock(db, unit, rowsIn(unit, file).slice(0, 2));
    await split(db, unit, 2, 2);
    await workOff(db, file);
    assertEquals((await batchOf(db, first)).status, "completed");
    const listed = await db
      .sql`select row_index from intake.row_errors where batch_id = ${id} order by row_index`;
    assertEquals(listed.map((row) => row.row_index), [0, 1, 2]);
  }));
