/** Who gets which work, for how long, and what losing it means. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import {
  batchOf,
  beatUnit as beat,
  bringTo,
  claim,
  countsOf,
  doSlice,
  doUnit,
  drop,
  engine,
  errorOf,
  failUnit,
  type File,
  finishSlice,
  finishStaging,
  ingest,
  insert,
  jobOf,
  letTimePass,
  loseAll,
  mustClaim,
  rowsIn,
  rowsOf,
  sendBlock,
  settle,
  type Unit,
  workOff,
} from "./engine.ts";

const FILE: File = { rows: rowsOf("C", 6), slices: [2, 2, 2] };

const LEASE_LOST = /^DF001 /;

Deno.test("claim() gives null when there is nothing to do", () =>
  withDatabase(async (db) => {
    assertEquals(await claim(db), null);
  }));

Deno.test("claim() leases a new batch for 60 s and tells the worker all it needs", () =>
  withDatabase(async (db) => {
    const id = await drop(db, { path: "simplicity/a.csv", size: 42 });
    const unit = await mustClaim(db, "stage", "worker-7");
    assertEquals({ ...unit, token: "" }, {
      job_id: (await jobOf(db, id)).id,
      job_type: "ingest",
      payload: { batch_id: id, source: "simplicity", attempt: 1 },
      kind: "stage",
      token: "",
      beat_seconds: 20,
      size_scale: 1,
      wake_more: false,
      batch: {
        id,
        source: "simplicity",
        attempt: 1,
        status: "staging",
        filename: "a.csv",
        object: {
          bucket: "intake",
          path: "simplicity/a.csv",
          version: String((await batchOf(db, id)).storage_version),
          etag: '"sample"',
          bytes: 42,
        },
        file_size_bytes: 42,
        replay_of: null,
        dialect: null,
        layout: null,
        scan: null,
      },
      source: { header_map: {}, columns: null, dialect: {} },
      slice: null,
    } as unknown);
    const job = await jobOf(db, id);
    assertEquals([job.status, job.locked_by, job.lease_token], ["processing", "worker-7", unit.token]);
    const [lease] = await db.sql`
      select extract(epoch from lease_expires_at - locked_at)::int as seconds from ops.job_queue`;
    assertEquals(lease?.seconds, 60);
  }));

Deno.test("a unit is claimed by one worker only, however many ask at once", () =>
  withDatabase(async (db) => {
    await drop(db);
    const units = await Promise.all(["a", "b", "c", "d"].map((worker) => claim(db, worker)));
    assertEquals(units.filter((unit) => unit !== null).length, 1);
  }));

const SIX: File = { rows: rowsOf("C", 6), slices: [1, 1, 1, 1, 1, 1] };

Deno.test("slices of a batch are claimed by several workers at once, none twice", () =>
  withDatabase(async (db) => {
    await bringTo(db, "validating", SIX);
    const units = await Promise.all(["a", "b", "c", "d"].map((worker) => claim(db, worker)));
    const taken = units.map((unit) => unit?.slice?.no).filter((no) => no !== undefined);
    assertEquals(new Set(taken).size, taken.length);
    const [row] = await db.sql`select count(*) as leased from intake.batch_slices where status = 'leased'`;
    assertEquals(row?.leased, taken.length);
  }));

Deno.test("a batch with four slices in work is given no fifth worker until one is done", () =>
  withDatabase(async (db) => {
    await bringTo(db, "validating", SIX);
    const first = await mustClaim(db, "slice");
    for (let n = 1; n < 4; n++) await mustClaim(db, "slice");
    assertEquals(await claim(db), null);
    await doSlice(db, first, SIX);
    assertEquals((await mustClaim(db, "slice")).slice?.no, 4);
  }));

Deno.test("claim() goes by priority, higher first, then by age", () =>
  withDatabase(async (db) => {
    const old = await drop(db);
    const young = await drop(db);
    const urgent = await drop(db);
    const idle = await drop(db);
    await db.sql`update ops.job_queue set priority = 5 where batch_id = ${urgent}`;
    await db.sql`update ops.job_queue set priority = -5 where batch_id = ${idle}`;
    const order = [];
    for (let unit = await claim(db); unit !== null; unit = await claim(db)) order.push(unit.batch.id);
    assertEquals(order, [urgent, old, young, idle]);
  }));

Deno.test("a giant with four isolates at work lets a later batch of the same priority through", () =>
  withDatabase(async (db) => {
    const giant: File = { rows: rowsOf("G", 8), slices: [1, 1, 1, 1, 1, 1, 1, 1] };
    await bringTo(db, "validating", giant);
    const first = await mustClaim(db, "slice");
    const small = await drop(db);
    assertEquals(
      (await mustClaim(db, "stage")).batch.id,
      small,
      "a batch nobody works on goes before the next slice",
    );
    assertEquals((await mustClaim(db, "slice")).batch.id, first.batch.id);
  }));

Deno.test("claim() says whether another isolate would find work", () =>
  withDatabase(async (db) => {
    await drop(db);
    await drop(db);
    assertEquals((await mustClaim(db, "stage")).wake_more, true);
    assertEquals((await mustClaim(db, "stage")).wake_more, false);
  }));

Deno.test("claim() asks for no further isolate while eight are at work", () =>
  withDatabase(async (db) => {
    for (let n = 0; n < 10; n++) await drop(db);
    const more = [];
    for (let n = 0; n < 9; n++) more.push((await mustClaim(db, "stage")).wake_more);
    assertEquals(more, [true, true, true, true, true, true, true, false, false]);
  }));

Deno.test("a paused queue gives out nothing; work that runs finishes its slice; resuming goes on", () =>
  withDatabase(async (db) => {
    const id = await bringTo(db, "validating", FILE);
    const running = await mustClaim(db, "slice");
    await drop(db);
    await db
      .sql`update ops.queue_control set paused = true, reason = 'vendor is down' where job_type = 'ingest'`;
    assertEquals(await claim(db), null);
    await doSlice(db, running, FILE);
    assertEquals(await claim(db), null);
    await db.sql`update ops.queue_control set paused = false where job_type = 'ingest'`;
    await workOff(db, FILE);
    assertEquals((await batchOf(db, id)).status, "completed");
  }));

Deno.test("beat() extends the lease of a job and of a slice by 60 s", () =>
  withDatabase(async (db) => {
    await drop(db);
    const stage = await mustClaim(db, "stage");
    await letTimePass(db, 50);
    assertEquals(await beat(db, stage), true);
    await letTimePass(db, 50);
    assertEquals(await claim(db), null, "still held");
    await finishStaging(db, stage, FILE);
    const slice = await mustClaim(db, "slice");
    await letTimePass(db, 50);
    assertEquals(await beat(db, slice), true);
    await letTimePass(db, 50);
    const next = await mustClaim(db, "slice");
    assertEquals(next.slice?.no, 1, "the first slice is still held");
  }));

Deno.test("stage_block() extends the lease of its slice", () =>
  withDatabase(async (db) => {
    await bringTo(db, "validating", { rows: rowsOf("C", 2) });
    const unit = await mustClaim(db, "slice");
    await letTimePass(db, 50);
    await sendBlock(db, unit, rowsIn(unit, FILE).slice(0, 1));
    await letTimePass(db, 50);
    assertEquals(await claim(db), null);
  }));

Deno.test("a lease that ran out is claimable at once, counts as a loss, and its holder can write nothing more", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    const lost = await mustClaim(db, "stage", "worker-1");
    assertEquals(await claim(db), null);
    await letTimePass(db, 61);
    const next = await mustClaim(db, "stage", "worker-2");
    assert(next.token !== lost.token);
    const job = await jobOf(db, id);
    assertEquals([job.attempts, job.last_error], [1, "lost: worker-1 stopped without a word"]);
    assertEquals(await beat(db, lost), false);
    assertMatch(await errorOf(finishStaging(db, lost, FILE)) ?? "", LEASE_LOST);
    await doUnit(db, next, FILE);
    await workOff(db, FILE);
    assertEquals(await countsOf(db, id), [6, 6, 0, 6, 0]);
    assertEquals((await batchOf(db, id)).attempt, 1, "a crash is no attempt");
  }));

Deno.test("a slice whose holder died is redone from its beginning by the next one", () =>
  withDatabase(async (db) => {
    const file: File = { rows: [...rowsOf("C", 12), { reject: "FUTURE_DATE" }] };
    const id = await bringTo(db, "validating", file);
    const dead = await mustClaim(db, "slice", "worker-1");
    await sendBlock(db, dead, rowsIn(dead, file).slice(9));
    await letTimePass(db, 61);
    const next = await mustClaim(db, "slice", "worker-2");
    const [left] = await db.sql`
      select (select count(*) from intake.staged_blocks) as blocks, (select count(*) from intake.row_errors) as errors`;
    assertEquals(left, { blocks: 0, errors: 0 });
    assertMatch(await errorOf(sendBlock(db, dead, rowsIn(dead, file))) ?? "", LEASE_LOST);
    assertMatch(await errorOf(finishSlice(db, dead, file)) ?? "", LEASE_LOST);
    await doSlice(db, next, file);
    await workOff(db, file);
    assertEquals(await countsOf(db, id), [13, 12, 1, 12, 0]);
  }));

/** Every engine function that writes for a holder, and the unit it is called with. */
const FENCED: readonly {
  name: string;
  kind: Unit["kind"];
  call: (db: TestDatabase, unit: Unit) => Promise<unknown>;
}[] = [
  { name: "finish_staging()", kind: "stage", call: (db, unit) => finishStaging(db, unit, FILE) },
  {
    name: "save_scan()",
    kind: "stage",
    call: (db, unit) => engine(db)`select intake.save_scan(${unit.batch.id}, ${unit.token}, '{"at": 1}')`,
  },
  {
    name: "fail_batch() of a job",
    kind: "stage",
    call: (db, unit) =>
      engine(
        db,
      )`select intake.fail_batch(${unit.batch.id}, null, ${unit.token}, 'Parse error: x', 'PARSE_ERROR')`,
  },
  {
    name: "fail_batch() of a slice",
    kind: "slice",
    call: (db, unit) =>
      engine(
        db,
      )`select intake.fail_batch(${unit.batch.id}, 0, ${unit.token}, 'Parse error: x', 'PARSE_ERROR')`,
  },
  { name: "stage_block()", kind: "slice", call: (db, unit) => sendBlock(db, unit, rowsIn(unit, FILE)) },
  { name: "finish_slice()", kind: "slice", call: (db, unit) => finishSlice(db, unit, FILE) },
  { name: "decide()", kind: "settle", call: (db, unit) => settle(db, unit) },
  { name: "insert_batch()", kind: "settle", call: (db, unit) => insert(db, unit) },
];

