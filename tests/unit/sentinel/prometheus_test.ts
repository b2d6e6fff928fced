/** The text format Prometheus reads. */
import { assert } from "deno-std/assert/assert.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import { renderMetrics } from "../../../shared/sentinel/prometheus.ts";

const FIGURES = {
  batches: { completed: 3 },
  rows: { inserted: 10, duplicate: 1, invalid: 2 },
  jobs: [{ job_type: "ingest", status: "pending", n: 4 }],
  oldest: { ingest: 12.5, notify: 0 },
  heartbeats: { ingest: 3 },
  alerts: { critical: 1 },
};

Deno.test("renderMetrics() gives every line the shape the format demands", () => {
  const text = renderMetrics(FIGURES);
  assert(text.endsWith("\n"));
  for (const line of text.trimEnd().split("\n")) {
    assert(
      /^(# (HELP|TYPE) dragonfly_\w+ .+|dragonfly_\w+\{(\w+="[^"\n]*",?)+\} -?\d+(\.\d+)?)$/.test(line),
      line,
    );
  }
});

Deno.test("renderMetrics() tells all names, and 0 for states, levels and queues with nothing in them", () => {
  const text = renderMetrics(FIGURES);
  for (
    const line of [
      'dragonfly_batches_total{status="completed"} 3',
      'dragonfly_batches_total{status="failed"} 0',
      'dragonfly_rows_total{outcome="duplicate"} 1',
      'dragonfly_jobs{job_type="ingest",status="pending"} 4',
      'dragonfly_jobs{job_type="notify",status="failed"} 0',
      'dragonfly_job_oldest_seconds{job_type="ingest"} 12.5',
      'dragonfly_worker_heartbeat_age_seconds{worker_type="ingest"} 3',
      'dragonfly_alerts_open{level="critical"} 1',
      'dragonfly_alerts_open{level="warning"} 0',
    ]
  ) assertStringIncludes(text, `\n${line}\n`);
});
