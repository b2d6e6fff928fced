/**
 * What looking ahead from a record's first line shows, found out once for every line.
 *
 * However a record began, where it goes over a line end it stands inside a quoted cell: there is one way only in which
 * a line goes on with the record above it, and one in which it begins a record. Both are read once a block and kept,
 * and lines that a quoted cell runs through are skipped as a whole. So a file whose every line opens a quote costs so
 * many readings of each line, and not a look at all that follows from each of them.
 */
import { type Block, blockOf } from "../text/block.ts";
import { ByteOffsets, bytesBetween } from "../text/offsets.ts";
import type { Grammar } from "./grammar.ts";
import { readLineCells } from "./line_cells.ts";
import { LineTable } from "./line_table.ts";
import { fits, type LineOutcome, RecordScan } from "./record_scan.ts";

/**
 * Longest record, quoted newlines included. A quote that has not been closed by then never was meant to be: this
 * bounds how far an unclosed one makes the reader look ahead.
 */
export const MAX_RECORD_BYTES = 262_144;
/** Lines one quoted cell may have in a row that is to prove where a damaged one ends. */
const PLAUSIBLE_LINES = 32;
/** What it costs to look at a line once more, and to count its cells, in characters read. */
const LOOK_STEPS = 4;
const COUNT_STEPS = 100;

/** How the record from a line on ends: `more` text is needed; `done` properly; `open` not at all, or too far away. */
export type RecordOutcome = "more" | "done" | "open";

/** Looks ahead in a block, from record to record; its fields tell of the record looked at last. */
export class LookAhead {
  /** Physical lines of a record that is `done`. */
  lines = 1;
  /** Its cells, the place of the last one that is not blank, and whether all quotes are where they belong. */
  cells = 0;
  filled = 0;
  clean = true;
  /** Byte of the file up to which was looked for the record, its lines below the first included. */
  ahead = 0;
  /** Places where the text of what `recover` found ends and where the next record begins. */
  end = 0;
  next = 0;
  /** Work done so far, in characters read. */
  steps = 0;

  readonly #scan: RecordScan;
  readonly #lines = new LineTable();
  #block: Block = EMPTY;
  #final = true;
  #offsets = new ByteOffsets(EMPTY);
  /** Place of the record looked at, in the table of lines. */
  #first = 0;
  #lf = -1;
  #cr = -1;

  /** @param width Cells the header has; null while it is not known, and any width will do. */
  constructor(private readonly grammar: Grammar, private readonly width: number | null) {
    this.#scan = new RecordScan(grammar);
  }

  /** Takes a block; `final` when no text follows it. */
  load(block: Block, final: boolean): void {
    this.#block = block;
    this.#final = final;
    this.#offsets = new ByteOffsets(block);
    this.#lines.clear();
    this.#first = 0;
    this.#lf = this.#cr = -1;
    this.#scan.load(block, final);
  }

  /** Looks where the record that begins at a line's begin ends; `start` never moves back within a block. */
  record(start: number): RecordOutcome {
    this.#goTo(start);
    this.ahead = 0;
    const outcome = this.#follow(this.#first, Infinity);
    return outcome === "far" ? "open" : outcome;
  }

  /** Whether the record looked at last is as wide as the header, or as any. */
  get fits(): boolean {
    return this.width === null || fits(this.cells, this.filled, this.width);
  }

  /** Whether a line of the record, which is `lines` long, begins a good row of its own; null when more text is needed. */
  swallowsRow(lines: number): boolean | null {
    for (let at = this.#first + 1; at < this.#first + lines; at++) {
      const plausible = this.#isPlausible(at);
      if (plausible !== false) return plausible;
    }
    return false;
  }

