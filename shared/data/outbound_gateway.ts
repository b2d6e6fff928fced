/** Calls around jobs that speak to the outside: one method per SQL function, each one transaction. */
import type { Sql } from "postgres";
import { z } from "zod";

const OutboundJob = z.object({
  job_id: z.string(),
  token: z.string(),
  job_type: z.enum(["notify", "vendor_pull"]),
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

/** All methods throw what Postgres says; its code DF001 means: stop, somebody else has the job. */
export class OutboundGateway {
  constructor(private readonly sql: Sql) {}

  /** The next due job, leased; null when there is none. */
  async claim(workerId: string): Promise<OutboundJob | null> {
    const [row] = await this.sql`select ops.claim('{notify,vendor_pull}', ${workerId}) as job`;
    return z.object({ job: OutboundJob.nullable() }).parse(row).job;
  }

  async complete(job: OutboundJob, note: string | null = null): Promise<void> {
    await this.sql`select ops.finish(${job.job_id}, ${job.token}, ${note})`;
  }

  /** @param waitSeconds null: back off as usual. @param forGood it can never work. @returns whether it is tried again. */
  async fail(
    job: OutboundJob,
    error: string,
    waitSeconds: number | null,
    forGood: boolean,
  ): Promise<boolean> {
    const [row] = await this.sql`
      select ops.fail(${job.job_id}, null, ${job.token}, ${error}, ${waitSeconds}::int, ${forGood}) as again`;
    return z.object({ again: z.boolean() }).parse(row).again;
  }

  /** The feed of a pull; null when the vendor is not known. */
  async beginPull(job: OutboundJob): Promise<Feed | null> {
    const [row] = await this.sql`select ops.begin_vendor_pull(${job.job_id}, ${job.token}) as feed`;
    return z.object({ feed: Feed.nullable() }).parse(row).feed;
  }

  async finishPull(job: OutboundJob, result: PullResult): Promise<void> {
    await this.sql`
      select ops.finish_vendor_pull(${job.job_id}, ${job.token}, ${JSON.stringify(result)}::text::jsonb)`;
  }

  /** @returns whether the breaker is open. */
  async failPull(job: OutboundJob, error: string, waitSeconds: number | null): Promise<boolean> {
    const [row] = await this.sql`
      select ops.fail_vendor_pull(${job.job_id}, ${job.token}, ${error}, ${waitSeconds}::int) as open`;
    return z.object({ open: z.boolean() }).parse(row).open;
  }

  /** Extends the lease. @returns whether it still holds. */
  async beat(job: OutboundJob): Promise<boolean> {
    const [row] = await this.sql`select ops.beat(${job.job_id}, null, ${job.token}) as held`;
    return z.object({ held: z.boolean() }).parse(row).held;
  }
}
