/** The state machine of a batch is told three times: in the database, in code, and as a picture. They are one. */
import { assertEquals } from "deno-std/assert/equals.js";
import { REJECTION_CODES } from "../../shared/intake/rejection_codes.ts";
import { BATCH_MOVES, BATCH_STATES } from "../../shared/intake/states.ts";
import { withDatabase } from "../support/database.ts";

const PICTURE = new URL("../../docs/batch-states.md", import.meta.url);
const IN_CODE = BATCH_MOVES.map((move) => move.join(" ")).sort();

/** The texts in quotes of a check constraint. */
async function allowed(
  db: { sql: import("../support/database.ts").Sql },
  constraint: string,
): Promise<string[]> {
  const [row] = await db
    .sql`select pg_get_constraintdef(oid) as text from pg_constraint where conname = ${constraint}`;
  return [...String(row?.text).matchAll(/'([A-Za-z_]+)'/g)].map((match) => String(match[1])).sort();
}

Deno.test("intake.batch_moves has the moves of the typed list", () =>
  withDatabase(async (db) => {
    const rows = await db.sql`
      select from_status || ' ' || to_status || case when by_hand then ' by hand' else ' engine' end as move
        from intake.batch_moves`;
    assertEquals(rows.map((row) => String(row.move)).sort(), IN_CODE);
  }));

Deno.test("the picture in docs has the moves of the typed list", async () => {
  const arrows = [...(await Deno.readTextFile(PICTURE)).matchAll(/^ {2}(\w+) (-->|-\.->)\|[^|]+\| (\w+)$/gm)];
  const drawn = arrows.map(([, from, arrow, to]) =>
    `${from} ${to} ${arrow === "-->" ? "engine" : "by hand"}`
  );
  assertEquals(drawn.sort(), IN_CODE);
});

Deno.test("the states and the codes of the database are those of the typed lists", () =>
  withDatabase(async (db) => {
    assertEquals(await allowed(db, "simplicity_batches_status_known"), [...BATCH_STATES].sort());
    assertEquals(await allowed(db, "simplicity_batches_rejection_code_known"), [...REJECTION_CODES].sort());
  }));

Deno.test("a reason set by hand has code ABORTED, on the way and after the end", () =>
  withDatabase(async (db) => {
    const [row] = await db.sql`
      insert into intake.simplicity_batches (filename) values ('a.csv') returning id`;
    const code = async () => {
      const [batch] = await db
        .sql`select rejection_code from intake.simplicity_batches where id = ${row?.id}`;
      return batch?.rejection_code;
    };
    assertEquals(await code(), null);
    await db
      .sql`update intake.simplicity_batches set status = 'failed', rejection_reason = 'no' where id = ${row?.id}`;
    assertEquals(await code(), "ABORTED");
    await db.sql`update intake.simplicity_batches set status = 'uploaded' where id = ${row?.id}`;
    assertEquals(await code(), null);
  }));
