/** Rejects that are repaired: what a replay resolves, what it starts, what undoing it takes back. */
import { BlockWriter } from "../../shared/intake/block.ts";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import {
  batchOf,
  claim,
  countsOf,
  doUnit,
  engine,
  type File,
  finishStaging,
  ingest,
  mustClaim,
  type Row,
  rowsOf,
  store,
  undoAll,
  workOff,
} from "./engine.ts";
import { until } from "../support/until.ts";

/** Asks to replay a batch. @returns the reservation, or why there is none. */
async function reserve(db: TestDatabase, original: string, hash = randomHash()) {
  const sql = engine(db);
  const request = {
    filename: "fixed.csv",
    stored_name: "fixed.csv",
    file_hash: hash,
    file_size_bytes: 100,
    actor: "operator:jane",
    request_id: "req-12345678",
  };
  const [row] = await sql`select intake.reserve_replay(${original}, ${sql.json(request)}) as answer`;
  return row?.answer;
}

function randomHash(): string {
  return [...crypto.getRandomValues(new Uint8Array(32))].map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

/** Stores a corrected file for a batch. @returns the replay's id; nothing has worked on it yet. */
async function sendReplay(db: TestDatabase, original: string): Promise<string> {
  const reservation = await reserve(db, original);
  assertEquals(reservation.outcome, "store");
  await store(db, { path: reservation.path });
  return reservation.batch_id;
}

/** Works everything off; each batch has its own file. */
async function workAll(db: TestDatabase, files: Readonly<Record<string, File>>): Promise<void> {
  for (let unit = await claim(db); unit !== null; unit = await claim(db)) {
    const file = files[unit.batch.id];
    if (file === undefined) throw new Error(`Cannot work on batch ${unit.batch.id}: no file was made for it`);
    await doUnit(db, unit, file);
  }
}

/** Replays rows of a batch and works everything off. @returns the replay's id. */
async function replay(db: TestDatabase, original: string, file: File, rows: readonly Row[]): Promise<string> {
  const id = await sendReplay(db, original);
  await workAll(db, { [original]: file, [id]: { rows } });
  return id;
}

/** Fixes of the rows with these numbers. */
function fixes(prefix: string, ...numbers: number[]): Row[] {
  return numbers.map((number) => ({ case: `${prefix}-fixed-${number}`, repairs: number }));
}

async function openRejects(db: TestDatabase, id: string): Promise<number[]> {
  const rows = await db.sql`
    select row_index + 1 as number from intake.row_errors
     where batch_id = ${id} and error_stage <> 'insert' and resolved_at is null order by 1`;
  return rows.map((row) => row.number);
}

Deno.test("a replay that brings a refused batch within its budget starts its next attempt", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("R", 17, 3) };
    const id = await ingest(db, file);
    assertEquals(
      (await batchOf(db, id)).rejection_reason,
      "Error budget exceeded: 15.0% invalid rows (threshold: 10%)",
    );
    const fixed = await replay(db, id, file, fixes("R", 18));
    assertEquals([(await batchOf(db, fixed)).status, (await batchOf(db, fixed)).replay_of], [
      "completed",
      id,
    ]);
    const batch = await batchOf(db, id);
    assertEquals([batch.status, batch.attempt, batch.rejection_reason], ["completed", 2, null]);
    assertEquals(await countsOf(db, id), [20, 17, 3, 17, 0]);
    assertEquals(await openRejects(db, id), [19, 20], "the repaired one is resolved in the new attempt, too");
    assertMatch(
      (await batchOf(db, fixed)).notes.at(-1),
      /1 reject resolved, 2 open; it is within its budget now/,
    );
    const [event] = await db.sql`
      select actor from audit.event_log where entity_id = ${id} and action = 'batch.uploaded' order by id desc limit 1`;
    assertEquals(event?.actor, `replay:${fixed}`);
  }));