  /**
   * How many lines make up the record if its quote was never meant to be: one, unless that is too short for a row and
   * exactly the lines that follow, none of them a row itself, make up what is missing.
   *
   * @returns Null when more text is needed.
   */
  recover(width: number, mostLines: number): number | null {
    const first = this.#first;
    const limit = this.#limitOf(first);
    let count = this.#cellsOf(first);
    for (let lines = 2; count < width && lines <= mostLines; lines++) {
      const at = first + lines - 1;
      const isThere = this.#has(at);
      if ((isThere ? this.#lines.columns.nextByte[at] ?? 0 : this.#block.bytes.length) > limit) {
        this.#sawUpTo(limit);
        break;
      }
      if (!isThere && this.#final) break;
      if (!isThere) return null;
      this.#sawUpTo(this.#lines.columns.nextByte[at] ?? 0);
      const plausible = this.#isPlausible(at);
      if (plausible === null) return null;
      if (plausible) break;
      count += this.#cellsOf(at) - 1;
      if (count === width) return this.#recovered(at, lines);
    }
    return this.#recovered(first, 1);
  }

  #recovered(last: number, lines: number): number {
    const { end, next } = this.#lines.columns;
    this.end = end[last] ?? 0;
    this.next = next[last] ?? 0;
    return lines;
  }

  /** Whether a row of the header's width, with nothing wrong, begins with a line; null when more text is needed. */
  #isPlausible(at: number): boolean | null {
    this.steps += LOOK_STEPS;
    if (!this.#has(at)) return null;
    const { plausible, plausibleAhead } = this.#lines.columns;
    if (plausible[at] === 0) return this.#findPlausible(at);
    this.#sawUpTo(plausibleAhead[at] ?? 0);
    return plausible[at] === 1;
  }

  #findPlausible(at: number): boolean | null {
    const { lines, cells, filled, clean, ahead } = this;
    this.ahead = 0;
    const outcome = this.#follow(at, PLAUSIBLE_LINES);
    if (outcome === "more") return null;
    const wide = this.width === null ? this.cells > 1 : this.fits;
    const columns = this.#lines.columns;
    columns.plausible[at] = outcome === "done" && this.clean && this.filled > 0 && wide ? 1 : 2;
    columns.plausibleAhead[at] = this.ahead - this.#block.base;
    Object.assign(this, { lines, cells, filled, clean, ahead: Math.max(ahead, this.ahead) });
    return columns.plausible[at] === 1;
  }

