/** What an operator may type on batches, word for word from the runbook, and what follows from it in every state. */
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
  insert,
  jobOf,
  letTimePass,
  loseAll,
  mustClaim,
  planOf,
  rowsIn,
  rowsOf,
  sendBlock,
  settle,
  workOff,
} from "./engine.ts";
import { until } from "../support/until.ts";

const FILE: File = { rows: rowsOf("S", 4), slices: [2, 2] };

/** Ops runbook, "Option A: Reset Batch". */
function reset(db: TestDatabase, id: string) {
  return db.sql`
UPDATE intake.simplicity_batches
SET
    status = 'uploaded',
    updated_at = NOW()
WHERE id = ${id}`;
}

/** Ops runbook, "Option B: Force Fail Batch". */
function forceFail(db: TestDatabase, id: string) {
  return db.sql`
UPDATE intake.simplicity_batches
SET
    status = 'failed',
    rejection_reason = 'Manually failed: stuck in processing > 30 minutes',
    updated_at = NOW()
WHERE id = ${id}`;
}

async function askForApproval(db: TestDatabase): Promise<void> {
  await db
    .sql`update intake.sources set requires_approval = true, warn_percent = 0 where source = 'simplicity'`;
}

/** A state, the file that leads there, and whether resetting it is a new attempt. */
const STATES: readonly { state: string; file: File; attempt: number; approval?: boolean }[] = [
  { state: "uploaded", file: FILE, attempt: 1 },
  { state: "staging", file: FILE, attempt: 2 },
  { state: "validating", file: FILE, attempt: 2 },
  { state: "awaiting_approval", file: { rows: rowsOf("S", 19, 1) }, attempt: 2, approval: true },
  { state: "inserting", file: FILE, attempt: 2 },
  { state: "completed", file: FILE, attempt: 2 },
  { state: "failed", file: { rows: rowsOf("S", 1, 1) }, attempt: 2 },
];

for (const { state, file, attempt, approval } of STATES) {
  Deno.test(`a hand-set 'uploaded' on a batch that is ${state} starts attempt ${attempt} at once`, () =>
    withDatabase(async (db) => {
      if (approval) await askForApproval(db);
      const id = await bringTo(db, state, file);
      await reset(db, id);

      const batch = await batchOf(db, id);
      assertEquals([batch.status, batch.attempt, batch.rejection_reason, batch.completed_at], [
        "uploaded",
        attempt,
        null,
        null,
      ]);
      const standing = state === "completed" ? FILE.rows.length : 0; // its judgments stand until it is undone
      assertEquals(await countsOf(db, id), [0, 0, 0, standing, 0]);
      const [left] = await db.sql`
        select (select count(*) from intake.batch_slices) as slices, (select count(*) from intake.staged_blocks) as blocks,
               (select count(*) from intake.row_errors) as errors, (select count(*) from intake.batch_error_counts) as counts`;
      assertEquals(left, { slices: 0, blocks: 0, errors: 0, counts: 0 });
      const job = await jobOf(db, id);
      assertEquals([job.status, job.lease_token, job.locked_by, job.locked_at, job.attempts], [
        "pending",
        null,
        null,
        null,
        0,
      ]);
      assertEquals(job.payload, { batch_id: id, source: "simplicity", attempt });
      assertEquals((await mustClaim(db, "stage")).batch.attempt, attempt, "the job is due now");
    }));
}

Deno.test("a hand-set 'uploaded' with rejection_reason = NULL does the same", () =>
  withDatabase(async (db) => {
    const id = await bringTo(db, "failed", { rows: rowsOf("S", 1, 1) });
    await db.sql`
UPDATE intake.simplicity_batches
SET
    status = 'uploaded',
    rejection_reason = NULL,
    updated_at = NOW()
WHERE id = ${id}`;
    const batch = await batchOf(db, id);
    assertEquals([batch.status, batch.attempt, batch.rejection_reason], ["uploaded", 2, null]);
  }));

Deno.test("a hand-set 'uploaded' on a skipped drop looks at its bytes again", () =>
  withDatabase(async (db) => {
    const first = await ingest(db, FILE);
    const second = await ingest(db, FILE);
    assertEquals((await batchOf(db, second)).status, "skipped");
    await db.sql`delete from intake.simplicity_batches where id = ${first}`;
    await reset(db, second);
    assertEquals((await batchOf(db, second)).duplicate_of, null);
    await workOff(db, FILE);
    assertEquals((await batchOf(db, second)).status, "completed");
  }));

