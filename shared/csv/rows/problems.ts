/**
 * What can be wrong with a row before anyone looks at its values, in words for the person who has to mend
 * the file. Codes are those of the public contract's stage `parse`.
 */

/** Row codes of reading. */
export type ParseCode =
  | "TOO_FEW_FIELDS"
  | "TOO_MANY_FIELDS"
  | "UNCLOSED_QUOTE"
  | "INVALID_ENCODING"
  | "PARSE_ERROR";

/** Why a row is refused. Its cells as read stand at the same place in the batch's rows. */
export interface RowProblem {
  readonly code: ParseCode;
  /** What, which, and the rule. */
  readonly message: string;
  /** The row as it stands in the file, without its line end; cut after `RAW_LINE_LIMIT` characters. */
  readonly rawLine: string;
}

/** Longest raw line kept, in characters: enough to see the damage, small enough to store. */
export const RAW_LINE_LIMIT = 65_536;
