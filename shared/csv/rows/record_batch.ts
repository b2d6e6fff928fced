/** What a reader hands out: rows in file order, with what is wrong beside them. */
import type { RowProblem } from "./problems.ts";

/**
 * Some rows of a slice, in file order. Blank rows are not among them. Where a row stands is worked out only
 * when asked: good rows are never asked, and there are millions of them.
 */
export interface RecordBatch {
  /** Index, from 0 over the whole file, of `rows[0]`. */
  readonly firstRow: number;
  /** Cells as read, unescaped and untrimmed; as many as the header has unless the row has a problem. */
  readonly rows: string[][];
  /** Problems by position in `rows`. */
  readonly problems: ReadonlyMap<number, RowProblem>;
  /** What was put right in a row that is fine now, in plain words, by position in `rows`. */
  readonly repairs: ReadonlyMap<number, string>;
  /** Physical line, from 1, on which the row at this position begins. */
  lineOf(position: number): number;
  /** Offset in the file of the row's first byte. Cheapest when asked in rising order. */
  byteOffsetOf(position: number): number;
  /** The row as it stands in the file, without its line end. */
  rawLineOf(position: number): string;
}