Deno.test("a replay that does not bring a refused batch within its budget leaves it refused", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("R", 16, 4) };
    const id = await ingest(db, file);
    await replay(db, id, file, fixes("R", 17));
    assertEquals([(await batchOf(db, id)).status, (await batchOf(db, id)).attempt], ["failed", 1]);
    assertEquals(await openRejects(db, id), [18, 19, 20]);
    await replay(db, id, file, fixes("R", 18));
    assertEquals((await batchOf(db, id)).status, "completed", "what two replays repaired adds up");
  }));

for (
  const [reason, code] of [
    ["Aborted by operator: wrong file", "ABORTED"],
    ["Refused by operator: no", "REFUSED"],
    ["File missing in storage", "FILE_MISSING"],
  ] as const
) {
  Deno.test(`a replay starts no batch that failed otherwise: ${reason}`, () =>
    withDatabase(async (db) => {
      const file: File = { rows: rowsOf("R", 17, 3) };
      const id = await ingest(db, file);
      await db.sql`update intake.simplicity_batches set rejection_reason = ${reason}, rejection_code = ${code}
        where id = ${id}`;
      await replay(db, id, file, fixes("R", 18, 19, 20));
      assertEquals((await batchOf(db, id)).status, "failed");
      assertEquals(await openRejects(db, id), []);
    }));
}

Deno.test("a replay of a completed batch resolves what it fixes and leaves the rest", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("C", 96, 4) };
    const id = await ingest(db, file);
    const fixed = await replay(db, id, file, [...fixes("C", 97, 98, 99), { reject: "INVALID_AMOUNT" }]);
    assertEquals(await openRejects(db, id), [100]);
    assertEquals(await countsOf(db, fixed), [4, 3, 1, 3, 0]);
    const [seen] = await db.sql`
      select error_count, unresolved_error_count from intake.v_batch_observability where batch_id = ${id}`;
    assertEquals([Number(seen?.error_count), Number(seen?.unresolved_error_count)], [4, 1]);
    const [summary] = await db
      .sql`select unresolved_count from intake.v_error_summary where batch_id = ${id}`;
    assertEquals(Number(summary?.unresolved_count), 1);
    assertEquals((await batchOf(db, id)).attempt, 1, "a completed batch is not run again");
  }));

Deno.test("a fixed row that proves to be a duplicate resolves its reject as well", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("D", 19, 1) };
    const id = await ingest(db, file);
    const fixed = await replay(db, id, file, [{ case: "D-0", repairs: 20 }]);
    assertEquals(await countsOf(db, fixed), [1, 1, 0, 0, 1]);
    assertEquals(await openRejects(db, id), []);
  }));

Deno.test("repairs survive a reset of the original", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("S", 19, 1) };
    const id = await ingest(db, file);
    await replay(db, id, file, fixes("S", 20));
    await db
      .sql`update intake.simplicity_batches set status = 'uploaded', error_threshold_percent = 0 where id = ${id}`;
    await workOff(db, file);
    assertEquals(
      (await batchOf(db, id)).status,
      "completed",
      "the one reject is repaired and counts no more",
    );
    assertEquals(await openRejects(db, id), []);
  }));

Deno.test("repaired rejects do not count against a budget for their code", () =>
  withDatabase(async (db) => {
    await db.sql`update intake.sources set code_budgets = '{"INVALID_AMOUNT": 4}'`;
    const file: File = { rows: rowsOf("K", 19, 1) };
    const id = await ingest(db, file);
    assertMatch((await batchOf(db, id)).rejection_reason, /5\.0% INVALID_AMOUNT rows \(threshold: 4%\)/);
    await replay(db, id, file, [...fixes("K", 20), { reject: "INVALID_AMOUNT" }]);
    assertEquals((await batchOf(db, id)).status, "completed");
  }));

