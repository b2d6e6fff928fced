/** Where the header stands among a file's first records. Found or not found, never made up. */
import type { ColumnNames } from "./column_names.ts";
import { isAmountOrDate, isValueLike } from "../records/cell_kind.ts";
import { isBlank } from "../records/grammar.ts";
import { fitted } from "../records/width.ts";

/** A record of the sample, blank ones included. */
export interface SampleRecord {
  /** Places in the sample's text. */
  readonly start: number;
  readonly next: number;
  /** Physical line, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
  readonly blank: boolean;
  /** Quoted cells, and whether any quote in it is out of place. */
  readonly quoted: number;
  readonly damaged: boolean;
}

/** A header: one to three records of the sample. */
export interface FoundHeader {
  /** Place of its first record in the sample. */
  readonly at: number;
  readonly count: number;
  /** Column names; empty ones at the end left out. */
  readonly cells: string[];
  /** How many of them the caller knows. */
  readonly known: number;
  /** They are all that a row needs. */
  readonly isWhole: boolean;
  /** A row of its width, with an amount or a date in it, stands below before another header does. */
  readonly hasRows: boolean;
}

/** Records above the header, at most. */
const PREAMBLE_RECORDS = 60;
const HEADER_RECORDS = 3;
/** A record that knows this share of what the best one knows, and stands above it, is the header. */
const NEARLY_BEST = 0.6;

export type KnownHeader = (cell: string) => boolean;

/**
 * Finds the header. One with all that a row needs wins over whatever else is there.
 *
 * @param mayBeUnknown A header of names nobody knows counts as one, by its looks.
 * @returns Null when the records have none.
 */
export function findHeader(
  records: readonly SampleRecord[],
  names: ColumnNames,
  mayBeUnknown: boolean,
): FoundHeader | null {
  return findKnown(records, names) ?? (mayBeUnknown ? findByShape(records) : null);
}

/** By the column names in it. */
function findKnown(records: readonly SampleRecord[], names: ColumnNames): FoundHeader | null {
  const candidates: FoundHeader[] = [];
  for (let at = 0; at < Math.min(records.length, PREAMBLE_RECORDS); at++) {
    const best = bestSpan(records, at, names);
    if (best) candidates.push(best);
  }
  const whole = candidates.filter(({ isWhole }) => isWhole);
  if (whole.length > 0) {
    const withRows = whole.map((one) => ({ ...one, hasRows: hasRowsBelow(one, whole, records) }));
    return withRows.reduce((best, one) => isNearer(one, best) ? one : best);
  }
  const most = Math.max(0, ...candidates.map((candidate) => candidate.known));
  const first = candidates.find(({ known }) => known >= Math.max(1, most * NEARLY_BEST));
  if (first === undefined || most === 0) return null;
  const near = candidates.filter(({ at }) => at >= first.at && at < first.at + HEADER_RECORDS);
  const header = near.reduce((best, candidate) => candidate.known > best.known ? candidate : best);
  const enough = header.known >= 2 || (header.known === 1 && looksLikeHeader(header.cells));
  return enough ? header : null;
}

/** Whether rows stand between a header and the next one of other columns; a legend above the table has none. */
function hasRowsBelow(header: FoundHeader, all: readonly FoundHeader[], records: readonly SampleRecord[]) {
  const width = header.cells.length;
  const from = header.at + header.count;
  const next = all.find(({ at, cells }) => at >= from && !isSame(cells, header.cells))?.at ?? records.length;
  return records.slice(from, next).some(({ cells, blank }) =>
    !blank && cells.some(isAmountOrDate) && fitted([...cells], width, true)
  );
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((cell, at) => cell === other[at]);
}

/** Whether a header has rows where the other has none, ends further up, or where that one does in fewer lines. */
function isNearer(one: FoundHeader, other: FoundHeader): boolean {
  if (one.hasRows !== other.hasRows) return one.hasRows;
  const end = one.at + one.count;
  const otherEnd = other.at + other.count;
  return end < otherEnd || (end === otherEnd && one.count < other.count);
}

