/**
 * Where a record begins and ends, damaged or not. The scan that cuts a file into slices and the reader that takes
 * rows out of them both ask here, so they cannot disagree.
 *
 * A record is what RFC 4180 says, as long as that makes sense. Where a quoted cell goes over a line end it must be
 * closed within MAX_RECORD_BYTES, hold no stray quote, and leave the record as wide as the header. Otherwise the
 * quote is taken to be an accident of its first line, and reading goes on at the next: a lost quote then costs its
 * own row and no other. Every decision depends on nothing but the text from the record's begin to `seen`.
 */
import type { Block } from "../text/block.ts";
import { CR, type Grammar, isBlankAt, LF } from "./grammar.ts";
import { readLineCells } from "./line_cells.ts";
import { mendLine } from "./mend/mend.ts";
import { DamagedLine, type MendedLine } from "./mend/repair.ts";
import { MAX_RECORD_BYTES, RecordScan } from "./record_scan.ts";
import { isLongerThan } from "../text/offsets.ts";

/**
 * How the found record is to be read: `more` text is needed; `plain` has no quotes; `quoted` reads by the rules;
 * `line` is a single line whose quotes do not work out and which was mended; `unclosed` is one that ran over line ends; `long` is over
 * MAX_RECORD_BYTES in one line.
 */
export type Find = "more" | "plain" | "quoted" | "line" | "unclosed" | "long";

/** Lines after an unclosed quote that may still belong to its row. */
const RECOVERY_LINES = 16;
/** Lines a quoted cell may have when its row is of the wrong width and the lines could be rows of their own. */
const DOUBTFUL_LINES = 64;
/** Lines one quoted cell may have in a row that is to prove where a damaged one ends. */
const PLAUSIBLE_LINES = 32;

/** Finds records in a block, from first to last; its fields describe the last one found. */
export class RecordFinder {
  /** Where the record's text ends. */
  end = 0;
  /** Where the next record begins. */
  next = 0;
  /** Physical lines. */
  lines = 1;
  /** All cells are empty, and nothing is wrong with them. */
  blank = false;
  /** The reading of a `quoted` record; of others what led to the judgment. */
  readonly scan: RecordScan;
  /** Cells of a `quoted` record, when wanted. */
  cells: string[] = [];
  /** The mended cells of a `line`. */
  mended: MendedLine | null = null;
  /** End of the text that any decision in this block was based on. */
  seen = 0;

  readonly #trial: RecordScan;
  #block: Block | null = null;
  #text = "";
  #final = true;
  #lf = -1;
  #cr = -1;
  #quote = -1;

  /**
   * @param width Cells the header has; null while it is not known, and any width will do.
   * @param wantsCells Whether `quoted` records are to be taken apart.
   */
  constructor(
    readonly grammar: Grammar,
    readonly width: number | null,
    private readonly wantsCells: boolean,
  ) {
    this.scan = new RecordScan(grammar);
    this.#trial = new RecordScan(grammar);
  }

  /** Takes a block; `final` when no text follows it. */
  load(block: Block, final: boolean): void {
    this.#block = block;
    this.#text = block.text;
    this.#final = final;
    this.#lf = this.#cr = this.#quote = -1;
    this.seen = 0;
    this.scan.load(block, final);
    this.#trial.load(block, final);
  }

