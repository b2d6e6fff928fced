/**
 * Counts a table's rows and cuts it into slices. A cut is only made where no decision about a row above it was made
 * by looking below it; otherwise whoever reads the slice by itself, and so cannot look there, would decide anew.
 */
import type { Block } from "../text/block.ts";
import { ByteOffsets, bytesBetween } from "../text/offsets.ts";
import { type Grammar, grammarOf, isBlank } from "../records/grammar.ts";
import type { ColumnNames } from "../detect/column_names.ts";
import { mendLine } from "../records/mend/mend.ts";
import { DamagedLine } from "../records/mend/repair.ts";
import { type Find, RecordFinder } from "../records/record_finder.ts";
import { fitted } from "../records/width.ts";
import { TableLines, TITLE_BLANKS } from "../rows/table_lines.ts";
import { type Evidence, type Question, Signs } from "./open_questions.ts";
import type { Place, ScanState, TableState } from "./scan_state.ts";

/**
 * A slice this many times too long is ended at the next line end, sure or not: in a file where row after row is in
 * doubt there may be no sure one. What lies above is counted as if the file ended there, just as its reader will.
 */
const FORCED_AFTER = 2;

/** How often a line below a blank one is gone through, and what it costs besides, in characters read. */
const WIDTH_PASSES = 4;
const WIDTH_STEPS = 200;

/** Steps after which reading pauses, some 0.1 s of CPU, so that whoever asked for it can hand over in time. */
const STEPS_AT_ONCE = 12_000_000;

/** Counts and cuts one table, block by block. */
export class Slicer {
  readonly #finder: RecordFinder;
  readonly #lines: TableLines;
  readonly #grammar: Grammar;
  readonly #sliceBytes: number;
  readonly #sliceRows: number;
  #block: Block | null = null;
  #offsets: ByteOffsets | null = null;
  readonly #signs: Signs;
  #steps = 0;
  /** The question that the record read next raises: it has to be answered before reading can go on. */
  asked: Question | null = null;
  /** Reading stopped because it has cost enough at once, not because there was no more to read. */
  paused = false;

  constructor(private readonly scan: ScanState, private readonly table: TableState, names: ColumnNames) {
    this.#grammar = grammarOf(scan.separators);
    this.#sliceBytes = Math.max(1, scan.sliceBytes);
    this.#sliceRows = Math.max(1, scan.sliceRows);
    this.#finder = new RecordFinder(this.#grammar, table.headerWidth, false);
    this.#signs = new Signs(this.#grammar, scan.open);
    this.#finder.inLongLine = table.longLine !== null;
    this.#lines = new TableLines(table.cells, this.#grammar, names);
  }

  /**
   * Counts the block's whole records.
   *
   * @returns The place behind the last of them, in characters. When `table.ended` is set, the table has ended there.
   */
  read(block: Block, final: boolean): number {
    const { table } = this;
    this.#block = block;
    this.#offsets = new ByteOffsets(block);
    this.asked = null;
    this.paused = false;
    for (let at = 0;;) {
      if (!table.forced) at = this.#count(block, at, final, STEPS_AT_ONCE);
      if (table.ended || !table.forced || this.asked !== null) return at;
      const cut = this.#forcedCut(block, at, final);
      if (cut < 0) return at;
      at = this.#count(upTo(block, cut), at, true, Infinity);
      if (table.ended || this.asked !== null) return at;
      table.forced = false;
      // What was cut off stays cut off: whoever reads it by itself takes a title at its end for a row.
      table.title = null;
      this.#cut(at);
    }
  }

  /** Work done so far, in characters read. */
  get steps(): number {
    return this.#finder.steps + this.#lines.steps + this.#steps;
  }

  /** Ends the last slice. */
  close(byte: number): void {
    const { table } = this;
    if (table.longLine !== null) this.#endLongLine();
    if (table.tail !== null) this.#endAtTail();
    else this.#endSlice({ byte, line: table.line, row: table.rows, blankRows: table.blankRows });
  }

