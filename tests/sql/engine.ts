/**
 * Drives a batch through the engine's SQL functions as a worker does, as `service_role`, with made-up files: a file
 * here is the list of its rows, and "reading" it is free. What the functions are called with is the worker's to keep.
 */
import { BlockWriter } from "../../shared/intake/block.ts";
import type { Reject } from "../../shared/intake/reject.ts";
import { type Field, FIELDS } from "../../shared/judgments/mod.ts";
import type { Sql, TestDatabase } from "../support/database.ts";
import { until } from "../support/until.ts";

/** A row of a made-up file: a judgment, or a code it is rejected with. */
export type Row = Judgment | { reject: string };
export interface Judgment {
  case: string;
  plaintiff?: string;
  defendant?: string;
  amount?: string;
  date?: string;
  court?: string;
  /** Values of other fields. */
  more?: Partial<Record<Field, string>>;
  /** In a replay: the row of the original it repairs, from 1. */
  repairs?: number;
}

/** A made-up file: its rows, and how many of them lie in each slice (default: all in one). */
export interface File {
  rows: readonly Row[];
  slices?: readonly number[];
  problem?: string;
  /** The problem's code; PARSE_ERROR if not given. */
  code?: string;
  notes?: readonly string[];
  /** Lines that belong to no row, and where they begin. */
  unread?: { readonly lines: number; readonly from: number };
  /** Warnings each slice reports. */
  warnings?: Readonly<Record<string, number>>;
}

export interface Unit {
  job_id: string;
  kind: "stage" | "slice" | "settle";
  token: string;
  beat_seconds: number;
  size_scale: number;
  wake_more: boolean;
  batch: {
    id: string;
    attempt: number;
    status: string;
    priority: number;
    replay_of: string | null;
    dialect: unknown;
    scan: unknown;
  };
  slice: null | { no: number; first_row: number; row_count: number; keep_rejects: number };
}

export interface Outcome {
  outcome: string;
  reason?: string;
}

/** `count` judgments with case numbers `<prefix>-0`, `<prefix>-1`, …, of which `bad` more rows are rejects. */
export function rowsOf(prefix: string, count: number, bad = 0): Row[] {
  const good: Row[] = Array.from({ length: count }, (_, index) => ({ case: `${prefix}-${index}` }));
  return [...good, ...Array.from({ length: bad }, () => ({ reject: "INVALID_AMOUNT" }))];
}

export interface Stored {
  path: string;
  version: string;
}

/**
 * Puts an object into the bucket the way Storage does: one row of `storage.objects`, as Storage's own login.
 * @returns its path and version.
 */
export async function store(
  db: TestDatabase,
  object: { path?: string; version?: string; size?: number; type?: string | null; bucket?: string } = {},
): Promise<Stored> {
  const { path = `simplicity/${crypto.randomUUID()}.csv`, version = crypto.randomUUID() } = object;
  const metadata = object.type === null
    ? null
    : { size: object.size ?? 100, mimetype: object.type ?? "text/csv", eTag: '"sample"' };
  const storage = db.connect("supabase_storage_admin");
  await storage`
    insert into storage.objects (bucket_id, name, version, metadata)
    values (${object.bucket ?? "intake"}, ${path}, ${version}, ${
    metadata === null ? null : storage.json(metadata)
  })
    on conflict (bucket_id, name) do update set version = excluded.version, metadata = excluded.metadata`;
  await storage.end(); // a test that lives long stores hundreds
  return { path, version };
}

/** Drops a file into the bucket. @returns the id of the batch the trigger made of it. */
export async function drop(db: TestDatabase, object: Parameters<typeof store>[1] = {}): Promise<string> {
  const { path, version } = await store(db, object);
  const [batch] = await db.sql`
    select id from intake.simplicity_batches where storage_path = ${path} and storage_version = ${version}`;
  if (batch === undefined) throw new Error(`Cannot find the batch of ${path}: the trigger made none`);
  return batch.id;
}

/** The connection the engine's functions are called over. */
export function engine(db: TestDatabase): Sql {
  return db.as("service_role");
}

/** Asks for work. @returns null when there is none. */
export async function claim(db: TestDatabase, worker = "worker-1"): Promise<Unit | null> {
  const [row] = await engine(db)`select ops.claim('{ingest}', ${worker}) as unit`;
  return row?.unit ?? null;
}

/** Asks for work that must be there. */
export async function mustClaim(db: TestDatabase, kind: Unit["kind"], worker = "worker-1"): Promise<Unit> {
  const unit = await claim(db, worker);
  if (unit?.kind !== kind) throw new Error(`Cannot go on: claimed ${unit?.kind ?? "nothing"}, not a ${kind}`);
  return unit;
}

