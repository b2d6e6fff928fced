/**
 * One record, read by the rules of RFC 4180 as far as they go: a quote opens a cell only as its first character,
 * is escaped by doubling (or a backslash, where the dialect has it), and closes it only before a delimiter or a
 * line end, spaces between allowed. Says what it met instead of judging it; `record_finder.ts` judges.
 */
import { type Block, blockOf } from "../text/block.ts";
import { BACKSLASH, CR, type Grammar, isBlankAt, LF, SPACE, TAB, unescape } from "./grammar.ts";

/**
 * How reading a line ended: `more` text is needed to tell; `done` when the record ends with the line; `inside` when a
 * quoted cell goes on in the next line; `open` when a quote stands where none can, so that the quoting makes no sense.
 */
export type LineOutcome = "more" | "done" | "inside" | "open";

/** Reads records out of a block, a line at a time; its fields describe what was read since the record's begin. */
export class RecordScan {
  /** Where the text of the line read last ends. */
  end = 0;
  /** Where the next line begins. */
  next = 0;
  /** Cells that have come to their end. */
  width = 0;
  /** Cells up to the last one that is not blank. */
  filled = 0;
  /** Physical lines. */
  lines = 1;
  /** Cells between quotes. */
  quoted = 0;
  /** A quote inside a quoted cell that neither closes nor is escaped. */
  stray = false;
  /** A quote inside a cell that does not begin with one. */
  inner = false;

  #block: Block = EMPTY;
  #final = true;
  /** Of the quoted cell being read: where its text begins, and what was met in it. */
  #opened = 0;
  #escaped = false;
  #cellFilled = false;
  /** Where the text goes on behind a closed cell. */
  #after = 0;

  constructor(readonly grammar: Grammar) {}

  /** Takes the block to read from; `final` when no text follows it. */
  load(block: Block, final: boolean): void {
    this.#block = block;
    this.#final = final;
  }

  /** No quote where none belongs. */
  get clean(): boolean {
    return !this.stray && !this.inner;
  }

  /** Whether the record is as wide as the header once empty cells beyond it are dropped. */
  fits(width: number): boolean {
    return fits(this.width, this.filled, width);
  }

  /**
   * Reads a record to its end, over as many lines as it has. Only for who knows that it has one: nothing bounds
   * how far this reads.
   *
   * @param cells Filled with the cells, unless null.
   */
  read(start: number, cells: string[] | null): Exclude<LineOutcome, "inside"> {
    let outcome = this.readFirst(start, cells);
    while (outcome === "inside") outcome = this.readNext(cells);
    return outcome;
  }

  /**
   * Reads the first line of a record.
   *
   * @param lineEnd Where the line ends, if known; makes it faster.
   */
  readFirst(start: number, cells: string[] | null, lineEnd = -1): LineOutcome {
    this.#begin();
    return this.#readLine(start, false, cells, lineEnd);
  }

  /** Goes on with the record in its next line, after one that ended `inside`. */
  readNext(cells: string[] | null): LineOutcome {
    this.lines++;
    return this.#readLine(this.next, true, cells, -1);
  }

  /**
   * Reads a line that begins inside a quoted cell, by itself: the fields tell of this line alone. What stood in the
   * cell before is not known; a cell over several lines counts as not blank.
   */
  readInside(start: number): LineOutcome {
    this.#begin();
    this.#cellFilled = true;
    return this.#readLine(start, true, null, -1);
  }

