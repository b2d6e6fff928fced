/**
 * What a file will become, said before it is sent: the worker's own reader and row rules, in one pass after the other over
 * a file at hand. Decides by a source's settings as `intake.refusal` and `intake.needs_approval` do. What only the
 * database can know (which case numbers it has, whether the bytes are known) is left out. Pure: the clock and the hash
 * are arguments.
 */
import {
  type Dialect,
  FileScanner,
  type RecordBatch,
  RowReader,
  type Scan,
  sniffUnsupported,
} from "../csv/mod.ts";
import { compileRowChecker, type Field, latestDateAnywhere } from "../judgments/mod.ts";
import { budgetReason } from "./budget.ts";
import { knownColumns } from "./known_columns.ts";
import { type Layout, planFile, planUnsupported, type StagingPlan, storedHeaderMap } from "./plan.ts";
import { buildReject, type Reject } from "./reject.ts";
import type { RejectionCode } from "./rejection_codes.ts";
import type { SourceRules } from "./source_rules.ts";
import { Tally } from "./tally.ts";

/** SHA-256 on its way. */
export interface Hash {
  update(chunk: Uint8Array): void;
  /** 64 hex digits; it is over then. */
  digest(): string;
}

/** How a file is to be looked at. */
export interface ForecastOptions {
  readonly rules: SourceRules;
  readonly now: Date;
  readonly hash: Hash;
  /** Told now and then: the share of the work that is done, 0 to 1. */
  readonly progress?: (share: number) => void;
  /** Rejects to keep one by one; the others are only counted. 1,000 if not given. */
  readonly keepRejects?: number;
}

/** How the batch will end, as far as the file decides it. */
export interface Verdict {
  readonly status: "completed" | "awaiting_approval" | "failed";
  /** As it will stand in `rejection_reason`. */
  readonly reason: string | null;
  readonly code: RejectionCode | null;
}

/** A row code and how many rows it rejects. */
export interface CodeCount {
  readonly code: string;
  readonly count: number;
}

/** What a file will become. */
export interface Forecast {
  readonly file_hash: string;
  readonly file_size_bytes: number;
  readonly dialect: Dialect | null;
  readonly header: readonly string[];
  /** Whether it has one: without one, `header` is what its source says of the columns, or empty. */
  readonly has_header: boolean;
  /** The field each column is read as, null for none. Also of a file whose columns are not understood. */
  readonly fields: readonly (Field | null)[];
  /** The first rows as read, whatever is wrong with them; also of a file whose columns are not understood. */
  readonly first_rows: readonly (readonly string[])[];
  readonly ignored_columns: readonly string[];
  readonly notes: readonly string[];
  readonly total: number;
  readonly valid: number;
  readonly invalid: number;
  readonly unread: number;
  readonly first_unread_line: number | null;
  /** Valid rows whose case number stands further up in the file; null when there are too many to remember. */
  readonly repeated: number | null;
  /** The most frequent first. */
  readonly codes: readonly CodeCount[];
  /** The first ones, in file order. */
  readonly rejects: readonly Reject[];
  readonly error_threshold_percent: number;
  readonly verdict: Verdict;
}

/** Bytes read at once. */
const CHUNK_BYTES = 4_194_304;
/** Rows that are shown of a file, and the bytes that are read for them: enough to tell what a column holds. */
const FIRST_ROWS = 40;
const FIRST_BYTES = 262_144;
/** Rejects kept one by one: far more than anybody reads on one page. */
const KEEP_REJECTS = 1_000;
/** Case numbers remembered to find repetitions: some 150 MB of them. */
const MOST_NUMBERS = 2_000_000;
/** Unread lines that are never too many. */
const FEW_UNREAD = 10;
/** The share of the work that the first pass is, as measured on a million rows. */
const SCAN_SHARE = 0.3;

/**
 * Reads a whole file twice, a chunk at a time, and says what it will become.
 *
 * @throws what reading the file throws; what is wrong with its content is in the verdict.
 */
