/** What an operator may type on the queue, word for word from the playbook, and the queue's own rules. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import {
  batchOf,
  bringTo,
  claim,
  countsOf,
  doSlice,
  drop,
  engine,
  errorOf,
  type File,
  finishStaging,
  ingest,
  jobOf,
  letTimePass,
  loseAll,
  mustClaim,
  rowsIn,
  rowsOf,
  sendBlock,
  workOff,
} from "./engine.ts";

const FILE: File = { rows: rowsOf("J", 4), slices: [2, 2] };
const LEASE_LOST = /^DF001 /;

/** Playbook, "Reset stuck jobs to 'pending' for retry". */
function resetStuckJobs(db: TestDatabase) {
  return db.sql`
UPDATE ops.job_queue
SET status = 'pending',
    locked_at = NULL,
    updated_at = now()
WHERE status = 'processing'
  AND locked_at < now() - INTERVAL '5 minutes'
RETURNING id, job_type`;
}

/** Playbook, "Pause all pending ingest jobs". */
function pauseIngest(db: TestDatabase) {
  return db.sql`
UPDATE ops.job_queue
SET status = 'paused',
    last_error = 'Manually paused: Simplicity API down',
    updated_at = now()
WHERE job_type = 'ingest'
  AND status = 'pending'
RETURNING id`;
}

/** Playbook, "then resume paused jobs". */
function resumeIngest(db: TestDatabase) {
  return db.sql`
UPDATE ops.job_queue
SET status = 'pending',
    last_error = NULL,
    updated_at = now()
WHERE job_type = 'ingest'
  AND status = 'paused'
RETURNING id`;
}

Deno.test("resetting stuck jobs as in the playbook frees a job that is staged, and fences its holder", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    const stale = await mustClaim(db, "stage");
    assertEquals((await resetStuckJobs(db)).length, 0, "not yet five minutes");
    await letTimePass(db, 301);
    const stuck = await db.sql`
SELECT id, job_type, status, locked_at, attempts, last_error
FROM ops.job_queue
WHERE status = 'processing'
  AND locked_at < now() - INTERVAL '5 minutes'
ORDER BY locked_at ASC`;
    assertEquals(stuck.length, 1);
    assertEquals((await resetStuckJobs(db)).length, 1);
    const job = await jobOf(db, id);
    assertEquals([job.status, job.locked_at, job.locked_by, job.lease_token, job.lease_expires_at], [
      "pending",
      null,
      null,
      null,
      null,
    ]);
    assertMatch(await errorOf(finishStaging(db, stale, FILE)) ?? "", LEASE_LOST);
    await workOff(db, FILE);
    assertEquals([(await batchOf(db, id)).attempt, ...await countsOf(db, id)], [1, 4, 4, 0, 4, 0]);
  }));

Deno.test("resetting stuck jobs frees the slices of a batch that is validated, and fences their holders", () =>
  withDatabase(async (db) => {
    const id = await bringTo(db, "validating", FILE);
    const stale = await mustClaim(db, "slice");
    await sendBlock(db, stale, rowsIn(stale, FILE));
    await letTimePass(db, 301);
    assertEquals((await resetStuckJobs(db)).length, 1);
    assertMatch(await errorOf(doSlice(db, stale, FILE)) ?? "", LEASE_LOST);
    await workOff(db, FILE);
    assertEquals([(await batchOf(db, id)).attempt, ...await countsOf(db, id)], [1, 4, 4, 0, 4, 0]);
  }));

Deno.test("a hand-set 'pending' on a running job clears lease and holder whatever else it sets, and makes it due", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    await mustClaim(db, "stage");
    await db.sql`
      update ops.job_queue set status = 'pending', locked_by = 'me', lease_token = gen_random_uuid(), locked_at = now(),
             lease_expires_at = now() + interval '1 day', next_run_at = now() + interval '1 day'
       where batch_id = ${id}`;
    const job = await jobOf(db, id);
    assertEquals([job.locked_by, job.lease_token, job.locked_at, job.lease_expires_at], [
      null,
      null,
      null,
      null,
    ]);
    await mustClaim(db, "stage");
  }));

