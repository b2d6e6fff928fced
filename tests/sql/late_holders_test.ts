/**
 * Whoever lost a job can do nothing more for it, of whatever type it is. And the proof that this test sees: the same with
 * the fence taken out, as `deno task chaos --sabotage fence` does.
 */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { apply, SABOTAGES } from "../chaos/sabotage.ts";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import { engine, errorOf, ingest, letTimePass, rowsOf } from "./engine.ts";

interface Held {
  job_id: string;
  token: string;
}

/** How a job of each type comes to be due, and what its holder says at the end. */
const TYPES: Readonly<
  Record<string, {
    readonly queue: (db: TestDatabase) => Promise<unknown>;
    readonly end: (db: TestDatabase, held: Held) => Promise<unknown>;
  }>
> = {
  undo: {
    queue: async (db) => {
      const id = await ingest(db, { rows: rowsOf("L", 3) });
      await engine(db)`select intake.undo_batch(${id}, 'wrong vendor', 'operator:jane', 'req-1')`;
    },
    end: (db, held) => engine(db)`select intake.undo_step(${held.job_id}, ${held.token})`,
  },
  notify: {
    queue: (db) => db.sql`select ops.enqueue('notify', '{"channel": "slack"}', 'k')`,
    end: (db, held) => engine(db)`select ops.finish(${held.job_id}, ${held.token})`,
  },
  vendor_pull: {
    queue: (db) => db.sql`select ops.queue_vendor_pull()`,
    end: (db, held) =>
      engine(db)`select ops.finish_vendor_pull(${held.job_id}, ${held.token}, '{"outcome": "unchanged"}')`,
  },
};

async function claim(db: TestDatabase, type: string): Promise<Held> {
  const [row] = await engine(db)`select ops.claim(array[${type}], 'w') as unit`;
  if (row?.unit == null) throw new Error(`Cannot claim a job of type ${type}: none is due`);
  return row.unit;
}

/** A holder falls silent, another takes over, the first one comes back. @returns what it is told. */
async function comeLate(db: TestDatabase, type: string): Promise<string | null> {
  const job = TYPES[type];
  if (job === undefined) throw new Error(`Cannot test jobs of type ${type}`);
  await job.queue(db);
  const late = await claim(db, type);
  await letTimePass(db, 61);
  await claim(db, type);
  return await errorOf(job.end(db, late));
}

for (const type of Object.keys(TYPES)) {
  Deno.test(`a late holder of a job of type ${type} is refused`, () =>
    withDatabase(async (db) => assertMatch(await comeLate(db, type) ?? "", /^DF001 /)));

  Deno.test(`without the fence a late holder of a job of type ${type} is heard`, () =>
    withDatabase(async (db) => {
      const { fence } = SABOTAGES;
      if (fence === undefined) throw new Error("Cannot find the sabotage of the fence");
      await apply(db.admin, fence);
      assertEquals(await comeLate(db, type), null);
    }));
}

for (const [name, sabotage] of Object.entries(SABOTAGES)) {
  Deno.test(`the sabotage ${name} finds the guards it takes out`, () =>
    withDatabase(async (db) => {
      await apply(db.admin, sabotage);
    }));
}