async function claimKind(db: TestDatabase, kind: Unit["kind"]): Promise<Unit> {
  for (let unit = await claim(db); unit !== null; unit = await claim(db)) {
    if (unit.kind === kind) return unit;
    await doUnit(db, unit, FILE);
  }
  throw new Error(`Cannot claim a ${kind}: there was none`);
}

async function everything(db: TestDatabase): Promise<unknown> {
  const [row] = await db.sql`
    select (select jsonb_agg(to_jsonb(b)) from intake.simplicity_batches b) as batches,
           (select jsonb_agg(to_jsonb(j) order by j.id) from ops.job_queue j) as jobs,
           (select jsonb_agg(to_jsonb(s) order by s.slice_no) from intake.batch_slices s) as slices,
           (select jsonb_agg(to_jsonb(k)) from intake.staged_blocks k) as blocks,
           (select count(*) from public.judgments) as judgments, (select count(*) from intake.row_errors) as errors`;
  return row;
}

for (const { name, kind, call } of FENCED) {
  Deno.test(`${name} with a stale token raises DF001 and changes nothing`, () =>
    withDatabase(async (db) => {
      await drop(db);
      const stale = await claimKind(db, kind);
      await letTimePass(db, 61);
      await mustClaim(db, kind, "worker-2");
      const before = await everything(db);
      assertMatch(await errorOf(call(db, stale)) ?? "", LEASE_LOST);
      assertMatch(await errorOf(call(db, { ...stale, token: crypto.randomUUID() })) ?? "", LEASE_LOST);
      assertEquals(await everything(db), before);
    }));
}

