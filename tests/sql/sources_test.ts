/** What is particular to each vendor, as it is set and handed to whoever reads his files. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import { drop, engine, errorOf } from "./engine.ts";

const COLUMNS = ["case_number", null, "defendant_name", "plaintiff_name", "amount", "judgment_date"];

async function put(
  db: TestDatabase,
  settings: { columns?: readonly (string | null)[] | null; priority?: number },
): Promise<unknown> {
  const sql = engine(db);
  const [row] = await sql`select intake.put_source('simplicity', ${
    sql.json(settings)
  }, 'ada', null) as source`;
  return row?.source.columns;
}

Deno.test("put_source() sets the columns of files without a header, keeps them, and takes them away", () =>
  withDatabase(async (db) => {
    assertEquals(await put(db, {}), null);
    assertEquals(await put(db, { columns: COLUMNS }), COLUMNS);
    assertEquals(await put(db, { priority: 3 }), COLUMNS);
    const [source] = await engine(db)`select intake.describe_source('simplicity') as source`;
    assertEquals(source?.source.columns, COLUMNS);
    assertEquals(await put(db, { columns: null }), null);
  }));

Deno.test("a source's columns are fields of a judgment", () =>
  withDatabase(async (db) => {
    for (const columns of ["{case_number,colour}", "{}"]) {
      const error = await errorOf(db.sql`update intake.sources set columns = ${columns}::text[]`);
      assertMatch(error ?? "", /sources_columns_are_fields/);
    }
    await db.sql`update intake.sources set columns = '{case_number,null}'`;
  }));

Deno.test("a unit of work has its source's columns, but for a repair, whose columns are ours", () =>
  withDatabase(async (db) => {
    await put(db, { columns: COLUMNS });
    const id = await drop(db);
    const columns = async () => {
      const [row] = await engine(db)`
        select intake.describe_unit(j, null) as unit from ops.job_queue j where j.batch_id = ${id}`;
      return row?.unit.source.columns;
    };
    assertEquals(await columns(), COLUMNS);
    await db.sql`update intake.simplicity_batches set replay_of = ${await drop(db)} where id = ${id}`;
    assertEquals(await columns(), null);
  }));