Deno.test("a reset in mid-flight fences the worker that was busy with the file", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    const unit = await mustClaim(db, "stage");
    await reset(db, id);
    assertMatch(await errorOf(finishStaging(db, unit, FILE)) ?? "", /^DF001 /);
    assertEquals((await batchOf(db, id)).status, "uploaded");
  }));

Deno.test("a reset in mid-flight fences the workers that were busy with slices", () =>
  withDatabase(async (db) => {
    const id = await bringTo(db, "validating", FILE);
    const [one, two] = [await mustClaim(db, "slice", "a"), await mustClaim(db, "slice", "b")];
    await sendBlock(db, one, rowsIn(one, FILE));
    await reset(db, id);
    assertMatch(await errorOf(doSlice(db, one, FILE)) ?? "", /^DF001 /);
    assertMatch(await errorOf(doSlice(db, two, FILE)) ?? "", /^DF001 /);
    await workOff(db, FILE);
    assertEquals(await countsOf(db, id), [4, 4, 0, 4, 0]);
  }));

Deno.test("a reset while rows are inserted waits for that transaction, then starts the next attempt", () =>
  withDatabase(async (db) => {
    const id = await bringTo(db, "inserting", FILE);
    await letTimePass(db, 61);
    const unit = await mustClaim(db, "settle");
    const operator = db.connect();
    const [{ pid } = { pid: 0 }] = await operator`select pg_backend_pid() as pid`;
    const waited = await engine(db).begin(async (sql) => {
      await sql`select intake.insert_batch(${id}, ${unit.token})`;
      const resetting = operator`update intake.simplicity_batches set status = 'uploaded' where id = ${id}`
        .execute();
      return await until("the reset wait", async () => {
        const [seen] = await db.admin`select wait_event_type from pg_stat_activity where pid = ${pid}`;
        return seen?.wait_event_type === "Lock" && { resetting };
      });
    });
    await waited.resetting;
    const batch = await batchOf(db, id);
    assertEquals([batch.status, batch.attempt], ["uploaded", 2]);
    const [{ kept } = { kept: 0 }] = await db
      .sql`select count(*) as kept from public.judgments where batch_id = ${id}`;
    assertEquals(kept, 4);
    await workOff(db, FILE);
    assertEquals(await countsOf(db, id), [4, 4, 0, 4, 0]);
  }));

Deno.test("a reset of a job that has not begun only makes it due", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    const before = await jobOf(db, id);
    await db.sql`update ops.job_queue set next_run_at = now() + interval '1 hour' where id = ${before.id}`;
    assertEquals(await claim(db), null);
    await reset(db, id);
    const after = await jobOf(db, id);
    assertEquals([after.id, after.payload], [before.id, before.payload]);
    assertEquals((await mustClaim(db, "stage")).batch.attempt, 1);
  }));

Deno.test("a completed batch that is reset ends with the same counts and the same judgments", () =>
  withDatabase(async (db) => {
    const file: File = {
      rows: [...rowsOf("S", 18), { case: "S-3", amount: "7.00" }, { reject: "FUTURE_DATE" }],
    };
    const id = await ingest(db, file);
    const before = [
      await countsOf(db, id),
      await db.sql`select id, case_number from public.judgments order by id`,
    ];
    assertEquals(before[0], [20, 19, 1, 18, 1]);
    await reset(db, id);
    await workOff(db, file);
    const after = [
      await countsOf(db, id),
      await db.sql`select id, case_number from public.judgments order by id`,
    ];
    assertEquals(after, before);
    const [{ duplicates } = { duplicates: 0 }] = await db
      .sql`select count(*) as duplicates from intake.row_errors where batch_id = ${id} and error_stage = 'insert'`;
    assertEquals(duplicates, 1, "own rows of the first attempt are no duplicates");
  }));

