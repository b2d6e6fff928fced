/**
 * What becomes of bytes that are known: caller × road × state of the known batch × who ended it, as one table. Every cell
 * is tried on a real database and taken back again.
 */
import { assertEquals } from "deno-std/assert/equals.js";
import type postgres from "postgres";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import { until } from "../support/until.ts";
import {
  batchOf,
  claim,
  doUnit,
  drop,
  engine,
  type File,
  mustClaim,
  planOf,
  rowsOf,
  type Unit,
  workOff,
} from "./engine.ts";

/** A pool, or one transaction. */
type Query = postgres.ISql;

const FILE: File = { rows: rowsOf("K", 12, 1) };
const BAD: File = { rows: rowsOf("K", 8, 2) };
const SIZE = 1300;
const ETAG = '"9e107d9d372bb6826bd81d3542a419d6"';

/**
 * What a cell says.
 *
 * - `new`: a batch of its own; the known one stays as it is
 * - `known`: a duplicate, told with the id of the known batch; by bytes that arrive, a `skipped` row
 * - `hidden`: a duplicate, and the caller is told nothing of the known batch
 * - `again`: the known batch starts its next attempt; bytes that arrive have a `skipped` row beside it
 * - `ended`: refused, `ENDED_BY_OPERATOR`; bytes that arrive have a `skipped` row that says why
 */
type Answer = "new" | "known" | "hidden" | "again" | "ended";

/** Who brings the bytes: the vendor whose batch it is, another one, an operator for the first's source, the same by force. */
const CALLERS = ["own", "other", "operator", "forced"] as const;
type Caller = (typeof CALLERS)[number];
/** Bytes through the function; a hash that is only claimed; bytes at a signed address; bytes in the bucket. */
const ROADS = ["door", "claim", "signed", "bucket"] as const;
type Road = (typeof ROADS)[number];

const RUNS = "known hidden known known | known hidden known known | known known known known | known known";
const FAILED = "again new again again   | new new new new          | again new again again   | again new";
const ENDED = "ended new again again    | ended new new new        | ended new again again   | ended new";
const FREE = "new new new new           | new new new new          | new new new new         | new new";

/** State of the known batch → answers at the door, to a claim, at a signed address (own other operator forced), in the
 * bucket (own other). */
const TABLE: Readonly<Record<string, string>> = {
  uploaded: RUNS,
  staging: RUNS,
  validating: RUNS,
  awaiting_approval: RUNS,
  inserting: RUNS,
  completed: "known hidden known again    | known hidden known new   | known known known again | known known",
  "failed for its budget": FAILED,
  "failed for a column": FAILED,
  "given up": FAILED,
  "aborted by an operator": ENDED,
  "aborted by an operator before it was read": ENDED,
  "failed by hand": ENDED,
  "refused by an operator": ENDED,
  "undone by an operator": ENDED,
  // Only storage's word for the content is known: a claim has none, and it stops whom it must and starts nothing.
  "dropped and aborted before it was read":
    "ended new new new           | new new new new          | ended new new new       | ended new",
  "completed, a dry run": FREE,
  "failed, a file without rows": FREE,
  "skipped, of a batch that was deleted": FREE,
};

/** The answers of a line, by road and caller. */
function cellsOf(line: string): { road: Road; caller: Caller; answer: Answer }[] {
  return line.split("|").flatMap((answers, place) =>
    answers.trim().split(/ +/).map((answer, column) => ({
      road: ROADS[place] ?? "door",
      caller: CALLERS[column] ?? "own",
      answer: answer as Answer, // a wrong word equals no outcome
    }))
  );
}

/** Asks for a reservation as the functions do. */
async function reserve(sql: Query, caller: Caller, request: Record<string, unknown>) {
  const vendor = caller === "own" || caller === "other";
  const [row] = await sql`select intake.reserve_upload(${
    sql.json({
      filename: "a.csv",
      stored_name: "a.csv",
      source: caller === "other" ? "bravo" : "acme",
      file_size_bytes: SIZE,
      options: {},
      force: caller === "forced",
      signed: false,
      vendor,
      actor: vendor ? `vendor:${caller}` : "operator:jane",
      request_id: "req-1",
      ...request,
    })
  }) as answer`;
  return row?.answer;
}