for (const kind of ["stage", "slice"] as const) {
  Deno.test(`fail(), let_go() and beat() of a ${kind} with a stale token say no and change nothing`, () =>
    withDatabase(async (db) => {
      await drop(db);
      const stale = await claimKind(db, kind);
      await letTimePass(db, 61);
      await mustClaim(db, kind, "worker-2");
      const before = await everything(db);
      const [released] = await engine(db)`
        select ops.let_go(${stale.job_id}, ${stale.slice?.no ?? null}, ${stale.token}) as gave`;
      assertEquals([released?.gave, await failUnit(db, stale), await beat(db, stale)], [false, false, false]);
      assertEquals(await everything(db), before);
    }));
}

Deno.test("a holder whose time ran out but whom nobody replaced may still finish", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    const unit = await mustClaim(db, "stage");
    await letTimePass(db, 61);
    await finishStaging(db, unit, FILE);
    assertEquals((await batchOf(db, id)).status, "validating");
  }));

Deno.test("five losses in a row without progress: the batch is given up with the last error, the job dead-lettered", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    for (let loss = 1; loss <= 5; loss++) {
      await mustClaim(db, "stage", `worker-${loss}`);
      await loseAll(db);
    }
    assertEquals(await claim(db), null);
    const batch = await batchOf(db, id);
    assertEquals([batch.status, batch.rejection_reason, batch.attempt], [
      "failed",
      "Parse error: too costly to read near line 1",
      1,
    ]);
    const job = await jobOf(db, id);
    assertEquals([job.status, job.attempts, job.dead_lettered_at !== null, job.lease_token, job.last_error], [
      "failed",
      5,
      true,
      null,
      "lost: worker-5 stopped without a word",
    ]);
    const events = await db
      .admin`select 1 from audit.event_log where action = 'job.dead_lettered' and entity_id = ${id}`;
    assertEquals(events.length, 1);
  }));

