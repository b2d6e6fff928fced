/**
 * One whole run of the sentinel: repair what can be repaired, look at everything, store what was found. The same for
 * the function and for an operator's own machine when the function cannot be reached.
 */
import type { Proof } from "../audit/proof.ts";
import type { Check, CheckPorts, RestAnswer } from "./check.ts";
import { type SentinelResult, summarise } from "./finding.ts";
import { type OnFailure, runChecks } from "./run_checks.ts";

/** Time as the database has it: runs from many machines, an operator's laptop among them, are ordered by it. */
export interface DatabaseClock {
  readonly now: Date;
  /** Factor on every wait (`ops.time_scale()`). */
  readonly scale: number;
}

/** The database as a run needs it. */
export interface WatchDatabase {
  clock(): Promise<DatabaseClock>;
  query(sql: string): Promise<readonly unknown[]>;
  record(result: SentinelResult, by: string, channels: readonly string[]): Promise<number>;
}

/** What a run stands on. */
export interface WatchParts {
  readonly database: WatchDatabase;
  readonly checks: readonly Check[];
  readonly probeRest: () => Promise<RestAnswer>;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly environment: string;
  readonly directUntil: Date | null;
  readonly proof: Proof | null;
  /** Names of the channels that people are told on. */
  readonly channels: readonly string[];
  /** Hears of checks that could not run: errors whole, for a log that does not leave the system. */
  readonly onFailure: OnFailure;
  /** Who runs: cron, an operator, a command. */
  readonly by: string;
}

/** @throws when the database does not answer: then nothing was looked at, and nothing can be called well. */
export async function watch(parts: WatchParts): Promise<SentinelResult> {
  const { now, scale } = await parts.database.clock();
  const ports: CheckPorts = {
    query: (sql) => parts.database.query(sql),
    probeRest: parts.probeRest,
    wait: (milliseconds) => parts.wait(milliseconds * scale),
    now,
    directUntil: parts.directUntil,
    proof: parts.proof,
  };
  const findings = await runChecks(parts.checks, ports, parts.onFailure);
  const result = summarise(findings, parts.checks.length, parts.environment, now);
  await parts.database.record(result, parts.by, parts.channels);
  return result;
}