const RUNNING = STATES.filter(({ state }) => state !== "completed" && state !== "failed");
for (const { state, file, approval } of RUNNING) {
  Deno.test(`a hand-set 'failed' on a batch that is ${state} cancels its job for good`, () =>
    withDatabase(async (db) => {
      if (approval) await askForApproval(db);
      const id = await bringTo(db, state, file);
      await forceFail(db, id);
      const batch = await batchOf(db, id);
      assertEquals([batch.status, batch.attempt, batch.rejection_reason], [
        "failed",
        1,
        "Manually failed: stuck in processing > 30 minutes",
      ]);
      await letTimePass(db, 7200);
      await db.sql`select intake.sweep()`;
      assertEquals(await claim(db), null, "no further attempt");
      const [{ judgments } = { judgments: -1 }] = await db
        .sql`select count(*) as judgments from public.judgments`;
      assertEquals(judgments, 0);
    }));
}

Deno.test("a hand-set 'failed' fences every holder", () =>
  withDatabase(async (db) => {
    const id = await bringTo(db, "validating", FILE);
    const slice = await mustClaim(db, "slice");
    await forceFail(db, id);
    assertMatch(await errorOf(doSlice(db, slice, FILE)) ?? "", /^DF001 /);

    const other = await drop(db);
    const stage = await mustClaim(db, "stage");
    await forceFail(db, other);
    assertMatch(await errorOf(finishStaging(db, stage, { rows: rowsOf("T", 2) })) ?? "", /^DF001 /);
  }));

Deno.test("a hand-set 'failed' keeps the rejects and the counts that are known", () =>
  withDatabase(async (db) => {
    await askForApproval(db);
    const id = await bringTo(db, "awaiting_approval", { rows: rowsOf("S", 19, 1) });
    await forceFail(db, id);
    assertEquals(await countsOf(db, id), [20, 19, 1, 0, 0]);
    const errors = await db.sql`select error_code from intake.row_errors where batch_id = ${id}`;
    assertEquals(errors.map((error) => error.error_code), ["INVALID_AMOUNT"]);
  }));

Deno.test("a hand-set 'failed' without a reason says that an operator did it", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    await db.sql`update intake.simplicity_batches set status = 'failed' where id = ${id}`;
    assertEquals((await batchOf(db, id)).rejection_reason, "Failed by operator");
  }));

for (const status of ["staging", "validating", "awaiting_approval", "inserting", "completed", "skipped"]) {
  Deno.test(`a hand-set '${status}' is refused, and the message names what may be set`, () =>
    withDatabase(async (db) => {
      const id = await drop(db);
      for (const sql of [db.sql, engine(db)]) {
        const error = await errorOf(
          sql`update intake.simplicity_batches set status = ${status} where id = ${id}`,
        );
        assertMatch(error ?? "", /^P0001 .*status = 'uploaded'.*status = 'failed'/s);
      }
      assertEquals((await batchOf(db, id)).status, "uploaded");
    }));
}

Deno.test("a hand-set status that does not exist is refused", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    const error = await errorOf(
      db.sql`update intake.simplicity_batches set status = 'processing' where id = ${id}`,
    );
    assertMatch(error ?? "", /^P0001 /);
  }));

Deno.test("the status guard holds in a session that switched plain triggers off", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    const error = await errorOf(db.sql.begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await sql`update intake.simplicity_batches set status = 'completed' where id = ${id}`;
    }));
    assertMatch(error ?? "", /^P0001 /);
  }));

Deno.test("guard_batch_status() refuses the engine a step that is not in the life of a batch", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    const error = await errorOf(
      engine(db).begin(async (sql) => {
        await sql`select ops.set_door('engine')`;
        await sql`update intake.simplicity_batches set status = 'completed' where id = ${id}`;
      }),
    );
    assertMatch(error ?? "", /^DF002 Cannot move batch .* from uploaded to completed/);
  }));

Deno.test("raising the threshold and resetting runs the batch with the new budget", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("S", 8, 2) };
    const id = await ingest(db, file);
    assertEquals(
      (await batchOf(db, id)).rejection_reason,
      "Error budget exceeded: 20.0% invalid rows (threshold: 10%)",
    );
    await db.sql`
UPDATE intake.simplicity_batches
SET error_threshold_percent = 25
WHERE id = ${id}`;
    await db.sql`
UPDATE intake.simplicity_batches
SET status = 'uploaded', updated_at = NOW()
WHERE id = ${id}`;
    await workOff(db, file);
    assertEquals((await batchOf(db, id)).status, "completed");
    assertEquals(await countsOf(db, id), [10, 8, 2, 8, 0]);
  }));

