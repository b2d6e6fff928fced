/** The system's routes for operators, on a running stack over HTTP: queues, alerts, figures, metrics. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { clientOf, drop, ended, goodCsv } from "../support/drops.ts";
import { startStack } from "../support/stack.ts";

Deno.test("the system's routes for operators", async (t) => {
  const stack = await startStack({ time: 0.1 });
  const client = clientOf(stack);
  const ask = async (method: string, path: string, body?: unknown, key = stack.operator_key) => {
    const response = await fetch(`${stack.api_url}/functions/v1/system/${path}`, {
      method,
      headers: { "x-api-key": key, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = (response.headers.get("content-type") ?? "").includes("json");
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : null,
    };
  };
  const sentinel = async () => {
    const response = await fetch(`${stack.api_url}/functions/v1/sentinel/run`, {
      method: "POST",
      headers: { "x-api-key": stack.operator_key },
    });
    await response.body?.cancel();
  };
  try {
    await drop(client, "simplicity/ops.csv", goodCsv("OPS", 20).replace(",100.50,", ",lots,"));
    await ended(client, "simplicity/ops.csv");

    await t.step("pauses and resumes a queue, with its reason", async () => {
      const paused = await ask("POST", "queue/ingest/pause", { reason: "vendor down" });
      assertEquals([paused.status, paused.body.paused, paused.body.reason, paused.body.changed_by], [
        200,
        true,
        "vendor down",
        "operator-key",
      ]);
      const seen = (await ask("GET", "queue?queue=ingest")).body;
      assertEquals([seen.queues.length, seen.queues[0].paused], [1, true]);
      assertEquals((await ask("POST", "queue/ingest/resume")).body.paused, false);
    });

    await t.step("refuses what there is not, and what is not well formed", async () => {
      assertEquals((await ask("POST", "queue/fax/pause")).status, 404);
      assertEquals((await ask("POST", "queue/ingest/pause", { reason: "" })).body.field, "reason");
      assertEquals((await ask("POST", "queue/ingest/pause", [1])).body.code, "BAD_REQUEST");
      assertEquals((await ask("POST", "jobs/nonsense/redrive")).body.code, "INVALID_ID");
      assertEquals((await ask("POST", `jobs/${crypto.randomUUID()}/redrive`)).status, 404);
      assertEquals(
        (await ask("POST", `alerts/${crypto.randomUUID()}/silence`, { minutes: 5, reason: "x" })).status,
        404,
      );
      assertEquals(
        (await ask("POST", `alerts/${crypto.randomUUID()}/silence`, { reason: "x" })).body.field,
        "minutes",
      );
      assertEquals((await ask("GET", "alerts?state=loud")).status, 422);
      assertEquals((await ask("GET", "queue", undefined, "wrong")).status, 401);
    });

    await t.step("refuses to redrive a job that has not failed", async () => {
      const { data } = await client.schema("ops").from("job_queue").select("id").eq("job_type", "ingest")
        .limit(1).single();
      const answer = await ask("POST", `jobs/${data?.id}/redrive`);
      assertEquals([answer.status, answer.body.code, answer.body.allowed_from], [409, "CONFLICT", [
        "failed",
      ]]);
    });

    await t.step("shows alerts, open first, and silences one", async () => {
      await ask("POST", "queue/notify/pause");
      await sentinel();
      const { alerts } = (await ask("GET", "alerts?state=open")).body;
      // A busy machine is slow enough for a finding of its own.
      const alert = alerts.find((one: { check: string }) => one.check === "queue_paused");
      assertEquals([alert.fingerprint, alert.level], ["queue_paused:notify", "warning"]);
      const silenced = await ask("POST", `alerts/${alert.id}/silence`, { minutes: 60, reason: "known" });
      assertEquals([silenced.status, silenced.body.check], [200, "queue_paused"]);
      assert(Date.parse(silenced.body.silenced_until) > Date.now() + 59 * 60_000);
      assertEquals((await ask("GET", "alerts?state=silenced")).body.alerts.length, 1);
      await ask("POST", "queue/notify/resume");
    });

    await t.step("shows performance, errors, quality and the feed, without names", async () => {
      const [hour] = (await ask("GET", "performance")).body.performance;
      assertEquals([hour.total_batches, hour.completed_batches, hour.inserted_rows], [1, 1, 19]);
      const [error] = (await ask("GET", "errors")).body.errors;
      assertEquals([error.error_code, error.occurrence_count], ["INVALID_AMOUNT", 1]);
      const [week] = (await ask("GET", "quality")).body.quality;
      assertEquals([week.source, week.total_rows, week.error_rate_pct, week.top_error_code], [
        "simplicity",
        20,
        5,
        "INVALID_AMOUNT",
      ]);
      const feed = await ask("GET", "feed");
      const kinds = new Set(feed.body.feed.map((event: { event_type: string }) => event.event_type));
      assertEquals([...kinds].sort(), ["alert", "batch", "judgment"]);
      for (const word of ["Garcia", "Metro", "OPS-1", "ops.csv"]) assert(!feed.text.includes(word), word);
    });

    await t.step("tells Prometheus what it asks for, and no viewer", async () => {
      const metrics = await ask("GET", "metrics");
      assertEquals(metrics.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
      for (
        const line of [
          /^dragonfly_batches_total\{status="completed"\} 1$/m,
          /^dragonfly_rows_total\{outcome="inserted"\} 19$/m,
          /^dragonfly_rows_total\{outcome="invalid"\} 1$/m,
          /^dragonfly_jobs\{job_type="ingest",status="completed"\} 1$/m,
          /^dragonfly_job_oldest_seconds\{job_type="ingest"\} \d/m,
          /^dragonfly_worker_heartbeat_age_seconds\{worker_type="ingest"\} \d/m,
          /^dragonfly_alerts_open\{level="critical"\} 0$/m,
        ]
      ) assertMatch(metrics.text, line);
    });
  } finally {
    await stack.stop();
  }
});
