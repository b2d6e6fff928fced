/** A file through scan, plan, row reader and row rules, as the worker would read it, without a stack. */
import { FileScanner, RowReader, sniffUnsupported } from "../../shared/csv/mod.ts";
import { knownColumns } from "../../shared/intake/known_columns.ts";
import { planFile, planUnsupported, type StagingPlan, storedHeaderMap } from "../../shared/intake/plan.ts";
import type { RejectionCode } from "../../shared/intake/rejection_codes.ts";
import { compileRowChecker, FIELDS } from "../../shared/judgments/mod.ts";

/** What becomes of a file, as a batch would tell it. */
export interface Outcome {
  readonly plan: StagingPlan;
  readonly status: "completed" | "failed";
  /** As a batch's reason begins; null for a completed one. */
  readonly reason: string | null;
  /** The code of that reason; programs go by it. */
  readonly reasonCode: RejectionCode | null;
  readonly total: number;
  readonly invalid: number;
  /** First codes by row number. */
  readonly codes: Readonly<Record<string, string>>;
  /** Messages of the rejects, by row number. */
  readonly messages: Readonly<Record<string, string>>;
  /** Values of good rows by field, "" left out; of rows with one case number the first. */
  readonly values: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Good rows whose case number stood further up. */
  readonly duplicates: number;
  /** Cells that were emptied. */
  readonly placeholders: number;
}

/** How a file is read in process. */
export interface ReadingOptions {
  /** The latest day a date may name. */
  readonly latestDate: string;
  /** A source's fields in order, for files without a header. */
  readonly columns?: readonly (string | null)[] | null;
  readonly sliceBytes?: number;
}

const THRESHOLD_PERCENT = 10;
const MOST_UNREAD = 10;
const CHUNK = 65_536;

/** Reads a whole file and says what becomes of it under the usual budget. */
export function readInProcess(bytes: Uint8Array, options: ReadingOptions): Outcome {
  const plan = planOf(bytes, options);
  const rows = plan.problem === null ? readRows(bytes, plan, options.latestDate) : NOTHING;
  const refused = refusal(plan, rows);
  const reason = plan.problem ?? refused?.reason ?? null;
  const reasonCode = plan.problem_code ?? refused?.code ?? null;
  return { plan, status: reason === null ? "completed" : "failed", reason, reasonCode, ...rows };
}

function planOf(bytes: Uint8Array, { columns = null, sliceBytes }: ReadingOptions): StagingPlan {
  const facts = { hash: "", bytes: bytes.length };
  const type = sniffUnsupported(bytes);
  if (type !== null) return planUnsupported(facts, type);
  const scanner = new FileScanner({
    names: knownColumns("drop"),
    columns: columns?.length,
    sliceBytes,
  });
  for (let at = 0; at < bytes.length; at += CHUNK) scanner.push(bytes.subarray(at, at + CHUNK));
  return planFile(facts, scanner.finish(), {}, "drop", columns);
}

type Rows = Pick<
  Outcome,
  "total" | "invalid" | "codes" | "messages" | "values" | "duplicates" | "placeholders"
>;

const NOTHING: Rows = {
  total: 0,
  invalid: 0,
  codes: {},
  messages: {},
  values: new Map(),
  duplicates: 0,
  placeholders: 0,
};

function readRows(bytes: Uint8Array, plan: StagingPlan, latestDate: string): Rows {
  const { layout, dialect } = plan;
  if (layout === null || dialect === null) throw new Error("Cannot read rows: the plan has no layout");
  const checker = compileRowChecker({ header: storedHeaderMap(layout), latestDate });
  const codes: Record<string, string> = {};
  const messages: Record<string, string> = {};
  const values = new Map<string, Record<string, string>>();
  let [total, duplicates, placeholders] = [0, 0, 0];
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
    const batches = [...reader.push(bytes.subarray(slice.first_byte, slice.end_byte)), ...reader.finish()];
    for (const batch of batches) {
      for (const [at, cells] of batch.rows.entries()) {
        total++;
        placeholders += checker.placeholders(cells);
        const problem = batch.problems.get(at);
        const checked = problem === undefined ? checker.check(cells) : null;
        const number = String(batch.firstRow + at + 1);
        if (checked === null) {
          codes[number] = problem?.code ?? checker.firstCode(cells) ?? "";
          messages[number] = problem?.message ?? checker.explain(cells).issues[0]?.message ?? "";
        } else if (values.has(checked[0] ?? "")) duplicates++;
        else values.set(checked[0] ?? "", named(checked));
      }
    }
  }
  return { total, invalid: Object.keys(codes).length, codes, messages, values, duplicates, placeholders };
}

function named(checked: readonly string[]): Record<string, string> {
  return Object.fromEntries(FIELDS.map((field, at) => [field, checked[at] ?? ""]).filter(([, text]) => text));
}

interface Refusal {
  readonly reason: string;
  readonly code: RejectionCode;
}

function refusal({ unread_lines, first_unread_line }: StagingPlan, { total, invalid }: Rows): Refusal | null {
  if (100 * invalid > THRESHOLD_PERCENT * total) {
    return { reason: "Error budget exceeded: ", code: "ERROR_BUDGET_EXCEEDED" };
  }
  const lines = total + unread_lines;
  const isOver = unread_lines > MOST_UNREAD && 100 * unread_lines > THRESHOLD_PERCENT * lines;
  if (!isOver) return null;
  return {
    reason: `Second table: ${unread_lines} of ${lines} lines were not read, from line ${first_unread_line}`,
    code: "SECOND_TABLE",
  };
}
