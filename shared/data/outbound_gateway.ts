/** Calls around jobs that speak to the outside: one method per SQL function, each one transaction. */
import type { Sql } from "postgres";
import { z } from "zod";
import type { Calls } from "./calls.ts";
import { PostgresCalls } from "./postgres_calls.ts";

/** Types of jobs that speak to the outside. */
const OUTBOUND_JOBS = ["notify", "vendor_pull"] as const;

const OutboundJob = z.object({
  job_id: z.string(),
  token: z.string(),
  job_type: z.enum(OUTBOUND_JOBS),
  payload: z.unknown(),
  beat_seconds: z.number(),
});
/** A leased job; its payload is parsed by whoever works it off. */
export type OutboundJob = z.infer<typeof OutboundJob>;

const Feed = z.object({
  source: z.string(),
  etag: z.string().nullable(),
  last_modified: z.string().nullable(),
  content_hash: z.string().nullable(),
  since: z.string().nullable(),
  probe: z.boolean(),
});
/** What is remembered of a vendor's export. */
export type Feed = z.infer<typeof Feed>;

/** What a pull came to. `asked_at` becomes the next pull's `since`. */
export interface PullResult {
  readonly outcome: "stored" | "unchanged" | "offline" | "not_configured";
  readonly etag?: string | null;
  readonly last_modified?: string | null;
  readonly content_hash?: string | null;
  readonly asked_at?: string;
}

/** All methods throw DatabaseRefused; its `leaseLost` means: stop, somebody else has the job. */
export class OutboundGateway {
  readonly #calls: Calls;

  constructor(sql: Sql) {
    this.#calls = new PostgresCalls(sql);
  }

  /** The next due job, leased; null when there is none. */
  async claim(workerId: string): Promise<OutboundJob | null> {
    return OutboundJob.nullable().parse(
      await this.#calls.call("ops", "claim", { types: OUTBOUND_JOBS, holder: workerId }),
    );
  }

  async complete(job: OutboundJob, note: string | null = null): Promise<void> {
    await this.#calls.call("ops", "finish", { ...held(job), note });
  }

  /** @param waitSeconds null: back off as usual. @param forGood it can never work. @returns whether it is tried again. */
  async fail(
    job: OutboundJob,
    error: string,
    waitSeconds: number | null,
    forGood: boolean,
  ): Promise<boolean> {
    const args = { ...held(job), slice: null, error, wait_seconds: waitSeconds, for_good: forGood };
    return await this.#calls.call("ops", "fail", args) === true;
  }

  /** The feed of a pull; null when the vendor is not known. */
  async beginPull(job: OutboundJob): Promise<Feed | null> {
    return Feed.nullable().parse(await this.#calls.call("ops", "begin_vendor_pull", held(job)));
  }

  async finishPull(job: OutboundJob, result: PullResult): Promise<void> {
    await this.#calls.call("ops", "finish_vendor_pull", { ...held(job), result });
  }

  /** @returns whether the breaker is open. */
  async failPull(job: OutboundJob, error: string, waitSeconds: number | null): Promise<boolean> {
    const args = { ...held(job), error, wait_seconds: waitSeconds };
    return await this.#calls.call("ops", "fail_vendor_pull", args) === true;
  }

  /** Extends the lease. @returns whether it still holds. */
  async beat(job: OutboundJob): Promise<boolean> {
    return await this.#calls.call("ops", "beat", { ...held(job), slice: null }) === true;
  }
}

function held({ job_id, token }: OutboundJob): { job: string; token: string } {
  return { job: job_id, token };
}