async function storeAt(sql: Query, path: string, etag = ETAG): Promise<void> {
  const metadata = { size: SIZE, mimetype: "text/csv", eTag: etag };
  await sql`
    insert into storage.objects (bucket_id, name, version, metadata)
    values ('intake', ${path}, ${crypto.randomUUID()}, ${sql.json(metadata)})`;
}

/** Uploads the bytes through the door, as acme. @returns the batch. */
async function uploaded(db: TestDatabase, options = {}): Promise<string> {
  const { file_hash } = await planOf(FILE);
  const { batch_id, path } = await reserve(db.sql, "own", { file_hash, options });
  await storeAt(db.admin, path);
  return batch_id;
}

async function workUntil(db: TestDatabase, id: string, state: string, file = FILE): Promise<void> {
  while ((await batchOf(db, id)).status !== state) {
    const unit = await claim(db);
    if (unit === null) {
      throw new Error(`Cannot bring ${id} to ${state}: it is ${(await batchOf(db, id)).status}`);
    }
    if (state === "staging") return;
    if (unit.kind === "settle" && state === "inserting") {
      await engine(db)`select intake.decide(${id}, ${unit.token})`;
    } else await doUnit(db, unit, file);
  }
}

async function act(db: TestDatabase, call: string): Promise<void> {
  const [row] = await engine(db).unsafe(`select intake.${call} as answer`);
  assertEquals(row?.answer.outcome, "done", call);
}

/** Makes the known batch of a line. @returns its id. */
async function makeKnown(db: TestDatabase, state: string): Promise<string> {
  if (state === "dropped and aborted before it was read") {
    await storeAt(db.admin, "acme/a.csv");
    const [row] = await db.sql`select id from intake.simplicity_batches`;
    await act(db, `abort_batch('${row?.id}', 'forged', 'operator:jane', 'r')`);
    return row?.id;
  }
  const id = await uploaded(db, state === "completed, a dry run" ? { dry_run: true } : {});
  switch (state) {
    case "uploaded":
      break;
    case "awaiting_approval":
    case "refused by an operator":
      await db
        .sql`update intake.sources set requires_approval = true, warn_percent = 1 where source = 'acme'`;
      await workUntil(db, id, "awaiting_approval");
      await db.sql`update intake.sources set requires_approval = false`;
      if (state !== "awaiting_approval") {
        await act(db, `refuse_batch('${id}', 'forged', 'operator:jane', 'r')`);
      }
      break;
    case "completed, a dry run":
      await workUntil(db, id, "completed");
      break;
    case "failed for its budget":
      await db.sql`update intake.simplicity_batches set error_threshold_percent = 1`;
      await workUntil(db, id, "failed");
      await db.sql`update intake.simplicity_batches set error_threshold_percent = 10`;
      break;
    case "failed for a column":
      await workUntil(db, id, "failed", {
        ...FILE,
        problem: "Missing required fields: amount",
        code: "MISSING_FIELDS",
      });
      break;
    case "given up":
      await engine(
        db,
      )`select intake.move_batch(${id}, 'failed', 'Gave up after 5 attempts: lost', 'GAVE_UP')`;
      break;
    case "aborted by an operator":
      await workUntil(db, id, "validating");
      await act(db, `abort_batch('${id}', 'forged', 'operator:jane', 'r')`);
      break;
    case "aborted by an operator before it was read":
      await act(db, `abort_batch('${id}', 'forged', 'operator:jane', 'r')`);
      break;
    case "failed by hand":
      await workUntil(db, id, "validating");
      await db.sql`update intake.simplicity_batches set status = 'failed', rejection_reason = 'forged'`;
      break;
    case "undone by an operator":
      await workUntil(db, id, "completed");
      await engine(db)`select intake.end_undone(${id}, '{"reason": "forged"}')`;
      await db.admin`delete from public.judgments`;
      break;
    case "failed, a file without rows":
      await workUntil(db, id, "failed", {
        ...FILE,
        problem: "Empty file: a header and no rows",
        code: "EMPTY_FILE",
      });
      break;
    case "skipped, of a batch that was deleted": {
      const second = await drop(db, { path: "acme/second.csv", size: SIZE });
      await workOff(db, FILE);
      await db.sql`delete from intake.simplicity_batches where id = ${id}`;
      return second;
    }
    default:
      await workUntil(db, id, state);
  }
  return id;
}

