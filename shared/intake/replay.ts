/**
 * Reading a corrected errors.csv: which columns are ours and which the file's own, and cells as they were before
 * errors.csv made them harmless for spreadsheets. `intake.csv_cell` is the other half.
 */
import type { RowIssue, RowStage } from "../judgments/mod.ts";
import { asSent, recorded } from "./recorded.ts";

/** Columns errors.csv puts before those of the file. */
export const ERROR_COLUMNS = ["row_number", "error_code", "error_message", "field", "raw_value"] as const;

/** The columns of a corrected errors.csv. */
export interface ReplayColumns {
  /** Header of the original file. */
  readonly header: string[];
  /** Where its columns stand in this one, from 0. */
  readonly columns: number[];
  /** Where row_number stands, from 0. */
  readonly rowNumber: number;
}

/** Whether a cell names one of the columns errors.csv adds. */
export function isErrorColumn(cell: string): boolean {
  return ERROR_COLUMNS.some((name) => name === cell.trim().toLowerCase());
}

/**
 * Takes the columns of errors.csv off a header. Only the first of each name is ours: a file may have a column
 * `field` of its own. Null when there is no row_number, without which nothing is repaired.
 */
export function splitReplayHeader(header: readonly string[]): ReplayColumns | null {
  const names = header.map((cell) => cell.trim().toLowerCase());
  const ours = ERROR_COLUMNS.map((name) => names.indexOf(name));
  const rowNumber = ours[0] ?? -1;
  if (rowNumber < 0) return null;
  const columns = header.map((_, column) => column).filter((column) => !ours.includes(column));
  return { header: columns.map((column) => unguarded(header[column] ?? "")), columns, rowNumber };
}

// What spreadsheets take for the beginning of a formula, behind quotes, white space and what cannot be seen.
const FORMULA = /^'*[\s\x85\p{Z}\p{Cf}]*[-=+@－＝＋＠\t\r\n]/u;

/** Whether a spreadsheet may run a cell. `intake.is_formula` is the same rule in SQL; a test compares the two. */
export function isFormula(cell: string): boolean {
  return FORMULA.test(cell);
}

/** Without the one quote errors.csv put before what a spreadsheet would run. */
function unguarded(cell: string): string {
  return cell.startsWith("'") && isFormula(cell) ? cell.slice(1) : cell;
}

/** A cell as the file had it, before the record and errors.csv made it fit for them. */
export function originalCell(cell: string): string {
  return asSent(unguarded(cell));
}

/** A cell as a corrected errors.csv holds it; `originalCell` gives exactly this cell back. `intake.csv_cell` guards alike. */
export function sentCell(cell: string): string {
  const kept = recorded(cell);
  return isFormula(kept) ? `'${kept}` : kept;
}

/** Why a row repairs nothing, and the stage its code belongs to. */
export interface RepairProblem {
  readonly stage: RowStage;
  readonly issue: RowIssue;
}

/** Reads the rows of a corrected errors.csv. */
export class ReplayRows {
  readonly #columns: readonly number[];
  readonly #rowNumber: number;
  readonly #width: number;

  /** headerWidth: cells the whole header has, our columns included. */
  constructor(
    layout: { readonly columns: readonly number[]; readonly row_number: number },
    headerWidth: number,
  ) {
    this.#columns = layout.columns;
    this.#rowNumber = layout.row_number;
    this.#width = headerWidth;
  }

  /** Whether the row is the last line of a truncated errors.csv, wherever sorting has put it. */
  isRemark(cells: readonly string[]): boolean {
    return (cells[this.#rowNumber] ?? "").startsWith("Truncated: ") &&
      cells.every((cell, column) => column === this.#rowNumber || cell.trim() === "");
  }

  /** The file's own cells, as many as the row has. Those beyond the header come last, as they did in the file. */
  cellsOf(cells: readonly string[]): string[] {
    const own = this.#columns.filter((column) => column < cells.length).map((column) => cells[column] ?? "");
    return [...own, ...cells.slice(this.#width)].map(originalCell);
  }

  /** The row of the original this one repairs, counted from 1, as text; null when that cannot be told. */
  rowNumberOf(cells: readonly string[]): string | null {
    const text = (cells[this.#rowNumber] ?? "").trim();
    return /^[1-9]\d{0,8}$/.test(text) ? text : null;
  }

  /** What keeps a row from being a repair, whatever its values are; null when nothing does. */
  problemOf(cells: readonly string[]): RepairProblem | null {
    const rawValue = cells[this.#rowNumber] ?? "";
    if (this.rowNumberOf(cells) === null) {
      return rawValue.trim() === ""
        ? problem(
          "validate",
          "MISSING_REQUIRED_FIELD",
          rawValue,
          "row_number is empty: it says which row is repaired",
        )
        : problem(
          "validate",
          "VALIDATION_ERROR",
          rawValue,
          "row_number must be a number from 1, as errors.csv gave it",
        );
    }
    const damaged = this.cellsOf(cells).find((cell) => cell.includes("\uFFFD"));
    if (damaged === undefined) return null;
    const lost = "A value still holds U+FFFD, the sign for characters that were lost";
    return problem("parse", "INVALID_ENCODING", damaged, lost);
  }
}

function problem(stage: RowStage, code: RowIssue["code"], rawValue: string, message: string): RepairProblem {
  return { stage, issue: { code, field: null, rawValue, message } };
}
