/** An undo is a job: in steps, each true for itself, and whatever a hand does in between ends in a clear state. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import {
  batchOf,
  claim,
  countsOf,
  drop,
  engine,
  errorOf,
  type File,
  ingest,
  letTimePass,
  loseAll,
  mustClaim,
  rowsOf,
  undoAll,
  workOff,
} from "./engine.ts";

const FILE: File = { rows: rowsOf("U", 5) };

/** Steps of two rows each. */
async function smallSteps(db: TestDatabase): Promise<void> {
  await db.admin.unsafe(`create or replace function intake.max_rows_per_undo_step() returns int
    language sql immutable set search_path = '' as $$ select 2 $$`);
}

async function ask(db: TestDatabase, id: string) {
  const [row] = await engine(db)`
    select intake.undo_batch(${id}, 'wrong vendor', 'operator:jane', 'req-1') as answer`;
  return row?.answer;
}

async function claimUndo(db: TestDatabase): Promise<{ job_id: string; token: string } | null> {
  const [row] = await engine(db)`select ops.claim('{undo}', 'worker-1') as unit`;
  return row?.unit ?? null;
}

async function mustClaimUndo(db: TestDatabase) {
  const unit = await claimUndo(db);
  if (unit === null) throw new Error("Cannot go on: no undo is due");
  return unit;
}

async function step(db: TestDatabase, unit: { job_id: string; token: string }): Promise<string> {
  const [row] = await engine(db)`
    select intake.undo_step(${unit.job_id}, ${unit.token}) ->> 'outcome' as outcome`;
  return String(row?.outcome);
}

/** What stands, by count and by the record. */
async function standing(db: TestDatabase, id: string): Promise<[number, number]> {
  const [row] = await db.sql`select count(*) as n from public.judgments where batch_id = ${id}`;
  return [row?.n, (await batchOf(db, id)).row_count_inserted];
}

async function undoOf(db: TestDatabase, id: string) {
  const [row] = await db
    .sql`select intake.undo_of(b) as undo from intake.simplicity_batches b where id = ${id}`;
  return row?.undo;
}

Deno.test("row_count_inserted is what stands after every step, and the batch says how far its undo is", () =>
  withDatabase(async (db) => {
    await smallSteps(db);
    const id = await ingest(db, FILE);
    assertEquals(await undoOf(db, id), null);
    assertEquals(await ask(db, id), { outcome: "done" });
    assertEquals(await undoOf(db, id), { status: "pending", affected_batches: [] });
    const unit = await mustClaimUndo(db);
    const seen: unknown[] = [];
    let outcome = "more";
    while (outcome === "more") {
      outcome = await step(db, unit);
      seen.push([outcome, ...await standing(db, id), (await undoOf(db, id)).status]);
    }
    assertEquals(seen, [
      ["more", 3, 3, "processing"],
      ["more", 1, 1, "processing"],
      ["more", 0, 0, "processing"],
      ["done", 0, 0, "completed"],
    ]);
    const batch = await batchOf(db, id);
    assertEquals([batch.status, batch.rejection_code, batch.rejection_reason], [
      "failed",
      "UNDONE",
      "Undone by operator: wrong vendor",
    ]);
  }));

Deno.test("asking twice is one undo", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, FILE);
    assertEquals([await ask(db, id), await ask(db, id)], [{ outcome: "done" }, { outcome: "done" }]);
    await undoAll(db);
    assertEquals((await ask(db, id)).outcome, "wrong_state", "nothing stands any more");
  }));

Deno.test("an undo whose holder dies is gone on with by the next; the dead one can remove nothing more", () =>
  withDatabase(async (db) => {
    await smallSteps(db);
    const id = await ingest(db, FILE);
    await ask(db, id);
    const dead = await mustClaimUndo(db);
    await step(db, dead);
    await letTimePass(db, 61);
    const next = await mustClaimUndo(db);
    assertMatch(await errorOf(step(db, dead)) ?? "", /^DF001 /);
    assertEquals(await standing(db, id), [3, 3]);
    assertEquals(await step(db, next), "more");
    await loseAll(db);
    await undoAll(db);
    assertEquals(await standing(db, id), [0, 0]);
  }));