  /** Finds the record that begins at `start`, which never moves back within a block. */
  find(start: number): Find {
    const text = this.#text;
    const length = text.length;
    if (start >= length) return "more";
    if (this.#lf < start) this.#lf = indexOrEnd(text.indexOf("\n", start));
    if (this.#cr < start) this.#cr = indexOrEnd(text.indexOf("\r", start));
    if (this.#quote < start) this.#quote = indexOrEnd(text.indexOf(this.grammar.quoteText, start));
    const end = Math.min(this.#lf, this.#cr);
    let next = end + 1;
    if (end === Infinity || (end === this.#cr && next >= length)) {
      if (!this.#final) return "more";
      if (end === Infinity) return this.#judge(start, length, length);
      next = length;
    } else if (this.#cr === end && this.#lf === next) {
      next++;
    }
    return this.#judge(start, end, next);
  }

  /** Judges the record whose first line ends at `end`. */
  #judge(start: number, end: number, next: number): Find {
    if (this.#block !== null && isLongerThan(this.#block, start, end, MAX_RECORD_BYTES)) {
      return this.#settle("long", end, next, 1, false);
    }
    if (this.#quote < end) return this.#findQuoted(start, end, next);
    return this.#settle("plain", end, next, 1, this.#isBlank(start, end));
  }

  #settle(find: Find, end: number, next: number, lines: number, blank: boolean): Find {
    this.end = end;
    this.next = next;
    this.lines = lines;
    this.blank = blank;
    if (next > this.seen) this.seen = next;
    return find;
  }

  #isBlank(start: number, end: number): boolean {
    const { first, second } = this.grammar;
    const bytewise = this.#block?.bytewise === true;
    for (let at = start; at < end; at++) {
      const code = this.#text.charCodeAt(at);
      if (code !== first && code !== second && !isBlankAt(this.#text, at, bytewise)) return false;
    }
    return true;
  }

  #findQuoted(start: number, lineEnd: number, lineNext: number): Find {
    const { scan, width } = this;
    if (this.wantsCells) this.cells = [];
    const outcome = scan.read(start, this.wantsCells ? this.cells : null, Infinity, lineEnd);
    if (outcome === "more") return "more";
    this.seen = Math.max(this.seen, scan.seen);
    const tooLong = outcome === "done" && scan.lines > 1 && this.#isTooLong(start, scan.end);
    if (outcome === "done" && !tooLong) {
      const sound = scan.lines === 1 || (scan.clean && (width === null || scan.fits(width)));
      if (sound) return this.#settleQuoted();
    }
    if (this.#canMend(start, lineEnd)) return this.#settle("line", lineEnd, lineNext, 1, false);
    if (outcome === "done" && !tooLong && scan.lines <= DOUBTFUL_LINES) {
      const swallows = this.#swallowsRow(lineNext, scan.end);
      if (swallows === null) return "more";
      if (!swallows) return this.#settleQuoted();
    }
    return this.#findUnclosed(start, lineEnd, lineNext);
  }

  #settleQuoted(): Find {
    const { scan } = this;
    return this.#settle("quoted", scan.end, scan.next, scan.lines, scan.filled === 0 && scan.clean);
  }

  /** Whether the line by itself is a row once its quotes are taken as text, or its delimiter as another. */
  #canMend(start: number, end: number): boolean {
    const { width } = this;
    if (width === null) return false;
    this.mended = mendLine(new DamagedLine(this.#text.slice(start, end), this.grammar, width, true));
    return this.mended !== null;
  }

  /** Whether a line between two places begins a row of its own; null when more text is needed to tell. */
  #swallowsRow(from: number, to: number): boolean | null {
    for (let at = from; at < to;) {
      const plausible = this.#isPlausible(at);
      if (plausible !== false) return plausible;
      at = this.#lineAfter(at).next;
    }
    return false;
  }

  /**
   * The end of a record with an unclosed quote: its first line, unless that is too short for a row and exactly the
   * following lines, none of them a row itself, make up what is missing.
   */
  #findUnclosed(start: number, lineEnd: number, lineNext: number): Find {
    const { width } = this;
    if (width === null) return this.#settle("unclosed", lineEnd, lineNext, 1, false);
    let count = this.#countCells(start, lineEnd);
    for (let at = lineNext, lines = 2; count < width && lines <= RECOVERY_LINES; lines++) {
      if (at >= this.#text.length) {
        if (this.#final) break;
        return "more";
      }
      const plausible = this.#isPlausible(at);
      if (plausible === null) return "more";
      const line = this.#lineAfter(at);
      if (plausible || line.end < 0) break;
      this.seen = Math.max(this.seen, line.next);
      count += this.#countCells(at, line.end) - 1;
      if (count === width) return this.#settle("unclosed", line.end, line.next, lines, false);
      at = line.next;
    }
    return this.#settle("unclosed", lineEnd, lineNext, 1, false);
  }

  /** Whether a row of the header's width, with nothing wrong, begins here; null when more text is needed to tell. */
  #isPlausible(start: number): boolean | null {
    const trial = this.#trial;
    const outcome = trial.read(start, null, PLAUSIBLE_LINES);
    if (outcome === "more") return null;
    this.seen = Math.max(this.seen, trial.seen);
    if (outcome === "open" || !trial.clean || this.#isTooLong(start, trial.end)) return false;
    return trial.filled > 0 && (this.width === null ? trial.width > 1 : trial.fits(this.width));
  }

  #countCells(start: number, end: number): number {
    return readLineCells(this.#text.slice(start, end), this.grammar).cells.length;
  }

  #isTooLong(start: number, end: number): boolean {
    return this.#block !== null && isLongerThan(this.#block, start, end, MAX_RECORD_BYTES);
  }

  /** The physical line at a place; its end is -1 when more text is needed to tell. */
  #lineAfter(start: number): { end: number; next: number } {
    const text = this.#text;
    const length = text.length;
    for (let at = start; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code === LF) return { end: at, next: at + 1 };
      if (code !== CR) continue;
      if (at + 1 >= length && !this.#final) break;
      return { end: at, next: text.charCodeAt(at + 1) === LF ? at + 2 : at + 1 };
    }
    return this.#final ? { end: length, next: length } : { end: -1, next: length };
  }
}

function indexOrEnd(index: number): number {
  return index < 0 ? Infinity : index;
}
