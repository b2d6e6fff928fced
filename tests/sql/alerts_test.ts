/** What people are told, and how often: decided in the transaction that stores the run. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { SentinelGateway } from "../../shared/data/sentinel_gateway.ts";
import { Notice } from "../../shared/sentinel/notices/notice.ts";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import { record, runOf, type Told } from "./sentinel.ts";
import { until } from "../support/until.ts";

const STUCK: Told = {
  check: "stuck_batches",
  level: "critical",
  message: "3 batches stuck > 10m: validating(3)",
};
const CALM: Told[] = [];

/** `<kind> <channel>` of every notice queued so far, oldest first. */
async function notices(db: TestDatabase): Promise<string[]> {
  const rows = await db
    .sql`select payload from ops.job_queue where job_type = 'notify' order by created_at, dedupe_key`;
  return rows.map((row) => Notice.parse(row.payload)).map((notice) => `${notice.kind} ${notice.channel}`)
    .sort();
}

async function alertOf(db: TestDatabase, fingerprint = "stuck_batches") {
  const [row] = await db.sql`select * from ops.alerts where fingerprint = ${fingerprint}`;
  return row;
}

const passHours = (db: TestDatabase, hours: number) =>
  db.sql`update ops.alerts set notified_at = notified_at - make_interval(hours => ${hours})`;

Deno.test("record_sentinel_run() tells every configured channel of a critical finding, at once", () =>
  withDatabase(async (db) => {
    assertEquals(await record(db, [STUCK], ["slack", "discord", "pagerduty", "twilio"]), 1);
    assertEquals(await notices(db), ["alert discord", "alert pagerduty", "alert slack", "alert twilio"]);
    assertEquals((await alertOf(db))?.state, "open");
  }));

Deno.test("record_sentinel_run() keeps the cure of a finding with its alert and hands it on in the notice", () =>
  withDatabase(async (db) => {
    await record(db, [STUCK], ["slack"]);
    const [job] = await db.sql`select payload from ops.job_queue where job_type = 'notify'`;
    const notice = Notice.parse(job?.payload);
    const remedy = runOf([STUCK]).alerts[0]?.remedy ?? "";
    assert(remedy !== "");
    assertEquals("alert" in notice ? notice.alert.remedy : null, remedy);
    const [{ listed }] = await db.sql<[{ listed: { remedy: string }[] }]>`select ops.list_alerts() as listed`;
    assertEquals(listed.map((alert) => alert.remedy), [remedy]);
  }));

Deno.test("record_sentinel_run() tells nobody again within four hours, however often it runs", () =>
  withDatabase(async (db) => {
    for (let run = 0; run < 10; run++) await record(db, [STUCK]);
    assertEquals(await notices(db), ["alert pagerduty", "alert slack"]);
    assertEquals((await alertOf(db))?.count, 10);
    await passHours(db, 3);
    assertEquals(await record(db, [STUCK]), 0);
    await passHours(db, 1);
    assertEquals(await record(db, [STUCK]), 1);
    assertEquals(await record(db, [STUCK]), 0);
  }));

Deno.test("record_sentinel_run() decides once when many runs end at the same moment", () =>
  withDatabase(async (db) => {
    const decided = await Promise.all(
      Array.from(
        { length: 8 },
        () => new SentinelGateway(db.connect()).record(runOf([STUCK]), "test", ["slack"]),
      ),
    );
    assertEquals(decided.reduce((sum, told) => sum + told, 0), 1);
    assertEquals(await notices(db), ["alert slack"]);
  }));

Deno.test("record_sentinel_run() takes turns: no run decides on what another is about to change", () =>
  withDatabase(async (db) => {
    await db.sql.begin(async (other) => {
      await other`select ops.record_sentinel_run(${
        JSON.stringify(runOf([STUCK]))
      }::text::jsonb, 'other', '{slack}')`;
      const calm = new SentinelGateway(db.connect()).record(runOf(CALM), "test", ["slack"]);
      const waiting = async () =>
        (await db.admin`select from pg_locks where locktype = 'advisory' and not granted`).length > 0;
      let ended = false;
      void calm.then(() => ended = true);
      await until("the second run wait or end", async () => ended || await waiting());
      assertEquals(ended, false);
      return [calm]; // in an array, so that it is not waited for before the commit
    }).then(([calm]) => calm);
    assertEquals([(await alertOf(db))?.state, await notices(db)], ["resolved", [
      "alert slack",
      "resolved slack",
    ]]);
  }));

Deno.test("record_sentinel_run() decides nothing when its transaction is undone", () =>
  withDatabase(async (db) => {
    const undone = db.sql.begin(async (sql) => {
      await sql`select ops.record_sentinel_run(${
        JSON.stringify(runOf([STUCK]))
      }::text::jsonb, 'test', '{slack}')`;
      throw new Error("the isolate was killed");
    });
    await undone.catch(() => {});
    assertEquals([await notices(db), await alertOf(db)], [[], undefined]);
    assertEquals(await record(db, [STUCK]), 1);
  }));

Deno.test("record_sentinel_run() says that an alert is over to those who were told of it, once", () =>
  withDatabase(async (db) => {
    await record(db, [STUCK], ["slack"]);
    await record(db, CALM, ["slack"]);
    await record(db, CALM, ["slack"]);
    assertEquals(await notices(db), ["alert slack", "resolved slack"]);
    const alert = await alertOf(db);
    assertEquals([alert?.state, alert?.resolved_at !== null], ["resolved", true]);
  }));

