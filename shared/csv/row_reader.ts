/** The engine behind every reader of rows: bytes in, batches out. */
import { type Block, ByteQueue, bytesUpTo, decodeBlock, pieces } from "./block.ts";
import { BlockBatch } from "./block_batch.ts";
import type { Dialect, Encoding } from "./dialect.ts";
import { grammarOf } from "./grammar.ts";
import { RecordFinder } from "./record_finder.ts";
import { RowJudge } from "./row_judge.ts";

/** Where reading begins and how the file is written. */
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
  /** Bytes gathered before they are read: fewer give rows sooner, more are faster. 256 KiB if not given. */
  blockBytes?: number;
}

/** Turns bytes, in chunks of any size, into rows. */
export class RowReader {
  readonly #queue: ByteQueue;
  readonly #finder: RecordFinder;
  #judge: RowJudge;
  #encoding: Encoding;
  #row: number;
  #line: number;
  #blankRows = 0;
  #blanksAbove = 0;
  #legacyFrom = -1;

  /** @param unmarked The encoding is a guess: bytes that are no UTF-8 make the rest Windows-1252. */
  constructor(private readonly options: RowReaderOptions, private readonly unmarked = false) {
    this.#queue = new ByteQueue(options.firstByte, options.blockBytes);
    this.#finder = new RecordFinder(grammarOf(options.dialect), options.headerWidth, true);
    this.#encoding = options.dialect.encoding;
    this.#judge = new RowJudge(this.#finder, options.headerWidth, this.#encoding);
    this.#row = options.firstRow;
    this.#line = options.firstLine;
  }

  /** Rows given out so far. */
  get rows(): number {
    return this.#row - this.options.firstRow;
  }

  get blankRows(): number {
    return this.#blankRows;
  }

  /** Offset of the block from which on bytes were read as Windows-1252 after all; -1 when none were. */
  get legacyFrom(): number {
    return this.#legacyFrom;
  }

  push(chunk: Uint8Array): BlockBatch[] {
    const batches: BlockBatch[] = [];
    for (const piece of pieces(chunk, this.options.blockBytes)) {
      this.#queue.push(piece);
      if (this.#queue.ready) this.#readBlock(false, batches);
    }
    return batches;
  }

  finish(): BlockBatch[] {
    const batches: BlockBatch[] = [];
    if (this.#queue.size > 0) this.#readBlock(true, batches);
    return batches;
  }

  #readBlock(final: boolean, batches: BlockBatch[]): void {
    const block = this.#decode(final);
    const batch = new BlockBatch(block, this.#row, this.#encoding);
    const read = this.#readRows(block, final, batch);
    this.#queue.drop(final ? this.#queue.size : bytesUpTo(block, read));
    this.#row += batch.rows.length;
    if (batch.rows.length > 0) batches.push(batch);
  }

  #decode(final: boolean): Block {
    const bytes = this.#queue.peek();
    const block = decodeBlock(bytes, this.#queue.base, this.#encoding, final);
    if (!block.damaged || !this.unmarked) return block;
    this.#encoding = "windows-1252";
    this.#judge = new RowJudge(this.#finder, this.options.headerWidth, this.#encoding);
    this.#legacyFrom = block.base;
    return decodeBlock(bytes, this.#queue.base, this.#encoding, final);
  }

  /** Puts the block's whole records into the batch and gives the place behind the last of them. */
  #readRows(block: Block, final: boolean, batch: BlockBatch): number {
    const finder = this.#finder;
    const { text } = block;
    const { delimiter } = finder.grammar;
    const width = this.#judge.width;
    const suspicious = block.damaged || (block.stride === 2 && text.includes("\ufffd"));
    finder.load(block, final);
    let at = 0;
    for (;;) {
      const find = finder.find(at);
      if (find === "more") return at;
      if (finder.blank) {
        this.#blankRows++;
        this.#blanksAbove++;
      } else {
        if (this.#blanksAbove > 0) {
          batch.noteBlanks(this.#blanksAbove);
          this.#blanksAbove = 0;
        }
        const cells = find === "plain"
          ? text.slice(at, finder.end).split(delimiter)
          : find === "quoted"
          ? finder.cells
          : null;
        const easy = cells !== null && cells.length === width && !suspicious &&
          (find === "plain" || !finder.scan.stray);
        if (easy) batch.add(cells, at, finder.end, this.#line);
        else {
          const row = this.#judge.judge(block, find, at);
          batch.addJudged(row.cells, row.problem, row.repair, at, finder.end, this.#line);
        }
      }
      this.#line += finder.lines;
      at = finder.next;
    }
  }
}