Deno.test("a hand-set 'pending' ends a back-off, of the job and of its slices", () =>
  withDatabase(async (db) => {
    await bringTo(db, "validating", { rows: rowsOf("J", 1) });
    const unit = await mustClaim(db, "slice");
    await engine(db)`select ops.fail(${unit.job_id}, 0, ${unit.token}, 'x')`;
    assertEquals(await claim(db), null);
    await db.sql`update ops.job_queue set status = 'pending' where batch_id = ${unit.batch.id}`;
    await mustClaim(db, "slice");
  }));

Deno.test("pausing and resuming as in the playbook holds the jobs and lets them go", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    const pending = await db.sql`
SELECT id, job_type, status, created_at, payload->>'source' AS source
FROM ops.job_queue
WHERE job_type = 'ingest'
  AND status IN ('pending', 'processing')
ORDER BY created_at ASC`;
    assertEquals(pending[0]?.source, "simplicity");
    assertEquals((await pauseIngest(db)).length, 1);
    assertEquals(await claim(db), null);
    await db.sql`select intake.sweep()`;
    assertEquals(await claim(db), null, "the sweep does not resume it");
    const summary = () =>
      db.sql`
SELECT status, COUNT(*)
FROM ops.job_queue
WHERE job_type = 'ingest'
GROUP BY status`;
    assertEquals([...await summary()], [{ status: "paused", count: 1 }]);
    assertEquals((await jobOf(db, id)).last_error, "Manually paused: Simplicity API down");
    assertEquals((await resumeIngest(db)).length, 1);
    assertEquals([...await summary()], [{ status: "pending", count: 1 }]);
    await workOff(db, FILE);
    assertEquals((await batchOf(db, id)).status, "completed");
  }));

Deno.test("a hand-set 'paused' on a running job stops it, and 'pending' goes on where it stood", () =>
  withDatabase(async (db) => {
    const id = await bringTo(db, "validating", FILE);
    await doSlice(db, await mustClaim(db, "slice"), FILE);
    const unit = await mustClaim(db, "slice");
    await db.sql`update ops.job_queue set status = 'paused' where batch_id = ${id}`;
    assertMatch(await errorOf(doSlice(db, unit, FILE)) ?? "", LEASE_LOST);
    await letTimePass(db, 3600);
    assertEquals(await claim(db), null);
    await db.sql`update ops.job_queue set status = 'pending' where batch_id = ${id}`;
    assertEquals((await mustClaim(db, "slice")).slice?.no, 1, "the finished slice stays finished");
  }));

Deno.test("the summaries of the playbook run", () =>
  withDatabase(async (db) => {
    await drop(db);
    const summary = await db.sql`
SELECT job_type::text, status::text, COUNT(*)
FROM ops.job_queue
GROUP BY job_type, status
ORDER BY job_type, status`;
    assertEquals([...summary], [{ job_type: "ingest", status: "pending", count: 1 }]);
    const ready = await db.sql`
SELECT id, job_type, status, attempts
FROM ops.job_queue
WHERE status = 'pending'
ORDER BY created_at ASC
LIMIT 10`;
    assertEquals(ready.length, 1);
    const failed = await db.sql`
SELECT id, job_type, last_error, updated_at
FROM ops.job_queue
WHERE status = 'failed'
  AND updated_at > now() - INTERVAL '24 hours'
ORDER BY updated_at DESC`;
    assertEquals(failed.length, 0);
    await engine(db)`select ops.beat_worker('w1', 'ingest', 'busy', '1.0.0', 80, 0, 0)`;
    const beats = await db.sql`
SELECT worker_id, worker_type, status, last_seen_at,
       CASE WHEN last_seen_at > now() - INTERVAL '60 seconds'
            THEN 'online' ELSE 'offline' END AS computed_status
FROM ops.worker_heartbeats
ORDER BY last_seen_at DESC`;
    assertEquals(beats.map((beat) => beat.computed_status), ["online"]);
  }));

