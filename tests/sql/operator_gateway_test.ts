/** What operators' commands ask of the database and do to it, without functions and REST. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import { FiguresGateway } from "../../shared/data/figures_gateway.ts";
import { OperatorGateway } from "../../shared/data/operator_gateway.ts";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import { batchOf, bringTo, claim, drop, ingest, jobOf, rowsOf, store, workOff } from "./engine.ts";

const FILE = { rows: rowsOf("O", 3) };
const hands = (db: TestDatabase) => new OperatorGateway(db.sql);
const figures = (db: TestDatabase) => new FiguresGateway(db.sql);

async function actorsOf(db: TestDatabase, action: string): Promise<string[]> {
  const events = await db.sql`select e.actor from audit.event_log e where e.action = ${action} order by e.id`;
  return events.map((event) => event.actor);
}

Deno.test("idsLike() finds an id by how it begins, and tells when it is not the only one", () =>
  withDatabase(async (db) => {
    const [one, other] = [await drop(db), await drop(db)];
    assertEquals(await hands(db).idsLike("batch", one.slice(0, 12)), [one]);
    assertEquals((await hands(db).idsLike("batch", "")).sort(), [one, other].sort());
    assertEquals(await hands(db).idsLike("job", one), []);
    assertEquals(await hands(db).idsLike("batch", "%"), [], "no sign stands for others");
  }));

Deno.test("sweep() gives exactly what it took in, in the operator's name", () =>
  withDatabase(async (db) => {
    await drop(db);
    await db
      .admin`alter table intake.simplicity_batches add constraint broken check (filename <> 'm.csv') not valid`;
    const { path } = await store(db, { path: "simplicity/m.csv" });
    await db.admin.begin(async (sql) => {
      await sql`alter table intake.simplicity_batches drop constraint broken`;
      await sql`alter table storage.objects disable trigger user`;
      await sql`update storage.objects set created_at = now() - interval '1 hour', updated_at = now() - interval '1 hour'`;
      await sql`alter table storage.objects enable trigger user`;
    });
    const swept = await hands(db).sweep("ops:jane");
    assertEquals(swept.map((one) => one.storage_path), [path]);
    assertEquals((await actorsOf(db, "batch.received")).at(-1), "ops:jane");
    assertEquals(await hands(db).sweep("ops:jane"), []);
  }));

Deno.test("stuckBatches() finds what has not moved; resetBatch() and failBatch() leave their events", () =>
  withDatabase(async (db) => {
    const [stuck, ended] = [await bringTo(db, "validating", FILE), await drop(db)];
    await hands(db).failBatch(ended, "Aborted by operator: not ours", "ops:jane");
    assertEquals((await batchOf(db, ended)).rejection_code, "ABORTED");
    assertEquals(await hands(db).stuckBatches(30), []);
    await db.admin`update intake.simplicity_batches set progress_at = now() - interval '31 minutes'`;
    assertEquals((await hands(db).stuckBatches(30)).map((one) => [one.batch_id, one.status]), [[
      stuck,
      "validating",
    ]]);
    assertEquals((await hands(db).batchAsStuck(ended)).map((one) => one.status), ["failed"]);
    await hands(db).resetBatch(stuck, "ops:jane");
    assertEquals((await batchOf(db, stuck)).status, "uploaded");
    const [last] = await db
      .sql`select actor from audit.event_log where entity_id = ${stuck} order by id desc limit 1`;
    assertEquals(last?.actor, "ops:jane");
  }));

Deno.test("what fails in an operator's name changes nothing", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, FILE);
    await assertRejects(() => hands(db).failBatch(id, "Aborted by operator: late", "ops:jane"));
    assertEquals((await batchOf(db, id)).status, "completed");
  }));

Deno.test("setJobStatus(), resetQueue() and deadJobs() tell the jobs they had in hand", () =>
  withDatabase(async (db) => {
    const batch = await drop(db);
    const { id } = await jobOf(db, batch);
    const paused = await hands(db).setJobStatus(id, "paused", "ops:jane");
    assertEquals([paused.outcome, paused.job?.status], ["done", "paused"]);
    assertEquals(await claim(db), null);
    assertEquals((await hands(db).setJobStatus(id, "pending", "ops:jane")).job?.status, "pending");
    assertEquals(await hands(db).resetQueue("ingest", "ops:jane"), [], "nothing is stuck");
    assertEquals(await hands(db).deadJobs("ingest"), []);
    await workOff(db, FILE);
    assertEquals((await hands(db).setJobStatus(id, "pending", "ops:jane")).outcome, "wrong_state");
  }));

Deno.test("silenceCheck() and noteUser() leave events that name nobody else", () =>
  withDatabase(async (db) => {
    const silence = await hands(db).silenceCheck("queue_backlog", 600, "a known storm", "ops:jane");
    assertEquals(silence.check, "queue_backlog");
    assert(Date.parse(silence.silenced_until) > Date.now());
    await hands(db).noteUser(
      "user.added",
      "00000000-0000-4000-8000-000000000001",
      { role: "viewer" },
      "ops:jane",
    );
    const [event] = await db
      .sql`select actor, entity_type, before, after from audit.event_log where action = 'user.added'`;
    assertEquals({ ...event }, {
      actor: "ops:jane",
      entity_type: "user",
      before: null,
      after: { role: "viewer" },
    });
  }));

Deno.test("FiguresGateway tells states, newest batches, codes and reasons", () =>
  withDatabase(async (db) => {
    const refused = await ingest(db, { rows: rowsOf("F", 1, 4) });
    const fine = await ingest(db, FILE);
    assertEquals((await figures(db).states()).map((one) => [one.status, one.batch_count]), [
      ["completed", 1],
      ["failed", 1],
    ]);
    assertEquals((await figures(db).newestBatches()).map((one) => one.batch_id), [fine, refused]);
    assertEquals(await figures(db).troubledBatches(5), [refused]);
    const ids = await figures(db).batchesOfDays(7);
    assertEquals(ids.sort(), [fine, refused].sort());
    const [code, ...more] = await figures(db).codesOf(ids);
    assertEquals([code?.error_code, code?.occurrences, code?.batches, more.length], [
      "INVALID_AMOUNT",
      4,
      1,
      0,
    ]);
    assertEquals(await figures(db).reasonsOf(ids), [{ rejection_code: "ERROR_BUDGET_EXCEEDED", batches: 1 }]);
    await db.as("service_role")`select ops.beat_worker('w', 'ingest', 'idle', '1', 12.5, 2, 0)`;
    assertEquals((await figures(db).workers()).map((one) => [one.worker_id, one.memory_mb, one.jobs_done]), [[
      "w",
      12.5,
      2,
    ]]);
  }));
