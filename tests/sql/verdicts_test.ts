/** What a person decides about a batch: approve, refuse, undo; each also where its state does not allow it. */
import { assertEquals } from "deno-std/assert/equals.js";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import {
  batchOf,
  bringTo,
  countsOf,
  engine,
  type File,
  ingest,
  jobOf,
  mustClaim,
  rowsOf,
  settle,
  undoAll,
  workOff,
} from "./engine.ts";

const BY = ["operator:jane", "req-12345678"] as const;

/** A source that asks for approval above one per cent. */
async function askForApproval(db: TestDatabase): Promise<void> {
  await db.sql`update intake.sources set requires_approval = true, warn_percent = 1`;
}

async function act(db: TestDatabase, action: "approve" | "refuse" | "undo", id: string) {
  const sql = engine(db);
  const [row] = action === "approve"
    ? await sql`select intake.approve_batch(${id}, ${BY[0]}, ${BY[1]}) as answer`
    : action === "refuse"
    ? await sql`select intake.refuse_batch(${id}, 'not ours', ${BY[0]}, ${BY[1]}) as answer`
    : await sql`select intake.undo_batch(${id}, 'wrong vendor', ${BY[0]}, ${BY[1]}) as answer`;
  return row?.answer;
}

async function actionsOf(db: TestDatabase, id: string): Promise<string[]> {
  const rows = await db.sql`
    select action from audit.event_log where entity_id = ${id} and actor = ${BY[0]} and request_id = ${
    BY[1]
  } order by id`;
  return rows.map((row) => row.action);
}

const WAITING: File = { rows: rowsOf("A", 19, 1) };

Deno.test("approve_batch() inserts what waits, with an event that names who did it", () =>
  withDatabase(async (db) => {
    await askForApproval(db);
    const id = await bringTo(db, "awaiting_approval", WAITING);
    assertEquals((await jobOf(db, id)).status, "completed", "nobody works on what waits");
    assertEquals((await act(db, "approve", id)).outcome, "done");
    assertEquals((await jobOf(db, id)).status, "pending");
    await workOff(db, WAITING);
    assertEquals((await batchOf(db, id)).status, "completed");
    assertEquals(await countsOf(db, id), [20, 19, 1, 19, 0]);
    assertEquals(await actionsOf(db, id), ["batch.approved", "batch.inserting"]);
  }));

Deno.test("approve_batch() need not be asked again when a crash took the staged rows", () =>
  withDatabase(async (db) => {
    await askForApproval(db);
    const id = await bringTo(db, "awaiting_approval", WAITING);
    await act(db, "approve", id);
    await db.sql`delete from intake.staged_blocks`;
    assertEquals((await settle(db, await mustClaim(db, "settle"))).outcome, "redo");
    await workOff(db, WAITING);
    assertEquals((await batchOf(db, id)).status, "completed");
  }));

Deno.test("approve_batch() holds for one attempt: a reset is asked about again", () =>
  withDatabase(async (db) => {
    await askForApproval(db);
    const id = await bringTo(db, "awaiting_approval", WAITING);
    await act(db, "approve", id);
    await workOff(db, WAITING);
    await db.sql`update intake.simplicity_batches set status = 'uploaded' where id = ${id}`;
    await workOff(db, WAITING);
    assertEquals((await batchOf(db, id)).status, "awaiting_approval");
  }));

Deno.test("a source that asks for approval without a warn line asks from the first reject on", () =>
  withDatabase(async (db) => {
    await db.sql`update intake.sources set requires_approval = true`;
    assertEquals((await batchOf(db, await ingest(db, WAITING))).status, "awaiting_approval");
    assertEquals((await batchOf(db, await ingest(db, { rows: rowsOf("Q", 5) }))).status, "completed");
  }));

Deno.test("refuse_batch() ends what waits, inserts nothing and keeps the counts", () =>
  withDatabase(async (db) => {
    await askForApproval(db);
    const id = await bringTo(db, "awaiting_approval", WAITING);
    assertEquals((await act(db, "refuse", id)).outcome, "done");
    const batch = await batchOf(db, id);
    assertEquals([batch.status, batch.rejection_reason], ["failed", "Refused by operator: not ours"]);
    assertEquals(await countsOf(db, id), [20, 19, 1, 0, 0]);
    assertEquals((await db.sql`select 1 from intake.staged_blocks`).length, 0);
    assertEquals(await actionsOf(db, id), ["batch.refused", "batch.failed"]);
  }));