  /** Counts records until there are no more whole ones, the table ends, a cut has to be forced, or it has cost enough. */
  #count(block: Block, from: number, final: boolean, mostSteps: number): number {
    const { table } = this;
    const finder = this.#finder;
    const last = finder.steps + mostSteps;
    finder.load(block, final);
    this.#signs.load(block.text);
    let at = finder.inLongLine ? this.#passLongLine() : from;
    if (finder.inLongLine || table.forced) return at;
    for (;;) {
      const find = finder.find(at);
      if (find === "more") return at;
      const seen = Math.max(finder.next, at + finder.ahead - (finder.ahead > 0 ? this.#byteOf(at) : at));
      this.asked = this.#signs.raised(finder, find, at, seen);
      if (this.asked !== null) return at;
      if (this.scan.evidence !== null) this.#addEvidence(this.scan.evidence, find, block.text, at);
      const start = finder.inLongLine ? { byte: this.#byteOf(at), line: table.line } : null;
      if (finder.blank) {
        this.#passBlank();
      } else if (!this.#take(block, find, at)) {
        return at;
      }
      table.line += finder.lines;
      at = finder.next;
      if (finder.ahead > table.seen) table.seen = finder.ahead;
      if (finder.inLongLine) {
        table.longLine = start;
        return at;
      }
      if (!table.forced && this.#isFull(at) && this.#tryCut(at)) return at;
      if (finder.steps > last) {
        this.paused = true;
        return at;
      }
    }
  }

  #addEvidence(evidence: Evidence, find: Find, text: string, at: number): void {
    const { scan, blank, end } = this.#finder;
    if (blank || find === "long") return;
    if (find === "plain") {
      this.#steps += end - at;
      const cells = text.slice(at, end).split(this.#grammar.delimiter);
      if (fitted(cells, this.table.headerWidth, this.#here().bytewise)) evidence.good++;
      else evidence.misfits++;
    } else if (find !== "quoted" || scan.stray) evidence.damaged++;
    else {
      if (scan.fits(this.table.headerWidth)) evidence.good++;
      else evidence.misfits++;
      evidence.quoted += scan.quoted;
      if (scan.quoted === scan.width && scan.width > 1) evidence.allQuoted++;
    }
  }

  /** Goes on in a line that was too long for one block; gives the place behind it, or the text's end. */
  #passLongLine(): number {
    const { table } = this;
    const at = this.#finder.pass();
    if (this.#finder.inLongLine) return at;
    this.#endLongLine();
    if (!table.forced && this.#isFull(at)) this.#tryCut(at);
    return at;
  }

  #passBlank(): void {
    const { table } = this;
    table.blankRows++;
    table.afterBlank = true;
    if (table.title !== null && ++table.title.blanks > TITLE_BLANKS) table.title = null;
  }

  /** Counts the record found last, which is not blank; false when another table begins with it. */
  #take(block: Block, find: Find, at: number): boolean {
    const { table } = this;
    const { title, afterBlank } = table;
    const kind = this.#lines.kindOf(block, find, at, this.#finder.end);
    table.title = null;
    table.afterBlank = false;
    if (kind === "table") {
      this.#endTable(title, at);
      return false;
    }
    if (table.headerLine > 0 && (table.tail !== null || afterBlank)) this.#watchTail(block, find, at);
    if (kind === "header") {
      table.headers++;
      if (title !== null) table.titles++;
      if (title !== null) table.rows = title.row;
    } else {
      if (kind === "title") table.title = { ...this.#placeOf(at), blanks: 0, lines: this.#finder.lines };
      table.rows++;
    }
    return true;
  }

  /** Ends the table above its tail, or above another table and its title. */
  #endTable(title: TableState["title"], at: number): void {
    const { table } = this;
    table.ended = true;
    if (table.tail !== null) return this.#endAtTail();
    const place = title ?? this.#placeOf(at);
    table.unread = { line: place.line, lines: title?.lines ?? 0, table: true };
    this.#endTableAt(place, table.seen);
  }

  /** Ends the table above the lines below a blank one that never had the header's width. */
  #endAtTail(): void {
    const { table } = this;
    const { tail } = table;
    if (tail === null) return;
    table.unread = { line: tail.line, lines: tail.lines, table: tail.isTable || table.ended };
    table.slices.length = tail.slices;
    table.sliceStart = tail.sliceStart;
    table.tail = null;
    this.#endTableAt(tail, tail.seen);
  }

  /** Ends the last slice where the table's last row ends, with all that was looked at to decide about it. */
  #endTableAt(place: Place, seen: number): void {
    const { table } = this;
    this.#endSlice({ ...place, byte: Math.max(place.byte, seen) });
    table.rows = place.row;
    table.blankRows = place.blankRows;
  }

  /** Holds a line below a blank one against the header's width. */
  #watchTail(block: Block, find: Find, at: number): void {
    const { table } = this;
    const line = new DamagedLine(
      block.text.slice(at, this.#finder.end),
      this.#grammar,
      table.headerWidth,
      block.bytewise,
      find !== "plain",
    );
    this.#steps += WIDTH_PASSES * line.text.length + WIDTH_STEPS;
    if (this.#hasWidth(line, find)) {
      table.tail = null;
      return;
    }
    const { slices, sliceStart, seen } = table;
    table.tail ??= {
      ...this.#placeOf(at),
      lines: 0,
      isTable: line.read.cells.filter((cell) => !isBlank(cell, block.bytewise)).length > 1,
      slices: slices.length,
      sliceStart,
      seen,
    };
    table.tail.lines += this.#finder.lines;
  }

  /** Whether the record found last is as wide as the header, or can be made so; one too long may be anything. */
  #hasWidth(line: DamagedLine, find: Find): boolean {
    const { headerWidth } = this.table;
    if (find === "long" || find === "line") return true;
    if (find === "quoted" && this.#finder.scan.fits(headerWidth)) return true;
    return fitted([...line.read.cells], headerWidth, line.bytewise) || mendLine(line) !== null;
  }

  #endLongLine(): void {
    this.table.longLine = null;
    this.table.line++;
  }

  /** Whether the slice has its rows, or its bytes; these are exact only where it could matter. */
  #isFull(at: number): boolean {
    const { rows, sliceStart } = this.table;
    if (rows - sliceStart.row >= this.#sliceRows) return true;
    const { base, bytes, text, stride } = this.#here();
    const most = base + (stride > 0 ? stride * at : Math.min(3 * at, bytes.length - text.length + at));
    const { byte } = sliceStart;
    return most - byte >= this.#sliceBytes && this.#byteOf(at) - byte >= this.#sliceBytes;
  }

  /** Cuts here if that is sure; says whether a cut has to be forced. */
  #tryCut(at: number): boolean {
    const { table } = this;
    if (table.title !== null) return false;
    const byte = this.#byteOf(at);
    if (byte >= table.seen) this.#cut(at);
    else table.forced = byte - table.sliceStart.byte >= FORCED_AFTER * this.#sliceBytes;
    return table.forced;
  }