Deno.test("what is lost while it is inserted is given up in other words than what is lost while it is read", () =>
  withDatabase(async (db) => {
    const id = await bringTo(db, "inserting", FILE);
    await loseAll(db);
    for (let loss = 2; loss <= 5; loss++) {
      await mustClaim(db, "settle", `worker-${loss}`);
      await loseAll(db);
    }
    const batch = await batchOf(db, id);
    assertEquals([batch.rejection_code, batch.rejection_reason], [
      "GAVE_UP",
      "Gave up after 5 attempts: lost: worker-5 stopped without a word",
    ]);
  }));

Deno.test("a job whose payload names no batch is dead-lettered at once", () =>
  withDatabase(async (db) => {
    await db.sql`insert into ops.job_queue (job_type, payload) values ('ingest', '{"file": "a.csv"}')`;
    assertEquals(await claim(db), null);
    const [job] = await db.sql`select status, dead_lettered_at, last_error from ops.job_queue`;
    assertEquals([job?.status, job?.dead_lettered_at !== null, job?.last_error], [
      "failed",
      true,
      "invalid payload: no such batch",
    ]);
  }));

Deno.test("failures and losses over all slices of a batch count together", () =>
  withDatabase(async (db) => {
    const id = await bringTo(db, "validating", FILE);
    for (let failure = 1; failure <= 4; failure++) {
      const unit = await mustClaim(db, "slice");
      assertEquals(await failUnit(db, unit), true);
      await letTimePass(db, 4000);
    }
    assertEquals(await failUnit(db, await mustClaim(db, "slice"), "the last straw"), false);
    assertEquals((await batchOf(db, id)).rejection_reason, "Gave up after 5 attempts: the last straw");
    const slices = await db.sql`select 1 from intake.batch_slices`;
    assertEquals(slices.length, 0);
  }));

for (
  const progress of ["a finished slice", "a checkpoint of the staging pass", "the end of the staging pass"]
) {
  Deno.test(`${progress} sets attempts back to 0`, () =>
    withDatabase(async (db) => {
      const slice = progress === "a finished slice";
      const id = slice ? await bringTo(db, "validating", FILE) : await drop(db);
      for (let loss = 0; loss < 3; loss++) {
        await mustClaim(db, slice ? "slice" : "stage");
        await loseAll(db);
      }
      const unit = await mustClaim(db, slice ? "slice" : "stage");
      assertEquals((await jobOf(db, id)).attempts, 3);
      if (slice) await doSlice(db, unit, FILE);
      else if (progress === "the end of the staging pass") await finishStaging(db, unit, FILE);
      else await engine(db)`select intake.save_scan(${id}, ${unit.token}, '{"at": 1}')`;
      assertEquals((await jobOf(db, id)).attempts, 0);
    }));
}