Deno.test("undo_batch() removes exactly what the batch inserted and names whose duplicates they were", () =>
  withDatabase(async (db) => {
    const first: File = { rows: [{ case: "U-1" }, { case: "U-2" }, { case: "U-2" }] };
    const second: File = { rows: [{ case: "U-2" }, { case: "U-3" }] };
    const id = await ingest(db, first);
    const later = await ingest(db, second);
    assertEquals(await act(db, "undo", id), { outcome: "done" });
    assertEquals((await batchOf(db, id)).status, "completed", "a job does it");
    await undoAll(db);
    assertEquals((await batchOf(db, id)).undo.affected_batches, [later]);
    assertEquals((await db.sql`select case_number from public.judgments`).map((row) => row.case_number), [
      "U-3",
    ]);
    const batch = await batchOf(db, id);
    assertEquals([batch.status, batch.rejection_reason, batch.completed_at, batch.row_count_inserted], [
      "failed",
      "Undone by operator: wrong vendor",
      null,
      0,
    ]);
    assertEquals(await actionsOf(db, id), ["batch.undo_asked", "batch.undone", "batch.failed"]);
    const open = await db.sql`select 1 from ops.job_queue where batch_id = ${id} and status <> 'completed'`;
    assertEquals(open.length, 0, "nothing is left to do");
    await db.sql`update intake.simplicity_batches set status = 'uploaded' where id = ${later}`;
    await workOff(db, second);
    assertEquals(
      await countsOf(db, later),
      [2, 2, 0, 2, 0],
      "a reset of the other inserts what it had skipped",
    );
  }));

Deno.test("undo_batch() refuses once a judgment's enforcement has begun", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, { rows: rowsOf("E", 3) });
    await db.sql`update public.judgments set enforcement_stage = 'paperwork_filed' where case_number = 'E-1'`;
    assertEquals(await act(db, "undo", id), { outcome: "built_on", judgments: 1 });
    assertEquals((await batchOf(db, id)).status, "completed");
    assertEquals((await db.sql`select 1 from public.judgments`).length, 3);
    assertEquals(await actionsOf(db, id), []);
  }));

Deno.test("undo_batch() refuses once an enforcement action was asked for", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, { rows: rowsOf("E", 3) });
    const [judgment] = await db.sql`select id from public.judgments where case_number = 'E-2'`;
    await db.sql`
      insert into enforcement.actions (plaintiff_id, judgment_id, action_type)
      select j.plaintiff_id, j.id, 'levy' from public.judgments j where j.id = ${judgment?.id}`;
    assertEquals(await act(db, "undo", id), { outcome: "built_on", judgments: 1 });
  }));

const STATES = [
  "uploaded",
  "staging",
  "validating",
  "awaiting_approval",
  "inserting",
  "completed",
  "failed",
] as const;
const ALLOWED = {
  approve: ["awaiting_approval"],
  refuse: ["awaiting_approval"],
  undo: ["completed", "failed"],
} as const;
for (const action of ["approve", "refuse", "undo"] as const) {
  for (const state of STATES.filter((state) => state !== ALLOWED[action][0])) {
    Deno.test(`${action}_batch() on a batch that is ${state} does nothing and says from where it may`, () =>
      withDatabase(async (db) => {
        if (state === "awaiting_approval") await askForApproval(db);
        const file = state === "failed" ? { rows: rowsOf("F", 1, 1) } : WAITING;
        const id = await bringTo(db, state, file);
        const answer = await act(db, action, id);
        assertEquals([answer.outcome, answer.status, answer.allowed_from], [
          "wrong_state",
          state,
          [...ALLOWED[action]],
        ]);
        assertEquals((await batchOf(db, id)).status, state);
        assertEquals(await actionsOf(db, id), []);
      }));
  }
}

for (const action of ["approve", "refuse", "undo"] as const) {
  Deno.test(`${action}_batch() of no batch says so`, () =>
    withDatabase(async (db) => {
      assertEquals((await act(db, action, crypto.randomUUID())).outcome, "unknown");
    }));
}
