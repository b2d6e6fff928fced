/**
 * How a file is written, from its first 64 kB: every way a file may be written is tried on the sample, and the one
 * that makes a table of it wins: a header the caller knows, rows as wide as the header, quotes that work out.
 */
import type { Block } from "../text/block.ts";
import { DELIMITER_CHARS, DELIMITERS, type DialectOptions, type Newline, QUOTES } from "../dialect.ts";
import { type Grammar, grammarOf } from "../records/grammar.ts";
import {
  findHeader,
  type FoundHeader,
  joinHeader,
  type RowsAbove,
  rowsAbove,
  type SampleRecord,
  usualWidth,
} from "./header_find.ts";
import type { ColumnNames } from "./column_names.ts";
import type { FileProblem } from "./file_problem.ts";
import { cellsOf } from "../records/cells.ts";
import { fitted } from "../records/width.ts";
import { RecordFinder } from "../records/record_finder.ts";

/** Bytes that decide the dialect. */
export const SAMPLE_BYTES = 65_536;
const SAMPLE_RECORDS = 200;
/** What a table without a header is worth at most: less than any with one. */
const HEADLESS_SCORE = 10;
/**
 * A header with all a row needs outweighs any number of known names, and one with rows below it those without. The
 * further up it stands the better, for what stands above is not read.
 */
const WHOLE_SCORE = 200_000;
const ROWS_SCORE = 200_000;
const LINE_SCORE = 1_000;

/** How the sample is written. */
export interface Detection {
  readonly grammar: Grammar;
  readonly newline: Newline;
  /** Places in the sample's text where the header begins and the first row does. */
  readonly headerStart: number;
  readonly dataStart: number;
  /** Physical line of the header, from 1; 0 without one. */
  readonly headerLine: number;
  /** Records that are the header. */
  readonly headerRecords: number;
  /** Physical line of the first row. */
  readonly dataLine: number;
  /** Cells a row has: the header's, or without one what most lines have. */
  readonly headerWidth: number;
  /** Cells of the sample's rows that stand between quotes. */
  readonly quoted: number;
  /** Rows that stand above the header. */
  readonly above: RowsAbove | null;
  readonly problem: FileProblem | null;
}

/** One way to read the sample, and how well it does. */
interface Reading {
  readonly grammar: Grammar;
  readonly records: SampleRecord[];
  readonly header: FoundHeader | null;
  /** Cells a row has. */
  readonly width: number;
  /** Share of rows that have as many. */
  readonly share: number;
  /** Cells between quotes, and those of them below the header. */
  readonly quoted: number;
  readonly quotedRows: number;
  readonly damaged: number;
  /** The delimiter, all of it, stands between all of the header's cells. */
  readonly spaced: boolean;
  readonly score: number;
}

/**
 * Finds out how a file is written.
 *
 * @param sample The file's beginning, behind its byte order mark.
 * @param complete The sample is the whole file.
 * @param columns Columns a row has in a file without a header; null where that is not known, and a header of unknown
 * names may be one.
 */
export function detect(
  sample: Block,
  complete: boolean,
  given: DialectOptions,
  names: ColumnNames,
  columns: number | null,
): Detection {
  const newline = given.newline ?? newlineOf(sample.text);
  const ways: Ways = { sample, complete, given, names, columns };
  const hint = given.delimiter === undefined ? hintOf(sample.text) : null;
  const readings = chooseQuote(readAll(ways, hint));
  const best = chooseEscape(followHint(hint, chooseDelimiter(readings), readings), ways);
  return describe(best, newline, given, hint === null ? 0 : 1);
}

/** What all readings of a sample have in common. */
interface Ways {
  readonly sample: Block;
  readonly complete: boolean;
  readonly given: DialectOptions;
  readonly names: ColumnNames;
  readonly columns: number | null;
}

/** The delimiter a file names in its first line, for spreadsheets. */
function hintOf(text: string): string | null {
  return /^"?sep=([^\w"'])"?(?:\r|\n)/i.exec(text)?.[1] ?? null;
}

/** A named delimiter leads, unless the file is written otherwise: then it is a leftover of an earlier program's. */
function followHint(hint: string | null, best: Reading, readings: readonly Reading[]): Reading {
  if (hint === null) return best;
  const named = readings.filter(({ grammar }) => grammar.delimiter === hint).reduce(better);
  const makesTable = named.width > 1 && (named.header !== null || best.header === null);
  return makesTable && (named.header?.known ?? 0) >= (best.header?.known ?? 0) ? named : best;
}

