/**
 * What is known of a block's lines, in columns of whole numbers: a block may have a hundred thousand lines, and as
 * many objects would cost more than all reading.
 */

const COLUMNS = [
  /** Places in the text: where the line begins, its text ends, the next line begins. */
  "start",
  "end",
  "next",
  /** Bytes of the block before the line, and before the next one. */
  "byte",
  "nextByte",
  /** Read as a record's first line: how that ended (0 for not read), cells, the last one filled, whether it is clean. */
  "begun",
  "begunCells",
  "begunFilled",
  "begunClean",
  /**
   * Read as a line that begins inside a quoted cell: the same; but where the cell goes on behind the line, all of
   * the lines from this one to `skipTo`, which is not part of it any more.
   */
  "inside",
  "insideCells",
  "insideFilled",
  "insideClean",
  "skipTo",
  /** Whether a good row begins here (0 for not looked, 1 for yes, 2 for no), and the bytes of the block that took. */
  "plausible",
  "plausibleAhead",
  /** Cells where a quote that cannot be closed properly is text; 0 for not counted. */
  "lineCells",
] as const;

type Column = typeof COLUMNS[number];

/** Lines to begin with; what is there is kept from block to block. */
const FIRST_ROOM = 1_024;

/** Consecutive lines of a block, each column by the line's place. */
export class LineTable {
  length = 0;
  #columns = columnsFor(FIRST_ROOM);

  /** The columns; to be asked for anew once lines were added. */
  get columns(): Readonly<Record<Column, Int32Array>> {
    return this.#columns;
  }

  clear(): void {
    this.length = 0;
  }

  /** Adds a line nothing is known of but where it stands. */
  add(start: number, end: number, next: number, byte: number, nextByte: number): void {
    const at = this.length++;
    if (at === this.#columns.start.length) this.#grow();
    const columns = this.#columns;
    columns.start[at] = start;
    columns.end[at] = end;
    columns.next[at] = next;
    columns.byte[at] = byte;
    columns.nextByte[at] = nextByte;
    columns.begun[at] = 0;
    columns.inside[at] = 0;
    columns.plausible[at] = 0;
    columns.lineCells[at] = 0;
  }

  #grow(): void {
    const grown = columnsFor(2 * this.#columns.start.length);
    for (const column of COLUMNS) grown[column].set(this.#columns[column]);
    this.#columns = grown;
  }
}

function columnsFor(lines: number): Record<Column, Int32Array> {
  const column = () => new Int32Array(lines);
  return {
    start: column(),
    end: column(),
    next: column(),
    byte: column(),
    nextByte: column(),
    begun: column(),
    begunCells: column(),
    begunFilled: column(),
    begunClean: column(),
    inside: column(),
    insideCells: column(),
    insideFilled: column(),
    insideClean: column(),
    skipTo: column(),
    plausible: column(),
    plausibleAhead: column(),
    lineCells: column(),
  };
}