/** What the staging pass finds out about a file. Equal rows give equal hashes. */
export async function planOf(file: File) {
  const sizes = file.slices ?? [file.rows.length];
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(file.rows)));
  let first = 0;
  const slices = sizes.map((row_count, no) => {
    const slice = {
      no,
      first_byte: first * 100,
      end_byte: (first + row_count) * 100,
      first_row: first,
      row_count,
    };
    first += row_count;
    return { ...slice, first_line: slice.first_row + 2 };
  });
  return {
    file_hash: Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join(""),
    file_size_bytes: file.rows.length * 100,
    dialect: {
      encoding: "utf-8",
      bom: false,
      delimiter: ",",
      quote: '"',
      escape: '"',
      newline: "\n",
      header_line: 1,
      preamble_lines: 0,
    },
    layout: { width: 5 },
    ignored_columns: ["Colour"],
    notes: file.notes ?? [],
    unread_lines: file.unread?.lines ?? 0,
    first_unread_line: file.unread?.from ?? null,
    problem: file.problem ?? null,
    problem_code: file.problem === undefined ? null : file.code ?? "PARSE_ERROR",
    slices: file.rows.length === 0 ? [] : slices,
  };
}

/** Reports the end of the staging pass. */
export async function finishStaging(db: TestDatabase, unit: Unit, file: File): Promise<Outcome> {
  const sql = engine(db);
  const plan = sql.json(await planOf(file));
  const [row] = await sql`select intake.finish_staging(${unit.batch.id}, ${unit.token}, ${plan}) as outcome`;
  return row?.outcome;
}

function sliceOf(unit: Unit): NonNullable<Unit["slice"]> {
  if (unit.slice === null) throw new Error(`Cannot work on a slice: the unit is a ${unit.kind}`);
  return unit.slice;
}

/** Rows of the unit's slice with their place in the file. */
export function rowsIn(unit: Unit, file: File): [index: number, row: Row][] {
  const { first_row, row_count } = sliceOf(unit);
  return file.rows.slice(first_row, first_row + row_count).map((row, index) => [first_row + index, row]);
}

/** Sends rows of the unit's slice as one block. */
export async function sendBlock(
  db: TestDatabase,
  unit: Unit,
  rows: readonly (readonly [number, Row])[],
): Promise<void> {
  const writer = new BlockWriter({
    batchId: unit.batch.id,
    sliceNo: sliceOf(unit).no,
    token: unit.token,
    attempt: unit.batch.attempt,
  });
  for (const [index, row] of rows) {
    if ("reject" in row) writer.addReject(rejectOf(index, row.reject));
    else writer.addRow(index, valuesOf(row), row.repairs?.toString());
  }
  await engine(db)`select intake.stage_block(${writer.take()})`;
}

function valuesOf(row: Judgment): string[] {
  const values: Partial<Record<Field, string>> = {
    case_number: row.case,
    plaintiff_name: row.plaintiff ?? "Acme",
    defendant_name: row.defendant ?? "Doe",
    amount: row.amount ?? "100.00",
    judgment_date: row.date ?? "2024-01-31",
    court: row.court ?? "",
    ...row.more,
  };
  return FIELDS.map((field) => values[field] ?? "");
}

function rejectOf(index: number, code: string): Reject {
  return {
    row_index: index,
    line_number: index + 2,
    byte_offset: index * 100,
    error_code: code,
    error_message: `row ${index + 1} is bad`,
    error_stage: "validate",
    field: "amount",
    raw_value: "x",
    raw_line: "a,b,x",
    raw_data: { Amount: "x" },
    issues: [{ code, field: "amount", raw_value: "x", message: `row ${index + 1} is bad` }],
  };
}

/** Reports the end of the unit's slice. @returns whether it was the batch's last one. */
export async function finishSlice(db: TestDatabase, unit: Unit, file: File): Promise<{ last: boolean }> {
  const sql = engine(db);
  const counts: Record<string, number> = {};
  const rows = rowsIn(unit, file);
  for (const [, row] of rows) if ("reject" in row) counts[row.reject] = (counts[row.reject] ?? 0) + 1;
  const invalid = rows.filter(([, row]) => "reject" in row).length;
  const warnings = file.warnings ?? {};
  const result = { valid: rows.length - invalid, invalid, code_counts: counts, warning_counts: warnings };
  const [row] = await sql`
    select intake.finish_slice(${unit.batch.id}, ${sliceOf(unit).no}, ${unit.token}, ${
    sql.json(result)
  }) as done`;
  return row?.done;
}

/** Does a whole slice. */
export async function doSlice(db: TestDatabase, unit: Unit, file: File): Promise<{ last: boolean }> {
  await sendBlock(db, unit, rowsIn(unit, file));
  return await finishSlice(db, unit, file);
}

/** Decides, and inserts when that is what the decision says. */
export async function settle(db: TestDatabase, unit: Unit): Promise<Outcome> {
  const sql = engine(db);
  const [decided] = await sql`select intake.decide(${unit.batch.id}, ${unit.token}) as outcome`;
  if (decided?.outcome.outcome !== "insert") {
    await sql`select intake.clear_staged(${unit.batch.id})`;
    return decided?.outcome;
  }
  return await insert(db, unit);
}