/** Every delimiter with every quote that is still open. */
function readAll(ways: Ways, hint: string | null): Reading[] {
  const { sample, given } = ways;
  const delimiters = given.delimiter !== undefined
    ? [given.delimiter]
    : [...new Set([...(hint === null ? [] : [hint]), ...DELIMITER_CHARS])];
  const quotes = given.quote !== undefined ? [given.quote] : QUOTES;
  return delimiters.flatMap((delimiter) =>
    quotes
      .filter((quote) => quote === '"' || quotes.length === 1 || sample.text.includes(quote))
      .map((quote) => {
        const grammar = grammarOf({ delimiter, quote, escape: given.escape ?? quote });
        return readSample(ways, grammar);
      })
  );
}

function readSample(ways: Ways, grammar: Grammar): Reading {
  const { sample, complete } = ways;
  const records = recordsOf(sample, complete, grammar);
  const header = headerOf(records, ways);
  let rows = 0;
  let fitting = 0;
  const width = header?.cells.length ?? ways.columns ?? usualWidth(records);
  for (const record of records.slice(header ? header.at + header.count : 0)) {
    if (record.blank) continue;
    rows++;
    if (fitted([...record.cells], width, sample.bytewise)) fitting++;
  }
  const share = rows === 0 ? 1 : fitting / rows;
  const quotedIn = (some: readonly SampleRecord[]) => some.reduce((sum, record) => sum + record.quoted, 0);
  const quoted = quotedIn(records);
  const quotedRows = header === null ? quoted : quotedIn(records.slice(header.at + header.count));
  const damaged = records.filter((record) => record.damaged).length;
  const shape = header === null
    ? HEADLESS_SCORE * share + Math.min(width, 10) / 2
    : 20 + 30 * share + Math.min(width, 10);
  const table = width < 2 ? 0 : shape;
  const whole = header?.isWhole
    ? WHOLE_SCORE + (header.hasRows ? ROWS_SCORE : 0) - LINE_SCORE * header.at
    : 0;
  const score = whole + (header?.known ?? 0) * 100 + table - 20 * damaged / Math.max(1, records.length);
  const first = header === null ? undefined : records[header.at];
  const separated = first ? sample.text.slice(first.start, first.next).split(grammar.delimiter).length : 0;
  const spaced = width > 1 && separated >= width;
  return { grammar, records, header, width, share, quoted, quotedRows, damaged, spaced, score };
}

/** The header, where it was said to be or where it is found. */
function headerOf(
  records: readonly SampleRecord[],
  { given, names, columns }: Ways,
): FoundHeader | null {
  const line = given.header_line ??
    (given.preamble_lines === undefined ? undefined : given.preamble_lines + 1);
  if (line === undefined) return findHeader(records, names, columns === null);
  const at = records.findIndex((record) => record.line >= line && !record.blank);
  return at < 0 ? null : headerAt(records, at, names);
}

function headerAt(records: readonly SampleRecord[], at: number, names: ColumnNames): FoundHeader {
  const cells = joinHeader([records[at]?.cells ?? []]);
  const known = cells.filter(names.isKnown).length;
  return { at, count: 1, cells, known, isWhole: names.isWhole(cells), hasRows: false };
}

/** The sample's first records; one that may go on behind the sample is left out. */
function recordsOf(sample: Block, complete: boolean, grammar: Grammar): SampleRecord[] {
  const finder = new RecordFinder(grammar, null, true);
  finder.load(sample, complete);
  const records: SampleRecord[] = [];
  let line = 1;
  for (let at = 0; records.length < SAMPLE_RECORDS;) {
    const find = finder.find(at);
    if (find === "more") break;
    const quoted = find === "quoted";
    records.push({
      start: at,
      next: finder.next,
      line,
      cells: cellsOf(finder, find, sample.text, at),
      blank: finder.blank,
      quoted: quoted ? finder.scan.quoted : 0,
      damaged: find !== "plain" && (!quoted || finder.scan.stray),
    });
    line += finder.lines;
    at = finder.next;
  }
  return records;
}

/** The best of the single-character delimiters, read with double quotes unless single ones clearly are the quotes. */
function chooseQuote(readings: readonly Reading[]): Reading[] {
  return readings.filter((reading) => {
    if (reading.grammar.quoteText === '"') return true;
    const rival = readings.find(({ grammar }) =>
      grammar.delimiter === reading.grammar.delimiter && grammar.quoteText === '"'
    );
    if (rival === undefined) return true;
    const rows = Math.max(1, reading.records.length);
    const sound = rival.quotedRows === 0 && reading.quoted > 0 && reading.damaged <= reading.quoted / 10;
    const wider = reading.share > rival.share && reading.score > rival.score;
    return sound &&
      (wider || (reading.quoted >= 2 && reading.quoted * 2 >= rows && reading.score >= rival.score));
  });
}

/**
 * The delimiter: one that is `spaced` or `last` only where it does better than those that are `always` tried. A file
 * that names a delimiter of its own is read with that one.
 */
