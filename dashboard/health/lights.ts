/** Three lights out of what the system says of itself: intake, database, workers. Pure. */
import type { SentinelResult } from "../../shared/sentinel/finding.ts";

/** What a light says. `unknown` is for what nobody has looked at: it is never green. */
export type Light = "good" | "warn" | "bad" | "unknown";
export const LIGHTS = ["intake", "database", "workers"] as const;
export type LightName = (typeof LIGHTS)[number];

type Finding = SentinelResult["alerts"][number];

/** What a check looks at. One that is not named here is about the system as a whole, which stands on the database. */
const ABOUT: Readonly<Record<string, LightName>> = {
  stuck_batches: "intake",
  approval_waiting: "intake",
  error_spike: "intake",
  unread_lines: "intake",
  header_changes: "intake",
  success_rate: "intake",
  avg_processing_time: "intake",
  unclaimed_drops: "intake",
  lost_leases: "workers",
  queue_paused: "workers",
  worker_heartbeats: "workers",
  cron_jobs: "workers",
  wake_calls: "workers",
  queue_backlog: "workers",
  dead_letters: "workers",
};

/** Which light a finding belongs to. */
export function lightOf(check: string): LightName {
  return ABOUT[check] ?? "database";
}

/** Minutes after which a run of the sentinel says nothing of now: it runs every five. */
export const STALE_MINUTES = 15;

/** What is known; null for what could not be asked, undefined for what is still being asked. */
export interface Known {
  readonly run: SentinelResult | null | undefined;
  readonly ready: { readonly ready: boolean } | null | undefined;
  readonly status: { readonly ingest_status: string } | null | undefined;
  readonly now: Date;
}

/** The lights. What was just asked counts beside what the sentinel found at its last run. */
export function lightsOf({ run, ready, status, now }: Known): Readonly<Record<LightName, Light>> {
  const findings = isFresh(run, now) ? run.alerts : null;
  const of = (name: LightName) =>
    findings === null ? "unknown" : worst(findings.filter((one) => lightOf(one.check) === name));
  return {
    intake: of("intake"),
    database: ready === undefined ? "unknown" : ready?.ready === true ? of("database") : "bad",
    workers: status === undefined
      ? "unknown"
      : status === null || status.ingest_status === "offline"
      ? "bad"
      : of("workers"),
  };
}

function isFresh(run: SentinelResult | null | undefined, now: Date): run is SentinelResult {
  if (run === null || run === undefined) return false;
  return now.getTime() - Date.parse(run.timestamp) <= STALE_MINUTES * 60_000;
}

function worst(findings: readonly Finding[]): Light {
  if (findings.some(({ level }) => level === "critical")) return "bad";
  return findings.some(({ level }) => level === "warning") ? "warn" : "good";
}

/** What a light means, in a word. */
export const LIGHT_WORDS: Readonly<Record<Light, string>> = {
  good: "fine",
  warn: "needs a look",
  bad: "needs help now",
  unknown: "not known",
};
