/** What checks find, and how findings add up to one verdict. */
import * as z from "zod";

export const LEVELS = ["info", "warning", "critical"] as const;
export type Level = (typeof LEVELS)[number];

/** One thing a check found. Messages hold counts, codes and names of parts; never anything personal. */
export const Finding = z.object({
  check: z.string(),
  /** The check, and what it is about where one check can find several: `worker_heartbeats:ingest`. */
  fingerprint: z.string(),
  level: z.enum(LEVELS),
  message: z.string(),
  /** What to do about it. */
  remedy: z.string(),
  details: z.record(z.string(), z.unknown()),
  /** The check itself failed: nothing is known, and nothing may be called well. */
  could_not_run: z.boolean(),
});
export type Finding = z.infer<typeof Finding>;

export const OVERALL = ["healthy", "degraded", "critical"] as const;

/** One run of all checks, as `POST /sentinel/run` answers it and `ops.sentinel_runs` keeps it. */
export const SentinelResult = z.object({
  timestamp: z.string(),
  environment: z.string(),
  overall_status: z.enum(OVERALL),
  exit_code: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  alerts: z.array(Finding),
  metrics: z.object({
    total_checks: z.number(),
    alerts_triggered: z.number(),
    critical_alerts: z.number(),
    warning_alerts: z.number(),
  }),
});
export type SentinelResult = z.infer<typeof SentinelResult>;

/** Any critical finding is critical (2); else any warning is degraded (1); else all is well (0). */
export function summarise(
  findings: readonly Finding[],
  totalChecks: number,
  environment: string,
  at: Date,
): SentinelResult {
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  const exitCode = count("critical") > 0 ? 2 : count("warning") > 0 ? 1 : 0;
  return {
    timestamp: at.toISOString(),
    environment,
    overall_status: OVERALL[exitCode],
    exit_code: exitCode,
    alerts: [...findings].sort((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level)),
    metrics: {
      total_checks: totalChecks,
      alerts_triggered: findings.length,
      critical_alerts: count("critical"),
      warning_alerts: count("warning"),
    },
  };
}