Deno.test("error_threshold_percent is read when it is decided, not when the file came", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("S", 8, 2) };
    const id = await bringTo(db, "validating", file);
    await db.sql`update intake.simplicity_batches set error_threshold_percent = 20 where id = ${id}`;
    await workOff(db, file);
    assertEquals((await batchOf(db, id)).status, "completed");
  }));

for (const percent of [-1, 101]) {
  Deno.test(`an error_threshold_percent of ${percent} is refused`, () =>
    withDatabase(async (db) => {
      const id = await drop(db);
      const error = await errorOf(
        db.sql`update intake.simplicity_batches set error_threshold_percent = ${percent} where id = ${id}`,
      );
      assertMatch(error ?? "", /^23514 .*simplicity_batches_threshold_range/);
    }));
}

Deno.test("deleting a batch takes rejects, slices, staged rows and jobs along, and leaves its judgments", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("S", 19, 1) };
    const id = await ingest(db, file);
    const running = await bringTo(db, "validating", { rows: rowsOf("R", 2), slices: [1, 1] });
    const unit = await mustClaim(db, "slice");
    await sendBlock(db, unit, rowsIn(unit, { rows: rowsOf("R", 2) }));
    await db.sql`
DELETE FROM intake.simplicity_batches
WHERE id = ${id}`;
    await db.sql`delete from intake.simplicity_batches where id = ${running}`;
    const [left] = await db.sql`
      select (select count(*) from intake.simplicity_batches) as batches, (select count(*) from intake.row_errors) as errors,
             (select count(*) from intake.batch_error_counts) as counts, (select count(*) from intake.batch_slices) as slices,
             (select count(*) from intake.staged_blocks) as blocks, (select count(*) from ops.job_queue) as jobs,
             (select count(*) from public.judgments where batch_id = ${id}) as judgments`;
    assertEquals(left, { batches: 0, errors: 0, counts: 0, slices: 0, blocks: 0, jobs: 0, judgments: 19 });
    assertMatch(await errorOf(doSlice(db, unit, { rows: rowsOf("R", 2) })) ?? "", /^DF001 /);
  }));

Deno.test("a bulk delete as in the runbook removes exactly the batches it names", () =>
  withDatabase(async (db) => {
    await drop(db, { path: "simplicity/my_TEST_file.csv" });
    await drop(db, { path: "simplicity/test2.csv" });
    const kept = await drop(db, { path: "simplicity/real.csv" });
    await db.sql`
DELETE FROM intake.simplicity_batches
WHERE filename ILIKE '%test%'
  AND created_at >= NOW() - INTERVAL '7 days'`;
    const left = await db.sql`select id from intake.simplicity_batches`;
    assertEquals(left.map((row) => row.id), [kept]);
  }));

Deno.test("nothing brings the object of a deleted batch back: neither a touch of its row nor the sweep", () =>
  withDatabase(async (db) => {
    const id = await drop(db, { path: "simplicity/gone.csv", version: "v1" });
    await db.sql`delete from intake.simplicity_batches where id = ${id}`;
    await db
      .admin`update storage.objects set created_at = now() - interval '1 day', last_accessed_at = now()`;
    await db.admin`alter table storage.objects disable trigger update_objects_updated_at`;
    await db.admin`update storage.objects set updated_at = now() - interval '1 day'`;
    const [swept] = await db.sql`select intake.sweep() as repaired`;
    assertEquals(swept?.repaired, 0);
    assertEquals((await db.sql`select 1 from intake.simplicity_batches`).length, 0);
    const [forgotten] = await db
      .sql`select storage_bucket, storage_path, storage_version from intake.forgotten_objects`;
    assertEquals(forgotten, {
      storage_bucket: "intake",
      storage_path: "simplicity/gone.csv",
      storage_version: "v1",
    });
  }));

Deno.test("another version under the name of a deleted batch is a new drop", () =>
  withDatabase(async (db) => {
    const id = await drop(db, { path: "simplicity/again.csv", version: "v1" });
    await db.sql`delete from intake.simplicity_batches where id = ${id}`;
    const next = await drop(db, { path: "simplicity/again.csv", version: "v2" });
    assert(next !== id);
  }));

Deno.test("deleting a batch leaves the drops that repeated it, without duplicate_of", () =>
  withDatabase(async (db) => {
    const first = await ingest(db, FILE);
    const second = await ingest(db, FILE);
    await db.sql`delete from intake.simplicity_batches where id = ${first}`;
    const batch = await batchOf(db, second);
    assertEquals([batch.status, batch.duplicate_of], ["skipped", null]);
  }));