  #cut(at: number): void {
    this.#endSlice(this.#placeOf(at));
  }

  #endSlice(place: Place): void {
    const { table } = this;
    const { byte, line, row } = table.sliceStart;
    // A stretch of blank lines is no slice: it stays with the one that follows.
    if (place.row === row) return;
    table.slices.push({
      no: table.slices.length,
      firstByte: byte,
      endByte: place.byte,
      firstRow: row,
      rows: place.row - row,
      firstLine: line,
    });
    table.sliceStart = place;
  }

  /** The first line end, no nearer than what was looked at, where the slice can be made to end; -1 if not there yet. */
  #forcedCut(block: Block, from: number, final: boolean): number {
    const { text } = block;
    const offsets = new ByteOffsets(block);
    for (let at = from; at < text.length; at++) {
      const end = text[at] === "\n" || (text[at] === "\r" && text[at + 1] !== "\n");
      if (!end || (at + 1 === text.length && text[at] === "\r" && !final)) continue;
      if (offsets.of(at + 1) >= this.table.seen) return at + 1;
    }
    return final ? text.length : -1;
  }

  #placeOf(at: number): Place {
    const { line, rows, blankRows } = this.table;
    return { byte: this.#byteOf(at), line, row: rows, blankRows };
  }

  #byteOf(at: number): number {
    if (this.#offsets === null) throw new Error("Cannot place a record: no block is being read");
    return this.#offsets.of(at);
  }

  #here(): Block {
    if (this.#block === null) throw new Error("Cannot place a record: no block is being read");
    return this.#block;
  }
}

/** The block as if its file ended at this place. */
function upTo(block: Block, at: number): Block {
  const length = bytesBetween(block, 0, at);
  return { ...block, text: block.text.slice(0, at), bytes: block.bytes.subarray(0, length) };
}