/** The header that would begin at a record: more lines only where they make more names known. */
function bestSpan(records: readonly SampleRecord[], at: number, names: ColumnNames): FoundHeader | null {
  let best: FoundHeader | null = null;
  for (let count = 1; count <= HEADER_RECORDS; count++) {
    const record = records[at + count - 1];
    if (record === undefined || record.blank) break;
    const cells = joinHeader(records.slice(at, at + count).map((part) => part.cells));
    const known = new Set(cells.filter(names.isKnown).map((cell) => cell.toLowerCase())).size;
    if (best !== null && known <= best.known) continue;
    best = { at, count, cells, known, isWhole: names.isWhole(cells), hasRows: false };
  }
  return best;
}

/** By its looks: the first record about as wide as most, if it holds names and no values. */
function findByShape(records: readonly SampleRecord[]): FoundHeader | null {
  const usual = usualWidth(records);
  const needed = usual > 1 ? Math.max(2, Math.ceil(usual / 2)) : 1;
  const at = records.findIndex(({ cells, blank }) =>
    !blank && cells.filter((cell) => cell.trim() !== "").length >= needed
  );
  const record = records[at];
  if (record === undefined || at >= PREAMBLE_RECORDS) return null;
  const cells = joinHeader([record.cells]);
  return looksLikeHeader(cells) ? { at, count: 1, cells, known: 0, isWhole: false, hasRows: false } : null;
}

/** Rows that stand above a header: where the first is, and how many there are. */
export interface RowsAbove {
  /** Physical line, from 1, of the first one. */
  readonly line: number;
  readonly lines: number;
}

/** Columns with an amount or a date in most rows make rows of lines above that have them there, too: so many at least. */
const VALUE_COLUMNS = 2;

/**
 * Lines above a header that are like the rows below it: as wide, with amounts and dates in the same columns. They are
 * no preamble: somebody sorted the header in among them, or joined two files.
 */
export function rowsAbove(records: readonly SampleRecord[], header: FoundHeader): RowsAbove | null {
  const width = header.cells.length;
  const isWide = ({ cells, blank }: SampleRecord) => !blank && fitted([...cells], width, true);
  const below = records.slice(header.at + header.count).filter(isWide);
  const columns = header.cells.map((_, column) => column).filter((column) =>
    2 * below.filter(({ cells }) => isAmountOrDate(cells[column] ?? "")).length > below.length
  );
  if (columns.length < VALUE_COLUMNS) return null;
  const above = records.slice(0, header.at).filter((record) =>
    isWide(record) && columns.every((column) => isAmountOrDate(record.cells[column] ?? ""))
  );
  const [first] = above;
  return first === undefined ? null : { line: first.line, lines: above.length };
}

/** The width most records have. */
export function usualWidth(records: readonly SampleRecord[]): number {
  const counts = new Map<number, number>();
  for (const { cells, blank } of records) {
    if (!blank) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  }
  let usual = 1;
  for (const [width, count] of counts) if (count > (counts.get(usual) ?? 0)) usual = width;
  return usual;
}

/** Whether cells could be column names: all different, and none of them a number, a date or a reference. */
export function looksLikeHeader(cells: readonly string[]): boolean {
  const names = cells.map((cell) => cell.trim().toLowerCase()).filter((name) => name !== "");
  return names.length > 0 && new Set(names).size === names.length && !names.some(isValueLike);
}

/**
 * Column names out of the lines of a header: joined column by column, white space folded. Quotes around a name, or what
 * damage has left of them, are not part of it.
 */
export function joinHeader(lines: readonly (readonly string[])[]): string[] {
  const width = Math.max(...lines.map((line) => line.length));
  const cells = Array.from(
    { length: width },
    (_, column) => lines.map((line) => nameIn(line[column] ?? "")).join(" ").replace(/\s+/g, " ").trim(),
  );
  return cells.slice(0, cells.findLastIndex((cell) => !isBlank(cell, true)) + 1);
}

/** Spaces and marks around a name, and then quotes. */
const AROUND_NAMES = /^[\s\ufeff]*"+\s*|\s*"+[\s\ufeff]*$/g;

function nameIn(cell: string): string {
  return cell.includes('"') ? cell.replace(AROUND_NAMES, "") : cell;
}
