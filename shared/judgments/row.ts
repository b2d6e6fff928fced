/**
 * The check every row passes: one compiled schema from cells to normalised values. It owns how the
 * fields' rules come together; the rules themselves stand beside it, one file each.
 */
import { z } from "zod";
import { readAmount } from "./amount.ts";
import { readCaseNumber } from "./case_number.ts";
import type { RowCode } from "./codes.ts";
import { dateReader } from "./dates.ts";
import { type Field, FIELDS, LENGTH_LIMITS } from "./fields.ts";
import type { HeaderMap } from "./header.ts";
import { describeIssue, type RowIssue } from "./issues.ts";
import { trimInvisible } from "./invisible.ts";
import { holdsPlaceholder } from "./placeholder.ts";
import type { Refusal, ValueReader } from "./refusal.ts";
import { presentText, textReader } from "./text.ts";
import { emailWarning, phoneWarning, type RowWarning } from "./warnings.ts";

/** What a checker needs to know about a file. */
export interface RowCheckerOptions {
  readonly header: Pick<HeaderMap, "columns" | "filingDateAsJudgmentDate">;
  /** The latest day a date may name, YYYY-MM-DD: see latestDateAnywhere(). */
  readonly latestDate: string;
  /** Off only to compare both ways; results are the same, the plain way is several times slower. */
  readonly compile?: boolean;
}

/** Checks the rows of one file. Holds scratch space: one row at a time, not shared between threads. */
export interface RowChecker {
  /** Normalised values in the order of FIELDS, "" for absent; null when the row has problems. */
  check(cells: readonly string[]): string[] | null;
  /** The row's first problem, or null: what is counted when no words are needed. Costs what check() costs. */
  firstCode(cells: readonly string[]): RowCode | null;
  /** All problems of a row, at most one a field, in the order of FIELDS. */
  explain(cells: readonly string[]): { issues: RowIssue[] };
  /** What looks wrong in a good row and is kept as written. */
  warnings(cells: readonly string[]): RowWarning[];
  /** Cells of a row, good or bad, that hold a placeholder and were read as empty. */
  placeholders(cells: readonly string[]): number;
  /** Whether two cells are one value of a field, however they are written ("1,234.5" and "$1234.50"). */
  isSameValue(field: Field, a: string, b: string): boolean;
  /** Whether the fast, compiled schema is at work. */
  readonly compiled: boolean;
  /** Why it is not, for the log; null when it is. */
  readonly notCompiledReason: string | null;
}

/** Builds the checker for a file. About a millisecond: once a slice, not once a row. */
export function compileRowChecker(options: RowCheckerOptions): RowChecker {
  const readers = valueReaders(options.latestDate);
  const schema = rowSchema(readers);
  const { run, reason } = options.compile === false
    ? { run: schema, reason: "compilation was switched off by the caller" }
    : compiled(schema);
  const pick = cellPicker(options.header);
  const used = new Set(Object.values(options.header.columns)); // the filing date may stand in for another: one cell
  const firstRefusal = (values: readonly (string | Refusal)[]) => {
    for (let i = 0; i < values.length; i++) if (typeof values[i] !== "string") return i;
    return -1;
  };

  return {
    compiled: reason === null,
    notCompiledReason: reason,
    check(cells) {
      const values = run.parse(pick(cells));
      return isAllText(values) ? values : null;
    },
    firstCode(cells) {
      const values = run.parse(pick(cells));
      const value = values[firstRefusal(values)];
      return value === undefined || typeof value === "string" ? null : value.code;
    },
    explain(cells) {
      const picked = pick(cells);
      const values = run.parse(picked);
      const issues: RowIssue[] = [];
      for (const [i, field] of FIELDS.entries()) {
        const value = values[i];
        if (value === undefined || typeof value === "string") continue;
        // The filing date that stands in for the judgment date is one cell and one problem.
        if (field === "filing_date" && options.header.filingDateAsJudgmentDate) continue;
        issues.push(describeIssue(value.code, field, picked[i] ?? ""));
      }
      return { issues };
    },
    warnings(cells) {
      const picked = pick(cells);
      const found = [
        phoneWarning(presentOrEmpty(picked[PHONE] ?? "")),
        emailWarning(presentOrEmpty(picked[EMAIL] ?? "")),
      ];
      return found.filter((warning) => warning !== null);
    },
    isSameValue(field, a, b) {
      if (a === b) return true;
      const value = readers[field](a);
      const other = readers[field](b);
      return typeof value === "string"
        ? value === other
        : typeof other !== "string" && trimInvisible(a) === trimInvisible(b);
    },
    placeholders(cells) {
      let count = 0;
      for (const column of used) if (holdsPlaceholder(cells[column] ?? "")) count++;
      return count;
    },
  };
}

function presentOrEmpty(raw: string): string {
  const text = presentText(raw);
  return typeof text === "string" ? text : "";
}

const PHONE = FIELDS.indexOf("defendant_phone");
const EMAIL = FIELDS.indexOf("defendant_email");

function isAllText(values: (string | Refusal)[]): values is string[] {
  for (let i = 0; i < values.length; i++) if (typeof values[i] !== "string") return false;
  return true;
}

/** The value table of the public contract: how each field is read. */
function valueReaders(latestDate: string): Readonly<Record<Field, ValueReader>> {
  const name = (limit: number) => textReader({ limit, required: true, oneSpace: true });
  const place = (limit: number) => textReader({ limit, required: false, oneSpace: true });
  const other = (limit: number) => textReader({ limit, required: false, oneSpace: false });
  return {
    case_number: readCaseNumber,
    plaintiff_name: name(LENGTH_LIMITS.plaintiff_name),
    defendant_name: name(LENGTH_LIMITS.defendant_name),
    amount: readAmount,
    judgment_date: dateReader({ latestDate, required: true }),
    filing_date: dateReader({ latestDate, required: false }),
    court: place(LENGTH_LIMITS.court),
    county: place(LENGTH_LIMITS.county),
    state: other(LENGTH_LIMITS.state),
    defendant_address: other(LENGTH_LIMITS.defendant_address),
    defendant_phone: other(LENGTH_LIMITS.defendant_phone),
    defendant_email: other(LENGTH_LIMITS.defendant_email),
    source_reference: other(LENGTH_LIMITS.source_reference),
  };
}

/**
 * Cells in the order of FIELDS → values in the same order. A refused value comes through as its Refusal:
 * letting the schema fail would make zod parse the row again and build issues, 13 times the cost, for
 * rows that are often only counted.
 */
function rowSchema(readers: Readonly<Record<Field, ValueReader>>): RowSchema {
  const cell = (field: Field) => z.string().transform(readers[field]);
  const [first, ...rest] = FIELDS;
  return z.tuple([cell(first), ...rest.map(cell)]);
}

type RowSchema = z.ZodType<(string | Refusal)[]>;

/** Compiling needs `new Function`, which a runtime may forbid: then the plain schema, and the reason. */
function compiled(schema: RowSchema): { run: RowSchema; reason: string | null } {
  try {
    return { run: z.compile(schema, { strict: true }), reason: null };
  } catch (error) {
    return { run: schema, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Picks a row's cells into the order of FIELDS. The array is the same each time: read it before the next row. */
function cellPicker(header: Pick<HeaderMap, "columns">): (cells: readonly string[]) => string[] {
  const columns = FIELDS.map((field) => header.columns[field] ?? -1);
  const picked = FIELDS.map(() => "");
  return (cells) => {
    for (let i = 0; i < columns.length; i++) picked[i] = cells[columns[i] ?? -1] ?? "";
    return picked;
  };
}
