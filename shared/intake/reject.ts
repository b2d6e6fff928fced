/** A rejected row in the shape of `intake.row_errors`, with every problem it has. */
import type { RowIssue, RowStage } from "../judgments/mod.ts";
import { cellBeyondHeader } from "./columns.ts";
import { recorded, shown } from "./recorded.ts";

/** Where a row stands in its file. */
export interface RowPlace {
  /** Data row, from 0. */
  readonly rowIndex: number;
  /** Physical line, from 1. */
  readonly lineNumber: number;
  /** Of the row's first byte, from the start of the file. */
  readonly byteOffset: number;
}

/** One reject as it is sent to the database; names are the table's columns. */
export interface Reject {
  readonly row_index: number;
  readonly line_number: number;
  readonly byte_offset: number;
  readonly error_code: string;
  readonly error_message: string;
  readonly error_stage: RowStage;
  readonly field: string | null;
  readonly raw_value: string | null;
  readonly raw_line: string;
  readonly raw_data: Record<string, string>;
  readonly issues: readonly { code: string; field: string | null; raw_value: string; message: string }[];
}

/**
 * Builds a reject. The first issue names it; all are kept. columns: the names of the file's columns, each one once.
 * Cells beyond the header are named by their number, so that nothing the file said is lost.
 */
export function buildReject(
  place: RowPlace,
  stage: RowStage,
  issues: readonly RowIssue[],
  row: { columns: readonly string[]; cells: readonly string[]; rawLine: string },
): Reject {
  const first = issues[0];
  if (first === undefined) throw new Error(`Cannot reject row ${place.rowIndex}: it has no problem`);
  return {
    row_index: place.rowIndex,
    line_number: place.lineNumber,
    byte_offset: place.byteOffset,
    error_code: first.code,
    error_message: shown(first.message),
    error_stage: stage,
    field: first.field,
    raw_value: shown(first.rawValue),
    raw_line: shown(row.rawLine),
    raw_data: Object.fromEntries(
      row.cells.map((cell, i) => [row.columns[i] ?? cellBeyondHeader(i), recorded(cell)]),
    ),
    issues: issues.map((issue) => ({
      code: issue.code,
      field: issue.field,
      raw_value: shown(issue.rawValue),
      message: shown(issue.message),
    })),
  };
}
