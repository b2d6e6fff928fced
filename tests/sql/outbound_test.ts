/** Jobs that speak to the outside: who may claim them, what failing means, and what the breaker does. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { OutboundGateway, type OutboundJob } from "../../shared/data/outbound_gateway.ts";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import { errorOf, letTimePass, loseAll } from "./engine.ts";

const gateway = (db: TestDatabase) => new OutboundGateway(db.as("service_role"));
const enqueue = (db: TestDatabase, key = "k") => db.sql`select ops.enqueue('notify', '{"a":1}', ${key})`;

async function mustClaim(db: TestDatabase): Promise<OutboundJob> {
  const job = await gateway(db).claim("w");
  if (job === null) throw new Error("Cannot claim: nothing is due");
  return job;
}

async function jobRow(db: TestDatabase) {
  const [row] = await db
    .sql`select *, extract(epoch from next_run_at - now())::float8 as wait from ops.job_queue`;
  return row;
}

Deno.test("claim() hands a due job to one claimant only", () =>
  withDatabase(async (db) => {
    await enqueue(db);
    const claims = await Promise.all([1, 2, 3, 4].map(() => gateway(db).claim("w")));
    assertEquals(claims.filter((job) => job !== null).length, 1);
  }));

Deno.test("claim() leaves other queues' jobs, waiting ones, and paused queues alone", () =>
  withDatabase(async (db) => {
    await db.sql`select ops.enqueue('enforcement', '{}', 'e')`;
    assertEquals(await gateway(db).claim("w"), null);
    await enqueue(db);
    await db.sql`update ops.job_queue set next_run_at = now() + interval '1 minute'`;
    assertEquals(await gateway(db).claim("w"), null);
    await letTimePass(db, 60);
    await db.sql`select ops.set_queue_paused('notify', true, null, 'jane', null)`;
    assertEquals(await gateway(db).claim("w"), null);
    await db.sql`select ops.set_queue_paused('notify', false, null, 'jane', null)`;
    await mustClaim(db);
  }));

Deno.test("claim() takes a lost job up again, fences its old holder, and gives it up after five losses", () =>
  withDatabase(async (db) => {
    await enqueue(db);
    const first = await mustClaim(db);
    await letTimePass(db, 61);
    await mustClaim(db);
    assertMatch(await errorOf(gateway(db).complete(first)) ?? "", /^DF001 /);
    for (let loss = 2; loss < 5; loss++) {
      await loseAll(db);
      await mustClaim(db);
    }
    await letTimePass(db, 61);
    assertEquals(await gateway(db).claim("w"), null);
    const row = await jobRow(db);
    assertEquals([row?.status, row?.dead_lettered_at !== null], ["failed", true]);
  }));

Deno.test("beat() keeps a lease, and tells a late holder that it is gone", () =>
  withDatabase(async (db) => {
    await enqueue(db);
    const job = await mustClaim(db);
    await letTimePass(db, 50);
    assertEquals(await gateway(db).beat(job), true);
    await letTimePass(db, 50);
    assertEquals(await gateway(db).claim("other"), null);
    await letTimePass(db, 61);
    await mustClaim(db);
    assertEquals(await gateway(db).beat(job), false);
  }));

Deno.test("fail() waits as long as the other side asked for", () =>
  withDatabase(async (db) => {
    await enqueue(db);
    assertEquals(await gateway(db).fail(await mustClaim(db), "slack answered 429", 120, false), true);
    const row = await jobRow(db);
    assertEquals([row?.status, row?.attempts, Math.round(row?.wait)], ["pending", 1, 120]);
  }));

Deno.test("fail() backs off, and gives up after the fifth failure, or at once when it can never work", () =>
  withDatabase(async (db) => {
    await enqueue(db);
    for (let failure = 1; failure < 5; failure++) {
      assertEquals(await gateway(db).fail(await mustClaim(db), "down", null, false), true);
      const wait = (await jobRow(db))?.wait;
      assertEquals(wait > 0.74 * 30 * 2 ** (failure - 1) && wait <= 30 * 2 ** (failure - 1), true, `${wait}`);
      await letTimePass(db, 3600);
    }
    assertEquals(await gateway(db).fail(await mustClaim(db), "down", null, false), false);
    assertEquals((await jobRow(db))?.status, "failed");
    await db.sql`delete from ops.job_queue`;
    await enqueue(db, "other");
    assertEquals(await gateway(db).fail(await mustClaim(db), "invalid payload", null, true), false);
    const [events] = await db
      .sql`select count(*)::int as n from audit.event_log where action = 'job.dead_lettered'`;
    assertEquals(events?.n, 2);
  }));

Deno.test("wake_outbound() wakes the function outbound only when there is something to do", () =>
  withDatabase(async (db) => {
    await db.admin`select vault.create_secret('http://127.0.0.1:1', 'dragonfly_functions_url')`;
    await db.admin`select vault.create_secret('t', 'dragonfly_wake_token')`;
    const woken = async () => (await db.sql`select ops.wake_outbound() as woken`)[0]?.woken;
    assertEquals(await woken(), false);
    await enqueue(db);
    assertEquals(await woken(), true);
    assertEquals(await woken(), false); // one is queued already
    const [call] = await db
      .admin`select url, convert_from(body, 'UTF8')::jsonb as body from net.http_request_queue`;
    assertEquals([call?.url, call?.body.by], ["http://127.0.0.1:1/outbound/run", "jobs"]);
  }));

// The vendor's feed

const feed = async (db: TestDatabase) => (await db.sql`select * from ops.vendor_feeds`)[0];
const brake = async (db: TestDatabase, queue = "vendor_pull") =>
  (await db.sql`select * from ops.queue_control where job_type = ${queue}`)[0];

async function pullAndFail(db: TestDatabase): Promise<boolean> {
  const job = await mustClaim(db);
  await gateway(db).beginPull(job);
  const open = await gateway(db).failPull(job, "vendor answered 500", null);
  await letTimePass(db, 3600);
  return open;
}

Deno.test("queue_vendor_pull() keeps one job per vendor", () =>
  withDatabase(async (db) => {
    for (let hour = 0; hour < 5; hour++) await db.sql`select ops.queue_vendor_pull()`;
    assertEquals((await db.sql`select from ops.job_queue`).length, 1);
    await gateway(db).finishPull(await mustClaim(db), { outcome: "unchanged" });
    await db.sql`select ops.queue_vendor_pull()`;
    const rows = await db.sql`select status from ops.job_queue`;
    assertEquals(rows.map((row) => row.status), ["pending"]);
  }));

Deno.test("fail_vendor_pull() opens the breaker with the fifth failure in a row, for its own queue only", () =>
  withDatabase(async (db) => {
    await db.sql`select ops.queue_vendor_pull()`;
    for (let failure = 1; failure < 5; failure++) assertEquals(await pullAndFail(db), false);
    assertEquals((await brake(db))?.paused, false);
    assertEquals(await pullAndFail(db), true);
    const control = await brake(db);
    assertEquals([control?.paused, control?.changed_by], [true, "breaker"]);
    assertMatch(control?.reason, /^Breaker open after 5 failures in a row: vendor answered 500/);
    for (const other of ["ingest", "notify", "undo", "enforcement"]) {
      assertEquals((await brake(db, other))?.paused, false);
    }
    assertEquals((await jobRow(db))?.status, "pending"); // never dead-lettered: the probe needs it
  }));

Deno.test("an open breaker lets one probe through at a time, and a probe that succeeds closes it", () =>
  withDatabase(async (db) => {
    await db.sql`select ops.queue_vendor_pull()`;
    for (let failure = 1; failure <= 5; failure++) await pullAndFail(db);
    assertEquals(await gateway(db).claim("w"), null); // too early for a probe
    const probeNow = () => db.sql`update ops.vendor_feeds set probe_at = now()`;
    await probeNow();
    await pullAndFail(db); // the probe fails: still open
    assertEquals((await brake(db))?.paused, true);
    await probeNow();
    const probe = await mustClaim(db);
    assertEquals((await gateway(db).beginPull(probe))?.probe, true);
    await gateway(db).finishPull(probe, { outcome: "unchanged" });
    assertEquals([(await brake(db))?.paused, (await feed(db))?.failures], [false, 0]);
    const events = await db.sql`select action from audit.event_log where entity_type = 'queue' order by id`;
    assertEquals(events.map((event) => event.action), ["queue.paused", "queue.resumed"]);
  }));

Deno.test("a queue that a person paused lets no probe through, and no success resumes it", () =>
  withDatabase(async (db) => {
    await db.sql`select ops.queue_vendor_pull()`;
    const held = await mustClaim(db);
    await db.sql`select ops.set_queue_paused('vendor_pull', true, 'vendor called', 'jane', null)`;
    await db.sql`update ops.vendor_feeds set probe_at = now()`;
    await gateway(db).finishPull(held, { outcome: "unchanged" });
    assertEquals((await brake(db))?.paused, true);
    await db.sql`update ops.vendor_feeds set probe_at = now()`;
    await db.sql`select ops.queue_vendor_pull()`;
    assertEquals(await gateway(db).claim("w"), null);
  }));

Deno.test("finish_vendor_pull() remembers what was stored, and keeps it when nothing changed", () =>
  withDatabase(async (db) => {
    const hash = "a".repeat(64);
    await db.sql`select ops.queue_vendor_pull()`;
    const first = await mustClaim(db);
    assertEquals((await gateway(db).beginPull(first))?.since, null);
    await gateway(db).finishPull(first, {
      outcome: "stored",
      etag: '"v1"',
      content_hash: hash,
      asked_at: "2026-11-21T10:00:00Z",
    });
    await db.sql`select ops.queue_vendor_pull()`;
    const second = await mustClaim(db);
    const known = await gateway(db).beginPull(second);
    assertEquals([known?.etag, known?.content_hash, new Date(known?.since ?? 0).toISOString()], [
      '"v1"',
      hash,
      "2026-11-21T10:00:00.000Z",
    ]);
    await gateway(db).finishPull(second, { outcome: "unchanged" });
    const kept = await feed(db);
    assertEquals([kept?.etag, kept?.content_hash, kept?.since.toISOString()], [
      '"v1"',
      hash,
      "2026-11-21T10:00:00.000Z",
    ]);
  }));
