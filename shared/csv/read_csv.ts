/** Reading a stream from end to end in one go, without slices. */
import { ByteQueue, bytesBetween, decodeBlock, pieces } from "./block.ts";
import { detect, SAMPLE_BYTES } from "./detect.ts";
import type { Dialect, DialectOptions } from "./dialect.ts";
import { firstInvalidByte, isGuess, readMark } from "./encoding.ts";
import type { KnownHeader } from "./header_find.ts";
import { headerCells, type HeaderLines, headerReadings, readHeaderLines } from "./header_read.ts";
import { blankRowsNote, headerNote, preambleNote } from "./notes.ts";
import type { FileProblem } from "./problems.ts";
import { RowReader } from "./row_reader.ts";
import { sniffUnsupported } from "./sniff.ts";
import { type CsvRecord, TableEnd } from "./table_end.ts";
import { TableWatch } from "./table_watch.ts";

export type { CsvRecord } from "./table_end.ts";

/** What may be known beforehand. */
export interface CsvOptions {
  /** Parts of the dialect that are known; they win over detection. */
  dialect?: DialectOptions;
  /** Says whether a cell is a column name the caller knows; helps to find the header. */
  isKnownHeader?: KnownHeader;
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

/**
 * Reads separated text from a stream, however it is written. Memory is a block and the longest record.
 *
 * Unlike the scan, which has seen the whole file before the first row is read, this decides the encoding as it goes:
 * without a mark, bytes are UTF-8 until the first that are not, and Windows-1252 from the block (256 KiB) on in which
 * those stand; `dialect.encoding` is what it was at the beginning, and the change is noted.
 *
 * @returns When the header is known. What is wrong with the file as a whole is a `problem`, not an exception;
 * errors of the stream itself are thrown on.
 */
export async function readCsv(
  stream: ReadableStream<Uint8Array>,
  options: CsvOptions = {},
): Promise<CsvReading> {
  const given = options.dialect ?? {};
  const isKnown = options.isKnownHeader ?? (() => false);
  const chunks = stream[Symbol.asyncIterator]();
  const { head, complete } = await readHead(chunks);
  const mark = readMark(head, given);
  const sampled = head.subarray(mark.length, mark.length + SAMPLE_BYTES);
  const whole = complete && mark.length + sampled.length >= head.length;
  let sample = decodeBlock(sampled, mark.length, mark.encoding, whole);
  let encoding = mark.encoding;
  if (sample.damaged && isGuess(mark, given)) {
    encoding = "windows-1252";
    sample = decodeBlock(sampled, mark.length, encoding, whole);
  }
  const found = detect(sample, whole, given, isKnown);
  const { delimiter, quoteText, backslash } = found.grammar;
  const dialect: Dialect = {
    encoding,
    bom: mark.bom,
    delimiter,
    quote: quoteText,
    escape: backslash ? "\\" : quoteText,
    newline: found.newline,
    header_line: found.headerLine,
    preamble_lines: Math.max(0, found.headerLine - 1),
  };
  const problem = problemOf(head, sampled, found.problem);
  if (problem !== null) {
    await chunks.return?.();
    return { header: [], dialect, problem, records: nothing(), notes: [] };
  }
  const from = bytesBetween(sample, 0, found.headerStart);
  const to = bytesBetween(sample, 0, found.dataStart);
  const header = readHeaderLines(sampled.subarray(from, to), encoding, found.grammar, found.headerRecords);
  const notes: string[] = [];
  if (encoding !== mark.encoding) {
    notes.push(`Read as Windows-1252: byte ${mark.length + firstInvalidByte(sampled)} is not valid UTF-8.`);
  }
  const table = {
    dialect,
    headerWidth: found.headerWidth,
    header,
    firstByte: mark.length + to,
    firstLine: found.dataLine,
  };
  const rest = head.subarray(mark.length + to);
  return {
    header: headerCells(header, encoding),
    dialect,
    problem: null,
    records: readRecords(chunks, rest, table, isGuess(mark, given), isKnown, notes),
    notes,
  };
}

interface Table {
  readonly dialect: Dialect;
  readonly header: HeaderLines;
  readonly headerWidth: number;
  readonly firstByte: number;
  readonly firstLine: number;
}

type Chunks = AsyncIterator<Uint8Array>;

/** The stream's beginning: enough to detect the dialect on, or all of it. */
async function readHead(chunks: Chunks): Promise<{ head: Uint8Array; complete: boolean }> {
  const queue = new ByteQueue(0);
  // Room for a mark before the sample.
  while (queue.size < SAMPLE_BYTES + 4) {
    const { done, value } = await chunks.next();
    if (done) return { head: queue.peek(), complete: true };
    queue.push(value);
  }
  return { head: queue.peek(), complete: false };
}

function problemOf(head: Uint8Array, sampled: Uint8Array, found: FileProblem | null): FileProblem | null {
  const type = sniffUnsupported(head);
  if (type !== null) return { reason: "unreadable", detail: `the file is ${type}, not text` };
  if (sampled.length === 0) return { reason: "empty", detail: "the file has no text" };
  return found;
}

async function* nothing(): AsyncGenerator<CsvRecord> {}

async function* readRecords(
  chunks: Chunks,
  rest: Uint8Array,
  table: Table,
  unmarked: boolean,
  isKnown: KnownHeader,
  notes: string[],
): AsyncGenerator<CsvRecord> {
  const { dialect, header, headerWidth } = table;
  const readings = headerReadings(header, dialect.encoding);
  const end = new TableEnd(new TableWatch(readings, dialect.delimiter, headerWidth, isKnown));
  const reader = new RowReader({ ...table, firstRow: 0 }, unmarked);
  try {
    for (let chunk: Uint8Array | null = rest; chunk !== null && end.line === null;) {
      for (const piece of pieces(chunk)) yield* end.admit(reader.push(piece));
      const { done, value }: IteratorResult<Uint8Array> = await chunks.next();
      chunk = done ? null : value;
    }
    yield* end.admit(reader.finish());
    yield* end.release();
  } finally {
    await chunks.return?.();
    notes.push(...preambleNote(dialect.preamble_lines), ...headerNote(header.length));
    notes.push(...blankRowsNote(end.line === null ? reader.blankRows : end.blankRows));
    if (reader.legacyFrom >= 0) {
      notes.push(
        `Read as Windows-1252 from byte ${reader.legacyFrom} on: not all that follows is valid UTF-8.`,
      );
    }
    if (end.line !== null) {
      notes.push(`A second table begins on line ${end.line}; from there on nothing was read.`);
    }
  }
}