/** Inserts, and clears the staged rows afterwards. */
export async function insert(db: TestDatabase, unit: Unit): Promise<Outcome> {
  const sql = engine(db);
  const [row] = await sql`select intake.insert_batch(${unit.batch.id}, ${unit.token}) as outcome`;
  await sql`select intake.clear_staged(${unit.batch.id})`;
  return row?.outcome;
}

/** Does one unit of work, whatever it is. */
export async function doUnit(db: TestDatabase, unit: Unit, file: File): Promise<void> {
  if (unit.kind === "stage") await finishStaging(db, unit, file);
  else if (unit.kind === "slice") await doSlice(db, unit, file);
  else await settle(db, unit);
}

/** Works until nothing is left to claim; every batch has this file. */
export async function workOff(db: TestDatabase, file: File): Promise<void> {
  for (let unit = await claim(db); unit !== null; unit = await claim(db)) await doUnit(db, unit, file);
}

/** Drops a file and works it off. @returns the id of its batch. */
export async function ingest(db: TestDatabase, file: File): Promise<string> {
  const id = await drop(db);
  await workOff(db, file);
  return id;
}

/** Drops a file and works until its batch is in `state`, holding nothing. @returns the id of the batch. */
export async function bringTo(db: TestDatabase, state: string, file: File): Promise<string> {
  const id = await drop(db);
  for (let step = 0; (await batchOf(db, id)).status !== state; step++) {
    const unit = await claim(db);
    if (unit === null || step > 100) throw new Error(`Cannot bring a batch to ${state}: it got stuck`);
    if (state === "staging") return id;
    if (unit.kind === "settle" && state === "inserting") {
      await engine(db)`select intake.decide(${id}, ${unit.token})`;
    } else await doUnit(db, unit, file);
  }
  return id;
}

/** The whole row of a batch. */
export async function batchOf(db: TestDatabase, id: string) {
  const [row] = await db.sql`select * from intake.simplicity_batches where id = ${id}`;
  if (row === undefined) throw new Error(`Cannot find batch ${id}`);
  return row;
}

/** The ingest job of a batch. */
export async function jobOf(db: TestDatabase, id: string) {
  const [row] = await db.sql`select * from ops.job_queue where batch_id = ${id} and job_type = 'ingest'`;
  if (row === undefined) throw new Error(`Cannot find the job of batch ${id}`);
  return row;
}

/** The counts of a batch, in the order total, valid, invalid, inserted, duplicate. */
export async function countsOf(db: TestDatabase, id: string): Promise<number[]> {
  const batch = await batchOf(db, id);
  return [
    batch.row_count_total,
    batch.row_count_valid,
    batch.row_count_invalid,
    batch.row_count_inserted,
    batch.row_count_duplicate,
  ];
}

/** Makes time pass for every lease and every wait in the database. */
export async function letTimePass(db: TestDatabase, seconds: number): Promise<void> {
  const by = `${seconds} seconds`;
  await db.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`; // the clock is moved, nothing is hand-set
    await sql`update ops.job_queue set lease_expires_at = lease_expires_at - ${by}::interval,
      next_run_at = next_run_at - ${by}::interval, locked_at = locked_at - ${by}::interval`;
    await sql`update intake.batch_slices set lease_expires_at = lease_expires_at - ${by}::interval,
      locked_at = locked_at - ${by}::interval, not_before = not_before - ${by}::interval`;
  });
}

/** Whoever holds something falls silent for good: every lease runs out and is taken away, and no back-off is left. */
export async function loseAll(db: TestDatabase): Promise<void> {
  await letTimePass(db, 61);
  await engine(db)`select ops.reap_leases()`;
  await letTimePass(db, 4000);
}

/** A worker's word that its unit failed. @returns whether it will be tried again. */
export async function failUnit(
  db: TestDatabase,
  unit: Unit,
  error = "storage answered 500",
): Promise<boolean> {
  const [row] = await engine(db)`
    select ops.fail(${unit.job_id}, ${unit.slice?.no ?? null}, ${unit.token}, ${error}) as again`;
  return row?.again;
}

/** Extends the lease of a unit. @returns whether it still held. */
export async function beatUnit(db: TestDatabase, unit: Unit): Promise<boolean> {
  const [row] = await engine(db)`
    select ops.beat(${unit.job_id}, ${unit.slice?.no ?? null}, ${unit.token}) as held`;
  return row?.held;
}

/** Works off every undo that was asked for. */
export async function undoAll(db: TestDatabase): Promise<void> {
  await until("the end of every undo", async () => {
    const [row] = await engine(db)`select ops.claim('{undo}', 'worker-1') as unit`;
    if (row?.unit == null) return true;
    await until("the end of an undo", async () => {
      const [step] = await engine(db)`
        select intake.undo_step(${row.unit.job_id}, ${row.unit.token}) ->> 'outcome' as outcome`;
      return step?.outcome !== "more";
    });
    return false;
  });
}

/** @returns what went wrong, as `<sqlstate> <message>`; null when nothing did. */
export async function errorOf(action: Promise<unknown>): Promise<string | null> {
  try {
    await action;
    return null;
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    return `${error.code} ${error.message}`;
  }
}
