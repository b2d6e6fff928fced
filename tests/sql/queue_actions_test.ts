/** What an operator does to queues and jobs, and what he sees of them. */
import { assertEquals } from "deno-std/assert/equals.js";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import { batchOf, claim, drop, engine, jobOf, letTimePass, mustClaim, rowsOf, workOff } from "./engine.ts";

const FILE = { rows: rowsOf("Q", 4), slices: [2, 2] };

const inspect = async (db: TestDatabase, queue: string | null = null) =>
  (await db.as("service_role")`select ops.inspect_queues(${queue}) as seen`)[0]?.seen;

async function bury(db: TestDatabase): Promise<string> {
  const batch = await drop(db);
  for (let tries = 0; tries < 5; tries++) {
    const unit = await mustClaim(db, "stage");
    await engine(db)`select ops.fail(${unit.job_id}, null, ${unit.token}, 'storage answered 500')`;
    await letTimePass(db, 4000);
  }
  assertEquals((await batchOf(db, batch)).status, "failed");
  return batch;
}

Deno.test("set_queue_paused() stops claims, lets running work end, and leaves audit events", () =>
  withDatabase(async (db) => {
    await drop(db);
    const unit = await mustClaim(db, "stage");
    await db.sql`select ops.set_queue_paused('ingest', true, 'vendor down', 'jane', 'req-1')`;
    await drop(db);
    assertEquals(await claim(db), null);
    assertEquals(
      (await engine(db)`select ops.beat(${unit.job_id}, null, ${unit.token}) as held`)[0]?.held,
      true,
    );
    const ingest = (await inspect(db, "ingest")).queues;
    assertEquals(ingest.length, 1);
    assertEquals([ingest[0].paused, ingest[0].reason], [true, "vendor down"]);
    await db.sql`select ops.set_queue_paused('ingest', false, null, 'jane', 'req-2')`;
    await mustClaim(db, "stage");
    const events = await db
      .sql`select action, actor, request_id from audit.event_log where entity_type = 'queue' order by id`;
    assertEquals([...events], [
      { action: "queue.paused", actor: "jane", request_id: "req-1" },
      { action: "queue.resumed", actor: "jane", request_id: "req-2" },
    ]);
  }));

Deno.test("set_queue_paused() answers null for a queue there is not", () =>
  withDatabase(async (db) => {
    assertEquals(
      (await db.sql`select ops.set_queue_paused('fax', true, null, 'jane', null) as done`)[0]?.done,
      null,
    );
  }));

Deno.test("redrive_job() begins the next attempt of a batch, and remembers what its job had died of", () =>
  withDatabase(async (db) => {
    const batch = await bury(db);
    const job = await jobOf(db, batch);
    const [row] = await db.as(
      "service_role",
    )`select ops.redrive_job(${job.id}, 'operator:jane', 'req-1') as done`;
    assertEquals(row?.done.outcome, "done");
    const revived = await jobOf(db, batch);
    assertEquals([revived.redrives, revived.redriven_by, revived.attempts, revived.dead_lettered_at], [
      1,
      "operator:jane",
      0,
      null,
    ]);
    await workOff(db, FILE);
    const ended = await batchOf(db, batch);
    assertEquals([ended.status, ended.attempt], ["completed", 2]);
    assertEquals((await jobOf(db, batch)).redrives, 1); // what happens afterwards does not forget it
    const [event] = await db.sql`select actor, before from audit.event_log where action = 'job.redriven'`;
    assertEquals([event?.actor, event?.before.last_error, event?.before.attempts], [
      "operator:jane",
      "storage answered 500",
      5,
    ]);
  }));

Deno.test("redrive_job() refuses a job that was not given up, and one that is not there", () =>
  withDatabase(async (db) => {
    const job = await jobOf(db, await drop(db));
    const outcome = async (id: string) =>
      (await db.sql`select ops.redrive_job(${id}, 'jane', null) as done`)[0]?.done.outcome;
    assertEquals(await outcome(job.id), "wrong_state");
    assertEquals(await outcome(crypto.randomUUID()), "unknown");
  }));

