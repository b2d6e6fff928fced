/**
 * A corrected row held against the reject it repairs. A spreadsheet that opened errors.csv may have changed cells that
 * nobody meant to change: the number that was stored decides what case a row is about.
 */
import { z } from "zod";
import {
  type Field,
  type HeaderMap,
  isSpreadsheetDamage,
  type RowIssue,
  withName,
} from "../judgments/mod.ts";
import { quoteValue } from "../judgments/issues.ts";
import { asSent } from "./recorded.ts";

/** What `intake.rejects_of` tells of one reject; names are the database's. */
export const OriginalReject = z.object({
  row_index: z.int(),
  /** By field, as the file had them. Fields the file has no column for are absent. */
  cells: z.record(z.string(), z.string().nullable()),
  /** Fields that had a problem; null among them: the row as a whole had one. */
  problems: z.array(z.string().nullable()),
});
export type OriginalReject = z.infer<typeof OriginalReject>;

/** A corrected row after it was held against its original. */
export interface HeldRow {
  /** The row's cells; the case number may be the stored one again. */
  readonly cells: readonly string[];
  /** Cells that were changed though nothing was wrong with them. They are taken. */
  readonly changed: number;
  /** Why the row repairs nothing: it names another case. */
  readonly issue: RowIssue | null;
}

/** What holding needs to know about the file: where fields stand, and whether two spellings are one value. */
export interface HeldFile {
  readonly header: Pick<HeaderMap, "columns">;
  isSameValue(field: Field, a: string, b: string): boolean;
}

/** Holds a corrected row against its original. */
export function holdAgainst(original: OriginalReject, sent: readonly string[], file: HeldFile): HeldRow {
  if (original.problems.includes(null)) return { cells: sent, changed: 0, issue: null };
  let cells = sent;
  let changed = 0;
  for (const [name, kept] of Object.entries(original.cells)) {
    const field = withName(name);
    const column = field === null ? undefined : file.header.columns[field];
    if (field === null || column === undefined || original.problems.includes(name)) continue;
    const before = asSent(kept ?? "");
    const now = sent[column] ?? "";
    if (file.isSameValue(field, before, now)) continue;
    if (field !== "case_number") changed++;
    else if (isSpreadsheetDamage(before, now)) cells = sent.with(column, before);
    else return { cells: sent, changed: 0, issue: otherCase(before, now, original.row_index) };
  }
  return { cells, changed, issue: null };
}

function otherCase(before: string, now: string, rowIndex: number): RowIssue {
  const message = `case_number ${quoteValue(now)} is not the number of the row that is repaired: row ` +
    `${rowIndex + 1} has ${quoteValue(before)}; put it back, or send the other case in a file of its own`;
  return { code: "INVALID_CASE_NUMBER", field: "case_number", rawValue: now, message };
}