async function giveUp(db: TestDatabase): Promise<string> {
  const id = await drop(db);
  for (let loss = 0; loss < 5; loss++) {
    await mustClaim(db, "stage");
    await loseAll(db);
  }
  await claim(db);
  assertEquals((await jobOf(db, id)).status, "failed");
  return id;
}

Deno.test("a dead-lettered job set to 'pending' by hand starts its batch's next attempt, with all its tries", () =>
  withDatabase(async (db) => {
    const id = await giveUp(db);
    await db.sql`update ops.job_queue set status = 'pending' where batch_id = ${id}`;
    const job = await jobOf(db, id);
    assertEquals([job.status, job.attempts, job.dead_lettered_at, job.payload.attempt], [
      "pending",
      0,
      null,
      2,
    ]);
    const batch = await batchOf(db, id);
    assertEquals([batch.status, batch.attempt, batch.rejection_reason], ["uploaded", 2, null]);
    await workOff(db, FILE);
    assertEquals((await batchOf(db, id)).status, "completed");
  }));

Deno.test("a redrive while somebody else holds the batch is made good by the next claims", () =>
  withDatabase(async (db) => {
    const id = await giveUp(db);
    const other = db.connect();
    await other.begin(async (sql) => {
      await sql`select 1 from intake.simplicity_batches where id = ${id} for no key update`;
      await db.sql`update ops.job_queue set status = 'pending' where batch_id = ${id}`; // does not wait
    });
    assertEquals((await batchOf(db, id)).status, "failed");
    assertEquals(await claim(db), null);
    await workOff(db, FILE);
    assertEquals([(await batchOf(db, id)).status, (await batchOf(db, id)).attempt], ["completed", 2]);
  }));

Deno.test("a job set to 'pending' by hand does not bring back a batch that was refused for what it is", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, { rows: rowsOf("J", 1, 1) });
    await db.sql`update ops.job_queue set status = 'failed' where batch_id = ${id}`;
    await db.sql`update ops.job_queue set status = 'pending' where batch_id = ${id}`;
    assertEquals(await claim(db), null);
    assertEquals([(await batchOf(db, id)).status, (await batchOf(db, id)).attempt], ["failed", 1]);
  }));

for (const status of ["paused", "completed", "pending"]) {
  Deno.test(`a dead-lettered job may be set to '${status}' by hand, and is none any more`, () =>
    withDatabase(async (db) => {
      const id = await giveUp(db);
      await db.sql`update ops.job_queue set status = ${status} where batch_id = ${id}`;
      assertEquals((await jobOf(db, id)).dead_lettered_at, null);
    }));
}

Deno.test("a hand-set 'processing' is refused, and the message says what to set instead", () =>
  withDatabase(async (db) => {
    await drop(db);
    for (const sql of [db.sql, engine(db)]) {
      const error = await errorOf(sql`update ops.job_queue set status = 'processing' where true`);
      assertMatch(error ?? "", /^P0001 Cannot set job .* to processing by hand/);
    }
  }));

Deno.test("the job guard holds in a session that switched plain triggers off", () =>
  withDatabase(async (db) => {
    await drop(db);
    const error = await errorOf(db.sql.begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await sql`update ops.job_queue set status = 'processing'`;
    }));
    assertMatch(error ?? "", /^P0001 /);
  }));

for (const [column, value] of [["job_type", "cleaning"], ["status", "sleeping"]] as const) {
  Deno.test(`a ${column} that does not exist is refused`, () =>
    withDatabase(async (db) => {
      await drop(db);
      const error = await errorOf(db.sql`update ops.job_queue set ${db.sql({ [column]: value })}`);
      assertMatch(error ?? "", /^23514 /);
    }));
}

Deno.test("a batch has one ingest job, however often it is queued", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    for (let n = 0; n < 3; n++) {
      await db.sql`update intake.simplicity_batches set status = 'uploaded' where id = ${id}`;
    }
    assertEquals((await db.sql`select 1 from ops.job_queue`).length, 1);
  }));

