/**
 * Workers, operators, the sweep and cron at once over connections of their own: locks are taken in one order, so
 * nobody is ever told 40P01, and the outcome is that of an undisturbed run.
 */
import { assertEquals } from "deno-std/assert/equals.js";
import { type Sql, type TestDatabase, withDatabase } from "../support/database.ts";
import {
  batchOf,
  bringTo,
  claim,
  doUnit,
  drop,
  type File,
  finishStaging,
  ingest,
  jobOf,
  letTimePass,
  loseAll,
  mustClaim,
  rowsOf,
  workOff,
} from "./engine.ts";
import { until } from "../support/until.ts";

/** Expected of a race: the loser is fenced, told that something is unique, or that a batch has moved on. */
const EXPECTED = new Set(["P0001", "DF001", "DF002"]);

/** Runs all, each as often as `rounds` says, and gives back every error that is not expected of a race. */
async function race(rounds: number, actors: (() => Promise<unknown>)[]): Promise<string[]> {
  const unexpected: string[] = [];
  await Promise.all(actors.map(async (act) => {
    for (let round = 0; round < rounds; round++) {
      try {
        await act();
      } catch (error) {
        if (!(error instanceof Error) || !("code" in error)) throw error;
        if (!EXPECTED.has(String(error.code))) unexpected.push(`${error.code} ${error.message}`);
      }
    }
  }));
  return unexpected;
}

const FILE: File = { rows: rowsOf("R", 24, 2), slices: [7, 7, 6, 6] };

/** A worker that does whatever it is given. */
function worker(db: TestDatabase, name: string): () => Promise<void> {
  return async () => {
    const unit = await claim(db, name);
    if (unit !== null) await doUnit(db, unit, FILE);
  };
}

/** Types one statement again and again over `sql`. */
function typing(sql: Sql, statement: string): () => Promise<unknown> {
  return () => sql.unsafe(statement);
}

Deno.test("workers racing resets, bulk deletes, hand-set jobs, sweeps and expiring leases never deadlock", () =>
  withDatabase(async (db) => {
    for (let n = 0; n < 6; n++) await drop(db, { path: `simplicity/keep-${n}.csv` });
    for (let n = 0; n < 6; n++) await drop(db, { path: `simplicity/test-${n}.csv` });
    const storage = db.connect("supabase_storage_admin");
    // One operator: two bulk statements typed at once meet in any database that locks rows, engine or not.
    const hand = db.connect();
    const unexpected = await race(30, [
      ...["a", "b", "c", "d"].map((name) => worker(db, name)),
      typing(
        hand,
        "update intake.simplicity_batches set status = 'uploaded' where filename like 'keep-%' and random() < 0.2",
      ),
      typing(
        hand,
        "update intake.simplicity_batches set status = 'uploaded' where id in (select id from intake.simplicity_batches order by id desc)",
      ),
      typing(hand, "delete from intake.simplicity_batches where filename ilike '%test%' and random() < 0.3"),
      typing(
        hand,
        "update ops.job_queue set status = 'pending', locked_at = null where status = 'processing' and random() < 0.3",
      ),
      typing(hand, "update ops.job_queue set status = 'paused' where status = 'pending' and random() < 0.2"),
      typing(hand, "update ops.job_queue set status = 'pending' where status in ('paused', 'failed')"),
      typing(
        hand,
        "update intake.batch_slices set lease_expires_at = now() - interval '1 second' where status = 'leased' and random() < 0.1",
      ),
      typing(
        hand,
        "update intake.simplicity_batches set status = 'failed', rejection_reason = 'x' where status in ('uploaded', 'staging', 'validating') and random() < 0.1",
      ),
      typing(db.connect(), "select intake.sweep()"),
      typing(db.connect(), "select ops.reap_leases()"),
      typing(db.connect(), "select audit.seal()"),
      () =>
        storage`insert into storage.objects (bucket_id, name, version, metadata)
          values ('intake', ${`simplicity/test-${crypto.randomUUID()}.csv`}, 'v', '{"mimetype":"text/csv"}')`,
    ]);
    assertEquals(unexpected, []);

    await db.sql`update ops.job_queue set status = 'pending' where status in ('paused', 'failed')`;
    await db
      .sql`update intake.simplicity_batches set status = 'uploaded' where status = 'failed' or status = 'skipped'`;
    await letTimePass(db, 7200);
    await workOff(db, FILE);
    await db.sql`select intake.sweep()`;
    const states = await db
      .sql`select status, count(*) from intake.simplicity_batches group by status order by status`;
    assertEquals(states.map((row) => row.status).filter((status) => status !== "skipped"), ["completed"]);
    const [wrong] = await db.sql`
      select count(*) as n from intake.simplicity_batches b where b.status = 'completed'
         and (b.row_count_total <> 26 or b.row_count_invalid <> 2 or b.row_count_valid <> b.row_count_inserted + b.row_count_duplicate
              or b.row_count_inserted <> (select count(*) from public.judgments j where j.batch_id = b.id))`;
    assertEquals(wrong?.n, 0);
    assertEquals((await db.sql`select 1 from public.judgments`).length, 24);
    await db.sql`select audit.seal(1000000)`;
    assertEquals((await db.sql`select ok from audit.verify_chain()`)[0]?.ok, true);
  }));

