/**
 * What a line of a table is: almost always a row. The scan that counts rows and the reader that hands them out both
 * ask here, so they cannot disagree. Nothing weaker than these rules takes a line for anything but a row: what might
 * be a damaged row is a reject.
 */
import { strictUtf8 } from "../text/block.ts";
import type { Block } from "../text/block.ts";
import { bytesOf } from "../text/bytewise.ts";
import { isAmountOrDate, isTitleLike } from "../records/cell_kind.ts";
import { DELIMITERS } from "../dialect.ts";
import type { Grammar } from "../records/grammar.ts";
import { readLineCells } from "../records/line_cells.ts";
import { canHold } from "../records/mend/repair.ts";
import type { Find } from "../records/record_finder.ts";

/**
 * A `row`; a repeated `header`; the first line of another `table`; or a `title`, which is a row unless one of the
 * other two comes next.
 */
export type LineKind = "row" | "title" | "header" | "table";

/** The table's header as lines are held against it. */
export interface TableHeader {
  /** Cells of each of its lines, folded. */
  readonly lines: readonly (readonly string[])[];
  /** The field each column of the whole header is read as; null for none. */
  readonly fields: readonly (string | null)[];
}

/** What is asked about names of columns to tell lines apart. */
export interface LineNames {
  /** The field a cell names; null for none. */
  fieldOf(cell: string): string | null;
  /** The field each cell of a header is read as; null for those that name nothing, or lose to another. */
  fieldsOf(cells: readonly string[]): (string | null)[];
}

/** No name is known. */
export const NO_NAMES: LineNames = { fieldOf: () => null, fieldsOf: (cells) => cells.map(() => null) };

/** The header of a table nothing is known of: every line is a row. */
export const NO_HEADER: TableHeader = { lines: [], fields: [] };

/** Blank rows between a title and what it is the title of, at most. */
export const TITLE_BLANKS = 3;

/** A line with more digits than the header has, and these, holds values. */
const MOST_DIGITS = 7;
/** Names of columns that make a line the first of another table. */
const TABLE_NAMES = 3;
/** Columns below which a cell that stands alone is no title. */
const TITLE_COLUMNS = 3;
/** Characters looked at from one end of a line before the other end is. */
const RUN = 16;
/** How often a line that is looked at is gone through, and what each cell costs besides, in characters read. */
const LOOK_PASSES = 6;
const LOOK_STEPS = 40;

/** Tells lines of one table apart. */
export class TableLines {
  readonly #digits: number;
  readonly #own: ReadonlySet<string>;
  /** The same with the delimiters that a single row may be written with. */
  readonly #others: readonly Grammar[];

  constructor(
    private readonly header: TableHeader,
    private readonly grammar: Grammar,
    private readonly names: LineNames,
  ) {
    const cells = header.lines.flat();
    this.#others = DELIMITERS
      .filter(({ chars, detectable }) => detectable === "always" && chars !== grammar.delimiter)
      .map(({ chars }) => ({ ...grammar, delimiter: chars, first: chars.charCodeAt(0), second: -1 }));
    this.#own = new Set(cells.filter((cell) => cell !== ""));
    this.#digits = MOST_DIGITS + (cells.join("").match(/\d/g)?.length ?? 0);
  }

  /** Work done so far, in characters read. */
  steps = 0;

  /** Looks at the record the finder found from `start` to `end` of the block; one that is not blank. */
  kindOf(block: Block, find: Find, start: number, end: number): LineKind {
    if (find === "long" || this.#hasValues(block.text, start, end)) return "row";
    const text = plainText(block, start, end);
    if (find === "unclosed" && LINE_END.test(text)) return "row";
    const cells = this.#cellsOf(text).map(foldCell);
    cells.length = cells.findLastIndex((cell) => cell !== "") + 1;
    this.steps += LOOK_PASSES * (end - start) + LOOK_STEPS * cells.length;
    const filled = cells.filter((cell) => cell !== "");
    if (filled.length === 1) return find !== "unclosed" && this.#isTitle(filled[0] ?? "") ? "title" : "row";
    if (this.header.lines.some((line) => isSame(line, cells))) return "header";
    return this.#kindByNames(cells);
  }

  /** A line's cells as those of a row are read: one that is too short may be written with another delimiter. */
  #cellsOf(text: string): readonly string[] {
    const { cells } = readLineCells(text, this.grammar);
    const width = this.header.fields.length;
    if (cells.length >= width) return cells;
    const other = this.#others.find(({ delimiter }) => canHold(text, delimiter, width));
    return other === undefined ? cells : readLineCells(text, other).cells;
  }