Deno.test("a sent block alone is no progress: a slice that always dies is given up", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("C", 2) };
    const id = await bringTo(db, "validating", file);
    for (let loss = 0; loss < 5; loss++) {
      const unit = await mustClaim(db, "slice");
      await sendBlock(db, unit, rowsIn(unit, file));
      await loseAll(db);
    }
    assertEquals(await claim(db), null);
    const batch = await batchOf(db, id);
    assertEquals([batch.rejection_code, batch.rejection_reason], [
      "TOO_COSTLY",
      "Parse error: too costly to read near line 2",
    ]);
  }));

Deno.test("fail() gives the unit back with back-off: it is not claimable before, and is after", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    assertEquals(await failUnit(db, await mustClaim(db, "stage")), true);
    const job = await jobOf(db, id);
    assertEquals([job.status, job.attempts, job.last_error, job.lease_token], [
      "pending",
      1,
      "storage answered 500",
      null,
    ]);
    assertEquals(await claim(db), null);
    await letTimePass(db, 21);
    assertEquals(await claim(db), null, "22.5 s at least");
    await letTimePass(db, 10);
    await mustClaim(db, "stage");
  }));

Deno.test("a failing slice waits, its neighbours do not", () =>
  withDatabase(async (db) => {
    await bringTo(db, "validating", FILE);
    await failUnit(db, await mustClaim(db, "slice"));
    assertEquals((await mustClaim(db, "slice")).slice?.no, 1);
    assertEquals((await mustClaim(db, "slice")).slice?.no, 2);
    assertEquals(await claim(db), null);
    await letTimePass(db, 30);
    assertEquals((await mustClaim(db, "slice")).slice?.no, 0);
  }));

Deno.test("save_scan() keeps where the staging pass stood and hands it to the next isolate", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    const unit = await mustClaim(db, "stage", "worker-1");
    await engine(db)`select intake.save_scan(${id}, ${unit.token}, '{"offset": 1000}')`;
    const next = await mustClaim(db, "stage", "worker-2");
    assertEquals(next.batch.scan, { offset: 1000 });
    assertMatch(await errorOf(finishStaging(db, unit, FILE)) ?? "", LEASE_LOST);
  }));

Deno.test("fail_batch() ends the batch with the reason and never tries again", () =>
  withDatabase(async (db) => {
    const id = await bringTo(db, "validating", FILE);
    const [one, two] = [await mustClaim(db, "slice"), await mustClaim(db, "slice")];
    await engine(db)`select intake.fail_batch(${id}, 0, ${one.token}, 'Parse error: unclosed quote, line 3',
      'PARSE_ERROR')`;
    assertEquals((await batchOf(db, id)).rejection_reason, "Parse error: unclosed quote, line 3");
    assertMatch(await errorOf(doSlice(db, two, FILE)) ?? "", LEASE_LOST);
    await letTimePass(db, 7200);
    assertEquals(await claim(db), null);
    assertEquals((await jobOf(db, id)).dead_lettered_at, null);
  }));

Deno.test("a job whose batch has ended is not handed out", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, FILE);
    await db.sql`update ops.job_queue set status = 'pending' where batch_id = ${id} and job_type = 'ingest'`;
    assertEquals(await claim(db), null);
    assertEquals([(await jobOf(db, id)).status, (await batchOf(db, id)).attempt], ["completed", 1]);
  }));

Deno.test("a slice is told how many rejects there is still room for", () =>
  withDatabase(async (db) => {
    const file: File = { rows: [...rowsOf("C", 1, 1), ...rowsOf("D", 1)], slices: [2, 1] };
    await bringTo(db, "validating", file);
    const one = await mustClaim(db, "slice");
    assertEquals(one.slice?.keep_rejects, 100_000);
    await doSlice(db, one, file);
    assertEquals((await mustClaim(db, "slice")).slice?.keep_rejects, 99_999);
  }));

Deno.test("time_scale shortens leases and beats alike", () =>
  withDatabase(async (db) => {
    await drop(db);
    const [row] = await engine(db).begin(async (sql) => {
      await sql`set local dragonfly.time_scale = '0.1'`;
      return await sql`select ops.claim('{ingest}', 'w') as unit`;
    });
    assertEquals(row?.unit.beat_seconds, 2);
    const [lease] = await db
      .sql`select extract(epoch from lease_expires_at - locked_at)::int as seconds from ops.job_queue`;
    assertEquals(lease?.seconds, 6);
  }));
