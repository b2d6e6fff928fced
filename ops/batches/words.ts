/** Batches in words for a person. */
import type { Batch } from "../../shared/intake/record.ts";
import { grouped, plain } from "../../checkout/table.ts";

/** As much of an id as a person types. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}

/** `march.csv (3f2a1b2c)`. */
export function nameOf(batch: Pick<Batch, "batch_id" | "filename">): string {
  return `${plain(batch.filename)} (${shortId(batch.batch_id)})`;
}

/** What came of its rows: `1,000 rows: 847 valid, 153 rejected (150 still open), 0 inserted, 0 duplicate`. */
export function countsOf(batch: Batch): string {
  if (batch.row_count_total === 0) return "no row has been counted";
  const open = openRejects(batch);
  const repaired = open < batch.row_count_invalid ? ` (${grouped(open)} still open)` : "";
  return `${rows(batch.row_count_total)}: ${grouped(batch.row_count_valid)} valid, ` +
    `${grouped(batch.row_count_invalid)} rejected${repaired}, ${
      grouped(batch.row_count_inserted)
    } inserted, ` +
    `${grouped(batch.row_count_duplicate)} duplicate`;
}

/** What was not read, and from where: `3 lines not read, from line 9 on`. */
export function unreadOf({ row_count_unread: lines, first_unread_line: first }: Batch): string {
  const from = first === null ? "" : `, from line ${first} on`;
  return `${grouped(lines)} ${lines === 1 ? "line" : "lines"} not read${from}`;
}

function openRejects(batch: Batch): number {
  return batch.unresolved_error_count ?? batch.row_count_invalid;
}

/** `1 row`, `1,000 rows`. */
export function rows(count: number): string {
  return `${grouped(count)} ${count === 1 ? "row" : "rows"}`;
}

/** What else there is to know of a batch: why it was not taken, what it is a copy or replay of, who must act. Null for nothing. */
export function remarkOn(batch: Batch): string | null {
  const { rejection_reason: reason, duplicate_of: twin, replay_of: original } = batch;
  const remarks = [
    reason === null ? null : plain(reason),
    twin === null ? null : `the same bytes are batch ${shortId(twin)}`,
    original === null ? null : `repairs batch ${shortId(original)}`,
    ...(original === null ? [] : batch.notes.map(plain)), // they say what came of it
    openRejects(batch) < batch.row_count_invalid
      ? `${grouped(batch.row_count_invalid - openRejects(batch))} of its rejected rows are repaired`
      : null,
    batch.row_count_unread > 0 && batch.rejection_reason === null ? unreadOf(batch) : null,
    batch.dry_run ? "a dry run: nothing is inserted" : null,
    batch.status === "awaiting_approval"
      ? `waits for a person: ops approve ${shortId(batch.batch_id)}, or ops refuse ${
        shortId(batch.batch_id)
      } --why "…"`
      : null,
  ].filter((remark) => remark !== null);
  return remarks.length === 0 ? null : remarks.join("; ");
}
