/** The staging pass: one reading of all bytes that finds out everything a file's slices need. */
import type { DialectOptions } from "./dialect.ts";
import type { Scan } from "./scan.ts";

/** What may be known or wished beforehand. */
export interface ScannerOptions {
  /** Parts of the dialect that are known; they win over detection. */
  dialect?: DialectOptions;
  /** Says whether a cell is a column name the caller knows; helps to find the header. */
  isKnownHeader?: (cell: string) => boolean;
  /** Bytes a slice should have; it ends at the first record boundary after them. 8 MiB if not given. */
  sliceBytes?: number;
}

/** Everything a scan has found so far, fit for JSON. Its shape is the scanner's own affair. */
export interface ScannerState {
  /** Offset of the byte to push next. */
  readonly nextByte: number;
  readonly [key: string]: unknown;
}

/** Reads a file once, in chunks of any size. */
export class FileScanner {
  constructor(_options: ScannerOptions = {}) {}

  /** Goes on from where `state()` was taken; the next byte to push is `state.nextByte`. */
  static resume(_state: ScannerState, options: ScannerOptions = {}): FileScanner {
    return new FileScanner(options);
  }

  /** Takes the file's next bytes. */
  push(_chunk: Uint8Array): void {}

  /** All that is known now, to be resumed later, elsewhere. */
  state(): ScannerState {
    return { nextByte: 0 };
  }

  /** Says that the file is over and gives what was found. */
  finish(): Scan {
    throw new Error("Cannot finish the scan: the scanner is not written yet");
  }
}
