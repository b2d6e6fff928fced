/** Rows of a stream as records, as far as the first table goes. */
import type { BlockBatch } from "./block_batch.ts";
import type { RowProblem } from "./problems.ts";
import type { TableWatch } from "./table_watch.ts";

/** One row, good or not. */
export interface CsvRecord {
  /** From 0, blank rows not counted. */
  readonly index: number;
  /** Physical line, from 1, on which it begins. */
  readonly line: number;
  readonly byteOffset: number;
  /** Cells as read, beside a problem, too. */
  readonly cells: string[];
  readonly problem: RowProblem | null;
  /** What was put right in the row, in plain words; null for nothing. */
  readonly repair: string | null;
}

/** Passes rows on until another table begins. */
export class TableEnd {
  /** Physical line of the second table; null while there is none. */
  line: number | null = null;
  /** Blank rows above rows of the table. */
  blankRows = 0;
  /** Held back: perhaps the header of another table, which the next row decides. */
  #suspect: CsvRecord | null = null;

  constructor(private readonly watch: TableWatch) {}

  *admit(batches: readonly BlockBatch[]): Generator<CsvRecord> {
    for (const batch of batches) {
      for (let at = 0; at < batch.rows.length && this.line === null; at++) {
        if (batch.blanksAbove(at) > 0) this.watch.blank();
        yield* this.#admitRow(batch, at);
      }
    }
  }

  /** Gives the row that was held back when nothing follows it. */
  *release(): Generator<CsvRecord> {
    if (this.#suspect !== null && this.line === null) yield this.#suspect;
    this.#suspect = null;
  }

  *#admitRow(batch: BlockBatch, at: number): Generator<CsvRecord> {
    const record = recordOf(batch, at);
    const raw = batch.rawLineOf(at);
    const verdict = this.watch.wants(raw, 0) ? this.watch.look(record.cells) : "row";
    if (verdict === "confirmed" || verdict === "end") {
      this.line = verdict === "confirmed" ? this.#suspect?.line ?? record.line : record.line;
      this.#suspect = null;
      return;
    }
    yield* this.release();
    this.blankRows += batch.blanksAbove(at);
    if (verdict === "suspect") this.#suspect = record;
    else yield record;
  }
}

function recordOf(batch: BlockBatch, at: number): CsvRecord {
  return {
    index: batch.firstRow + at,
    line: batch.lineOf(at),
    byteOffset: batch.byteOffsetOf(at),
    cells: batch.rows[at] ?? [],
    problem: batch.problems.get(at) ?? null,
    repair: batch.repairs.get(at) ?? null,
  };
}
