/** Reads the rows of a slice: bytes in, batches out. */
import { type Block, decodeBlock } from "../text/block.ts";
import { bytesUpTo } from "../text/offsets.ts";
import { ByteQueue, pieces } from "../text/queue.ts";
import { BlockBatch } from "./block_batch.ts";
import type { RecordBatch } from "./record_batch.ts";
import type { Dialect } from "../dialect.ts";
import { grammarOf } from "../records/grammar.ts";
import { RecordFinder } from "../records/record_finder.ts";
import { RAW_LINE_LIMIT } from "./problems.ts";
import { type JudgedRow, RowJudge } from "./row_judge.ts";
import {
  type LineNames,
  NO_HEADER,
  NO_NAMES,
  type TableHeader,
  TableLines,
  TITLE_BLANKS,
} from "./table_lines.ts";

/** How often a row that is not plainly good is gone through, and what it costs besides, in characters read. */
const JUDGE_PASSES = 3;
const JUDGE_STEPS = 200;
/** Steps after which rows are given out, whatever there is of a block: some 30 ms of CPU. */
const STEPS_AT_ONCE = 4_000_000;

/** Where the slice stands and how the file is written: all of it from the scan. */
export interface RowReaderOptions {
  dialect: Dialect;
  /** Cells the header has. */
  headerWidth: number;
  /** Offset in the file of the first byte to be pushed. */
  firstByte: number;
  /** Index of the first data row to come. */
  firstRow: number;
  /** Physical line, from 1, of the first byte. */
  firstLine: number;
  /** Rows to give out; what comes behind them is not looked at. All there are, if not given. */
  rows?: number;
  /** The header, whose repetitions are passed over; without it every line that is not blank is a row. */
  headerCells?: TableHeader;
  /** What the scan was given of column names. */
  names?: LineNames;
  /** Bytes gathered before they are read: fewer give rows sooner, more are faster. 256 KiB if not given. */
  blockBytes?: number;
}

/** A row that is a title if a header comes next. */
interface HeldRow {
  readonly at: number;
  readonly end: number;
  readonly line: number;
  /** Blank rows passed over before it, and since. */
  readonly blankRows: number;
  blanks: number;
  readonly row: JudgedRow;
}

/**
 * Turns a slice's bytes, in chunks of any size, into rows: as many as the scan has counted in it, whatever the
 * bytes are. Memory is a block and the longest record, however large the slice.
 */
export class RowReader {
  readonly #queue: ByteQueue;
  readonly #finder: RecordFinder;
  readonly #judge: RowJudge;
  readonly #lines: TableLines;
  readonly #lastRow: number;
  #held: HeldRow | null = null;
  #row: number;
  #line: number;
  #blankRows = 0;
  #judged = 0;
  /** Reading stopped because it has cost enough at once, not because there was no more to read. */
  #paused = false;

  constructor(private readonly options: RowReaderOptions) {
    this.#queue = new ByteQueue(options.firstByte, options.blockBytes);
    const grammar = grammarOf(options.dialect);
    this.#finder = new RecordFinder(grammar, options.headerWidth, true);
    this.#lines = new TableLines(options.headerCells ?? NO_HEADER, grammar, options.names ?? NO_NAMES);
    this.#lastRow = options.firstRow + (options.rows ?? Infinity);
    this.#judge = new RowJudge(this.#finder, options.headerWidth, options.dialect.encoding);
    this.#row = options.firstRow;
    this.#line = options.firstLine;
  }

  /** Rows given out so far. */
  get rows(): number {
    return this.#row - this.options.firstRow;
  }

  /** Work done so far, in characters read. */
  get steps(): number {
    return this.#finder.steps + this.#lines.steps + this.#judged;
  }

  /** Blank rows passed over so far. */
  get blankRows(): number {
    return this.#blankRows;
  }

  /** Takes the slice's next bytes, which must stay as they are until the next call, and gives the rows that are whole by now. */
  push(chunk: Uint8Array): RecordBatch[] {
    return [...this.read(chunk)];
  }

  /** Says that the slice is over and gives the rows that were still open. */
  finish(): RecordBatch[] {
    return [...this.rest()];
  }

