/** The sentinel on a running stack: healthy, trouble for real, the right words, cured, resolved. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import postgres from "postgres";
import { SentinelResult } from "../../shared/sentinel/finding.ts";
import { story } from "../support/against.ts";
import { clientOf, drop, ended, goodCsv } from "../support/drops.ts";
import { ops } from "../support/ops.ts";
import { startStack, type TestStack, untilNobodyWorks } from "../support/stack.ts";
import { until } from "../support/until.ts";
import { assertLessOrEqual } from "deno-std/assert/less_or_equal.js";

const CALM_MS = 90_000;

/** Calls the sentinel function. */
async function call(
  stack: TestStack,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
) {
  const response = await fetch(`${stack.api_url}/functions/v1/sentinel/${path}`, {
    method,
    headers: {
      ...(headers["x-wake-token"] === undefined ? { "x-api-key": stack.operator_key } : {}),
      ...headers,
    },
    body,
  });
  return { status: response.status, body: await response.json() };
}

async function run(stack: TestStack): Promise<SentinelResult> {
  const { status, body } = await call(stack, "POST", "run");
  assertEquals(status, 200);
  return SentinelResult.parse(body);
}

/** Runs until the check says this; throws with what it said last. */
async function runUntil(stack: TestStack, check: string, wanted: RegExp | null): Promise<SentinelResult> {
  let last = "nothing";
  try {
    return await until(`${check} say ${wanted}`, async () => {
      const result = await run(stack);
      const said = result.alerts.filter((alert) => alert.check === check)
        .map((alert) => `${alert.level} ${alert.message}`);
      last = said.join("; ") || "nothing";
      return (wanted === null ? said.length === 0 : said.some((words) => wanted.test(words))) && result;
    }, CALM_MS);
  } catch (error) {
    throw new Error(`${check} said last: ${last}`, { cause: error });
  }
}

async function stateOf(sql: postgres.Sql, check: string): Promise<string | undefined> {
  const [row] =
    await sql`select state from ops.alerts where "check" = ${check} order by last_seen desc limit 1`;
  return row?.state;
}