Deno.test("reset_queue() takes only jobs without a sign of life from their holders", () =>
  withDatabase(async (db) => {
    const [silent, busy] = [await drop(db), await drop(db)];
    await mustClaim(db, "stage");
    await mustClaim(db, "stage");
    await db
      .admin`update ops.job_queue set locked_at = now() - interval '6 minutes', created_at = now() - interval '1 hour',
      lease_expires_at = now() + interval '1 hour' where batch_id = ${silent}`;
    await db
      .sql`update intake.simplicity_batches set progress_at = now() - interval '6 minutes' where id = ${silent}`;
    assertEquals((await inspect(db)).stuck.length, 1);
    const [row] = await db.sql`select ops.reset_queue(null, 'jane', null) as done`;
    assertEquals(row?.done.reset.map((job: { batch_id: string }) => job.batch_id), [silent]);
    assertEquals([(await jobOf(db, silent)).status, (await jobOf(db, busy)).status], [
      "pending",
      "processing",
    ]);
    assertEquals((await inspect(db)).stuck.length, 0);
  }));

Deno.test("set_job_status() holds a single job and lets it go, but not one that has ended", () =>
  withDatabase(async (db) => {
    const batch = await drop(db);
    const job = await jobOf(db, batch);
    const set = async (status: string) =>
      (await db.as("service_role")`select ops.set_job_status(${job.id}, ${status}, 'jane', null) as done`)[0]
        ?.done.outcome;
    assertEquals(await set("paused"), "done");
    assertEquals(await claim(db), null);
    assertEquals(await set("pending"), "done");
    await workOff(db, FILE);
    assertEquals(await set("paused"), "wrong_state");
  }));

Deno.test("inspect_queues() counts by queue, and finds what was given up or failed three times in a row", () =>
  withDatabase(async (db) => {
    await bury(db);
    const batch = await drop(db);
    await db.admin`update ops.job_queue set attempts = 3, last_error = 'slow' where batch_id = ${batch}`;
    const seen = await inspect(db);
    const ingest = seen.queues.find((one: { job_type: string }) => one.job_type === "ingest");
    assertEquals([ingest.due, ingest.failed], [1, 1]);
    assertEquals(seen.poisoned.length, 2);
    assertEquals("payload" in seen.poisoned[0], false);
  }));

Deno.test("inspect_queues() names the jobs somebody holds, and why: a queue's brake does not release them", () =>
  withDatabase(async (db) => {
    const batch = await drop(db);
    await db.sql`update ops.job_queue set status = 'paused', last_error = 'Manually paused: API down'`;
    await db.sql`select ops.set_queue_paused('ingest', false, null, 'jane', null)`;
    const { held } = await inspect(db);
    assertEquals(
      held.map((job: { last_error: string; batch_id: string }) => [job.batch_id, job.last_error]),
      [
        [batch, "Manually paused: API down"],
      ],
    );
    await db.sql`select ops.set_job_status(${held[0].job_id}, 'pending', 'jane', null)`;
    assertEquals((await inspect(db)).held, []);
  }));

Deno.test("every job is counted once by ops.metrics() and inspect_queues(), in whatever state it is", () =>
  withDatabase(async (db) => {
    await db.admin.unsafe(`
      alter table ops.job_queue disable trigger user;
      insert into ops.job_queue (job_type, status, locked_at, lease_token, lease_expires_at, dead_lettered_at, next_run_at,
        updated_at)
      select t, s, case when s = 'processing' then now() end, case when s = 'processing' then gen_random_uuid() end,
             case when s = 'processing' then now() end, case when s = 'failed' and n = 1 then now() end,
             now() + (n - 2) * interval '1 hour', now() - (n - 1) * interval '20 hours'
        from unnest(array['ingest', 'undo', 'notify']) t,
             unnest(array['pending', 'processing', 'paused', 'completed', 'failed']) s, generate_series(1, 3) n`);
    const [told] = await db.as("service_role")`
      select m ->> 'job_type' as job_type, m ->> 'status' as status, (m ->> 'n')::int as n
        from jsonb_array_elements(ops.metrics() -> 'jobs') m
      except
      select j.job_type, j.status, count(*)::int from ops.job_queue j group by 1, 2`;
    assertEquals(told, undefined);
    const [counted] = await db
      .sql`select count(*)::int as kinds from jsonb_array_elements(ops.metrics() -> 'jobs')`;
    assertEquals(counted?.kinds, 15);
    const { queues } = await inspect(db);
    const { oldest_due_seconds, changed_at: _, ...ingest } = queues.find((
      one: { job_type: string },
    ) => one.job_type === "ingest");
    assertEquals(ingest, {
      job_type: "ingest",
      paused: false,
      reason: null,
      due: 2,
      waiting: 1,
      processing: 3,
      paused_jobs: 3,
      failed: 3,
      completed_24h: 2,
    });
    assertEquals(oldest_due_seconds >= 0, true);
    assertEquals(
      queues.find((one: { job_type: string }) => one.job_type === "enforcement").due,
      0,
    );
  }));
