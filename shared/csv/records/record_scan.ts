/**
 * One record, read by the rules of RFC 4180 as far as they go: a quote opens a cell only as its first character,
 * is escaped by doubling (or a backslash, where the dialect has it), and closes it only before a delimiter or a
 * line end, spaces between allowed. Says what it met instead of judging it; `record_finder.ts` judges.
 */
import { type Block, blockOf } from "../text/block.ts";
import { isLongerThan } from "../text/offsets.ts";
import { BACKSLASH, CR, type Grammar, isBlankAt, LF, SPACE, TAB, unescape } from "./grammar.ts";

/**
 * Longest record, quoted newlines included. A quote that has not been closed by then never was meant to be: this
 * bounds how far an unclosed one makes the reader look ahead.
 */
export const MAX_RECORD_BYTES = 262_144;

/** How reading a record ended: `more` text is needed to tell; `open` when a quote was not closed in reach. */
export type Outcome = "more" | "done" | "open";

/** Reads records out of a block; its fields describe the last one. */
export class RecordScan {
  /** Where the record's text ends. */
  end = 0;
  /** Where the next record begins. */
  next = 0;
  /** Cells. */
  width = 0;
  /** Cells up to the last one that is not blank. */
  filled = 0;
  /** Physical lines. */
  lines = 1;
  /** Where the first line ends and the second begins; -1 when all is one line. */
  firstEnd = -1;
  firstNext = -1;
  /** Cells between quotes. */
  quoted = 0;
  /** A quote inside a quoted cell that neither closes nor is escaped. */
  stray = false;
  /** A quote inside a cell that does not begin with one. */
  inner = false;
  /** End of what was looked at. */
  seen = 0;

  #block: Block = EMPTY;
  #final = true;
  #start = 0;
  #maxLines = Infinity;
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
    return this.width === width || (this.width > width && this.filled <= width);
  }

  /**
   * Reads the record that begins at `start`.
   *
   * @param cells Filled with the cells, unless null.
   * @param maxLines Gives up with `open` when a quoted cell goes on for more lines.
   * @param lineEnd Where the first line ends, if known; makes it faster.
   */
  read(start: number, cells: string[] | null, maxLines = Infinity, lineEnd = -1): Outcome {
    const { text, bytewise } = this.#block;
    const { grammar } = this;
    const { first, second, quote } = grammar;
    const length = text.length;
    this.#begin(start, maxLines);
    let at = start;
    for (;;) {
      if (at < length && text.charCodeAt(at) === quote) {
        const opened = at + 1;
        let close = this.#closeOnLine(opened, lineEnd);
        if (close < 0) close = this.#close(opened);
        if (close < 0) return close === OPEN ? "open" : "more";
        if (cells !== null) {
          const inner = text.slice(opened, close);
          cells.push(this.#escaped ? unescape(inner, grammar) : inner);
        }
        this.quoted++;
        this.width++;
        if (this.#cellFilled) this.filled = this.width;
        at = this.#after;
      } else {
        const begin = at;
        let blank = true;
        for (; at < length; at++) {
          const code = text.charCodeAt(at);
          if (code === first && (second < 0 || text.charCodeAt(at + 1) === second)) break;
          if (code === LF || code === CR) break;
          if (code === quote) this.inner = true;
          if (blank && !isBlankAt(text, at, bytewise)) blank = false;
        }
        if (at >= length && !this.#final) return "more";
        this.width++;
        if (!blank) this.filled = this.width;
        if (cells !== null) cells.push(text.slice(begin, at));
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

  #begin(start: number, maxLines: number): void {
    this.#start = start;
    this.#maxLines = maxLines;
    this.width = 0;
    this.filled = 0;
    this.lines = 1;
    this.firstEnd = -1;
    this.firstNext = -1;
    this.quoted = 0;
    this.stray = false;
    this.inner = false;
    this.seen = start;
  }

  #done(end: number, next: number): Outcome {
    this.end = end;
    this.next = next;
    this.seen = Math.max(this.seen, next);
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

  /** Finds the quote that closes the cell whose text begins at `opened`; OPEN or MORE when there is none. */
  #close(opened: number): number {
    const { text, bytewise } = this.#block;
    const { quote, backslash } = this.grammar;
    const length = text.length;
    const linesBefore = this.lines;
    let stray = false;
    this.#escaped = false;
    this.#cellFilled = false;
    for (let at = opened; at < length; at++) {
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
        if (this.lines > linesBefore) return this.#open(at + 1);
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
        const end = at;
        if (code === CR && text.charCodeAt(at + 1) === LF) at++;
        this.lines++;
        if (this.firstEnd < 0) {
          this.firstEnd = end;
          this.firstNext = at + 1;
        }
        if (stray || this.lines > this.#maxLines || this.#isTooLong(end)) return this.#open(at + 1);
      } else if (!this.#cellFilled && !isBlankAt(text, at, bytewise)) {
        this.#cellFilled = true;
      }
    }
    return this.#final ? this.#open(length) : MORE;
  }

  /** Where the delimiter or line end behind a quote stands; NONE when something else does, MORE when nothing yet. */
  #behindQuote(from: number): number {
    const { text } = this.#block;
    const { first } = this.grammar;
    let at = from;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === first || code === LF || code === CR) return at;
      if (code !== SPACE && code !== TAB) break;
    }
    this.seen = Math.max(this.seen, at + 1);
    if (at >= text.length) return this.#final ? at : MORE;
    return NONE;
  }

  #open(seen: number): number {
    this.seen = Math.max(this.seen, seen);
    return OPEN;
  }

  /** Whether the record is longer than any may be; the exact count is made only where it could matter. */
  #isTooLong(to: number): boolean {
    return isLongerThan(this.#block, this.#start, to, MAX_RECORD_BYTES);
  }
}

const NONE = -1;
const MORE = -2;
const OPEN = -3;

const EMPTY = blockOf("");
