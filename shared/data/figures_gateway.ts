/** What an operator's commands show of batches, rejects and workers. The connection is an argument; nothing is changed. */
import type { Sql } from "postgres";
import { z } from "zod";
import { REJECTION_CODES } from "../intake/rejection_codes.ts";

const StateFigure = z.object({
  status: z.string(),
  batch_count: z.number(),
  oldest_seconds: z.number().nullable(),
});
/** Batches in one state. */
export type StateFigure = z.infer<typeof StateFigure>;

const BatchFigure = z.object({
  batch_id: z.string(),
  filename: z.string(),
  status: z.string(),
  total: z.number(),
  valid: z.number(),
  invalid: z.number(),
  inserted: z.number(),
  /** Until it ended, or since it came. */
  seconds: z.number(),
});
export type BatchFigure = z.infer<typeof BatchFigure>;

const WorkerFigure = z.object({
  worker_id: z.string(),
  worker_type: z.string(),
  status: z.string(),
  silent_seconds: z.number(),
  version: z.string().nullable(),
  memory_mb: z.number().nullable(),
  jobs_done: z.number(),
  jobs_failed: z.number(),
});
/** One isolate's last sign of life. */
export type WorkerFigure = z.infer<typeof WorkerFigure>;

const CodeFigure = z.object({
  error_code: z.string(),
  occurrences: z.number(),
  batches: z.number(),
  cause: z.string(),
  fix: z.string(),
});
/** How often a code stands in rejects, with its words. */
export type CodeFigure = z.infer<typeof CodeFigure>;

const ReasonFigure = z.object({ rejection_code: z.enum(REJECTION_CODES), batches: z.number() });
/** How many batches failed for a reason. */
export type ReasonFigure = z.infer<typeof ReasonFigure>;

const DayFigure = z.object({ total: z.number(), completed: z.number(), failed: z.number() });
/** Batches of 24 hours. */
export type DayFigure = z.infer<typeof DayFigure>;

const Id = z.object({ id: z.string() });

/** The questions. All throw what Postgres says. */
export class FiguresGateway {
  constructor(private readonly sql: Sql) {}

  /** Every state there are batches in. */
  async states(): Promise<StateFigure[]> {
    const rows = await this.sql`
      select h.status, h.batch_count::float8 as batch_count, (h.oldest_age_minutes * 60)::float8 as oldest_seconds
        from ops.v_pipeline_health h
       order by h.status`;
    return z.array(StateFigure).parse([...rows]);
  }

  /** The newest ten. */
  async newestBatches(): Promise<BatchFigure[]> {
    const rows = await this.sql`
      select o.batch_id, o.filename, o.status, o.row_count_total as total, o.row_count_valid as valid,
             o.row_count_invalid as invalid, o.row_count_inserted as inserted,
             extract(epoch from coalesce(o.completed_at, now()) - o.created_at)::float8 as seconds
        from intake.v_batch_observability o
       order by o.created_at desc
       limit 10`;
    return z.array(BatchFigure).parse([...rows]);
  }

  /** The twenty that were heard of last. */
  async workers(): Promise<WorkerFigure[]> {
    const rows = await this.sql`
      select h.worker_id, h.worker_type, h.status,
             extract(epoch from now() - h.last_seen_at)::float8 as silent_seconds, h.version,
             h.memory_mb::float8 as memory_mb, h.jobs_done::float8 as jobs_done, h.jobs_failed::float8 as jobs_failed
        from ops.worker_heartbeats h
       order by h.last_seen_at desc
       limit 20`;
    return z.array(WorkerFigure).parse([...rows]);
  }

  /** Ids of the newest batches that failed or had rejects. */
  async troubledBatches(count: number): Promise<string[]> {
    const rows = await this.sql`
      select b.id
        from intake.simplicity_batches b
       where b.status = 'failed' or b.row_count_invalid > 0
       order by b.created_at desc
       limit ${count}`;
    return z.array(Id).parse([...rows]).map(({ id }) => id);
  }

  /** Ids of the batches of so many days; dry runs are none. */
  async batchesOfDays(days: number): Promise<string[]> {
    const rows = await this.sql`
      select b.id
        from intake.simplicity_batches b
       where b.created_at > now() - make_interval(days => ${days}) and not b.dry_run`;
    return z.array(Id).parse([...rows]).map(({ id }) => id);
  }

  /** Batches of the last 24 hours, by how they ended; known bytes and dry runs are none. */
  async batchesOfDay(): Promise<DayFigure> {
    const rows = await this.sql`
      select count(*)::int as total,
             (count(*) filter (where b.status = 'completed'))::int as completed,
             (count(*) filter (where b.status = 'failed'))::int as failed
        from intake.simplicity_batches b
       where b.created_at > now() - interval '24 hours' and b.status <> 'skipped' and not b.dry_run`;
    return DayFigure.parse(rows[0]);
  }

  /** Rejects of batches by code, most first; duplicates are none. */
  async codesOf(batches: readonly string[]): Promise<CodeFigure[]> {
    const rows = await this.sql`
      select c.error_code, sum(c.occurrences)::float8 as occurrences, count(distinct c.batch_id)::int as batches,
             k.cause, k.fix
        from intake.batch_error_counts c
        join intake.error_codes k on k.code = c.error_code
       where c.batch_id = any(${[...batches]}::uuid[]) and c.error_stage <> 'insert'
       group by c.error_code, k.cause, k.fix
       order by 2 desc, 1`;
    return z.array(CodeFigure).parse([...rows]);
  }

  /** Why batches were not taken as a whole, most frequent first. */
  async reasonsOf(batches: readonly string[]): Promise<ReasonFigure[]> {
    const rows = await this.sql`
      select b.rejection_code, count(*)::int as batches
        from intake.simplicity_batches b
       where b.id = any(${[...batches]}::uuid[]) and b.status = 'failed'
       group by 1
       order by 2 desc, 1`;
    return z.array(ReasonFigure).parse([...rows]);
  }
}