Deno.test("a reset in mid-undo ends it: the next attempt completes with every row", () =>
  withDatabase(async (db) => {
    await smallSteps(db);
    const id = await ingest(db, FILE);
    await ask(db, id);
    const unit = await mustClaimUndo(db);
    await step(db, unit);
    await db.sql`update intake.simplicity_batches set status = 'uploaded' where id = ${id}`;
    assertMatch(await errorOf(step(db, unit)) ?? "", /^DF001 /);
    assertEquals([await claimUndo(db), await undoOf(db, id)], [null, null]);
    await workOff(db, FILE);
    assertEquals([(await batchOf(db, id)).status, ...await countsOf(db, id)], ["completed", 5, 5, 0, 5, 0]);
  }));

Deno.test("a delete in mid-undo ends it: what still stands stays", () =>
  withDatabase(async (db) => {
    await smallSteps(db);
    const id = await ingest(db, FILE);
    await ask(db, id);
    const unit = await mustClaimUndo(db);
    await step(db, unit);
    await db.sql`delete from intake.simplicity_batches where id = ${id}`;
    assertMatch(await errorOf(step(db, unit)) ?? "", /^DF001 /);
    assertEquals((await db.sql`select 1 from public.judgments`).length, 3);
  }));

Deno.test("an undo that is held by hand removes nothing until it is let go", () =>
  withDatabase(async (db) => {
    await smallSteps(db);
    const id = await ingest(db, FILE);
    await ask(db, id);
    const unit = await mustClaimUndo(db);
    await db.sql`update ops.job_queue set status = 'paused' where job_type = 'undo'`;
    assertMatch(await errorOf(step(db, unit)) ?? "", /^DF001 /);
    assertEquals([await claimUndo(db), (await undoOf(db, id)).status], [null, "paused"]);
    await db.sql`update ops.job_queue set status = 'pending' where job_type = 'undo'`;
    await undoAll(db);
    assertEquals(await standing(db, id), [0, 0]);
  }));

Deno.test("what is built on while an undo is under way stays, and the undo has failed", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, FILE);
    await ask(db, id);
    const unit = await mustClaimUndo(db);
    await db.sql`update public.judgments set enforcement_stage = 'paperwork_filed' where case_number = 'U-1'`;
    assertEquals(await step(db, unit), "built_on");
    assertEquals(await standing(db, id), [1, 1]);
    assertEquals([(await batchOf(db, id)).status, (await undoOf(db, id)).status], ["completed", "failed"]);
  }));

Deno.test("a failed batch whose judgments stand can be undone", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, FILE);
    await db.sql`update intake.simplicity_batches set status = 'uploaded' where id = ${id}`;
    await db
      .sql`update intake.simplicity_batches set status = 'failed', rejection_reason = 'no' where id = ${id}`;
    assertEquals(await ask(db, id), { outcome: "done" });
    await undoAll(db);
    const batch = await batchOf(db, id);
    assertEquals([batch.status, batch.rejection_code, ...await standing(db, id)], ["failed", "UNDONE", 0, 0]);
  }));

Deno.test("a batch with more duplicates than are listed is named as affected, when it came while the rows stood", () =>
  withDatabase(async (db) => {
    await db.admin.unsafe(`create or replace function intake.max_kept_duplicates() returns int
      language sql immutable set search_path = '' as $$ select 1 $$`);
    const before = await ingest(db, { rows: rowsOf("X", 3) });
    const id = await ingest(db, FILE);
    const after = await ingest(db, { rows: [...rowsOf("X", 3), ...rowsOf("U", 2)] });
    await ask(db, id);
    await undoAll(db);
    assertEquals((await batchOf(db, id)).undo.affected_batches, [after]);
    assertEquals((await batchOf(db, before)).status, "completed");
  }));

Deno.test("an undo goes before ingest work and leaves it alone", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, FILE);
    const other = await drop(db);
    await ask(db, id);
    const [row] = await engine(db)`select ops.claim('{ingest,undo}', 'w') as unit`;
    assertEquals(row?.unit.kind, "undo");
    assertEquals((await mustClaim(db, "stage")).batch.id, other);
    assertEquals(await claim(db), null);
  }));
