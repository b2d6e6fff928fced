/** Why a batch failed or was skipped, as programs read it: `rejection_code`, the closed list of the database. */

/** Every code, in the order of the life of a batch; the database's check constraint has the same, a test compares. */
export const REJECTION_CODES = [
  "UPLOAD_MISSING",
  "UPLOAD_DIFFERS",
  "FILE_MISSING",
  "FILE_CHANGED",
  "FILE_TOO_LARGE",
  "UNSUPPORTED_TYPE",
  "EMPTY_FILE",
  "PARSE_ERROR",
  "TOO_COSTLY",
  "MISSING_FIELDS",
  "SECOND_TABLE",
  "ERROR_BUDGET_EXCEEDED",
  "ABORTED",
  "REFUSED",
  "UNDONE",
  "GAVE_UP",
  "DUPLICATE",
  "ENDED_BY_OPERATOR",
] as const;

/** A code of a reason. */
export type RejectionCode = (typeof REJECTION_CODES)[number];