/** What became of the request and of the known batch, in the words of the table. */
async function outcomeOf(sql: Query, known: string, road: Road, caller: Caller): Promise<string> {
  const { file_hash } = await planOf(FILE);
  const before = await stateOf(sql, known);
  const told = road === "door" || road === "claim"
    ? await askAt(sql, road, caller, file_hash, known)
    : await arrive(sql, road, caller, known);
  const after = await stateOf(sql, known);
  const touched = after !== before;
  if (touched !== (told === "again")) return `${told}, and the known batch went from ${before} to ${after}`;
  return told;
}

async function stateOf(sql: Query, id: string): Promise<string> {
  const [row] = await sql`
    select concat_ws(' ', status, 'attempt', attempt, source, error_threshold_percent, priority, rejection_reason) as state
      from intake.simplicity_batches where id = ${id}`;
  return row?.state;
}

async function askAt(
  sql: Query,
  road: "door" | "claim",
  caller: Caller,
  file_hash: string,
  known: string,
): Promise<string> {
  const answer = await reserve(
    sql,
    caller,
    road === "door" ? { file_hash, etag: ETAG } : { file_hash, signed: true },
  );
  const words: Record<string, string> = {
    store: "new",
    started_again: "again",
    ended_by_operator: "ended",
    duplicate: answer.batch_id === known ? "known" : "hidden",
  };
  if (words[answer.outcome] === "hidden") {
    for (const [name, value] of Object.entries(answer)) {
      if (name !== "outcome") assertEquals(value, null, name);
    }
  }
  if (answer.outcome === "ended_by_operator") assertEquals([answer.batch_id, answer.why], [known, "forged"]);
  return words[answer.outcome] ?? answer.outcome;
}

async function arrive(sql: Query, road: "signed" | "bucket", caller: Caller, known: string): Promise<string> {
  const path = road === "signed"
    ? (await reserve(sql, caller, { file_hash: null, signed: true })).path
    : `${caller === "other" ? "bravo" : "acme"}/again.csv`;
  await storeAt(sql, path);
  const [fresh] = await sql`select id from intake.simplicity_batches where storage_path = ${path}`;
  await sql`update ops.job_queue set next_run_at = now() + interval '1 hour' where batch_id <> ${fresh?.id}`;
  await sql`update intake.batch_slices set not_before = now() + interval '1 hour'`; // this batch alone is due
  const [claimed] = await sql`select ops.claim('{ingest}', 'worker-2') as unit`;
  const unit: Unit = claimed?.unit;
  assertEquals([unit.batch.id, unit.kind], [fresh?.id, "stage"]);
  await sql`select intake.finish_staging(${unit.batch.id}, ${unit.token}, ${sql.json(await planOf(FILE))})`;
  const [ended] = await sql`
    select b.status, b.rejection_reason as reason, b.rejection_code as code, b.duplicate_of, k.status as known
      from intake.simplicity_batches b
      left join intake.simplicity_batches k on k.id = ${known}
     where b.id = ${fresh?.id}`;
  if (ended?.status === "validating") return "new";
  assertEquals([ended?.status, ended?.duplicate_of], ["skipped", known]);
  if (ended?.code === "ENDED_BY_OPERATOR") {
    assertEquals(ended?.reason, "Ended by operator: forged");
    return "ended";
  }
  assertEquals([ended?.reason, ended?.code], ["Duplicate file_hash", "DUPLICATE"]);
  const [attempts] =
    await sql`select attempt > 1 as again from intake.simplicity_batches where id = ${known}`;
  return attempts?.again ? "again" : "known";
}

class TakenBack extends Error {}