Deno.test("record_sentinel_run() begins a new incident when a resolved finding comes back", () =>
  withDatabase(async (db) => {
    await record(db, [STUCK], ["slack"]);
    await record(db, CALM, ["slack"]);
    assertEquals(await record(db, [STUCK], ["slack"]), 1);
    assertEquals(await notices(db), ["alert slack", "alert slack", "resolved slack"]);
    assertEquals((await alertOf(db))?.count, 1);
  }));

Deno.test("record_sentinel_run() tells of warnings and remarks by digest only, and of one that becomes critical at once", () =>
  withDatabase(async (db) => {
    assertEquals(
      await record(db, [{ ...STUCK, level: "info" }, { check: "queue_paused", level: "warning" }]),
      0,
    );
    assertEquals(await notices(db), []);
    assertEquals(await record(db, [STUCK], ["slack"]), 1);
    await record(db, CALM, ["slack"]);
    assertEquals(await notices(db), ["alert slack", "resolved slack"]); // nobody heard of the warning, nor of its end
  }));

Deno.test("record_sentinel_run() resolves nothing of a check that could not run", () =>
  withDatabase(async (db) => {
    await record(db, [{ check: "worker_heartbeats", subject: "ingest", level: "critical" }], ["slack"]);
    await record(db, [{ check: "worker_heartbeats", level: "critical", couldNotRun: true }], ["slack"]);
    assertEquals((await alertOf(db, "worker_heartbeats:ingest"))?.state, "open");
    await record(db, CALM, ["slack"]);
    assertEquals((await alertOf(db, "worker_heartbeats:ingest"))?.state, "resolved");
  }));

Deno.test("record_sentinel_run() does not let a late word of an earlier run undo what a later one saw", () =>
  withDatabase(async (db) => {
    const early = runOf([STUCK]);
    await record(db, CALM);
    await new SentinelGateway(db.sql).record(early, "test", ["slack"]);
    assertEquals([await notices(db), await alertOf(db)], [[], undefined]);
  }));

Deno.test("record_sentinel_run() waits with the first notice until there is a channel", () =>
  withDatabase(async (db) => {
    assertEquals(await record(db, [STUCK], []), 0);
    assertEquals(await record(db, [STUCK], ["slack"]), 1);
  }));

Deno.test("silence_check() tells nobody until it ends, keeps looking, and leaves an audit event", () =>
  withDatabase(async (db) => {
    await db.sql`select ops.silence_check('stuck_batches', 3600, 'maintenance', 'jane', 'req-1')`;
    assertEquals(await record(db, [STUCK]), 0);
    assertEquals((await alertOf(db))?.state, "silenced");
    await db.sql`update ops.alerts set silenced_until = now() - interval '1 second'`;
    assertEquals(await record(db, [STUCK]), 1);
    assertEquals((await alertOf(db))?.state, "open");
    const [event] = await db.sql`select actor, after from audit.event_log where action = 'alert.silenced'`;
    assertEquals([event?.actor, event?.after.reason], ["jane", "maintenance"]);
  }));

Deno.test("silence_check() silences all alerts of a check, also one that is open already", () =>
  withDatabase(async (db) => {
    const both: Told[] = ["ingest", "enforcement"].map((subject) => ({
      check: "worker_heartbeats",
      subject,
      level: "critical",
    }));
    await record(db, both.slice(0, 1), ["slack"]);
    const alert = await alertOf(db, "worker_heartbeats:ingest");
    await db.sql`select ops.silence_alert(${alert?.id}, 3600, 'known', 'jane', null)`;
    assertEquals(await record(db, both, ["slack"]), 0);
    const rows = await db.sql`select state from ops.alerts where fingerprint like 'worker_heartbeats:%'`;
    assertEquals(rows.map((row) => row.state), ["silenced", "silenced"]);
    const [unknown] = await db
      .sql`select ops.silence_alert(gen_random_uuid(), 60, 'x', 'jane', null) as done`;
    assertEquals(unknown?.done, null);
  }));

Deno.test("decide_digest() tells a day's warnings once, from eight o'clock, to the channels people read", () =>
  withDatabase(async (db) => {
    await record(db, [{ check: "queue_paused", subject: "ingest", level: "warning" }, {
      check: "stuck_batches",
      level: "info",
    }], []);
    const digest = async (at: string) => {
      const [row] = await db
        .sql`select ops.decide_digest('{slack,discord,pagerduty,twilio}', (now() at time zone 'UTC')::date + ${at}::time at time zone 'UTC') as told`;
      return row?.told;
    };
    await db.sql`delete from ops.alert_digests`;
    await db.sql`update ops.alerts set last_seen = date_trunc('day', now(), 'UTC') + interval '7 hours'`;
    assertEquals(await digest("07:59"), false);
    assertEquals(await digest("08:00"), true);
    assertEquals(await digest("08:05"), false);
    const told = (await notices(db)).filter((notice) => notice.startsWith("digest"));
    assertEquals(told, ["digest discord", "digest slack"]);
  }));

Deno.test("record_sentinel_run() keeps the newest 300 runs", () =>
  withDatabase(async (db) => {
    await db.sql`insert into ops.sentinel_runs (ran_at, ran_by, overall_status, exit_code, result)
      select now() - interval '1 day', 'test', 'healthy', 0, '{}' from generate_series(1, 350)`;
    await record(db, CALM);
    const [row] = await db.sql`select count(*)::int as runs from ops.sentinel_runs`;
    assertEquals(row?.runs, 300);
  }));