  /** Like `push`, but reads only as its rows are asked for, so that whoever has had enough can stop. */
  *read(chunk: Uint8Array): Generator<RecordBatch> {
    for (const piece of pieces(chunk, this.options.blockBytes)) {
      this.#queue.push(piece);
      this.#paused = this.#queue.ready;
      while (this.#paused) yield* this.#readBlock(false);
    }
  }

  /** Like `finish`, in the same way. */
  *rest(): Generator<RecordBatch> {
    while (this.#queue.size > 0) yield* this.#readBlock(true);
  }

  *#readBlock(final: boolean): Generator<RecordBatch> {
    const { encoding } = this.options.dialect;
    const block = decodeBlock(this.#queue.peek(), this.#queue.base, encoding, final);
    const batch = new BlockBatch(block, this.#row, encoding);
    const read = this.#readRows(block, final, batch);
    const isOver = final && !this.#paused;
    this.#queue.drop(isOver ? this.#queue.size : bytesUpTo(block, read), this.#paused);
    this.#row += batch.rows.length;
    if (batch.rows.length > 0) yield batch;
  }

  /** Puts the block's whole records into the batch and gives the place behind the last of them. */
  #readRows(block: Block, final: boolean, batch: BlockBatch): number {
    const finder = this.#finder;
    const { text } = block;
    const { delimiter } = finder.grammar;
    const width = this.#judge.width;
    const suspicious = block.damaged || (block.stride === 2 && text.includes("\ufffd"));
    finder.load(block, final);
    const last = this.steps + STEPS_AT_ONCE;
    this.#paused = false;
    let at = 0;
    if (finder.inLongLine) {
      at = finder.pass();
      if (finder.inLongLine) return at;
      this.#line++;
    }
    for (;;) {
      if (this.#row + batch.rows.length >= this.#lastRow) return text.length;
      const find = finder.find(at);
      if (find === "more") return this.#pause(batch, at, final);
      if (finder.blank) {
        this.#blankRows++;
        if (this.#held !== null && ++this.#held.blanks > TITLE_BLANKS) this.#addHeld(batch);
      } else {
        const kind = this.#lines.kindOf(block, find, at, finder.end);
        if (kind === "header") this.#held = null;
        else this.#addHeld(batch);
        if (this.#row + batch.rows.length >= this.#lastRow) return text.length;
        const cells = find === "plain"
          ? text.slice(at, finder.end).split(delimiter)
          : find === "quoted"
          ? finder.cells
          : null;
        const easy = cells !== null && cells.length === width && !suspicious &&
          (find === "plain" || !finder.scan.stray);
        if (kind === "header") {
          // Passed over.
        } else if (easy && kind !== "title") {
          batch.add(cells, at, finder.end, this.#line);
        } else {
          const row = this.#judge.judge(block, find, at);
          this.#judged += JUDGE_PASSES * (finder.end - at) + JUDGE_STEPS;
          const end = find === "long" ? Math.min(finder.end, at + RAW_LINE_LIMIT) : finder.end;
          this.#held = { at, end, line: this.#line, blankRows: this.#blankRows, blanks: 0, row };
          if (kind !== "title") this.#addHeld(batch);
        }
      }
      this.#line += finder.lines;
      at = finder.next;
      if (finder.inLongLine) return at;
      if (this.steps > last && this.#held === null) {
        this.#paused = true;
        return at;
      }
    }
  }

  /** Gives the place to go on from when more text is there: what may be a title is read again with what follows it. */
  #pause(batch: BlockBatch, at: number, final: boolean): number {
    const held = this.#held;
    if (held === null) return at;
    if (final) {
      this.#addHeld(batch);
      return at;
    }
    this.#held = null;
    this.#line = held.line;
    this.#blankRows = held.blankRows;
    return held.at;
  }

  /** Takes what might have been a title for a row. */
  #addHeld(batch: BlockBatch): void {
    const held = this.#held;
    if (held === null) return;
    const { cells, problem, repair } = held.row;
    batch.addJudged(cells, problem, repair, held.at, held.end, held.line);
    this.#held = null;
  }
}
