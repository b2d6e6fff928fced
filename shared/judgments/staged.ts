/**
 * The text form in which checked rows travel to the staging table. Both separators are
 * control characters, and no checked value holds one (INVALID_CHARACTER), so nothing is escaped.
 */

/** Between the fields of a row: U+001F, unit separator. */
export const FIELD_SEPARATOR = "\u001f";

/** Between rows: U+001E, record separator. */
export const ROW_SEPARATOR = "\u001e";

/**
 * One row as text, without a row separator. Takes checked values, and whatever numbers the
 * caller puts before them (row index, line).
 */
export function writeStagedRow(values: readonly (string | number)[]): string {
  return values.join(FIELD_SEPARATOR);
}
