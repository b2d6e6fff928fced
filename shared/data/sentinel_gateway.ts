/**
 * The sentinel's view of Postgres, without REST in between. Owns transactions and their limits of time; the
 * connection is an argument.
 */
import type { Sql } from "postgres";
import { z } from "zod";
import type { DatabaseClock } from "../sentinel/watch.ts";
import { type Calls, CHECK_PATIENCE_MS } from "./calls.ts";
import { PostgresCalls } from "./postgres_calls.ts";
import { type SentinelResult, SentinelResult as Result } from "../sentinel/finding.ts";

const Clock = z.tuple([z.object({ scale: z.number(), now: z.date() })]);
const Stored = z.array(z.object({ result: Result }));

/** Everything the sentinel asks of the database but the checks' own statements. */
export class SentinelGateway {
  readonly #calls: Calls;

  constructor(private readonly sql: Sql) {
    this.#calls = new PostgresCalls(sql);
  }

  /** @throws when the database does not answer or is not ours. */
  async clock(): Promise<DatabaseClock> {
    return Clock.parse([
      ...await this.sql`select ops.time_scale()::float8 as scale, clock_timestamp() as now`,
    ])[0];
  }

  /** One statement in a transaction of its own: what it locks or breaks is its own affair. */
  async query(statement: string): Promise<readonly unknown[]> {
    return await this.sql.begin(async (transaction) => {
      await transaction.unsafe(`set local statement_timeout = ${CHECK_PATIENCE_MS}`);
      return [...await transaction.unsafe(statement)];
    });
  }

  /** Stores a run and decides who is told of what, in one transaction. @returns of how many alerts people are told. */
  async record(result: SentinelResult, by: string, channels: readonly string[]): Promise<number> {
    const recorded = await this.#calls.call("ops", "record_sentinel_run", { result, ran_by: by, channels });
    return z.object({ told: z.number() }).parse(recorded).told;
  }

  /** The newest run, or null before the first. */
  async latest(): Promise<SentinelResult | null> {
    const rows = await this
      .sql`select r.result from ops.sentinel_runs r order by r.ran_at desc, r.id desc limit 1`;
    return Stored.parse([...rows])[0]?.result ?? null;
  }

  /** The sentinel's own sign of life. */
  async beat(workerId: string, status: string, version: string, memoryMb: number): Promise<void> {
    await this.#calls.call("ops", "beat_worker", {
      worker_id: workerId,
      worker_type: "sentinel",
      status,
      version,
      memory_mb: memoryMb,
      jobs_done: status === "idle" ? 1 : 0,
      jobs_failed: 0,
    });
  }
}
