/** Reading a stream from end to end in one go. */
import type { Dialect, DialectOptions } from "./dialect.ts";
import type { FileProblem, RowProblem } from "./problems.ts";

/** What may be known beforehand. */
export interface CsvOptions {
  /** Parts of the dialect that are known; they win over detection. */
  dialect?: DialectOptions;
  /** Says whether a cell is a column name the caller knows; helps to find the header. */
  isKnownHeader?: (cell: string) => boolean;
}

/** One row, good or not. */
export interface CsvRecord {
  /** From 0, blank rows not counted. */
  readonly index: number;
  /** Physical line, from 1, on which it begins. */
  readonly line: number;
  readonly byteOffset: number;
  readonly cells: string[];
  readonly problem: RowProblem | null;
}

/** A file being read. */
export interface CsvReading {
  readonly header: string[];
  readonly dialect: Dialect;
  /** Why there are no records; null when there may be. */
  readonly problem: FileProblem | null;
  /** Rows in file order; can be gone through once. */
  readonly records: AsyncIterable<CsvRecord>;
  /** What an operator should know; whole only once the records are at their end. */
  readonly notes: readonly string[];
}

/** Reads separated text from a stream, however it is written. */
export function readCsv(_stream: ReadableStream<Uint8Array>, _options: CsvOptions = {}): Promise<CsvReading> {
  return Promise.reject(new Error("Cannot read the stream: the reader is not written yet"));
}