Deno.test("repairs of a batch that is in work are counted when it is decided", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("W", 17, 3) };
    const id = await ingest(db, file);
    const fixed = await sendReplay(db, id);
    await db.sql`update intake.simplicity_batches set status = 'uploaded' where id = ${id}`;
    await db.sql`update ops.job_queue set next_run_at = now() + interval '1 hour' where batch_id = ${id}`;
    await workAll(db, { [fixed]: { rows: fixes("W", 18) } });
    assertEquals((await batchOf(db, fixed)).status, "completed");
    await db.sql`update ops.job_queue set next_run_at = now() where batch_id = ${id}`;
    await workAll(db, { [id]: file });
    assertEquals([(await batchOf(db, id)).status, (await batchOf(db, id)).attempt], ["completed", 2]);
    assertEquals(await openRejects(db, id), [19, 20]);
  }));

Deno.test("a batch being decided while its replay completes counts the repairs, and neither waits for ever", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("X", 17, 3) };
    const id = await ingest(db, file);
    const fixed = await sendReplay(db, id);
    await db.sql`update intake.simplicity_batches set status = 'uploaded' where id = ${id}`;
    const settling: Record<string, string> = {};
    for (let unit = await claim(db); unit !== null; unit = await claim(db)) {
      const rows = unit.batch.id === id ? file : { rows: fixes("X", 18) };
      if (unit.kind === "settle") settling[unit.batch.id] = unit.token;
      else if (unit.kind === "stage") await finishStaging(db, unit, rows);
      else await doUnit(db, unit, rows);
    }
    const [decided, replayed] = [settling[id] ?? "", settling[fixed] ?? ""];
    const one = db.connect();
    const other = db.connect();
    await one`select intake.decide(${fixed}, ${replayed})`;
    const decisions: Promise<unknown>[] = [];
    await one.begin(async (tx) => {
      await tx`select intake.insert_batch(${fixed}, ${replayed})`;
      decisions.push(other`select intake.decide(${id}, ${decided})`.execute());
      await waitsForLock(db);
    });
    await Promise.all(decisions);
    const { status } = await batchOf(db, id);
    assertEquals(status, "inserting");
    await db.sql`select intake.clear_staged(${fixed})`;
    await db.sql`delete from intake.simplicity_batches where id = ${id}`;
  }));

/** Resolves once some connection waits for a lock. */
async function waitsForLock(db: TestDatabase): Promise<void> {
  await until("a wait for a lock", async () => {
    const [row] = await db.admin`select count(*)::int as n from pg_locks where not granted`;
    return row?.n > 0;
  });
}

Deno.test("a replay whose original is deleted before it is read is still read as one, and completes", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("G", 19, 1) };
    const id = await ingest(db, file);
    const fixed = await sendReplay(db, id);
    await db.sql`delete from intake.simplicity_batches where id = ${id}`;
    const unit = await mustClaim(db, "stage");
    assertEquals(unit.batch.replay_of, id);
    await finishStaging(db, unit, { rows: fixes("G", 20) });
    await workAll(db, { [fixed]: { rows: fixes("G", 20) } });
    const batch = await batchOf(db, fixed);
    assertEquals([batch.status, batch.row_count_inserted], ["completed", 1]);
    assertEquals((await db.sql`select 1 from intake.row_repairs`).length, 0);
  }));

Deno.test("undoing a replay opens again what it resolved", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("U", 18, 2) };
    const id = await ingest(db, file);
    const first = await replay(db, id, file, fixes("U", 19));
    await replay(db, id, file, fixes("U", 20));
    assertEquals(await openRejects(db, id), []);
    const [undone] = await engine(
      db,
    )`select intake.undo_batch(${first}, 'wrong', 'operator:jane', 'req-1') as answer`;
    assertEquals(undone?.answer.outcome, "done");
    await undoAll(db);
    assertEquals((await batchOf(db, first)).status, "failed");
    assertEquals(await openRejects(db, id), [19]);
    await db.sql`update intake.simplicity_batches set status = 'uploaded' where id = ${id}`;
    await workOff(db, file);
    assertEquals(await openRejects(db, id), [19], "nor does a reset resolve it");
  }));