for (const [state, line] of Object.entries(TABLE)) {
  Deno.test(`known bytes, their batch ${state}: every caller on every road is answered as the table says`, () =>
    withDatabase(async (db) => {
      await db.sql`insert into intake.sources (source) values ('acme'), ('bravo')`;
      const known = await makeKnown(db, state);
      const found: Record<string, string> = {};
      const wanted: Record<string, string> = {};
      for (const { road, caller, answer } of cellsOf(line)) {
        wanted[`${road}, ${caller}`] = answer;
        await db.admin.begin(async (sql) => {
          found[`${road}, ${caller}`] = await outcomeOf(sql, known, road, caller);
          throw new TakenBack();
        }).catch((error) => {
          if (!(error instanceof TakenBack)) throw error;
        });
      }
      assertEquals(found, wanted);
      if (
        state === "staging" || state === "validating" || state === "inserting" ||
        state === "awaiting_approval"
      ) {
        await db.sql`delete from intake.simplicity_batches`; // nothing is left staged
      }
    }));
}

Deno.test("a vendor's second file without rows fails like the first", () =>
  withDatabase(async (db) => {
    await db.sql`insert into intake.sources (source) values ('acme')`;
    const empty: File = { rows: [], problem: "Empty file: a header and no rows", code: "EMPTY_FILE" };
    const { file_hash } = await planOf(empty);
    const codes: unknown[] = [];
    for (const _ of [1, 2]) {
      const { outcome, batch_id, path } = await reserve(db.sql, "own", { file_hash });
      assertEquals(outcome, "store");
      await storeAt(db.admin, path);
      await workOff(db, empty);
      codes.push((await batchOf(db, batch_id)).rejection_code);
    }
    assertEquals(codes, ["EMPTY_FILE", "EMPTY_FILE"]);
  }));

Deno.test("what an operator starts again may start what he ended, though bytes come by the bucket", () =>
  withDatabase(async (db) => {
    await db.sql`insert into intake.sources (source) values ('acme')`;
    const id = await makeKnown(db, "aborted by an operator");
    await storeAt(db.admin, "acme/again.csv");
    await workOff(db, FILE);
    const [skipped] = await db
      .sql`select * from intake.simplicity_batches where storage_path = 'acme/again.csv'`;
    assertEquals([skipped?.status, skipped?.rejection_code], ["skipped", "ENDED_BY_OPERATOR"]);
    await db.sql`update intake.simplicity_batches set status = 'uploaded' where id = ${skipped?.id}`;
    await workOff(db, FILE);
    assertEquals((await batchOf(db, id)).status, "completed");
    assertEquals((await batchOf(db, skipped?.id)).rejection_code, "DUPLICATE");
  }));

Deno.test("a source's own failed batch starts again beside another source's batch of the same bytes", () =>
  withDatabase(async (db) => {
    await db.sql`insert into intake.sources (source) values ('acme'), ('bravo')`;
    const acme = await makeKnown(db, "failed for its budget");
    await storeAt(db.admin, "bravo/a.csv");
    await workOff(db, FILE);
    const [bravo] = await db.sql`select * from intake.simplicity_batches where source = 'bravo'`;
    assertEquals(bravo?.status, "completed");
    await storeAt(db.admin, "acme/b.csv");
    await workOff(db, FILE);
    const again = await batchOf(db, acme);
    assertEquals([again.status, again.attempt, again.row_count_inserted, again.row_count_duplicate], [
      "completed",
      2,
      0,
      12,
    ]);
    assertEquals((await batchOf(db, bravo?.id)).attempt, 1);
  }));