Deno.test("enqueue() with a known key wakes the job instead of making a second", () =>
  withDatabase(async (db) => {
    const sql = engine(db);
    const enqueue = async (n: number) => {
      const [row] = await sql`select ops.enqueue('notify', ${sql.json({ n })}, 'alert-1') as id`;
      return row?.id;
    };
    const first = await enqueue(1);
    assertEquals(await enqueue(2), first);
    const [job] = await db.sql`select payload from ops.job_queue`;
    assertEquals(job?.payload, { n: 2 });
  }));

for (
  const [failures, least, most] of [[0, 22.5, 30], [1, 45, 60], [2, 90, 120], [6, 1440, 1920], [
    7,
    2700,
    3600,
  ], [
    50,
    2700,
    3600,
  ]] as const
) {
  Deno.test(`backoff() after ${failures} failures is ${least} to ${most} s, and not always the same`, () =>
    withDatabase(async (db) => {
      const waits = await db.sql`
        select extract(epoch from ops.backoff(${failures}))::float8 as seconds from generate_series(1, 50)`;
      const seconds = waits.map((wait) => Number(wait.seconds));
      assert(Math.min(...seconds) >= least && Math.max(...seconds) <= most, `${Math.min(...seconds)}`);
      assert(new Set(seconds).size > 1);
    }));
}

Deno.test("beat() keeps the last sign of life of a worker and adds up what it did", () =>
  withDatabase(async (db) => {
    await engine(db)`select ops.beat_worker('w1', 'ingest', 'busy', '1.0.0', 80.5, 1, 0)`;
    await engine(db)`select ops.beat_worker('w1', 'ingest', 'idle', '1.0.1', 81, 2, 1)`;
    const [beat] = await db.sql`
      select worker_type, status, version, memory_mb, cpu_ms_last, jobs_done, jobs_failed from ops.worker_heartbeats`;
    assertEquals(beat, {
      worker_type: "ingest",
      status: "idle",
      version: "1.0.1",
      memory_mb: "81",
      cpu_ms_last: null,
      jobs_done: 3,
      jobs_failed: 1,
    });
  }));

Deno.test("prune() removes what is old: heartbeats and cron's log after a day, completed jobs after 30 days", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, FILE);
    await engine(
      db,
    )`select ops.beat_worker('old', 'ingest', 'idle', '1', 1, 0, 0), ops.beat_worker('new', 'ingest', 'idle', '1', 1, 0, 0)`;
    await db.admin.begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await sql`update ops.worker_heartbeats set last_seen_at = now() - interval '25 hours' where worker_id = 'old'`;
      await sql`update ops.job_queue set updated_at = now() - interval '31 days' where batch_id = ${id} and job_type = 'ingest'`;
      await sql`insert into cron.job_run_details (jobid, username, end_time)
        values (1, 'postgres', now() - interval '25 hours'), (1, 'postgres', now())`;
    });
    await db.sql`select ops.prune()`;
    const [left] = await db.admin`
      select (select array_agg(worker_id) from ops.worker_heartbeats) as workers,
             (select array_agg(job_type) from ops.job_queue) as jobs, (select count(*) from cron.job_run_details) as runs`;
    assertEquals(left, { workers: ["new"], jobs: null, runs: 1 });
    await db.sql`update intake.simplicity_batches set status = 'uploaded' where id = ${id}`;
    assertEquals((await jobOf(db, id)).status, "pending", "a batch outlives its job");
  }));

Deno.test("what runs by the clock is scheduled, and every command runs", () =>
  withDatabase(async (db) => {
    const jobs = await db.sql`select jobname, schedule, command from cron.job order by jobname`;
    const schedule = new Map(jobs.map((job) => [job.jobname, job.schedule]));
    assertEquals(schedule.get("dragonfly-wake-worker"), "30 seconds");
    assertEquals(schedule.get("dragonfly-sweep"), "* * * * *");
    assertEquals(schedule.get("dragonfly-seal-audit"), "10 seconds");
    for (const job of jobs) await db.sql.unsafe(job.command);
  }));
