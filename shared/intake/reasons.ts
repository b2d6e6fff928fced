/**
 * Why a file is refused, as it will stand in `rejection_reason`. The beginnings are fixed: operators and
 * programs look for them. Reasons that only the database can know (budget, given up) are made there.
 */
import type { Field } from "../judgments/mod.ts";

/** Nothing in the file at all. */
export const EMPTY_FILE = "Empty file";

/** A header, and nothing that could be a row. */
export const NO_ROWS = "Empty file: a header and no rows";

/** The object a batch was made for is no longer in storage. */
export const FILE_MISSING = "File missing in storage";

/** Columns every judgment needs and the file does not have, in the order of the field table. hint: a sentence. */
export function missingFields(fields: readonly Field[], hint: string | null = null): string {
  return `Missing required fields: ${fields.join(", ")}${hint === null ? "" : `. ${hint}`}`;
}

/** A corrected errors.csv without the column that says which rows it repairs. */
export const NO_ROW_NUMBER = "Missing required fields: row_number";

/** The file cannot be read as CSV: what is wrong, and where. */
export function parseError(detail: string): string {
  return `Parse error: ${detail}`;
}

/** The first bytes are those of another kind of file. */
export function unsupportedType(type: string): string {
  return `Unsupported file type: ${type}`;
}
