/** Looking at a test database as the sentinel does. */
import type { Proof } from "../../shared/audit/proof.ts";
import { SentinelGateway } from "../../shared/data/sentinel_gateway.ts";
import type { Check } from "../../shared/sentinel/check.ts";
import { type SentinelResult, summarise } from "../../shared/sentinel/finding.ts";
import { runChecks } from "../../shared/sentinel/run_checks.ts";
import type { Sql, TestDatabase } from "../support/database.ts";

/** Runs checks against the database; REST answers. @returns `<level> <message>` of each finding. */
export async function look(db: TestDatabase, ...checks: Check[]): Promise<string[]> {
  return await lookWith(db, null, checks);
}

/** As look(), with keys and files that proof stands on. */
export async function lookWith(
  db: TestDatabase,
  proof: Proof | null,
  checks: readonly Check[],
  now = new Date(),
): Promise<string[]> {
  return (await findings(db, checks, proof, now)).map((finding) => `${finding.level} ${finding.message}`);
}

async function findings(db: TestDatabase, checks: readonly Check[], proof: Proof | null, now: Date) {
  const gateway = new SentinelGateway(db.sql);
  return await runChecks(checks, {
    query: (sql) => gateway.query(sql),
    probeRest: () => Promise.resolve({ outcome: "answers" }),
    wait: () => Promise.resolve(),
    now,
    directUntil: null,
    proof,
  });
}

/** One finding as a run tells it. */
export interface Told {
  check: string;
  level: "info" | "warning" | "critical";
  message?: string;
  subject?: string;
  couldNotRun?: boolean;
}

let clock = Date.now();

/** Stores a run that found these things. Every run is a second later than the one before. @returns of how many people are told. */
export async function record(
  db: TestDatabase,
  found: readonly Told[],
  channels: readonly string[] = ["slack", "pagerduty"],
): Promise<number> {
  await noDigestToday(db.sql);
  return await new SentinelGateway(db.sql).record(runOf(found), "test", channels);
}

/** Says that the digest has been decided: else what a test sees would depend on the hour it runs at. */
export async function noDigestToday(sql: Sql): Promise<void> {
  await sql`insert into ops.alert_digests (digest_on, alerts)
    select (now() at time zone 'UTC')::date + day, 0 from generate_series(0, 1) day on conflict do nothing`;
}

/** A run that found these things. */
export function runOf(found: readonly Told[]): SentinelResult {
  clock += 1000;
  return summarise(
    found.map((one) => ({
      check: one.check,
      fingerprint: one.subject === undefined ? one.check : `${one.check}:${one.subject}`,
      level: one.level,
      message: one.message ?? `${one.check} is ${one.level}`,
      remedy: "Look at it.",
      details: {},
      could_not_run: one.couldNotRun ?? false,
    })),
    14,
    "local",
    new Date(clock),
  );
}
