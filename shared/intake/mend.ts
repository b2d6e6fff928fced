/**
 * Rejected rows put right cell by cell: read from errors.csv, checked by the rules a repair is judged by, and written as
 * the corrected errors.csv that a replay takes. Pure.
 */
import { readCsv } from "../csv/mod.ts";
import {
  compileRowChecker,
  type Field,
  type HeaderOverrides,
  mapHeader,
  ROW_CODES,
  type RowIssue,
} from "../judgments/mod.ts";
import { cellBeyondHeader } from "./columns.ts";
import { fieldsUnder } from "./column_settings.ts";
import { ERROR_COLUMNS, isErrorColumn, originalCell, ReplayRows, sentCell } from "./replay.ts";

/** A row as it was rejected. */
export interface RejectedRow {
  /** Data row of its file, from 1. */
  readonly number: number;
  readonly code: string;
  readonly message: string;
  readonly field: string | null;
  /** As many as the row had. */
  readonly cells: readonly string[];
}

/** Reads rejected rows. header: that of their file. What is no row of errors.csv is passed over. */
export async function readRejects(errorsCsv: Blob, header: readonly string[]): Promise<RejectedRow[]> {
  const reading = await readCsv(errorsCsv, {
    isKnownHeader: isErrorColumn,
    dialect: { delimiter: ",", quote: '"', escape: '"', encoding: "utf-8" },
  });
  const ours = ERROR_COLUMNS.length;
  const columns = header.map((_, column) => ours + column);
  const reader = new ReplayRows({ columns, row_number: 0 }, ours + header.length);
  const rows: RejectedRow[] = [];
  for await (const { cells } of reading.records) {
    const number = reader.rowNumberOf(cells);
    if (number === null) continue;
    const [, code = "", message = "", field = ""] = cells.slice(0, ours).map(originalCell);
    rows.push({
      number: Number(number),
      code,
      message,
      field: field || null,
      cells: reader.cellsOf(cells),
    });
  }
  return rows;
}

/** What the rules say of a row that is being put right. */
export class MendRules {
  /** By column; null for what is not read. */
  readonly fields: readonly (Field | null)[];
  readonly #width: number;
  readonly #checker: ReturnType<typeof compileRowChecker>;

  /**
   * @param overrides the header map of the source, as it is when the rows are sent
   * @param latestDate the latest day a date may name, YYYY-MM-DD
   */
  constructor(header: readonly string[], overrides: HeaderOverrides, latestDate: string) {
    this.fields = fieldsUnder(header, overrides);
    this.#width = header.length;
    this.#checker = compileRowChecker({ header: mapHeader(header, overrides), latestDate });
  }

  /** Whether a cell may be changed: the number of a case says which row it is, so it stays unless it was wrong. */
  mayChange(row: RejectedRow, column: number): boolean {
    if (this.fields[column] !== "case_number" || isOfParsing(row.code)) return true;
    return this.#checker.explain(row.cells).issues.some(({ field }) => field === "case_number");
  }

  /**
   * Every problem a row has with these cells; none when it will be taken. A row whose form was broken is good only
   * once somebody has looked at it: its cells may stand in the wrong places.
   */
  problemsOf(row: RejectedRow, cells: readonly string[], isLookedAt: boolean): readonly RowIssue[] {
    if (isOfParsing(row.code) && !isLookedAt) {
      return [{ code: codeOf(row.code), field: null, rawValue: "", message: row.message }];
    }
    const beyond = cells.slice(this.#width).find((cell) => cell.trim() !== "");
    if (beyond !== undefined) {
      const message = "a value stands beyond the last column: move it where it belongs, and empty its cell";
      return [{ code: "TOO_MANY_FIELDS", field: null, rawValue: beyond, message }];
    }
    const lost = cells.findIndex((cell) => cell.includes("\uFFFD"));
    if (lost >= 0) {
      const message = "a value still holds U+FFFD, the sign for characters that were lost: type it again";
      return [{
        code: "INVALID_ENCODING",
        field: this.fields[lost] ?? null,
        rawValue: cells[lost] ?? "",
        message,
      }];
    }
    return this.#checker.explain(cells).issues;
  }
}

/** Whether a row was rejected for its form, before its values were looked at. */
export function isOfParsing(code: string): boolean {
  return ROW_CODES.some((entry) => entry.code === code && entry.stage === "parse");
}

function codeOf(name: string): RowIssue["code"] {
  return ROW_CODES.find(({ code }) => code === name)?.code ?? "VALIDATION_ERROR";
}

/** A row that goes back. */
export interface MendedRow {
  readonly number: number;
  readonly cells: readonly string[];
}

/** The corrected errors.csv. Cells beyond the header, which are empty in a row that is good, are left out. */
export function writeCorrections(header: readonly string[], rows: readonly MendedRow[]): string {
  const names = header.map((name, column) => name.trim() === "" ? cellBeyondHeader(column) : name);
  const blank = ERROR_COLUMNS.slice(1).map(() => "");
  const lines = rows.map((
    { number, cells },
  ) => [String(number), ...blank, ...header.map((_, column) => sentCell(cells[column] ?? ""))]);
  return [[...ERROR_COLUMNS, ...names.map(sentCell)], ...lines].map(lineOf).join("");
}

function lineOf(cells: readonly string[]): string {
  return cells.map((cell) => /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell).join(
    ",",
  ) +
    "\r\n";
}