export async function forecast(file: Blob, options: ForecastOptions): Promise<Forecast> {
  const { plan, scan } = await planOf(file, options);
  const rows = plan.problem === null ? await readRows(file, plan, options) : NO_ROWS_READ;
  const { tally, rejects, repeated } = rows;
  const { valid, invalid, code_counts } = tally.result();
  const codes = Object.entries(code_counts).map(([code, count]) => ({ code, count }));
  const counts = { total: valid + invalid, invalid, codes };
  return {
    file_hash: plan.file_hash,
    file_size_bytes: plan.file_size_bytes,
    dialect: plan.dialect,
    header: plan.layout?.header ?? [],
    has_header: plan.layout !== null && scan?.problem === null,
    fields: plan.layout?.fields ?? Array<null>(scan?.headerWidth ?? 0).fill(null),
    first_rows: scan === null ? [] : await firstRows(file, scan, options.rules),
    ignored_columns: plan.ignored_columns,
    notes: plan.notes,
    ...counts,
    valid,
    unread: plan.unread_lines,
    first_unread_line: plan.first_unread_line,
    repeated,
    codes: codes.sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1)),
    rejects,
    error_threshold_percent: options.rules.error_threshold_percent,
    verdict: verdictOn(plan, counts, options.rules),
  };
}

interface Planned {
  readonly plan: StagingPlan;
  /** Null of what is no text. */
  readonly scan: Scan | null;
}

async function planOf(file: Blob, { rules, hash, progress }: ForecastOptions): Promise<Planned> {
  const scanner = new FileScanner({
    dialect: rules.dialect,
    names: knownColumns("drop", rules.header_map),
    columns: rules.columns?.length,
  });
  let type: string | null = null;
  for await (const [at, chunk] of chunksOf(file, 0, file.size)) {
    hash.update(chunk);
    if (at === 0) type = sniffUnsupported(chunk);
    if (type === null) scanner.push(chunk);
    progress?.(SCAN_SHARE * (at + chunk.length) / file.size);
  }
  const facts = { hash: hash.digest(), bytes: file.size };
  if (type !== null) return { plan: planUnsupported(facts, type), scan: null };
  const scan = scanner.finish();
  return { plan: planFile(facts, scan, rules.header_map, "drop", rules.columns), scan };
}

/** The rows at the beginning of the first slice, by which a person recognises columns. */
async function firstRows(file: Blob, scan: Scan, rules: SourceRules): Promise<string[][]> {
  const [slice] = scan.slices;
  if (slice === undefined) return [];
  const { dialect, headerWidth, headerCells } = scan;
  const names = knownColumns("drop", rules.header_map);
  const reader = new RowReader({ dialect, headerWidth, headerCells, names, ...slice });
  const end = Math.min(slice.endByte, slice.firstByte + FIRST_BYTES);
  const bytes = new Uint8Array(await file.slice(slice.firstByte, end).arrayBuffer());
  const rows = [...reader.push(bytes), ...reader.finish()].flatMap((batch) => batch.rows);
  const whole = end === slice.endByte ? rows : rows.slice(0, -1); // the last one may be cut
  return whole.slice(0, FIRST_ROWS).map((cells) => [...cells]);
}

interface RowsRead {
  readonly tally: Tally;
  readonly rejects: readonly Reject[];
  readonly repeated: number | null;
}

const NO_ROWS_READ: RowsRead = { tally: new Tally(), rejects: [], repeated: 0 };

async function readRows(file: Blob, plan: StagingPlan, options: ForecastOptions): Promise<RowsRead> {
  const { layout, dialect } = plan;
  if (layout === null || dialect === null) throw new Error("Cannot read rows: the plan has no layout");
  const pass = new Pass(layout, latestDateAnywhere(options.now), options.keepRejects ?? KEEP_REJECTS);
  for (const slice of plan.slices) {
    const reader = new RowReader({
      dialect,
      headerWidth: layout.header_width,
      headerCells: layout.header_cells,
      names: knownColumns("drop"),
      firstByte: slice.first_byte,
      firstRow: slice.first_row,
      firstLine: slice.first_line,
      rows: slice.row_count,
    });
    for await (const [at, chunk] of chunksOf(file, slice.first_byte, slice.end_byte)) {
      for (const batch of reader.read(chunk)) pass.check(batch);
      options.progress?.(SCAN_SHARE + (1 - SCAN_SHARE) * (at + chunk.length) / file.size);
    }
    for (const batch of reader.rest()) pass.check(batch);
  }
  return pass;
}

