/** Reads the rows of one slice. */
import type { RecordBatch } from "./batch.ts";
import type { Dialect } from "./dialect.ts";

/** Where the slice stands and how the file is written: all of it from the scan. */
export interface SliceReaderOptions {
  dialect: Dialect;
  headerWidth: number;
  firstByte: number;
  firstRow: number;
  firstLine: number;
}

/** Turns a slice's bytes, in chunks of any size, into rows. */
export class SliceReader {
  constructor(_options: SliceReaderOptions) {}

  /** Takes the slice's next bytes and gives the rows that are whole by now. */
  push(_chunk: Uint8Array): RecordBatch[] {
    return [];
  }

  /** Says that the slice is over and gives the rows that were still open. */
  finish(): RecordBatch[] {
    return [];
  }

  /** Rows given out so far. */
  get rows(): number {
    return 0;
  }

  /** Blank rows passed over so far. */
  get blankRows(): number {
    return 0;
  }
}
