/**
 * The text form in which checked rows travel to the staging table: one order of columns, here and in the SQL that takes
 * the lines apart (a test compares the two). Both separators are control characters, and no checked value holds one
 * (INVALID_CHARACTER), so nothing is escaped.
 */
import { FIELDS } from "./fields.ts";

/** Between the columns of a row: U+001F, unit separator. */
export const FIELD_SEPARATOR = "\u001f";

/** Between rows: U+001E, record separator. */
export const ROW_SEPARATOR = "\u001e";

/**
 * What stands where in a staged row. row_index counts the rows of the file from 0; plaintiff_no is the place of the
 * row's plaintiff among the names its slice brings, from 0; repairs_row is there in replays alone: the row of the
 * original that this one repairs, from 1.
 */
export const STAGED_COLUMNS = ["row_index", ...FIELDS, "plaintiff_no", "repairs_row"] as const;

/** One row as text, without a row separator. values: checked, in the order of FIELDS. The rest: see STAGED_COLUMNS. */
export function writeStagedRow(
  rowIndex: number,
  values: readonly string[],
  plaintiffNo: number,
  repairsRow?: string,
): string {
  const line = rowIndex + FIELD_SEPARATOR + values.join(FIELD_SEPARATOR) + FIELD_SEPARATOR + plaintiffNo;
  return repairsRow === undefined ? line : line + FIELD_SEPARATOR + repairsRow;
}