/** The rows of a file, one after the other. */
class Pass implements RowsRead {
  readonly tally = new Tally();
  readonly rejects: Reject[] = [];
  readonly #checker: ReturnType<typeof compileRowChecker>;
  #numbers: Set<string> | null = new Set();
  #repeated = 0;

  constructor(private readonly layout: Layout, latestDate: string, private readonly keep: number) {
    this.#checker = compileRowChecker({ header: storedHeaderMap(layout), latestDate });
  }

  get repeated(): number | null {
    return this.#numbers === null ? null : this.#repeated;
  }

  check(batch: RecordBatch): void {
    for (const [at, cells] of batch.rows.entries()) {
      const problem = batch.problems.get(at);
      const values = problem === undefined ? this.#checker.check(cells) : null;
      if (values === null) this.#reject(batch, at, cells);
      else this.#take(values[0] ?? "");
    }
  }

  #take(number: string): void {
    this.tally.countValid();
    if (this.#numbers === null) return;
    if (this.#numbers.has(number)) this.#repeated += 1;
    else if (this.#numbers.size < MOST_NUMBERS) this.#numbers.add(number);
    else this.#numbers = null;
  }

  #reject(batch: RecordBatch, at: number, cells: readonly string[]): void {
    const problem = batch.problems.get(at);
    if (this.rejects.length >= this.keep) {
      return this.tally.countInvalid(
        problem?.code ?? this.#checker.firstCode(cells) ?? "VALIDATION_ERROR",
      );
    }
    const issues = problem === undefined
      ? this.#checker.explain(cells).issues
      : [{ ...problem, field: null, rawValue: problem.rawLine }];
    const reject = buildReject(
      { rowIndex: batch.firstRow + at, lineNumber: batch.lineOf(at), byteOffset: batch.byteOffsetOf(at) },
      problem === undefined ? "validate" : "parse",
      issues,
      { columns: this.layout.columns, cells, rawLine: batch.rawLineOf(at) },
    );
    this.rejects.push(reject);
    this.tally.countInvalid(reject.error_code);
  }
}

async function* chunksOf(
  file: Blob,
  from: number,
  to: number,
): AsyncGenerator<readonly [at: number, chunk: Uint8Array]> {
  for (let at = from; at < to; at += CHUNK_BYTES) {
    yield [at, new Uint8Array(await file.slice(at, Math.min(to, at + CHUNK_BYTES)).arrayBuffer())];
  }
}

interface Counts {
  readonly total: number;
  readonly invalid: number;
  readonly codes: readonly CodeCount[];
}

/** In the order of `intake.refusal`. */
function verdictOn(plan: StagingPlan, { total, invalid, codes }: Counts, rules: SourceRules): Verdict {
  if (plan.problem !== null) return refused(plan.problem_code, plan.problem);
  const budget = rules.error_threshold_percent;
  const unread = unreadReason(plan, total, budget);
  if (unread !== null) return refused("SECOND_TABLE", unread);
  if (total === 0) return refused("EMPTY_FILE", "Empty file: a header and no rows");
  const over = budgetReason(invalid, total, budget) ??
    codes.flatMap(({ code, count }) => {
      const own = rules.code_budgets[code];
      return own === undefined ? [] : budgetReason(count, total, own, code) ?? [];
    }).sort()[0] ?? null;
  if (over !== null) return refused("ERROR_BUDGET_EXCEEDED", over);
  const waits = rules.requires_approval && 100 * invalid > (rules.warn_percent ?? 0) * total;
  return { status: waits ? "awaiting_approval" : "completed", reason: null, code: null };
}

function refused(code: RejectionCode | null, reason: string): Verdict {
  return { status: "failed", reason, code };
}

function unreadReason(plan: StagingPlan, total: number, budget: number): string | null {
  const { unread_lines: unread, first_unread_line: line } = plan;
  const lines = total + unread;
  if (unread <= FEW_UNREAD || 100 * unread <= budget * lines) return null;
  return `Second table: ${unread} of ${lines} lines were not read, from line ${line}`;
}
