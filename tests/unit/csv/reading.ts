/** Ways to read a file in tests: whole, in pieces, in shares, slice by slice. */
import {
  type ColumnNames,
  type Dialect,
  FileScanner,
  type RecordBatch,
  RowReader,
  type Scan,
} from "../../../shared/csv/mod.ts";
import type { ScannerOptions } from "../../../shared/csv/mod.ts";

/** One row as the reader gives it. */
export interface ReadRow {
  index: number;
  line: number;
  byteOffset: number;
  rawLine: string;
  cells: string[];
  code: string | null;
  /** What was put right, in words; null for nothing. */
  repair: string | null;
}

const UTF_8 = new TextEncoder();

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return UTF_8.encode(text);
}

/** Bytes one after the other. */
export function join(...parts: readonly (Uint8Array | string | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...(typeof part === "string" ? utf8(part) : part)]));
}

/** UTF-16 bytes of a text, with a mark. */
export function utf16(text: string, little: boolean): Uint8Array {
  const units = [0xfeff, ...Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))];
  return Uint8Array.from(units.flatMap((unit) => little ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255]));
}

/** Windows-1252 bytes of a text without anything between 0x80 and 0x9f. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The column names the tests' files use; the reader itself knows none. */
export function isKnownHeader(cell: string): boolean {
  return KNOWN.has(cell.toLowerCase().replace(/[\s._\-/]/g, "").replaceAll("#", "number"));
}

const KNOWN = new Set([
  ...[
    "casenumber",
    "plaintiffname",
    "defendantname",
    "amount",
    "judgmentdate",
    "judgmentamount",
    "plaintiff",
  ],
  ...["defendant", "filenumber", "county", "court", "filingdate"],
]);

/** What the tests' names mean; a header with the first five fields is whole. */
export const NAMES: ColumnNames = {
  isKnown: isKnownHeader,
  fieldOf: (cell) => FIELDS.get(cell.toLowerCase().replace(/[\s._\-/]/g, "")) ?? null,
  fieldsOf: (cells) => cells.map((cell) => NAMES.fieldOf(cell)),
  isWhole: (header) => {
    const fields = new Set(header.map(NAMES.fieldOf));
    return WHOLE.every((field) => fields.has(field));
  },
};

const WHOLE = ["case", "plaintiff", "defendant", "amount", "date"];
const FIELDS = new Map([
  ["casenumber", "case"],
  ["filenumber", "case"],
  ["plaintiffname", "plaintiff"],
  ["plaintiff", "plaintiff"],
  ["defendantname", "defendant"],
  ["defendant", "defendant"],
  ["amount", "amount"],
  ["judgmentamount", "amount"],
  ["judgmentdate", "date"],
  ["filingdate", "filed"],
  ["county", "county"],
  ["court", "court"],
]);

/** Scans bytes in chunks that end at the given offsets. */
export function scan(
  bytes: Uint8Array,
  options: ScannerOptions = { isKnownHeader },
  cuts: readonly number[] = [],
): Scan {
  const scanner = new FileScanner(options);
  for (const chunk of chunksOf(bytes, cuts)) scanner.push(chunk);
  return scanner.finish();
}

/** Bytes cut at the given offsets. */
export function chunksOf(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...[...cuts].sort((one, other) => one - other), bytes.length];
  return places.slice(1).map((place, at) => bytes.slice(places[at], place));
}

/** Rows of every slice of a scan, each read by itself; with a block size, chunks are not gathered to larger ones. */
export function readSlices(
  bytes: Uint8Array,
  found: Scan,
  cuts: readonly number[] = [],
  blockBytes?: number,
): ReadRow[][] {
  const { dialect, headerWidth, headerCells } = found;
  return found.slices.map((slice) => {
    const reader = new RowReader({ dialect, headerWidth, headerCells, names: NAMES, ...slice, blockBytes });
    const part = bytes.subarray(slice.firstByte, slice.endByte);
    const inside = cuts.map((cut) => cut - slice.firstByte).filter((cut) => cut > 0 && cut < part.length);
    const batches = chunksOf(part, inside).flatMap((chunk) => reader.push(chunk));
    return [...batches, ...reader.finish()].flatMap(rowsOf);
  });
}

/** Scan and rows of a file, read in one go. */
export function read(bytes: Uint8Array | string, options?: ScannerOptions): { found: Scan; rows: ReadRow[] } {
  const all = typeof bytes === "string" ? utf8(bytes) : bytes;
  const found = scan(all, options);
  return { found, rows: readSlices(all, found).flat() };
}

/** A batch's rows with all that can be asked about them. */
export function rowsOf(batch: RecordBatch): ReadRow[] {
  return batch.rows.map((cells, at) => ({
    index: batch.firstRow + at,
    line: batch.lineOf(at),
    byteOffset: batch.byteOffsetOf(at),
    rawLine: batch.rawLineOf(at),
    cells,
    code: batch.problems.get(at)?.code ?? null,
    repair: batch.repairs.get(at) ?? null,
  }));
}

/** Each row's cells and, if it has one, its problem. */
export function brief(rows: readonly ReadRow[]): (string | string[])[][] {
  return rows.map(({ cells, code }) => code === null ? [cells] : [cells, code]);
}

/** The dialect of a plain file. */
export const PLAIN: Dialect = {
  encoding: "utf-8",
  bom: false,
  delimiter: ",",
  quote: '"',
  escape: '"',
  newline: "\n",
  header_line: 1,
  preamble_lines: 0,
};

export const HEADER = "case_number,plaintiff_name,defendant_name,amount,judgment_date";

/** Good rows, more than the dialect is detected on, so that what follows is read row by row as it comes. */
export const PADDING = "0,Name,Other,1.00,2024-01-15\n".repeat(2300);
