/** Delivery of notices: at least once, as long as it takes, and never anything personal. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { SentinelGateway } from "../../shared/data/sentinel_gateway.ts";
import { CHECKS } from "../../shared/sentinel/checks.ts";
import { CHANNELS } from "../../shared/sentinel/notices/notice.ts";
import { watch } from "../../shared/sentinel/watch.ts";
import { workOff } from "../../supabase/functions/outbound/work_off.ts";
import { bringTo, drop, ingest, letTimePass, mustClaim, rowsOf } from "../sql/engine.ts";
import { record } from "../sql/sentinel.ts";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import { Outside, portsFor, type Seen } from "./outbound.ts";

const STUCK = { check: "stuck_batches", level: "critical" as const };

async function jobs(db: TestDatabase): Promise<string[]> {
  const rows = await db
    .sql`select payload ->> 'channel' as channel, status from ops.job_queue where job_type = 'notify' order by 1`;
  return rows.map((row) => `${row.channel} ${row.status}`);
}

Deno.test("workOff() delivers a notice to each channel once", () =>
  withDatabase(async (db) => {
    await record(db, [STUCK], CHANNELS);
    const outside = new Outside(() => new Response(null, { status: 202 }));
    assertEquals(await workOff(portsFor(db, outside)), 4);
    assertEquals(outside.seen.map((request) => new URL(request.url).host).sort(), [
      "api.twilio.com",
      "discord.test",
      "events.pagerduty.com",
      "hooks.slack.test",
    ]);
    assertEquals(await workOff(portsFor(db, outside)), 0);
    assertEquals(await jobs(db), CHANNELS.map((channel) => `${channel} completed`).sort());
  }));

Deno.test("workOff() obeys retry-after, then delivers", () =>
  withDatabase(async (db) => {
    await record(db, [STUCK], ["slack"]);
    const outside = new Outside(() => new Response(null, { status: 429, headers: { "retry-after": "90" } }));
    await workOff(portsFor(db, outside));
    const [row] = await db
      .sql`select extract(epoch from next_run_at - now())::int as wait, last_error from ops.job_queue`;
    assert(row?.wait >= 85 && row?.wait <= 90, `${row?.wait}`);
    assertEquals(row?.last_error, "slack answered 429");
    await letTimePass(db, 80);
    assertEquals(await workOff(portsFor(db, outside)), 0); // not a moment earlier
    await letTimePass(db, 11);
    outside.answer = () => new Response("ok");
    assertEquals(await workOff(portsFor(db, outside)), 1);
    assertEquals(await jobs(db), ["slack completed"]);
  }));

Deno.test("workOff() backs off when a service is down, and gives up at once where nobody listens any more", () =>
  withDatabase(async (db) => {
    await record(db, [STUCK], ["slack", "discord"]);
    const outside = new Outside(({ url }) => {
      if (url.includes("discord")) return new Response(null, { status: 404 });
      throw new TypeError(`connection refused: ${url}`);
    });
    await workOff(portsFor(db, outside));
    assertEquals(await jobs(db), ["discord failed", "slack pending"]);
    const rows = await db.sql`select last_error from ops.job_queue order by last_error`;
    assertEquals(rows.map((row) => row.last_error), [
      "discord answered 404",
      "slack did not answer (TypeError)",
    ]);
  }));

Deno.test("workOff() sends again what died between the answer and its record, under the same dedup_key", () =>
  withDatabase(async (db) => {
    await record(db, [STUCK], ["pagerduty"]);
    const outside = new Outside(() => new Response(null, { status: 202 }));
    const ports = portsFor(db, outside);
    const dying = portsFor(db, outside, {
      outbound: new Proxy(ports.outbound, {
        get: (gateway, name) =>
          name === "complete"
            ? () => Promise.reject(new Error("the isolate was killed"))
            : Reflect.get(gateway, name).bind(gateway),
      }),
    });
    await workOff(dying);
    await letTimePass(db, 61);
    await workOff(ports);
    const keys = outside.seen.map((request) => JSON.parse(request.body).dedup_key);
    assertEquals(keys, ["dragonfly:local:stuck_batches", "dragonfly:local:stuck_batches"]);
    assertEquals(await jobs(db), ["pagerduty completed"]);
  }));

Deno.test("workOff() dead-letters a payload it cannot read, at once", () =>
  withDatabase(async (db) => {
    await db.sql`select ops.enqueue('notify', '{"kind":"gossip"}', 'x')`;
    const outside = new Outside(() => new Response("ok"));
    await workOff(portsFor(db, outside));
    const [row] = await db.sql`select status, dead_lettered_at is not null as dead from ops.job_queue`;
    assertEquals([row?.status, row?.dead, outside.seen.length], ["failed", true, 0]);
  }));

Deno.test("workOff() keeps addresses and keys out of logs and job rows", () =>
  withDatabase(async (db) => {
    await record(db, [STUCK], CHANNELS);
    const lines: string[] = [];
    const outside = new Outside(({ url }) => {
      throw new TypeError(`cannot reach ${url}`);
    });
    await workOff(portsFor(db, outside, {}, lines));
    const rows = await db.sql`select to_jsonb(j)::text as text from ops.job_queue j`;
    const all = [...lines, ...rows.map((row) => row.text)].join("\n");
    for (const secret of ["secret-slack", "secret-discord", "secret-twilio", "0123456789abcdef"]) {
      assert(!all.includes(secret), secret);
    }
  }));

const PEOPLE = ["Zebediah", "Quackenbush", "zq@example.org", "555-0199", "13 Nightingale", "ZQ-CASE-77"];

Deno.test("nothing personal leaves in any notice, whatever goes wrong with people's data", () =>
  withDatabase(async (db) => {
    const [first, second, , phone, street, caseNumber] = PEOPLE;
    await ingest(db, { rows: rowsOf("Z", 2, 8) }); // error_spike
    await db.sql`update intake.row_errors set raw_value = ${`${first} ${second}`}, error_message = ${
      String(phone)
    }`;
    await db.sql`update intake.simplicity_batches set filename = ${`${first} ${second} ${caseNumber}.csv`}`;
    await bringTo(db, "validating", { rows: rowsOf("Y", 2), slices: [1, 1] });
    await db
      .sql`update intake.simplicity_batches set progress_at = now() - interval '1 hour', filename = ${`${second}.csv`}
      where status = 'validating'`; // stuck_batches
    await db
      .sql`select ops.set_queue_paused('ingest', true, ${`${first} called from ${street}`}, 'zq@example.org', null)`; // queue_paused
    await db.sql`update ops.job_queue set last_error = ${`row of ${first} ${second}`}, status = 'failed'`;
    await db.sql`update ops.job_queue set dead_lettered_at = now()`; // dead_letters
    await db.sql`alter table ops.job_queue disable trigger _100_guard_job_status`; // guard_triggers
    const outside = new Outside(() => new Response("ok"));
    const ports = portsFor(db, outside);
    const result = await watch({
      database: new SentinelGateway(db.sql),
      checks: [...CHECKS, {
        name: "breaks",
        remedy: "Look at it.",
        look: () => Promise.reject(new Error(`duplicate key (${first} ${second}, ${caseNumber})`)),
      }],
      probeRest: () => Promise.resolve({ outcome: "answers" }),
      wait: () => Promise.resolve(),
      environment: "local",
      directUntil: null,
      proof: null,
      channels: CHANNELS,
      by: "test",
      onFailure: () => {},
    });
    assert(result.alerts.length >= 5, result.alerts.map((alert) => alert.check).join());
    await db.sql`delete from ops.alert_digests`;
    await db.sql`select ops.decide_digest(${[
      ...CHANNELS,
    ]}::text[], date_trunc('day', now(), 'UTC') + interval '23 hours')`;
    await db.sql`select ops.set_queue_paused('notify', false, null, 'x', null)`;
    await workOff(ports);
    const sent = outside.seen.map(readable).join("\n");
    assert(outside.seen.length >= 8, `${outside.seen.length} notices`);
    for (const word of PEOPLE) {
      assert(!sent.includes(word), `a notice holds "${word}"`);
      assert(!JSON.stringify(result).includes(word), `the result holds "${word}"`);
    }
  }));

Deno.test("an ingest job is none of outbound's business", () =>
  withDatabase(async (db) => {
    const batch = await drop(db);
    const outside = new Outside(() => new Response("ok"));
    assertEquals(await workOff(portsFor(db, outside)), 0);
    assertEquals((await mustClaim(db, "stage")).batch.id, batch, "still there for a worker");
  }));

/** A request's address and body as text; a form is taken apart, so that nothing hides behind its escapes. */
function readable({ url, body, headers }: Seen): string {
  const isForm = headers.get("content-type") === "application/x-www-form-urlencoded";
  return `${url}\n${isForm ? JSON.stringify([...new URLSearchParams(body)]) : body}`;
}
