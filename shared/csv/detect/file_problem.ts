/** What can be wrong with a file as a whole. */

/** Why a file as a whole cannot be read. */
export interface FileProblem {
  readonly reason: "empty" | "no_header" | "unreadable" | "too_costly";
  /** What and where, fit to follow `Parse error: `. */
  readonly detail: string;
}