Deno.test(story("the sentinel", ["faults", "time", "solitude"], async (t) => {
  const stack = await startStack({ time: 0.1 });
  const client = clientOf(stack);
  const sql = postgres(stack.db_url, { onnotice: () => {}, max: 2 });
  try {
    await t.step("answers 404 before its first run, then healthy, and keeps what it found", async () => {
      assertEquals((await call(stack, "GET", "latest")).status, 404);
      await drop(client, "simplicity/good.csv", goodCsv("GOOD", 2000));
      assertEquals((await ended(client, "simplicity/good.csv")).status, "completed");
      const result = await run(stack);
      assertEquals([result.overall_status, result.exit_code, result.alerts], ["healthy", 0, []]);
      assertEquals(SentinelResult.parse((await call(stack, "GET", "latest")).body), result);
      assertEquals((await ops(stack.name, ["sentinel"])).code, 0);
    });

    await t.step("accepts the wake token at once, runs behind it, and lets it do nothing else", async () => {
      const wake = { "x-wake-token": stack.wake_token };
      const began = performance.now();
      const answer = await call(stack, "POST", "run", wake, JSON.stringify({ by: "wake-test" }));
      assertEquals([answer.status, answer.body], [202, { accepted: true }]);
      assert(performance.now() - began < 1000);
      assertEquals((await call(stack, "GET", "latest", wake)).status, 403);
      await until(
        "the run that was woken",
        async () => (await sql`select from ops.sentinel_runs where ran_by = 'wake-test'`).length > 0,
      );
    });

    await t.step("finds a paused queue, until it is resumed", async () => {
      assertEquals((await ops(stack.name, ["queue", "pause", "undo", "--why", "test"])).code, 0);
      await runUntil(stack, "queue_paused", /^warning Queue undo is paused$/);
      assertEquals((await ops(stack.name, ["sentinel"])).code, 1);
      assertEquals((await ops(stack.name, ["queue", "resume", "undo"])).code, 0);
      await runUntil(stack, "queue_paused", null);
      assertEquals(await stateOf(sql, "queue_paused"), "resolved");
    });

    await t.step("finds an error spike from a bad file, until it is gone", async () => {
      const bad = goodCsv("BAD", 3000).replaceAll(/,\d+\.50,/g, ",lots,");
      await drop(client, "simplicity/bad.csv", bad);
      assertEquals((await ended(client, "simplicity/bad.csv")).status, "failed");
      const result = await runUntil(stack, "error_spike", /^critical Error rate 60\.0% > 50\.0% threshold$/);
      assertEquals([result.overall_status, result.exit_code], ["critical", 2]);
      await sql`delete from intake.simplicity_batches where filename = 'bad.csv'`;
      await runUntil(stack, "error_spike", null);
    });

    await t.step("finds a disabled guard, until it fires again", async () => {
      await sql`alter table intake.simplicity_batches disable trigger _100_guard_batch_status`;
      await runUntil(
        stack,
        "guard_triggers",
        /^critical 1 guard trigger not in force: _100_guard_batch_status/,
      );
      await sql`alter table intake.simplicity_batches enable always trigger _100_guard_batch_status`;
      await runUntil(stack, "guard_triggers", null);
    });

    await t.step("finds a poisoned job, until it is redriven", async () => {
      await stack.ask({ do: "faults", set: { storage_cut: { after_bytes: 10, times: 1000 } } });
      await drop(client, "simplicity/poison.csv", goodCsv("POISON", 50));
      await until("the job given up", async () => {
        await sql`update ops.job_queue set next_run_at = now() where status = 'pending'`; // no back-off
        const [job] = await sql`select 1 from ops.job_queue where dead_lettered_at is not null`;
        if (job === undefined) await ops(stack.name, ["wake"]);
        return job;
      }, CALM_MS);
      await runUntil(stack, "dead_letters", /^warning 1 job given up in 24h: ingest\(1\)$/);
      const inspected = await ops(stack.name, ["queue-inspect", "--json"]);
      assertEquals([inspected.code, inspected.json<{ poisoned: unknown[] }>().poisoned.length], [1, 1]);
      await stack.ask({ do: "faults", set: { storage_cut: null } });
      const [job] = inspected.json<{ poisoned: { job_id: string }[] }>().poisoned;
      assertEquals((await ops(stack.name, ["queue", "redrive", (job?.job_id ?? "").slice(0, 8)])).code, 0);
      assertEquals((await ended(client, "simplicity/poison.csv")).status, "completed");
      await runUntil(stack, "dead_letters", null);
      assertEquals((await ops(stack.name, ["queue-inspect"])).code, 0);
    });

    await t.step(
      "heals PGRST002 in one run, is critical when that does not help, and works while REST is down",
      async () => {
        await stack.ask({ do: "faults", set: { rest_out: "until_notify" } });
        const healed = (await run(stack)).alerts.find((alert) => alert.check === "schema_cache");
        assertEquals(healed?.level, "warning");
        assertMatch(
          healed?.message ?? "",
          /^REST answered PGRST002; healed by notify pgrst, 'reload schema'/,
        );
        await runUntil(stack, "schema_cache", null);
        await stack.ask({ do: "faults", set: { rest_out: "until_notify" } });
        assertEquals((await ops(stack.name, ["fix-schema-cache"])).code, 0);
        await stack.ask({ do: "faults", set: { rest_out: "always" } });
        await runUntil(
          stack,
          "schema_cache",
          /^critical REST answers PGRST002 and notify pgrst, 'reload schema' did not help/,
        );
        assertEquals((await ops(stack.name, ["sentinel"])).code, 2);
        assertEquals((await ops(stack.name, ["fix_schema_cache"])).code, 2);
        await stack.ask({ do: "faults", set: { rest_out: "no" } });
        await runUntil(stack, "schema_cache", null);
      },
    );

    await t.step(
      "finds silent workers and stuck batches when wake-ups are lost, until they come again",
      async () => {
        await stack.ask({ do: "faults", set: { net_stopped: true } });
        await untilNobodyWorks(stack); // who was woken before looks twice, and would find the drop
        await drop(client, "simplicity/stuck.csv", goodCsv("STUCK", 100));
        await runUntil(stack, "worker_heartbeats", /^warning Worker ingest silent > 60s$/);
        assertLessOrEqual((await ops(stack.name, ["monitor-workers"])).code, 1);
        await runUntil(stack, "worker_heartbeats", /^critical Worker ingest silent > 5m$/);
        await runUntil(stack, "stuck_batches", /^critical 1 batch stuck > 10m: uploaded\(1\)$/);
        const dry = await ops(stack.name, ["fix-stuck-batch", "--threshold", "10", "--dry-run", "--json"]);
        assertEquals(dry.json<{ batches: { filename: string }[] }>().batches.map((one) => one.filename), [
          "stuck.csv",
        ]);
        await stack.ask({ do: "faults", set: { net_stopped: false } });
        assertEquals((await ops(stack.name, ["fix-stuck-batch", "--threshold", "10"])).code, 0);
        assertEquals((await ended(client, "simplicity/stuck.csv")).status, "completed");
        await runUntil(stack, "worker_heartbeats", null);
        const calm = await runUntil(stack, "stuck_batches", null);
        assertEquals(calm.metrics.critical_alerts, 0);
      },
    );

    await t.step("is woken by cron, every five minutes of the stack's time", async () => {
      await until(
        "a run by cron",
        async () => (await sql`select from ops.sentinel_runs where ran_by = 'cron'`).length > 0,
        CALM_MS,
      );
    });

    await t.step("says that it could not run when Postgres is down, and never that all is well", async () => {
      const restarted = stack.ask({ do: "restart_postgres", mode: "fast", pause_ms: 15_000 });
      const { status, body } = await until("the server stop", async () => {
        const answer = await call(stack, "POST", "run");
        return answer.status !== 200 && answer;
      });
      assertEquals([status, body.code], [503, "UNAVAILABLE"]);
      assertMatch(body.detail, /^The sentinel could not run its checks: /);
      const ran = await ops(stack.name, ["sentinel", "--json"]);
      await restarted;
      assertEquals([ran.code, ran.out], [2, ""]);
      assertMatch(ran.err, /CRITICAL: the checks could not run: Postgres/);
      await until("the sentinel run again", async () => (await call(stack, "POST", "run")).status === 200);
    });
  } finally {
    await sql.end({ timeout: 1 });
    await stack.stop();
  }
}));
