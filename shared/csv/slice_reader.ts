/** Reads the rows of one slice. */
import type { RecordBatch } from "./batch.ts";
import { RowReader, type RowReaderOptions } from "./row_reader.ts";

/** Where the slice stands and how the file is written: all of it from the scan. */
export type SliceReaderOptions = RowReaderOptions;

/**
 * Turns a slice's bytes, in chunks of any size, into rows: as many as the scan has counted in it, whatever the
 * bytes are. Memory is a block and the longest record, however large the slice.
 */
export class SliceReader {
  readonly #reader: RowReader;

  constructor(options: SliceReaderOptions) {
    this.#reader = new RowReader(options);
  }

  /** Takes the slice's next bytes, which must stay as they are until the next call, and gives the rows that are whole by now. */
  push(chunk: Uint8Array): RecordBatch[] {
    return this.#reader.push(chunk);
  }

  /** Says that the slice is over and gives the rows that were still open. */
  finish(): RecordBatch[] {
    return this.#reader.finish();
  }

  /** Rows given out so far. */
  get rows(): number {
    return this.#reader.rows;
  }

  /** Blank rows passed over so far. */
  get blankRows(): number {
    return this.#reader.blankRows;
  }
}
