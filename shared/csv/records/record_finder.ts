/**
 * Where a record begins and ends, damaged or not. The scan that cuts a file into slices and the reader that takes
 * rows out of them both ask here, so they cannot disagree.
 *
 * A record is what RFC 4180 says, as long as that makes sense. Where a quoted cell goes over a line end it must be
 * closed within MAX_RECORD_BYTES, hold no stray quote, and leave the record as wide as the header. Otherwise the
 * quote is taken to be an accident of its first line, and reading goes on at the next: a lost quote then costs its
 * own row and no other. Every decision depends on nothing but the text from the record's begin to the byte `ahead`.
 */
import { type Block, blockOf } from "../text/block.ts";
import { isLongerThan } from "../text/offsets.ts";
import { CR, type Grammar, isBlankAt } from "./grammar.ts";
import { LookAhead, MAX_RECORD_BYTES } from "./look_ahead.ts";
import { mendLine } from "./mend/mend.ts";
import { DamagedLine, type MendedLine } from "./mend/repair.ts";
import { RecordScan } from "./record_scan.ts";

/**
 * How the found record is to be read: `more` text is needed; `plain` has no quotes; `quoted` reads by the rules;
 * `line` is a single line whose quotes do not work out and which was mended; `unclosed` is one whose quote is never
 * closed; `long` is over MAX_RECORD_BYTES in one line.
 */
export type Find = "more" | "plain" | "quoted" | "line" | "unclosed" | "long";

/** Lines a row with an unclosed quote may have. */
const RECOVERY_LINES = 16;
/** Lines a quoted cell may have when its row is of the wrong width and the lines could be rows of their own. */
const DOUBTFUL_LINES = 64;
/** Lines of a record that are read at once; most that have more than one have no more. Beyond, a look ahead is needed. */
const PLAIN_LINES = 4;
/** What a record costs besides its characters, and a line that was mended or not, in characters read. */
const RECORD_STEPS = 16;
const MEND_STEPS = 200;
/** How often a damaged line is gone through. */
const MEND_PASSES = 4;

/** Finds records in a block, from first to last; its fields describe the last one found. */
export class RecordFinder {
  /** Where the record's text ends. */
  end = 0;
  /** Where the next record begins. */
  next = 0;
  /** Physical lines that have come to their end; 0 for a `long` one whose end is not there. */
  lines = 1;
  /** All cells are empty, and nothing is wrong with them. */
  blank = false;
  /** The reading of a `quoted` record. */
  readonly scan: RecordScan;
  /** Cells of a `quoted` record, when wanted. */
  cells: string[] = [];
  /** The mended cells of a `line`. */
  mended: MendedLine | null = null;
  /** Byte of the file up to which was looked to decide about the record; 0 when not beyond the record. */
  ahead = 0;
  /** The record found last was `long` and its line goes on in the next block: `pass` comes before `find`. */
  inLongLine = false;