Deno.test("a replay has its original's source, priority and dry run, takes whatever is fixed and waits for nobody", () =>
  withDatabase(async (db) => {
    await db.sql`insert into intake.sources (source, requires_approval, warn_percent, code_budgets)
      values ('acme', false, 1, '{"INVALID_AMOUNT": 1}')`;
    await store(db, { path: "acme/a.csv" });
    const [{ id } = { id: "" }] = await db
      .sql`select id from intake.simplicity_batches where storage_path = 'acme/a.csv'`;
    const file: File = { rows: rowsOf("P", 19, 1) };
    await workOff(db, file);
    await db.sql`update intake.simplicity_batches set priority = 7 where id = ${id}`;
    await db.sql`update intake.sources set requires_approval = true where source = 'acme'`;
    const fixed = await sendReplay(db, id);
    const batch = await batchOf(db, fixed);
    assertEquals([batch.source, batch.priority, batch.error_threshold_percent, batch.dry_run], [
      "acme",
      7,
      100,
      false,
    ]);
    await workAll(db, { [id]: file, [fixed]: { rows: [...fixes("P", 20), ...rowsOf("", 0, 5)] } });
    assertEquals((await batchOf(db, fixed)).status, "completed");
  }));

Deno.test("a dry run's replay is a dry run and resolves nothing", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("Y", 19, 1) };
    const { path } = await store(db);
    const [{ id } = { id: "" }] = await db.sql`
      update intake.simplicity_batches set dry_run = true where storage_path = ${path} returning id`;
    await workOff(db, file);
    const fixed = await replay(db, id, file, fixes("Y", 20));
    assertEquals([(await batchOf(db, fixed)).status, (await batchOf(db, fixed)).dry_run], [
      "completed",
      true,
    ]);
    assertEquals((await db.sql`select 1 from public.judgments`).length, 0);
    assertEquals(await openRejects(db, id), [20]);
  }));

Deno.test("reserve_replay() answers bytes it knows: the same replay is a duplicate, another batch is in the way", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("N", 19, 1) };
    const id = await ingest(db, file);
    const fixed = await replay(db, id, file, fixes("N", 20));
    const hash = (await batchOf(db, fixed)).file_hash;
    const again = await reserve(db, id, hash);
    assertEquals([again.outcome, again.batch_id], ["duplicate", fixed]);
    const other = await reserve(db, id, (await batchOf(db, id)).file_hash);
    assertEquals([other.outcome, other.batch_id], ["other_batch", id]);
    assertEquals((await reserve(db, crypto.randomUUID())).outcome, "unknown");
  }));

Deno.test("lines of a replay that are no rows are in no count, also after a crash took its staged rows", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("T", 19, 1) };
    const id = await ingest(db, file);
    const fixed = await sendReplay(db, id);
    const sent: File = { rows: [...fixes("T", 20), { reject: "INVALID_AMOUNT" }] };
    await finishStaging(db, await mustClaim(db, "stage"), sent);
    const validate = async () => {
      const unit = await mustClaim(db, "slice");
      const writer = new BlockWriter({ batchId: fixed, sliceNo: 0, token: unit.token, attempt: 1 });
      writer.addRow(0, ["T-fixed", "A", "B", "1.00", "2024-01-31", ...Array(8).fill("")], "20");
      const sql = engine(db);
      await sql`select intake.stage_block(${writer.take()})`;
      const tally = { valid: 1, invalid: 0, remarks: 1, code_counts: {}, warning_counts: {} };
      await sql`select intake.finish_slice(${fixed}, 0, ${unit.token}, ${sql.json(tally)})`;
    };
    await validate();
    assertEquals(await countsOf(db, fixed), [1, 1, 0, 0, 0]);
    await db.sql`delete from intake.staged_blocks where batch_id = ${fixed}`;
    await doUnit(db, await mustClaim(db, "settle"), sent);
    assertEquals(await countsOf(db, fixed), [0, 0, 0, 0, 0], "its slice is done again");
    await validate();
    await doUnit(db, await mustClaim(db, "settle"), sent);
    assertEquals(await countsOf(db, fixed), [1, 1, 0, 1, 0]);
  }));
