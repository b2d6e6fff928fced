/** What proofs look for and take away over Postgres. Owns the statements; the connection is an argument. */
import type { Sql } from "postgres";
import * as z from "zod";

/** How what belongs to proofs begins. */
export interface ProofNames {
  /** File names. */
  readonly files: string;
  /** Case numbers, as they are stored. */
  readonly cases: string;
  /** Names of plaintiffs, as they are compared. */
  readonly plaintiffs: string;
}

const Traces = z.object({
  batches: z.number(),
  objects: z.number(),
  judgments: z.number(),
  plaintiffs: z.number(),
});
/** How much of proofs there is in the system. */
export type Traces = z.infer<typeof Traces>;

const Counted = z.object({ rows: z.number() });
const Names = z.array(z.object({ name: z.string() }));
const Default = z.object({ value: z.string().nullable() });
const Judgment = z.object({
  case_number: z.string(),
  plaintiff_id: z.string().nullable(),
  amount: z.string(),
});
/** A judgment as it is stored. The public views leave proofs out: they are counted nowhere. */
export type StoredJudgment = z.infer<typeof Judgment>;

/** The questions, and the one deletion. All throw what Postgres says. */
export class ProofGateway {
  constructor(private readonly sql: Sql) {}

  /** The server's version, from the server. */
  async version(): Promise<string> {
    const rows = await this.sql`select current_setting('server_version') as name`;
    return Names.parse([...rows])[0]?.name ?? "";
  }

  /** Names of a relation's columns, in their order; none when it is not there. */
  async columnsOf(schema: string, relation: string): Promise<string[]> {
    const rows = await this.sql`
      select a.attname as name
        from pg_catalog.pg_attribute a
       where a.attrelid = to_regclass(format('%I.%I', ${schema}::text, ${relation}::text))
         and a.attnum > 0
         and not a.attisdropped
       order by a.attnum`;
    return Names.parse([...rows]).map(({ name }) => name);
  }

  /** A column's default as it is written in the catalogue; null for none. */
  async defaultOf(schema: string, relation: string, column: string): Promise<string | null> {
    const rows = await this.sql`
      select c.column_default as value
        from information_schema.columns c
       where c.table_schema = ${schema} and c.table_name = ${relation} and c.column_name = ${column}`;
    return z.array(Default).parse([...rows])[0]?.value ?? null;
  }

  /** Rows of a view, counted as far as `most`: a view of millions is not read to its end. */
  async countUpTo(schema: string, view: string, most: number): Promise<number> {
    const rows = await this.sql`
      select count(*)::int as rows from (select from ${this.sql(schema)}.${
      this.sql(view)
    } limit ${most}) seen`;
    return z.array(Counted).parse([...rows])[0]?.rows ?? 0;
  }

  /** Judgments that a batch has inserted and that are still there. */
  async judgmentsOf(batch: string): Promise<number> {
    const rows = await this.sql`
      select count(*)::int as rows from public.judgments j where j.batch_id = ${batch}`;
    return z.array(Counted).parse([...rows])[0]?.rows ?? 0;
  }

  /** A batch's judgments, in the order they were inserted. */
  async storedOf(batch: string): Promise<StoredJudgment[]> {
    const rows = await this.sql`
      select j.case_number, j.plaintiff_id, j.amount::text as amount
        from public.judgments j
       where j.batch_id = ${batch}
       order by j.id`;
    return z.array(Judgment).parse([...rows]);
  }

  /** Batches of these very bytes. */
  async batchesOfHash(hash: string): Promise<number> {
    const rows = await this.sql`
      select count(*)::int as rows from intake.simplicity_batches b where b.file_hash = ${hash}`;
    return z.array(Counted).parse([...rows])[0]?.rows ?? 0;
  }

  /** Inserted rows of a batch as its metrics view tells them; null when it tells nothing of it. */
  async metricsOf(batch: string): Promise<number | null> {
    const rows = await this.sql`
      select m.row_count_inserted as rows from intake.view_batch_metrics m where m.batch_id = ${batch}`;
    return z.array(Counted).parse([...rows])[0]?.rows ?? null;
  }

  /** What there is of proofs. */
  async traces({ files, cases, plaintiffs }: ProofNames): Promise<Traces> {
    const rows = await this.sql`
      select (select count(*)::int
                from intake.simplicity_batches b
               where starts_with(b.filename, ${files})) as batches,
             (select count(*)::int
                from storage.objects o
               where o.bucket_id = 'intake' and position('/' || ${files}::text in o.name) > 0) as objects,
             (select count(*)::int
                from public.judgments j
               where j.case_number >= ${cases} and j.case_number < ${pastEvery(cases)}) as judgments,
             (select count(*)::int
                from public.plaintiffs p
               where starts_with(p.name_normalized, ${plaintiffs})) as plaintiffs`;
    return Traces.parse(rows[0]);
  }

  /** Judgments whose case numbers begin so. @returns how many. */
  async dropJudgments(cases: string): Promise<number> {
    const { count } = await this.sql`
      delete from public.judgments j where j.case_number >= ${cases} and j.case_number < ${pastEvery(cases)}`;
    return count;
  }

  /** Plaintiffs of proofs whose judgments are gone. @returns how many. */
  async dropPlaintiffs({ cases, plaintiffs }: ProofNames): Promise<number> {
    const { count } = await this.sql`
      delete from public.plaintiffs p
       where starts_with(p.name_normalized, ${plaintiffs})
         and not exists (
           select
             from public.judgments j
            where j.case_number >= ${cases} and j.case_number < ${
      pastEvery(cases)
    } and j.plaintiff_id = p.id)`;
    return count;
  }
}

/** The first text behind all that begin so, byte by byte: what lets the unique index find them. */
function pastEvery(beginning: string): string {
  return beginning.slice(0, -1) + String.fromCharCode(beginning.charCodeAt(beginning.length - 1) + 1);
}