  #begin(): void {
    this.width = 0;
    this.filled = 0;
    this.lines = 1;
    this.quoted = 0;
    this.stray = false;
    this.inner = false;
  }

  #readLine(start: number, inside: boolean, cells: string[] | null, lineEnd: number): LineOutcome {
    const { text, bytewise } = this.#block;
    const { grammar } = this;
    const { first, second, quote } = grammar;
    const length = text.length;
    let within = inside;
    for (let at = start;;) {
      if (within || (at < length && text.charCodeAt(at) === quote)) {
        let close = NONE;
        if (!within) {
          this.#opened = ++at;
          close = this.#closeOnLine(at, lineEnd);
        }
        if (close === NONE) close = this.#close(at, within);
        if (close < 0) return close === INSIDE ? "inside" : close === MORE ? "more" : "open";
        if (cells !== null) {
          const inner = text.slice(this.#opened, close);
          cells.push(this.#escaped ? unescape(inner, grammar) : inner);
        }
        this.quoted++;
        this.width++;
        if (this.#cellFilled) this.filled = this.width;
        at = this.#after;
        within = false;
      } else {
        const begin = at;
        let blank = true;
        let marks = false;
        for (; at < length; at++) {
          const code = text.charCodeAt(at);
          if (code === first && (second < 0 || text.charCodeAt(at + 1) === second)) break;
          if (code === LF || code === CR) break;
          if (code === quote) marks = this.inner = true;
          if (blank && !isBlankAt(text, at, bytewise)) blank = false;
        }
        if (at >= length && !this.#final) return "more";
        this.width++;
        if (!blank) this.filled = this.width;
        if (cells !== null) {
          const cell = text.slice(begin, at);
          cells.push(marks ? withoutOuterQuotes(cell, grammar) : cell);
        }
      }
      if (at >= length) return this.#done(at, at);
      const code = text.charCodeAt(at);
      if (code === LF) return this.#done(at, at + 1);
      if (code === CR) {
        if (at + 1 >= length && !this.#final) return "more";
        return this.#done(at, text.charCodeAt(at + 1) === LF ? at + 2 : at + 1);
      }
      at += second >= 0 && text.charCodeAt(at + 1) === second ? 2 : 1;
    }
  }

  #done(end: number, next: number): LineOutcome {
    this.end = end;
    this.next = next;
    return "done";
  }

  /** The closing quote in the plainest case: nothing escaped, no line end before it; NONE in all others. */
  #closeOnLine(opened: number, lineEnd: number): number {
    const { text, bytewise } = this.#block;
    const { first, quoteText, backslash } = this.grammar;
    if (backslash || opened >= lineEnd) return NONE;
    const close = text.indexOf(quoteText, opened);
    if (close < 0 || close >= lineEnd) return NONE;
    const behind = text.charCodeAt(close + 1);
    if (behind !== first && behind !== LF && behind !== CR) return NONE;
    let at = opened;
    while (at < close && isBlankAt(text, at, bytewise)) at++;
    this.#cellFilled = at < close;
    this.#escaped = false;
    this.#after = close + 1;
    return close;
  }

  /**
   * Finds the quote that closes a cell in this line; INSIDE, OPEN or MORE when there is none.
   *
   * @param continued The cell began in a line above.
   */
  #close(from: number, continued: boolean): number {
    const { text, bytewise } = this.#block;
    const { quote, backslash } = this.grammar;
    const length = text.length;
    let stray = false;
    if (!continued) this.#escaped = this.#cellFilled = false;
    for (let at = from; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code === quote) {
        if (at + 1 >= length && !this.#final) return MORE;
        if (text.charCodeAt(at + 1) === quote) {
          this.#escaped = this.#cellFilled = true;
          at++;
          continue;
        }
        const after = this.#behindQuote(at + 1);
        if (after === MORE) return MORE;
        if (after >= 0) {
          this.#after = after;
          return at;
        }
        // With a newline in the cell as well, this quote more likely opens a cell of a later row.
        if (continued) return OPEN;
        this.stray = stray = this.#cellFilled = true;
      } else if (code === BACKSLASH && backslash) {
        this.#cellFilled = true;
        if (at + 1 >= length && !this.#final) return MORE;
        const escaped = text.charCodeAt(at + 1);
        if (escaped === quote || escaped === BACKSLASH) {
          this.#escaped = true;
          at++;
        }
      } else if (code === LF || code === CR) {
        if (code === CR && at + 1 >= length && !this.#final) return MORE;
        this.#done(at, code === CR && text.charCodeAt(at + 1) === LF ? at + 2 : at + 1);
        return stray ? OPEN : INSIDE;
      } else if (!this.#cellFilled && !isBlankAt(text, at, bytewise)) {
        this.#cellFilled = true;
      }
    }
    return this.#final ? OPEN : MORE;
  }

  /** Where the delimiter or line end behind a quote stands; NONE when something else does, MORE when nothing yet. */
  #behindQuote(from: number): number {
    const { text } = this.#block;
    const { first } = this.grammar;
    let at = from;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === first || code === LF || code === CR) return at;
      if (code !== SPACE && code !== TAB) return NONE;
    }
    return this.#final ? at : MORE;
  }
}

/** What stands between quotes with nothing but spaces around them, and no other quote inside: those are no text. */
function withoutOuterQuotes(cell: string, { quoteText }: Grammar): string {
  const trimmed = cell.trim();
  const inner = trimmed.slice(1, -1);
  const isQuoted = trimmed.length > 1 && trimmed.startsWith(quoteText) && trimmed.endsWith(quoteText) &&
    cell.startsWith(" ") && !inner.includes(quoteText);
  return isQuoted ? inner : cell;
}

/** Whether a record is as wide as the header once empty cells beyond it are dropped. */
export function fits(width: number, filled: number, headerWidth: number): boolean {
  return width === headerWidth || (width > headerWidth && filled <= headerWidth);
}

const NONE = -1;
const MORE = -2;
const OPEN = -3;
const INSIDE = -4;

const EMPTY = blockOf("");