/** Holds one lock in an open transaction until `other` is seen waiting for it, then goes on with `rest`. */
async function meet(
  db: TestDatabase,
  first: string,
  other: (sql: Sql) => Promise<unknown>,
  rest: string,
): Promise<PromiseSettledResult<unknown>[]> {
  const [one, two] = [db.connect(), db.connect()];
  const [{ pid } = { pid: 0 }] = await two`select pg_backend_pid() as pid`;
  let waiting: Promise<unknown> = Promise.resolve();
  const firstDone = one.begin(async (sql) => {
    await sql.unsafe(first);
    let over = false;
    waiting = other(two).finally(() => over = true);
    waiting.catch(() => over = true);
    await until("the other one wait or end", async () => {
      const [seen] = await db.admin`select wait_event_type as type from pg_stat_activity where pid = ${pid}`;
      return over || seen?.type === "Lock";
    });
    await sql.unsafe(rest);
  });
  const outcomes = await Promise.allSettled([firstDone]);
  return [...outcomes, ...await Promise.allSettled([waiting])];
}

function deadlocks(outcomes: PromiseSettledResult<unknown>[]): string[] {
  return outcomes.flatMap((one) => one.status === "rejected" ? [String(one.reason.code)] : [])
    .filter((code) => code === "40P01");
}

Deno.test("a hand-set job and the end of a slice do not wait for each other", () =>
  withDatabase(async (db) => {
    const id = await bringTo(db, "validating", { rows: rowsOf("M", 2), slices: [1, 1] });
    const unit = await mustClaim(db, "slice");
    const outcomes = await meet(
      db,
      `select 1 from ops.job_queue where batch_id = '${id}' for update`,
      (sql) =>
        sql`select intake.finish_slice(${id}, 0, ${unit.token}, '{"valid":1,"invalid":0,"code_counts":{},"warning_counts":{}}')`,
      `update ops.job_queue set status = 'pending' where batch_id = '${id}'`,
    );
    assertEquals(deadlocks(outcomes), []);
  }));

Deno.test("a hand-set job and the failure of a slice do not wait for each other", () =>
  withDatabase(async (db) => {
    const id = await bringTo(db, "validating", { rows: rowsOf("M", 2), slices: [1, 1] });
    const unit = await mustClaim(db, "slice");
    const outcomes = await meet(
      db,
      `select 1 from ops.job_queue where batch_id = '${id}' for update`,
      (sql) => sql`select ops.fail(${unit.job_id}, 0, ${unit.token}, 'x')`,
      `update ops.job_queue set status = 'pending' where batch_id = '${id}'`,
    );
    assertEquals(deadlocks(outcomes), []);
  }));

Deno.test("a redrive and a reset of the same batch do not wait for each other", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    for (let loss = 0; loss < 5; loss++) {
      await mustClaim(db, "stage");
      await loseAll(db);
    }
    await claim(db);
    const outcomes = await meet(
      db,
      `select 1 from ops.job_queue where batch_id = '${id}' for update`,
      (sql) => sql`update intake.simplicity_batches set status = 'uploaded' where id = ${id}`.execute(),
      `update ops.job_queue set status = 'pending' where batch_id = '${id}'`,
    );
    assertEquals(deadlocks(outcomes), []);
    assertEquals([(await batchOf(db, id)).status, (await jobOf(db, id)).status], ["uploaded", "pending"]);
  }));

Deno.test("a bulk delete and a drop of the same bytes do not wait for each other; the drop is tried again", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("M", 2) };
    const known = await ingest(db, file);
    const again = await drop(db);
    const unit = await mustClaim(db, "stage");
    const one = db.connect();
    await one.begin(async (sql) => {
      await sql`delete from intake.simplicity_batches where id = ${known}`;
      assertEquals((await finishStaging(db, unit, file)).outcome, "busy");
    });
    assertEquals([(await batchOf(db, again)).status, (await jobOf(db, again)).attempts], ["staging", 0]);
    await letTimePass(db, 2);
    await workOff(db, file);
    assertEquals((await batchOf(db, again)).status, "completed");
  }));