  /** Cells of a line where a quote that cannot be closed properly is text. */
  #cellsOf(at: number): number {
    const { start, end, lineCells } = this.#lines.columns;
    if (lineCells[at] === 0) {
      const line = this.#block.text.slice(start[at], end[at]);
      this.steps += line.length + COUNT_STEPS;
      lineCells[at] = readLineCells(line, this.grammar).cells.length;
    }
    return lineCells[at] ?? 0;
  }

  /** Bytes of the block behind which a record that begins with a line may not go on. */
  #limitOf(at: number): number {
    return (this.#lines.columns.byte[at] ?? 0) + MAX_RECORD_BYTES + 1;
  }

  /** Follows the record that begins with a line to its end; `far` when that is more lines away than wanted. */
  #follow(from: number, mostLines: number): RecordOutcome | "far" {
    if (!this.#has(from)) return "more";
    const limit = this.#limitOf(from);
    let outcome = this.#readFirst(from);
    let at = from + 1;
    let last = from;
    while (outcome === INSIDE) {
      if (at - from >= mostLines) {
        this.#sawUpTo(Math.min(this.#lines.columns.nextByte[from + mostLines - 1] ?? limit, limit));
        return "far";
      }
      const isThere = this.#has(at);
      const bytes = this.#block.bytes.length;
      if (!isThere && !this.#final && bytes < limit) return "more";
      if (!isThere || (this.#lines.columns.byte[at] ?? 0) >= limit) return this.#open(Math.min(limit, bytes));
      last = at;
      outcome = this.#readOn(at);
      at = this.#lines.columns.skipTo[at] ?? 0;
    }
    this.lines = last - from + 1;
    const end = this.#lines.columns.nextByte[last] ?? 0;
    if (end > limit || outcome === OPEN) return this.#open(Math.min(end, limit));
    this.#sawUpTo(end);
    return "done";
  }

  #open(byte: number): "open" {
    this.#sawUpTo(byte);
    return "open";
  }

  #sawUpTo(byte: number): void {
    this.ahead = Math.max(this.ahead, this.#block.base + byte);
  }

  /** Reads a line as a record's first, and takes its cells for the record's. */
  #readFirst(at: number): number {
    const { begun, begunCells, begunFilled, begunClean } = this.#lines.columns;
    if (begun[at] === 0) {
      begun[at] = this.#read(at, false);
      begunCells[at] = this.#scan.width;
      begunFilled[at] = this.#scan.filled;
      begunClean[at] = this.#scan.clean ? 1 : 0;
    }
    this.cells = begunCells[at] ?? 0;
    this.filled = begunFilled[at] ?? 0;
    this.clean = begunClean[at] === 1;
    return begun[at] ?? OPEN;
  }

  /** Goes on with the record in a line, or in all lines that a quoted cell runs through, and adds their cells. */
  #readOn(at: number): number {
    const { inside, insideCells, insideFilled, insideClean, skipTo } = this.#lines.columns;
    this.steps += LOOK_STEPS;
    if (inside[at] === 0) {
      inside[at] = this.#read(at, true);
      insideCells[at] = this.#scan.width;
      insideFilled[at] = this.#scan.filled;
      insideClean[at] = this.#scan.clean ? 1 : 0;
      skipTo[at] = at + 1;
    }
    if (inside[at] === INSIDE) this.#skipFarther(at);
    const filled = insideFilled[at] ?? 0;
    if (filled > 0) this.filled = this.cells + filled;
    this.cells += insideCells[at] ?? 0;
    this.clean &&= insideClean[at] === 1;
    return inside[at] ?? OPEN;
  }

  /** Lets a skip take in the one that follows it, so that the way gets shorter each time it is gone. */
  #skipFarther(at: number): void {
    const { inside, insideCells, insideFilled, insideClean, skipTo } = this.#lines.columns;
    const next = skipTo[at] ?? 0;
    if (next >= this.#lines.length || inside[next] !== INSIDE) return;
    const cells = insideCells[at] ?? 0;
    const filled = insideFilled[next] ?? 0;
    if (filled > 0) insideFilled[at] = cells + filled;
    insideCells[at] = cells + (insideCells[next] ?? 0);
    if (insideClean[next] === 0) insideClean[at] = 0;
    skipTo[at] = skipTo[next] ?? 0;
  }

  #read(at: number, inside: boolean): number {
    const { start, end, next } = this.#lines.columns;
    const from = start[at] ?? 0;
    this.steps += (next[at] ?? 0) - from;
    const outcome = inside ? this.#scan.readInside(from) : this.#scan.readFirst(from, null, end[at]);
    return OUTCOMES[outcome];
  }

  /** Makes the line that begins at `start` the one looked from. */
  #goTo(start: number): void {
    const lines = this.#lines;
    const last = lines.length - 1;
    if (last < 0 || (lines.columns.start[last] ?? 0) < start) {
      lines.clear();
      this.#first = 0;
      this.#addLine(start, this.#offsets.of(start) - this.#block.base);
      return;
    }
    const starts = lines.columns.start;
    while ((starts[this.#first] ?? 0) < start) this.#first++;
  }

  /** Whether a line is there as a whole. */
  #has(at: number): boolean {
    const lines = this.#lines;
    while (at >= lines.length) {
      const last = lines.length - 1;
      const { next, nextByte } = lines.columns;
      if (last < 0 || (next[last] ?? 0) >= this.#block.text.length) return false;
      if (!this.#addLine(next[last] ?? 0, nextByte[last] ?? 0)) return false;
    }
    return true;
  }

  /** Adds the line that begins at `start`, if its end is there. */
  #addLine(start: number, byte: number): boolean {
    const { text } = this.#block;
    const { length } = text;
    if (this.#lf < start) this.#lf = indexOrEnd(text.indexOf("\n", start));
    if (this.#cr < start) this.#cr = indexOrEnd(text.indexOf("\r", start));
    const end = Math.min(this.#lf, this.#cr, length);
    if (!this.#final && (end === length || (end === this.#cr && end + 1 === length))) return false;
    const next = end === length ? length : end === this.#cr && this.#lf === end + 1 ? end + 2 : end + 1;
    this.#lines.add(start, end, next, byte, byte + bytesBetween(this.#block, start, next));
    return true;
  }
}

/** How reading a line ended, in the table. */
const DONE = 1;
const INSIDE = 2;
const OPEN = 3;
const OUTCOMES: Readonly<Record<LineOutcome, number>> = {
  done: DONE,
  inside: INSIDE,
  open: OPEN,
  more: OPEN,
};

function indexOrEnd(index: number): number {
  return index < 0 ? Infinity : index;
}

const EMPTY = blockOf("");