Deno.test("a batch that has lost its bytes is taken over by one reservation; whoever comes meanwhile waits for it", () =>
  withDatabase(async (db) => {
    await db.sql`insert into intake.sources (source) values ('acme')`;
    const { file_hash } = await planOf(FILE);
    const heir = await makeKnown(db, "failed for its budget");
    await db.admin.begin(async (sql) => {
      await sql`set local storage.allow_delete_query = 'true'`;
      await sql`delete from storage.objects`;
    });
    const first = await reserve(db.sql, "own", { file_hash, options: { error_threshold_percent: 9 } });
    assertEquals(first.outcome, "store");
    assertEquals((await reserve(db.sql, "own", { file_hash })).outcome, "wait", "it is being stored");
    await storeAt(db.admin, first.path);
    assertEquals((await reserve(db.sql, "own", { file_hash })).outcome, "wait", "it is being settled");
    const [settled] = await engine(
      db,
    )`select intake.settle_upload(${first.batch_id}, 'vendor:own', 'r') as answer`;
    assertEquals([settled?.answer.outcome, settled?.answer.batch_id, settled?.answer.attempt], [
      "started_again",
      heir,
      2,
    ]);
    const second = await reserve(db.sql, "own", { file_hash });
    assertEquals([second.outcome, second.batch_id], ["duplicate", heir]);
    await workOff(db, FILE);
    assertEquals((await batchOf(db, heir)).error_threshold_percent, 9);
  }));

Deno.test("an abort that comes while the door decides is not overruled", () =>
  withDatabase(async (db) => {
    await db.sql`insert into intake.sources (source) values ('acme')`;
    const { file_hash } = await planOf(FILE);
    const id = await makeKnown(db, "failed for its budget");
    const hand = db.connect();
    let asked: Promise<{ outcome: string }> | undefined;
    await hand.begin(async (sql) => {
      await sql`update intake.simplicity_batches set status = 'failed', rejection_reason = 'forged' where id = ${id}`;
      asked = reserve(db.sql, "own", { file_hash });
      await until("the door wait for this very transaction", async () => {
        const [row] = await db.admin`select count(*) as n from pg_locks where not granted`;
        return row?.n > 0;
      });
    });
    assertEquals((await asked)?.outcome, "ended_by_operator");
    assertEquals((await batchOf(db, id)).status, "failed");
  }));

Deno.test("two sources that race with the same bytes: one is worked on, the other skipped", () =>
  withDatabase(async (db) => {
    await db.sql`insert into intake.sources (source) values ('acme'), ('bravo')`;
    await drop(db, { path: "acme/a.csv", size: SIZE });
    await drop(db, { path: "bravo/a.csv", size: SIZE });
    const units = [await mustClaim(db, "stage", "a"), await mustClaim(db, "stage", "b")];
    const plan = await planOf(BAD);
    await Promise.all(
      units.map((unit) =>
        engine(db)`select intake.finish_staging(${unit.batch.id}, ${unit.token}, ${engine(db).json(plan)})`
      ),
    );
    const states = await db.sql`select status from intake.simplicity_batches order by status`;
    assertEquals(states.map((row) => row.status), ["skipped", "validating"]);
    await db.sql`delete from intake.simplicity_batches`;
  }));

Deno.test("bytes that arrive while they are asked about are waited for, and not stored a second time", () =>
  withDatabase(async (db) => {
    const file_hash = "ab".repeat(32);
    const first = await reserve(db.sql, "operator", { file_hash, source: "simplicity" });
    assertEquals(first.outcome, "store");
    // What is known is looked up, and then nothing goes on until the lock is let go.
    await db.admin.unsafe(`
      alter function intake.lock_known(jsonb) rename to lock_known_at_once;
      create function intake.lock_known(bytes jsonb) returns intake.simplicity_batches language plpgsql as $$
      declare
        known intake.simplicity_batches := intake.lock_known_at_once(bytes);
      begin
        perform pg_advisory_xact_lock(4711);
        return known;
      end $$`);
    const holder = db.connect();
    await holder`select pg_advisory_lock(4711)`;
    const second = reserve(db.sql, "operator", { file_hash, source: "simplicity" });
    await until("the second to have looked", async () => {
      const waiting = await db
        .admin`select from pg_locks where locktype = 'advisory' and objid = 4711 and not granted`;
      return waiting.length > 0;
    });
    await drop(db, { path: first.path, size: SIZE });
    await holder`select pg_advisory_unlock(4711)`;
    assertEquals(await second, { outcome: "wait", batch_id: first.batch_id });
  }));