function chooseDelimiter(readings: readonly Reading[]): Reading {
  const kindOf = ({ grammar }: Reading) =>
    DELIMITERS.find(({ chars }) => chars === grammar.delimiter)?.detectable ?? "always";
  const plain = readings.filter((reading) => kindOf(reading) === "always");
  const best = plain.length > 0 ? plain.reduce(better) : null;
  const spaced = readings.find((reading) => kindOf(reading) === "spaced");
  const last = readings.find((reading) => kindOf(reading) === "last");
  if (best === null) return (spaced ?? last) ?? fail();
  if (spaced !== undefined && isBetterSpaced(spaced, best)) return spaced;
  return last !== undefined && isOnlyTable(last, best) ? last : best;
}

function better(one: Reading, other: Reading): Reading {
  const margin = other.grammar.quoteText === "'" && one.grammar.delimiter === other.grammar.delimiter
    ? 0
    : 1e-9;
  return other.score >= one.score + margin ? other : one;
}

/** Whether a delimiter and its space read the file at least as well as the delimiter alone does. */
function isBetterSpaced(spaced: Reading, best: Reading): boolean {
  return spaced.header !== null && spaced.grammar.delimiter.startsWith(best.grammar.delimiter) &&
    spaced.spaced && spaced.header.cells.length === best.header?.cells.length && spaced.score >= best.score;
}

/** Whether this reading makes a table where the best of the others makes none. */
function isOnlyTable(last: Reading, best: Reading): boolean {
  const known = last.header?.known ?? 0;
  return best.width < 2 && last.width >= 3 && (known >= 2 || last.share >= 0.9);
}

function fail(): never {
  throw new Error("Cannot detect the dialect: no delimiter to try");
}

/** A backslash escapes quotes only where that makes fewer of them stray. */
function chooseEscape(best: Reading, ways: Ways): Reading {
  const { grammar } = best;
  const { sample, given } = ways;
  if (given.escape !== undefined || !sample.text.includes("\\" + grammar.quoteText)) return best;
  const escaping = grammarOf({ delimiter: grammar.delimiter, quote: grammar.quoteText, escape: "\\" });
  const other = readSample(ways, escaping);
  return other.damaged < best.damaged && other.share >= best.share ? other : best;
}

/** The line end most lines have. */
function newlineOf(text: string): Newline {
  const ends = text.match(/\r\n|\n|\r/g) ?? [];
  const count = (end: Newline) => ends.filter((found) => found === end).length;
  const pairs = count("\r\n");
  const feeds = count("\n");
  const returns = count("\r");
  if (pairs > 0 && pairs >= feeds && pairs >= returns) return "\r\n";
  return returns > feeds ? "\r" : "\n";
}

/** @param above Records at the beginning that are no part of a table whatever comes. */
function describe(best: Reading, newline: Newline, given: DialectOptions, above: number): Detection {
  const { header, records, grammar, quotedRows: quoted } = best;
  if (header === null) {
    const first = records[above];
    return {
      grammar,
      newline,
      quoted,
      headerStart: 0,
      dataStart: first?.start ?? 0,
      headerLine: 0,
      headerRecords: 0,
      dataLine: first?.line ?? 1,
      headerWidth: records.every((record) => record.blank) ? 0 : best.width,
      above: null,
      problem: headless(records, given),
    };
  }
  const first = records[header.at];
  const end = header.at + header.count;
  const last = records[end - 1];
  const after = records[end];
  if (first === undefined || last === undefined) {
    throw new Error("Cannot describe the header: no such record");
  }
  return {
    grammar,
    newline,
    headerStart: first.start,
    dataStart: last.next,
    headerLine: first.line,
    headerRecords: header.count,
    dataLine: after?.line ?? last.line + linesOf(records, end - 1),
    headerWidth: header.cells.length,
    quoted,
    above: rowsAbove(records, header),
    problem: null,
  };
}

/** Physical lines of the sample's last record. */
function linesOf(records: readonly SampleRecord[], at: number): number {
  const record = records[at];
  return record === undefined ? 1 : Math.max(1, record.cells.join("").split(/\r\n|\n|\r/).length);
}

/** Why there is no header. */
function headless(records: readonly SampleRecord[], given: DialectOptions): FileProblem {
  const first = records.find((record) => !record.blank);
  if (first === undefined) {
    return records.length === 0
      ? { reason: "no_header", detail: "no line end in the first 64 kB, so no header was found" }
      : { reason: "empty", detail: `only blank lines (${records.length})` };
  }
  if (given.header_line !== undefined) {
    return { reason: "no_header", detail: `no line ${given.header_line}, where the header was said to be` };
  }
  const detail = `no header found: line ${first.line}, the first with text, holds no column names`;
  return { reason: "no_header", detail };
}