for (const role of ["postgres", "service_role"] as const) {
  Deno.test(`${role} may insert a bare row, and no job is made of it`, () =>
    withDatabase(async (db) => {
      const sql = role === "postgres" ? db.sql : engine(db);
      const [row] =
        await sql`insert into intake.simplicity_batches (filename) values ('bare.csv') returning id, status`;
      assertEquals(row?.status, "uploaded");
      await db.sql`update intake.simplicity_batches set status = 'uploaded' where id = ${row?.id}`;
      await db.sql`select intake.sweep()`;
      assertEquals((await db.sql`select 1 from ops.job_queue`).length, 0);
    }));
}

Deno.test("a hand-set 'uploaded' brings back a batch that was given up", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    for (let loss = 0; loss < 5; loss++) {
      await mustClaim(db, "stage");
      await loseAll(db);
    }
    assertEquals(await claim(db), null);
    assertMatch((await batchOf(db, id)).rejection_reason, /^Parse error: too costly to read near line 1$/);
    await reset(db, id);
    const job = await jobOf(db, id);
    assertEquals([job.status, job.dead_lettered_at, job.attempts, job.last_error], [
      "pending",
      null,
      0,
      null,
    ]);
    await workOff(db, FILE);
    assertEquals((await batchOf(db, id)).status, "completed");
  }));

Deno.test("every change of state leaves an audit event with what it was and what it became", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, FILE);
    await reset(db, id);
    await forceFail(db, id);
    await db.sql`delete from intake.simplicity_batches where id = ${id}`;
    const events = await db.admin`
      select action, actor, before ->> 'status' as before, after ->> 'attempt' as attempt
        from audit.event_log where entity_id = ${id} order by id`;
    assertEquals(events.map((event) => `${event.action} < ${event.before} #${event.attempt}`), [
      "batch.received < null #null",
      "batch.staging < uploaded #1",
      "batch.validating < staging #1",
      "batch.inserting < validating #1",
      "batch.completed < inserting #1",
      "batch.uploaded < completed #2",
      "batch.failed < uploaded #2",
      "batch.deleted < failed #null",
    ]);
    assertEquals(events.slice(5).map((event) => event.actor), Array(3).fill("sql:postgres"));
  }));

Deno.test("an audit event names who acts when the caller says so", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    await engine(db).begin(async (sql) => {
      await sql`select set_config('dragonfly.actor', 'operator:maria', true), set_config('dragonfly.request_id', 'req-7', true)`;
      await sql`update intake.simplicity_batches set status = 'failed', rejection_reason = 'x' where id = ${id}`;
    });
    const [event] = await db
      .admin`select actor, request_id from audit.event_log where action = 'batch.failed'`;
    assertEquals(event, { actor: "operator:maria", request_id: "req-7" });
  }));

Deno.test("updated_at is the time of the last change, whatever the statement says", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    await db
      .sql`update intake.simplicity_batches set updated_at = '2001-01-01', priority = 1 where id = ${id}`;
    const [row] = await db
      .sql`select updated_at > now() - interval '1 minute' as fresh from intake.simplicity_batches`;
    assertEquals(row?.fresh, true);
  }));

Deno.test("a batch that is reset keeps the hash of its bytes: dropping them again is still a duplicate", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, FILE);
    await reset(db, id);
    assertEquals((await batchOf(db, id)).file_hash, (await planOf(FILE)).file_hash);
    const second = await drop(db);
    await workOff(db, FILE);
    assertEquals([(await batchOf(db, id)).status, (await batchOf(db, second)).status], [
      "completed",
      "skipped",
    ]);
  }));

Deno.test("insert_batch() that lost its batch to a hand-set 'failed' inserts nothing", () =>
  withDatabase(async (db) => {
    const id = await bringTo(db, "inserting", FILE);
    await letTimePass(db, 61);
    const unit = await mustClaim(db, "settle");
    await forceFail(db, id);
    assertMatch(await errorOf(insert(db, unit)) ?? "", /^DF001 /);
    assertMatch(await errorOf(settle(db, unit)) ?? "", /^DF001 /);
    assertEquals((await db.sql`select 1 from public.judgments`).length, 0);
  }));
