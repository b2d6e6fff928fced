/** What a scan carries from one share of a file to the next: plain data, fit for JSON. */
import type { DialectOptions, Encoding, Newline } from "../dialect.ts";
import type { Mark, Sequences } from "../text/encoding.ts";
import type { Run } from "../text/held_end.ts";
import type { HeaderLines } from "../detect/header_read.ts";
import type { RowsAbove } from "../detect/header_find.ts";
import type { FileProblem } from "../detect/file_problem.ts";
import type { Evidence, OpenQuestions, Question } from "./open_questions.ts";
import type { Slice, UnreadLines } from "./scan.ts";
import type { TableHeader } from "../rows/table_lines.ts";

/** A record boundary, and what was counted above it. */
export interface Place {
  readonly byte: number;
  readonly line: number;
  readonly row: number;
  readonly blankRows: number;
}

/** Lines behind a blank row that are unread if none of them has the header's width, to the end. */
export interface TableTail extends Place {
  /** How many there are so far. */
  lines: number;
  /** The first one has cells: it may be another table's header. */
  readonly isTable: boolean;
  /** The slices there were when it began, where the last one had begun, and how far had been looked. */
  readonly slices: number;
  readonly sliceStart: Place;
  readonly seen: number;
}

/** What is known of the table being counted. */
export interface TableState {
  readonly headerLine: number;
  readonly headerLines: number;
  readonly headerWidth: number;
  readonly header: HeaderLines;
  rows: number;
  blankRows: number;
  /** Physical line of the next record. */
  line: number;
  slices: Slice[];
  sliceStart: Place;
  /** No slice ends before this byte: a decision about one of its records was made by looking that far. */
  seen: number;
  /** The slice has to end at the next line end that can be reached. */
  forced: boolean;
  /** Where a line began that is longer than a block and has not ended yet. */
  longLine: { readonly byte: number; readonly line: number } | null;
  /** The header as later lines are held against it. */
  readonly cells: TableHeader;
  /** The record before was blank. */
  afterBlank: boolean;
  /** A row that is a title if a header comes next, the blank rows behind it, and its physical lines. */
  title: (Place & { blanks: number; readonly lines: number }) | null;
  /** Where, behind a blank row, lines began of which none so far has the header's width. */
  tail: TableTail | null;
  /** Repeated headers, and titles above them, that were passed over. */
  headers: number;
  titles: number;
  /** Another table has begun. */
  ended: boolean;
  /** Rows that stand above the header. */
  readonly above: RowsAbove | null;
  /** What stands below the table. */
  unread: UnreadLines | null;
}

/** Everything a scan knows. */
export interface ScanState {
  readonly given: DialectOptions;
  readonly sliceBytes: number;
  readonly sliceRows: number;
  /** Columns of a file without a header, where they are known. */
  readonly columns: number | null;
  phase: "sample" | "table" | "after";
  bytes: number;
  /** All bytes of the file, what was left out at its end included; null as long as more may come. */
  size: number | null;
  mark: Mark;
  encoding: Encoding;
  /** Evidence for and against UTF-8, where the file does not say how it is written. */
  sequences: Sequences;
  /** Offset of the first byte that is no UTF-8; -1 when there is none so far. */
  invalidByte: number;
  separators: { delimiter: string; quote: string; escape: string; newline: Newline };
  /** What the file's beginning left open, and how this way of reading does since a question came up. */
  open: OpenQuestions;
  evidence: Evidence | null;
  table: TableState | null;
  problem: FileProblem | null;
  /** Physical line of the next byte, outside the table. */
  line: number;
  /** That line has begun already, and has text. */
  inLine: boolean;
  inText: boolean;
}

/** A scan that has seen nothing. */
export function newScanState(
  given: DialectOptions,
  sliceBytes: number,
  sliceRows: number,
  columns: number | null,
): ScanState {
  return {
    given,
    sliceBytes,
    sliceRows,
    columns,
    phase: "sample",
    bytes: 0,
    size: null,
    mark: { encoding: "utf-8", bom: false, length: 0 },
    encoding: given.encoding ?? "utf-8",
    sequences: { valid: 0, invalid: 0 },
    invalidByte: -1,
    separators: {
      delimiter: given.delimiter ?? ",",
      quote: given.quote ?? '"',
      escape: given.escape ?? given.quote ?? '"',
      newline: given.newline ?? "\n",
    },
    open: { escape: false, quote: false },
    evidence: null,
    table: null,
    problem: null,
    line: 1,
    inLine: false,
    inText: false,
  };
}

/** Everything a scan has found so far, fit for JSON. */
export interface ScannerState {
  /** Offset of the byte to push next. */
  readonly nextByte: number;
  /** Bytes that were pushed and not yet read, in base64; seldom more than a record. */
  readonly pending: string;
  /** Bytes behind those that are no rows if the file ends with them. */
  readonly held: readonly Run[];
  /** The other way of reading, while a question is open; its bytes are the same. */
  readonly rival: { readonly question: Question; readonly state: ScannerState } | null;
  readonly scan: ScanState;
}

/** Bytes that are made one string at a time: as many as a call may have arguments, everywhere. */
const PACKED_TOGETHER = 8_192;

/** Bytes as base64. */
export function packBytes(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += PACKED_TOGETHER) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + PACKED_TOGETHER)));
  }
  return btoa(parts.join(""));
}

/** Bytes out of base64. */
export function unpackBytes(packed: string): Uint8Array {
  return Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
}
