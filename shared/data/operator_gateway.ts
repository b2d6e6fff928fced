/**
 * What an operator's commands do over Postgres itself: it works when functions or REST are down. Owns the statements;
 * the connection is an argument. Every method is one transaction, and what it changes leaves audit events of `actor`.
 */
import type { Sql, TransactionSql } from "postgres";
import { z } from "zod";
import { Job, Silence } from "../http/answers/system.ts";
import { PostgresCalls } from "./postgres_calls.ts";

/** Tables whose rows people name by id. */
const NAMED = {
  batch: "intake.simplicity_batches",
  job: "ops.job_queue",
  alert: "ops.alerts",
  action: "enforcement.actions",
} as const;
export type Named = keyof typeof NAMED;

const JobOutcome = z.object({ outcome: z.string(), status: z.string().optional(), job: Job.optional() });
export type JobOutcome = z.infer<typeof JobOutcome>;

const Swept = z.object({ batch_id: z.string(), storage_path: z.string() });
/** A file of the bucket that has become a batch. */
export type Swept = z.infer<typeof Swept>;

const StuckBatch = z.object({
  batch_id: z.string(),
  filename: z.string(),
  status: z.string(),
  /** Without progress. */
  minutes: z.number(),
});
export type StuckBatch = z.infer<typeof StuckBatch>;

const Id = z.object({ id: z.string() });

/** An operator's hands. All throw DatabaseRefused, or what Postgres says. */
export class OperatorGateway {
  readonly #calls: PostgresCalls;

  constructor(private readonly sql: Sql) {
    this.#calls = new PostgresCalls(sql);
  }

  /** Ids that begin so, two at most: more than one is as good as many. */
  async idsLike(kind: Named, beginning: string): Promise<string[]> {
    const rows = await this.sql`
      select t.id from ${this.sql(NAMED[kind])} t where starts_with(t.id::text, ${beginning}) limit 2`;
    return z.array(Id).parse([...rows]).map(({ id }) => id);
  }

  /** Jobs of a queue that were given up, oldest first. */
  async deadJobs(queue: string): Promise<string[]> {
    const rows = await this.sql`
      select j.id
        from ops.job_queue j
       where j.job_type = ${queue} and j.dead_lettered_at is not null
       order by j.created_at`;
    return z.array(Id).parse([...rows]).map(({ id }) => id);
  }

  /** Makes jobs due that have shown no sign of life for long. @param queue null: of every queue. */
  async resetQueue(queue: string | null, actor: string): Promise<Job[]> {
    const done = await this.#calls.call("ops", "reset_queue", { queue, actor, request_id: null });
    return z.object({ reset: z.array(Job) }).parse(done).reset;
  }

  /** Pauses, resumes or makes due one job. */
  async setJobStatus(job: string, status: string, actor: string): Promise<JobOutcome> {
    const args = { job, status, actor, request_id: null };
    return JobOutcome.parse(await this.#calls.call("ops", "set_job_status", args));
  }

  /** Nobody is told of a check for so many seconds. */
  async silenceCheck(
    check: string,
    seconds: number,
    reason: string,
    actor: string,
  ): Promise<z.infer<typeof Silence>> {
    const args = { check_name: check, seconds, reason, actor, request_id: null };
    return Silence.parse(await this.#calls.call("ops", "silence_check", args));
  }

  /** Takes in what lies in the bucket without a batch, as cron and the sentinel do. @returns what it took in. */
  async sweep(actor: string): Promise<Swept[]> {
    let swept: Swept[] = [];
    await this.#as(actor, async (transaction) => {
      await new PostgresCalls(transaction).call("intake", "sweep", {});
      const rows = await transaction`
        select b.id as batch_id, b.storage_path
          from intake.simplicity_batches b
         where b.created_at = now() -- the time of this transaction
           and b.storage_path is not null
         order by b.storage_path`;
      swept = z.array(Swept).parse([...rows]);
    });
    return swept;
  }

  /** Batches without progress for so many minutes, longest first. */
  async stuckBatches(minutes: number): Promise<StuckBatch[]> {
    return z.array(StuckBatch).parse([
      ...await this.sql`
      select batch_id, filename, status, minutes from ops.stuck_batches(ops.scaled(${60 * minutes}))`,
    ]);
  }

  /** One batch, stuck or not. */
  async batchAsStuck(id: string): Promise<StuckBatch[]> {
    return z.array(StuckBatch).parse([
      ...await this.sql`
      select b.id as batch_id, b.filename, b.status,
             (extract(epoch from now() - b.progress_at) / 60 / ops.time_scale())::float8 as minutes
        from intake.simplicity_batches b
       where b.id = ${id}`,
    ]);
  }

  /** The runbook's reset: the next attempt. */
  async resetBatch(id: string, actor: string): Promise<void> {
    await this.#as(actor, async (transaction) => {
      await transaction`update intake.simplicity_batches set status = 'uploaded' where id = ${id}`;
    });
  }

  /** The runbook's end. */
  async failBatch(id: string, reason: string, actor: string): Promise<void> {
    await this.#as(actor, async (transaction) => {
      await transaction`
        update intake.simplicity_batches set status = 'failed', rejection_reason = ${reason} where id = ${id}`;
    });
  }

  /** An event about a person, who is told by the id of the account: nothing personal goes into the record. */
  async noteUser(
    action: string,
    id: string,
    after: Readonly<Record<string, string | null>>,
    actor: string,
  ): Promise<void> {
    await this.#as(actor, async (transaction) => {
      const event = { action, entity_type: "user", entity_id: id, after };
      await new PostgresCalls(transaction).call("audit", "append", event);
    });
  }

  async #as(actor: string, act: (transaction: TransactionSql) => Promise<void>): Promise<void> {
    await this.sql.begin(async (transaction) => {
      await new PostgresCalls(transaction).call("ops", "act_as", { actor, request_id: null });
      await act(transaction);
    });
  }
}
