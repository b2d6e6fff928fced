/** What stands in the database when a run is over, read with plain SQL; and waiting until it is over. */
import type postgres from "postgres";
import { pause } from "./perform.ts";

export interface Batch {
  readonly id: string;
  readonly storage_path: string | null;
  readonly status: string;
  readonly attempt: number;
  readonly rejection_reason: string | null;
  readonly duplicate_of: string | null;
  readonly file_hash: string | null;
  readonly row_count_total: number;
  readonly row_count_staged: number;
  readonly row_count_valid: number;
  readonly row_count_invalid: number;
  readonly row_count_inserted: number;
  readonly row_count_duplicate: number;
}

export interface Judgment {
  readonly case_number: string;
  readonly plaintiff_name: string;
  readonly defendant_name: string;
  readonly amount: string;
  readonly judgment_date: string;
  readonly court: string | null;
  readonly county: string | null;
  readonly batch_id: string;
  readonly source_row_index: number;
  readonly linked: boolean;
}

export interface ErrorRow {
  readonly batch_id: string;
  readonly attempt: number;
  readonly row_index: number;
  readonly line_number: number | null;
  readonly error_code: string;
  readonly error_stage: string;
}

export interface ErrorCount {
  readonly batch_id: string;
  readonly error_code: string;
  readonly error_stage: string;
  readonly occurrences: number;
}

/** One committed change of a batch. */
export interface Change {
  readonly batch_id: string;
  readonly path: string | null;
  readonly attempt: number;
  readonly status: string;
  readonly total: number;
  readonly valid: number;
  readonly progress: number;
}

export interface Snapshot {
  readonly batches: readonly Batch[];
  readonly judgments: readonly Judgment[];
  readonly errors: readonly ErrorRow[];
  readonly counts: readonly ErrorCount[];
  /** Batches that ever completed and were not undone since, in the order they first did. */
  readonly completions: readonly string[];
  readonly changes: readonly Change[];
  /** What must not be left: open jobs, leases, staged blocks. In words. */
  readonly leftovers: readonly string[];
  /** What the observer saw that should have been refused. */
  readonly wrong: readonly { readonly what: string; readonly detail: string }[];
  readonly chainProblem: string | null;
  /** What the chat was told, in order. */
  readonly delivered: readonly string[];
}

/** Everything that still stands in the way of rest, in words; none when the run is over. */
export async function unrest(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql<{ what: string }[]>`
    select 'batch ' || b.filename || ' of ' || coalesce(b.storage_path, '?') || ' is ' || b.status as what
      from intake.simplicity_batches b where b.status not in ('completed', 'failed', 'skipped')
    union all
    select 'job ' || j.job_type || ' of ' || coalesce(j.batch_id::text, '?') || ' is ' || j.status || ' (attempts ' || j.attempts || ')'
      from ops.job_queue j where j.status not in ('completed', 'failed')
    union all
    select 'lease on job ' || j.job_type from ops.job_queue j where j.lease_token is not null
    union all
    select 'lease on slice ' || s.slice_no || ' of ' || s.batch_id from intake.batch_slices s where s.status = 'leased'
    union all
    select 'staged block of slice ' || k.slice_no || ' of ' || k.batch_id from intake.staged_blocks k`;
  return rows.map((row) => row.what);
}

/** Waits until nothing is under way. @returns what was left when patience ended; none when all is at rest. */
export async function settleDown(sql: postgres.Sql, patienceMs: number): Promise<string[]> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const left = await unrest(sql);
    if (left.length === 0 || performance.now() > deadline) return left;
    await pause(100);
  }
}

/** Reads everything about the run whose paths contain one of the marks, and whose case numbers begin with `prefix`. */
export async function takeSnapshot(
  sql: postgres.Sql,
  marks: readonly string[],
  prefix: string,
  leftovers: string[],
  delivered: readonly string[] = [],
): Promise<Snapshot> {
  const changes = await sql<Change[]>`
    select batch_id, path, attempt, status, total, valid, progress::float8 as progress from chaos.history
     where batch_id in (select h.batch_id from chaos.history h where h.path like any (${
    marks.map((mark) => `%${mark}%`)
  })) order by id`;
  const ids = [...new Set(changes.map((change) => change.batch_id))];
  const batches = await sql<Batch[]>`select * from intake.simplicity_batches where id in ${sql(or(ids))}`;
  const judgments = await sql<Judgment[]>`
    select case_number, plaintiff_name, defendant_name, amount::text, judgment_date::text, court, county, batch_id,
           source_row_index, plaintiff_id is not null as linked
      from public.judgments where case_number like ${`${prefix}-%`} or batch_id in ${sql(or(ids))}`;
  const errors = await sql<ErrorRow[]>`
    select batch_id, attempt, row_index, line_number, error_code, error_stage from intake.row_errors
     where batch_id in ${sql(or(ids))} order by row_index`;
  const counts = await sql<ErrorCount[]>`
    select batch_id, error_code, error_stage, occurrences::int from intake.batch_error_counts where batch_id in ${
    sql(or(ids))
  }`;
  const completions = await sql<{ entity_id: string }[]>`
    select entity_id from audit.event_log
     where action in ('batch.completed', 'batch.undone') and entity_id in ${sql(or(ids))}
     group by entity_id
    having max(id) filter (where action = 'batch.completed') > coalesce(max(id) filter (where action = 'batch.undone'), 0)
     order by min(id) filter (where action = 'batch.completed')`;
  const wrong = await sql<{ what: string; detail: string }[]>`
    select what, detail from chaos.wrong where batch_id in ${sql(or(ids))} order by id`;
  await sql`select audit.seal()`;
  const [chain] = await sql`select ok, problem from audit.verify_chain()`;
  return {
    batches,
    judgments,
    errors,
    counts,
    completions: completions.map((row) => row.entity_id),
    changes,
    leftovers,
    wrong,
    chainProblem: chain?.ok === true ? null : String(chain?.problem),
    delivered: [...delivered],
  };
}

/** SQL has no empty list. */
function or(ids: readonly string[]): readonly string[] {
  return ids.length > 0 ? ids : ["00000000-0000-0000-0000-000000000000"];
}
