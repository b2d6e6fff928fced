/**
 * Two batches that bring the same new plaintiffs at the same time, in opposite orders: each is there once, none is
 * missing, neither waits for the other in a circle. `SHARED_PLAINTIFFS=200` runs it so many times.
 */
import { assertEquals } from "deno-std/assert/equals.js";
import { type Sql, type TestDatabase, withDatabase } from "../support/database.ts";
import { doUnit, drop, type File, mustClaim, type Unit } from "./engine.ts";

const RUNS = Number(Deno.env.get("SHARED_PLAINTIFFS") ?? 20);
const NAMES = 60;

/** A file of new case numbers whose plaintiffs are the same in every batch of a run, some spelt otherwise. */
function fileOf(run: number, batch: string, turned: boolean): File {
  const rows = Array.from({ length: NAMES }, (_, n) => ({
    case: `${batch}-${run}-${n}`,
    plaintiff: batch === "B" && n % 3 === 0 ? `NEW ${run}  PLAINTIFF ${n}` : `New ${run} Plaintiff ${n}`,
  }));
  return { rows: turned ? rows.toReversed() : rows, slices: [NAMES / 2, NAMES / 2] };
}

/** Brings a file up to the verdict on it: its plaintiffs are added there. */
async function toDecision(db: TestDatabase, file: File): Promise<Unit> {
  await drop(db);
  await doUnit(db, await mustClaim(db, "stage"), file);
  await doUnit(db, await mustClaim(db, "slice"), file);
  await doUnit(db, await mustClaim(db, "slice"), file);
  return await mustClaim(db, "settle");
}

async function settleOn(sql: Sql, unit: Unit): Promise<string> {
  await sql`select intake.decide(${unit.batch.id}, ${unit.token})`;
  const [row] =
    await sql`select intake.insert_batch(${unit.batch.id}, ${unit.token}) ->> 'outcome' as outcome`;
  await sql`select intake.clear_staged(${unit.batch.id})`;
  return String(row?.outcome);
}

Deno.test(`two batches bring the same new plaintiffs at once, ${RUNS} times: none twice, none missing, no deadlock`, () =>
  withDatabase(async (db) => {
    const [one, two] = [db.connect(), db.connect()];
    for (let run = 0; run < RUNS; run++) {
      const first = await toDecision(db, fileOf(run, "A", false));
      const second = await toDecision(db, fileOf(run, "B", true));
      const outcomes = await Promise.all([settleOn(one, first), settleOn(two, second)]);
      assertEquals(outcomes, ["completed", "completed"], `run ${run}`);
    }
    const [found] = await db.sql`
      select (select count(*) from public.plaintiffs) as plaintiffs,
             (select count(distinct p.name_normalized) from public.plaintiffs p) as names,
             (select count(*) from public.judgments) as judgments,
             (select count(*) from public.judgments j join public.plaintiffs p on p.id = j.plaintiff_id
               where p.name_normalized = public.normalize_name(j.plaintiff_name)) as linked`;
    assertEquals(found, {
      plaintiffs: RUNS * NAMES,
      names: RUNS * NAMES,
      judgments: RUNS * NAMES * 2,
      linked: RUNS * NAMES * 2,
    });
    const [stats] = await db.admin`
      select d.deadlocks::int from pg_stat_database d where d.datname = current_database()`;
    assertEquals(stats?.deadlocks, 0);
  }));
