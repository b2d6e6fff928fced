/**
 * A whole file in one go, for who has no slices to hand out: the scan first, then the rows, with the very parts the
 * worker has. So a file reads alike in a test, in a browser and in the pipeline.
 */
import type { DialectOptions } from "../dialect.ts";
import type { Dialect } from "../dialect.ts";
import type { FileProblem } from "../detect/file_problem.ts";
import type { ColumnNames } from "../detect/column_names.ts";
import type { KnownHeader } from "../detect/header_find.ts";
import type { RowProblem } from "../rows/problems.ts";
import type { RecordBatch } from "../rows/record_batch.ts";
import { RowReader } from "../rows/row_reader.ts";
import type { Scan } from "./scan.ts";
import { FileScanner } from "./scanner.ts";

/** What may be known beforehand. */
export interface CsvOptions {
  /** Parts of the dialect that are known; they win over detection. */
  dialect?: DialectOptions;
  /** Says whether a cell is a column name the caller knows; helps to find the header. */
  isKnownHeader?: KnownHeader;
  /** All the caller knows of column names; more than `isKnownHeader`, and wins over it. */
  names?: ColumnNames;
}

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

/** A file that was scanned and can be read. */
export interface CsvReading {
  readonly header: string[];
  readonly dialect: Dialect;
  /** Why there are no records; null when there may be. A file without a header has its records all the same. */
  readonly problem: FileProblem | null;
  /** Rows in file order; can be gone through as often as wanted. */
  readonly records: AsyncIterable<CsvRecord>;
  /** What an operator should know about how the file was read. */
  readonly notes: readonly string[];
}

/**
 * Reads separated text, however it is written.
 *
 * @param source A file or blob is read twice, a block at a time, and never held whole. How a file is written is
 * decided by all of its bytes, so a stream, which can be read only once, is gathered first.
 * @returns When the whole file was scanned. What is wrong with it is a `problem`, not an exception; errors of the
 * source itself are thrown on.
 */
export async function readCsv(
  source: Blob | ReadableStream<Uint8Array>,
  options: CsvOptions = {},
): Promise<CsvReading> {
  const file = source instanceof Blob ? source : await gathered(source);
  const scanner = new FileScanner(options);
  for await (const chunk of file.stream()) scanner.push(chunk);
  const scan = scanner.finish();
  const { header, dialect, problem, notes } = scan;
  return {
    header,
    dialect,
    problem,
    notes,
    records: { [Symbol.asyncIterator]: () => recordsOf(file, scan, options.names) },
  };
}

async function gathered(stream: ReadableStream<Uint8Array>): Promise<Blob> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of stream) chunks.push(Uint8Array.from(chunk));
  return new Blob(chunks);
}

async function* recordsOf(
  file: Blob,
  { dialect, headerWidth, headerCells, slices }: Scan,
  names?: ColumnNames,
): AsyncGenerator<CsvRecord> {
  for (const slice of slices) {
    const reader = new RowReader({ dialect, headerWidth, headerCells, names, ...slice });
    for await (const chunk of file.slice(slice.firstByte, slice.endByte).stream()) {
      for (const batch of reader.push(chunk)) yield* recordsIn(batch);
    }
    for (const batch of reader.finish()) yield* recordsIn(batch);
  }
}

function* recordsIn(batch: RecordBatch): Generator<CsvRecord> {
  for (const [at, cells] of batch.rows.entries()) {
    yield {
      index: batch.firstRow + at,
      line: batch.lineOf(at),
      byteOffset: batch.byteOffsetOf(at),
      cells,
      problem: batch.problems.get(at) ?? null,
      repair: batch.repairs.get(at) ?? null,
    };
  }
}
