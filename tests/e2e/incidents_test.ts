/** The incidents of the operations runbook and the scenarios of the playbook, from first symptom to end, as documented. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import postgres from "postgres";
import { CHECKS } from "../../shared/sentinel/checks.ts";
import { story } from "../support/against.ts";
import { batchOf, clientOf, drop, ended, goodCsv } from "../support/drops.ts";
import { ops } from "../support/ops.ts";
import { startStack, untilNobodyWorks } from "../support/stack.ts";
import { until } from "../support/until.ts";

Deno.test(story("incidents end with the documented steps", ["faults", "time", "settings"], async (t) => {
  const stack = await startStack({ time: 0.1, env: { SIMPLICITY_OFFLINE_MODE: "true" } });
  const client = clientOf(stack);
  const sql = postgres(stack.db_url, { onnotice: () => {}, max: 2 });
  const status = async () => {
    const response = await fetch(`${stack.api_url}/functions/v1/system/status`, {
      headers: { "x-api-key": stack.operator_key },
    });
    return await response.json();
  };
  try {
    await t.step("runbook, batch stuck in processing: option A, reset it", async () => {
      await stack.ask({ do: "faults", set: { net_stopped: true } });
      await untilNobodyWorks(stack);
      await drop(client, "simplicity/a.csv", goodCsv("A", 30));
      await sql`update intake.simplicity_batches set progress_at = now() - interval '11 minutes'`;
      const seen = await ops(stack.name, ["sentinel"]);
      assertEquals(seen.code, 2);
      assertMatch(seen.out, /stuck_batches {2}1 batch stuck > 10m: uploaded\(1\)/);
      const alerts = await ops(stack.name, ["alerts"]);
      assertEquals(alerts.code, 2);
      assertMatch(alerts.out, /stuck_batches/);
      const id = (await batchOf(client, "simplicity/a.csv"))?.id ?? "";
      await stack.ask({ do: "faults", set: { net_stopped: false } });
      await sql`UPDATE intake.simplicity_batches SET status = 'uploaded', updated_at = NOW() WHERE id = ${id}`;
      assertEquals((await ended(client, "simplicity/a.csv", 30_000)).status, "completed");
    });

    await t.step("runbook, batch stuck in processing: option B, force-fail it", async () => {
      await stack.ask({ do: "faults", set: { net_stopped: true } });
      await untilNobodyWorks(stack);
      await drop(client, "simplicity/b.csv", goodCsv("B", 30));
      await sql`UPDATE intake.simplicity_batches SET status = 'failed',
        rejection_reason = 'Manually failed: stuck in processing > 30 minutes', updated_at = NOW() WHERE filename = 'b.csv'`;
      await stack.ask({ do: "faults", set: { net_stopped: false } });
      assertEquals((await ops(stack.name, ["wake"])).code, 0);
      const batch = await ended(client, "simplicity/b.csv");
      assertEquals([batch.status, batch.attempt], ["failed", 1]);
      const open =
        await sql`select from ops.job_queue where batch_id = ${batch.id} and status in ('pending', 'processing')`;
      assertEquals(open.length, 0);
    });

    await t.step("runbook, high error rate: raise the threshold and reprocess", async () => {
      const bad = goodCsv("C", 100).split("\n").map((line, n) =>
        n > 0 && n <= 20 ? line.replace(/,\d+\.50,/, ",?,") : line
      );
      await drop(client, "simplicity/c.csv", bad.join("\n"));
      const refused = await ended(client, "simplicity/c.csv");
      assertEquals(refused.rejection_reason, "Error budget exceeded: 20.0% invalid rows (threshold: 10%)");
      // Every batch that ended counts for the hour, here 30 good rows and these 100.
      const seen = await ops(stack.name, ["sentinel", "--json"]);
      const spike = seen.json<{ alerts: { check: string; message: string }[] }>().alerts.find((one) =>
        one.check === "error_spike"
      );
      assertEquals(spike?.message, "Error rate 15.4% > 15.0% threshold");
      await sql`UPDATE intake.simplicity_batches SET error_threshold_percent = 25 WHERE id = ${refused.id}`;
      await sql`UPDATE intake.simplicity_batches SET status = 'uploaded', rejection_reason = NULL, updated_at = NOW() WHERE id = ${refused.id}`;
      await until(
        "the second attempt",
        async () => (await batchOf(client, "simplicity/c.csv"))?.status === "completed",
      );
      assertEquals((await batchOf(client, "simplicity/c.csv"))?.row_count_inserted, 80);
    });

    await t.step("runbook, PGRST002: the sentinel heals it; by hand with ops pgrst-reload", async () => {
      await stack.ask({ do: "faults", set: { net_stopped: true } }); // cron's sentinel would be first now and then
      await stack.ask({ do: "faults", set: { rest_out: "until_notify" } });
      const seen = await ops(stack.name, ["sentinel"]);
      assertEquals(seen.code, 1);
      assertMatch(seen.out, /healed by notify pgrst, 'reload schema'/);
      await stack.ask({ do: "faults", set: { rest_out: "until_notify" } });
      assertEquals((await ops(stack.name, ["pgrst-reload"])).code, 0);
      await stack.ask({ do: "faults", set: { net_stopped: false } });
      await until("REST", async () => (await client.schema("ops").rpc("time_scale")).error === null);
      await sql`notify pgrst, 'reload'`; // ignored on the platform, and here
    });

    await t.step("playbook, worker death: killed isolates, locked jobs reset by SQL, recovery", async () => {
      await stack.ask({ do: "faults", set: { net_stopped: true } });
      await untilNobodyWorks(stack);
      await drop(client, "simplicity/d.csv", goodCsv("D", 30));
      await sql`select ops.claim('{ingest}', 'dead-worker')`; // a worker that claims, and dies
      await stack.ask({ do: "signal_isolates", function: "worker", signal: "SIGKILL" });
      await sql`update ops.worker_heartbeats set last_seen_at = now() - interval '2 minutes' where worker_type = 'ingest'`;
      assertEquals((await status()).ingest_status, "offline");
      assertEquals((await ops(stack.name, ["monitor-workers"])).code, 1);
      await sql`update ops.job_queue set locked_at = now() - interval '6 minutes' where status = 'processing'`;
      await sql`UPDATE ops.job_queue SET status = 'pending', locked_at = NULL, updated_at = now()
        WHERE status = 'processing' AND locked_at < now() - INTERVAL '5 minutes'`;
      await stack.ask({ do: "faults", set: { net_stopped: false } });
      assertEquals((await ops(stack.name, ["wake", "worker"])).code, 0); // in place of restarting a service
      assertEquals((await ended(client, "simplicity/d.csv")).status, "completed");
      await until("an online worker", async () => (await status()).ingest_status === "online");
      assertEquals((await ops(stack.name, ["monitor-workers"])).code, 0);
      assertEquals((await ops(stack.name, ["logs", "worker", "--since", "5m"])).code, 0);
    });

    await t.step("playbook, migration block: what is applied can be read", async () => {
      const rows = await sql`SELECT * FROM public.v_migration_status ORDER BY executed_at DESC LIMIT 10`;
      assertEquals(rows.length, 10);
      assert(rows.every((row) => row.executed_at === null && /^\d{14}$/.test(row.version)));
    });

    await t.step("playbook, vendor down: pause the jobs by SQL, go offline, resume", async () => {
      await stack.ask({ do: "faults", set: { net_stopped: true } });
      await untilNobodyWorks(stack);
      await drop(client, "simplicity/e.csv", goodCsv("E", 30));
      await sql`UPDATE ops.job_queue SET status = 'paused', last_error = 'Manually paused: Simplicity API down', updated_at = now()
        WHERE job_type = 'ingest' AND status = 'pending'`;
      await stack.ask({ do: "faults", set: { net_stopped: false } });
      await sql`select ops.queue_vendor_pull()`; // offline mode: no call is made, and that is said
      await until(
        "the pull that was none",
        async () =>
          (await sql`select from ops.job_queue where job_type = 'vendor_pull' and last_error = 'offline mode: no call was made'`)
            .length === 1,
      );
      assertEquals((await batchOf(client, "simplicity/e.csv"))?.status, "uploaded");
      const seen = await ops(stack.name, ["sentinel"]);
      assertMatch(seen.out, /queue_paused {2}Queue ingest: 1 job is paused/);
      await sql`UPDATE ops.job_queue SET status = 'pending', last_error = NULL, updated_at = now()
        WHERE job_type = 'ingest' AND status = 'paused'`;
      assertEquals((await ended(client, "simplicity/e.csv")).status, "completed");
    });
  } finally {
    await sql.end({ timeout: 1 });
    await stack.stop();
  }
}));

Deno.test(
  story(
    "ops sentinel runs the same checks from here when the function cannot be reached",
    ["settings"],
    async () => {
      const stack = await startStack({ functions: false });
      try {
        const ran = await ops(stack.name, ["sentinel", "--json"]);
        const result = ran.json<{ metrics: { total_checks: number }; overall_status: string }>();
        assertEquals([ran.code, result.overall_status, result.metrics.total_checks], [
          0,
          "healthy",
          CHECKS.length,
        ]);
        assertMatch(ran.err, /Running the same checks from here, over DATABASE_URL/);
        const sql = postgres(stack.db_url, { max: 1 });
        const [row] = await sql`select ran_by from ops.sentinel_runs`;
        await sql.end();
        assertMatch(row?.ran_by, /^ops:/);
      } finally {
        await stack.stop();
      }
    },
  ),
);

Deno.test("ops refuses to guess, and says what is missing", async () => {
  const none = await ops("no-such-stack", ["queue-inspect"]);
  assertEquals([none.code, none.out], [2, ""]);
  assertMatch(none.err, /stack/);
  const prod = await ops(null, ["queue-inspect", "--env", "prod"], {
    SUPABASE_URL: "",
    DRAGONFLY_API_KEY: "",
  });
  assertEquals(prod.code, 2);
  assertMatch(prod.err, /SUPABASE_URL is not set: put it into \.env\.prod or the environment\./);
});
