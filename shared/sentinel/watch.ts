/**
 * One whole run of the sentinel: repair what can be repaired, look at everything, store what was found. The same for
 * the function and for an operator's own machine when the function cannot be reached.
 */
import type { Check, CheckPorts, RestAnswer } from "./check.ts";
import { type SentinelResult, summarise } from "./finding.ts";
import { runChecks } from "./run_checks.ts";

/** The database as a run needs it. */
export interface WatchDatabase {
  timeScale(): Promise<number>;
  query(sql: string): Promise<readonly unknown[]>;
  record(result: SentinelResult, by: string, channels: readonly string[]): Promise<number>;
}

/** What a run stands on. */
export interface WatchParts {
  readonly database: WatchDatabase;
  readonly checks: readonly Check[];
  readonly probeRest: () => Promise<RestAnswer>;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly now: () => Date;
  readonly environment: string;
  readonly directUntil: Date | null;
  /** Names of the channels that people are told on. */
  readonly channels: readonly string[];
  /** Who runs: cron, an operator, a command. */
  readonly by: string;
}

/** @throws when the database does not answer: then nothing was looked at, and nothing can be called well. */
export async function watch(parts: WatchParts): Promise<SentinelResult> {
  const scale = await parts.database.timeScale();
  const ports: CheckPorts = {
    query: (sql) => parts.database.query(sql),
    probeRest: parts.probeRest,
    wait: (milliseconds) => parts.wait(milliseconds * scale),
    now: parts.now(),
    directUntil: parts.directUntil,
  };
  const findings = await runChecks(parts.checks, ports);
  const result = summarise(findings, parts.checks.length, parts.environment, parts.now());
  await parts.database.record(result, parts.by, parts.channels);
  return result;
}