  readonly #ahead: LookAhead;
  #block: Block = EMPTY;
  #text = "";
  #final = true;
  #lf = -1;
  #cr = -1;
  #quote = -1;
  #steps = 0;

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
    this.#ahead = new LookAhead(grammar, width);
  }

  /** Work done so far, in characters read. */
  get steps(): number {
    return this.#steps + this.#ahead.steps;
  }

  /** Takes a block; `final` when no text follows it. */
  load(block: Block, final: boolean): void {
    this.#block = block;
    this.#text = block.text;
    this.#final = final;
    this.#lf = this.#cr = this.#quote = -1;
    this.scan.load(block, final);
    this.#ahead.load(block, final);
  }

  /**
   * Passes over the rest of a long line at the block's begin, and gives the place behind it. The line goes on when
   * `inLongLine` is still set.
   */
  pass(): number {
    const text = this.#text;
    const { length } = text;
    this.#steps += length;
    const lf = indexOrEnd(text.indexOf("\n"));
    const cr = indexOrEnd(text.indexOf("\r"));
    const end = Math.min(lf, cr);
    if (end === Infinity) {
      if (this.#final) this.inLongLine = false;
      return length;
    }
    if (end === cr && cr + 1 >= length && !this.#final) return cr;
    this.inLongLine = false;
    return end === cr && lf === end + 1 ? end + 2 : end + 1;
  }

  /** Finds the record that begins at `start`, which never moves back within a block. */
  find(start: number): Find {
    const text = this.#text;
    const length = text.length;
    if (start >= length) return "more";
    this.ahead = 0;
    if (this.#lf < start) this.#lf = indexOrEnd(text.indexOf("\n", start));
    if (this.#cr < start) this.#cr = indexOrEnd(text.indexOf("\r", start));
    if (this.#quote < start) this.#quote = indexOrEnd(text.indexOf(this.grammar.quoteText, start));
    const end = Math.min(this.#lf, this.#cr);
    let next = end + 1;
    if (end === Infinity || (end === this.#cr && next >= length)) {
      if (!this.#final) return this.#findUnfinished(start);
      if (end === Infinity) return this.#judge(start, length, length);
      next = length;
    } else if (this.#cr === end && this.#lf === next) {
      next++;
    }
    return this.#judge(start, end, next);
  }

  /** A line whose end is not there: long, if it is long already. */
  #findUnfinished(start: number): Find {
    const { length } = this.#text;
    // A CR at the end may be half of a line end; it is left for the next block.
    const end = this.#text.charCodeAt(length - 1) === CR ? length - 1 : length;
    if (!this.#isTooLong(start, end)) return "more";
    this.inLongLine = true;
    return this.#settle("long", start, end, end, 0, false);
  }

  /** Judges the record whose first line ends at `end`. */
  #judge(start: number, end: number, next: number): Find {
    if (this.#isTooLong(start, end)) return this.#settle("long", start, end, next, 1, false);
    if (this.#quote < end) return this.#findQuoted(start, end, next);
    return this.#settle("plain", start, end, next, 1, this.#isBlank(start, end));
  }

  #settle(find: Find, start: number, end: number, next: number, lines: number, blank: boolean): Find {
    this.end = end;
    this.next = next;
    this.lines = lines;
    this.blank = blank;
    this.#steps += next - start + RECORD_STEPS;
    return find;
  }

  #isBlank(start: number, end: number): boolean {
    const { first, second } = this.grammar;
    const bytewise = this.#block.bytewise;
    for (let at = start; at < end; at++) {
      const code = this.#text.charCodeAt(at);
      if (code !== first && code !== second && !isBlankAt(this.#text, at, bytewise)) return false;
    }
    return true;
  }

  #findQuoted(start: number, lineEnd: number, lineNext: number): Find {
    const { scan } = this;
    if (this.wantsCells) this.cells = [];
    const cells = this.wantsCells ? this.cells : null;
    let outcome = scan.readFirst(start, cells, lineEnd);
    if (outcome === "done") return this.#settleQuoted(start);
    while (outcome === "inside" && scan.lines < PLAIN_LINES) outcome = scan.readNext(cells);
    this.#steps += scan.next - start;
    if (outcome === "done" && this.#isSound(start)) return this.#settleQuoted(start);
    return this.#findOverLines(start, lineEnd, lineNext);
  }

  /** Whether nothing speaks against the record just read over its lines. */
  #isSound(start: number): boolean {
    const { scan, width } = this;
    return scan.clean && (width === null || scan.fits(width)) && !this.#isTooLong(start, scan.next);
  }

  /** A record whose first line ends inside a quoted cell, or has a quote in it that makes no sense. */
  #findOverLines(start: number, lineEnd: number, lineNext: number): Find {
    const ahead = this.#ahead;
    const outcome = ahead.record(start);
    if (outcome === "more") return "more";
    const { lines } = ahead;
    if (outcome === "done" && ahead.clean && ahead.fits) return this.#readQuoted(start);
    this.ahead = ahead.ahead;
    if (this.#canMend(start, lineEnd)) return this.#settle("line", start, lineEnd, lineNext, 1, false);
    if (outcome === "done" && lines <= DOUBTFUL_LINES) {
      const swallows = ahead.swallowsRow(lines);
      if (swallows === null) return "more";
      this.ahead = ahead.ahead;
      if (!swallows) return this.#readQuoted(start);
    }
    return this.#findUnclosed(start, lineEnd, lineNext);
  }

  /** Takes a record over several lines for what it is. */
  #readQuoted(start: number): Find {
    if (this.wantsCells) this.cells = [];
    this.scan.read(start, this.wantsCells ? this.cells : null);
    this.#steps += this.scan.next - start;
    return this.#settleQuoted(start);
  }

  #settleQuoted(start: number): Find {
    const { scan } = this;
    return this.#settle("quoted", start, scan.end, scan.next, scan.lines, scan.filled === 0 && scan.clean);
  }

  /** Whether the line by itself is a row once its quotes are taken as text, or its delimiter as another. */
  #canMend(start: number, end: number): boolean {
    const { width } = this;
    if (width === null) return false;
    this.#steps += MEND_PASSES * (end - start) + MEND_STEPS;
    this.mended = mendLine(
      new DamagedLine(this.#text.slice(start, end), this.grammar, width, this.#block.bytewise, true),
    );
    return this.mended !== null;
  }

  #findUnclosed(start: number, lineEnd: number, lineNext: number): Find {
    if (this.width === null) return this.#settle("unclosed", start, lineEnd, lineNext, 1, false);
    const lines = this.#ahead.recover(this.width, RECOVERY_LINES);
    if (lines === null) return "more";
    this.ahead = this.#ahead.ahead;
    const { end, next } = this.#ahead;
    return this.#settle("unclosed", start, end, next, lines, false);
  }

  #isTooLong(start: number, end: number): boolean {
    return isLongerThan(this.#block, start, end, MAX_RECORD_BYTES);
  }
}

function indexOrEnd(index: number): number {
  return index < 0 ? Infinity : index;
}

const EMPTY = blockOf("");
