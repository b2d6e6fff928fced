/** Prometheus' text exposition format: https://prometheus.io/docs/instrumenting/exposition_formats/ */
import * as z from "zod";
import { BATCH_STATES } from "../intake/states.ts";
import { LEVELS } from "./finding.ts";

const counts = z.record(z.string(), z.number());

/** What `ops.metrics()` answers. */
export const Figures = z.object({
  batches: counts,
  rows: counts,
  jobs: z.array(
    z.object({ job_type: z.string(), status: z.string(), n: z.number() }),
  ),
  oldest: counts,
  heartbeats: counts,
  alerts: counts,
});
export type Figures = z.infer<typeof Figures>;

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

export const JOB_STATES = [
  "pending",
  "processing",
  "paused",
  "completed",
  "failed",
] as const;

/**
 * All metrics. Every one is a gauge: batches change their state and can be deleted, so no sum here only grows.
 * A state, level or queue without anything in it is a 0, not an absence.
 */
export function renderMetrics(figures: Figures): string {
  const queues = Object.keys(figures.oldest).sort();
  const jobs = (type: string, status: string) =>
    figures.jobs.find((one) => one.job_type === type && one.status === status)
      ?.n ?? 0;
  return [
    metric(
      "dragonfly_batches_total",
      "Batches by state.",
      known("status", BATCH_STATES, figures.batches),
    ),
    metric(
      "dragonfly_rows_total",
      "Rows of all batches by outcome.",
      known("outcome", [], figures.rows),
    ),
    metric(
      "dragonfly_jobs",
      "Jobs in the queue by type and status.",
      queues.flatMap((job_type) =>
        JOB_STATES.map((
          status,
        ): Sample => [{ job_type, status }, jobs(job_type, status)])
      ),
    ),
    metric(
      "dragonfly_job_oldest_seconds",
      "Age of the oldest due job.",
      known("job_type", [], figures.oldest),
    ),
    metric(
      "dragonfly_worker_heartbeat_age_seconds",
      "Seconds since the last sign of life.",
      known("worker_type", [], figures.heartbeats),
    ),
    metric(
      "dragonfly_alerts_open",
      "Open alerts by level.",
      known("level", LEVELS, figures.alerts),
    ),
  ].join("");
}

function known(
  label: string,
  always: readonly string[],
  found: Readonly<Record<string, number>>,
): Sample[] {
  const names = [...new Set([...always, ...Object.keys(found).sort()])];
  return names.map((name) => [{ [label]: name }, found[name] ?? 0]);
}

function metric(
  name: string,
  help: string,
  samples: readonly Sample[],
): string {
  const lines = samples.map(([labels, value]) => `${name}{${labelText(labels)}} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines, ""].join(
    "\n",
  );
}

function labelText(labels: Labels): string {
  return Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`).join(",");
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll(
    "\n",
    "\\n",
  );
}