  /** Whether there are too many digits for names of columns; costs next to nothing where values come early or late. */
  #hasValues(text: string, start: number, end: number): boolean {
    if (this.header.fields.length === 0) return true;
    let left = this.#digits;
    const middle = (start + end) >> 1;
    // From both ends, a few characters at a time: numbers and dates stand at either.
    for (let low = start, high = end - 1; low < middle || high >= middle;) {
      for (const stop = Math.min(middle, low + RUN); low < stop; low++) {
        if (isDigit(text.charCodeAt(low)) && left-- === 0) return true;
      }
      for (const stop = Math.max(middle, high - RUN); high >= stop; high--) {
        if (isDigit(text.charCodeAt(high)) && left-- === 0) return true;
      }
    }
    return false;
  }

  #isTitle(cell: string): boolean {
    return this.header.fields.length >= TITLE_COLUMNS && isTitleLike(cell);
  }

  #kindByNames(cells: readonly string[]): LineKind {
    let names = 0;
    let elsewhere = 0;
    let sameFields = true;
    const fields = this.names.fieldsOf(cells);
    for (let column = 0; column < cells.length; column++) {
      const cell = cells[column] ?? "";
      const here = this.header.fields[column] ?? null;
      const field = fields[column] ?? null;
      if (field !== here) sameFields = false;
      const isOwn = this.#own.has(cell);
      if (field === null && !isOwn && (cell === "" || this.names.fieldOf(cell) === null)) continue;
      names++;
      const inPlace = field === null && isOwn
        ? this.header.lines.some((line) => line[column] === cell)
        : field === here;
      if (!inPlace) elsewhere++;
    }
    if (names < TABLE_NAMES || 2 * names < cells.length || cells.some(isAmountOrDate)) return "row";
    if (sameFields && cells.length === this.header.fields.length) return "header";
    return elsewhere > 0 ? "table" : "row";
  }
}

const ZERO = 0x30;
const NINE = 0x39;

function isDigit(code: number): boolean {
  return code <= NINE && code >= ZERO;
}

function isSame(line: readonly string[], cells: readonly string[]): boolean {
  return line.length === cells.length && line.length > 1 &&
    line.every((cell, column) => cell === cells[column]);
}

/**
 * A cell as it is compared: without what cannot be seen and without what damage left of quotes around it, white space
 * folded, in lower case.
 */
export function foldCell(cell: string): string {
  return cell.replace(UNSEEN, "").replace(/\s+/gu, " ").replace(AROUND, "").toLowerCase();
}

// Spaces, and quotes of any kind: nobody's column is called by them.
const AROUND = /^[ "'`\u2018-\u201f\u00ab\u00bb]+|[ "'`\u2018-\u201f\u00ab\u00bb]+$/gu;

// The symbol for U+0000, too, which stands for it in what is stored.
// deno-lint-ignore no-control-regex
const UNSEEN = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u2400\p{Cf}]/gu;

/**
 * A record's text, whatever its file's encoding turns out to be: UTF-8 where its bytes are that, else one character a
 * byte. A mark at its begin, left where two files were joined, is no text.
 */
function plainText(block: Block, start: number, end: number): string {
  const text = block.text.slice(start, end);
  return (block.bytewise ? plainCell(text) : text).replace(/^\ufeff+/, "");
}

/** Text of one character a byte as UTF-8, where its bytes are that. */
export function plainCell(bytewise: string): string {
  return ASCII.test(bytewise) ? bytewise : strictUtf8(bytesOf(bytewise)) ?? bytewise;
}

const LINE_END = /[\r\n]/;

// deno-lint-ignore no-control-regex
const ASCII = /^[\u0000-\u007f]*$/;
