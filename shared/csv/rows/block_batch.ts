/** The rows of one block, beside the text they stand in. */
import type { RecordBatch } from "./record_batch.ts";
import type { Block } from "../text/block.ts";
import { recode } from "../text/bytewise.ts";
import { ByteOffsets } from "../text/offsets.ts";
import type { Encoding } from "../dialect.ts";
import type { RowProblem } from "./problems.ts";

/** The rows of one block. */
export class BlockBatch implements RecordBatch {
  readonly rows: string[][] = [];
  readonly problems = new Map<number, RowProblem>();
  readonly repairs = new Map<number, string>();
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #lines: number[] = [];
  readonly #offsets: ByteOffsets;

  constructor(
    private readonly block: Block,
    readonly firstRow: number,
    private readonly encoding: Encoding,
  ) {
    this.#offsets = new ByteOffsets(block);
  }

  add(cells: string[], start: number, end: number, line: number): void {
    this.rows.push(cells);
    this.#starts.push(start);
    this.#ends.push(end);
    this.#lines.push(line);
  }

  addJudged(
    cells: string[],
    problem: RowProblem | null,
    repair: string,
    start: number,
    end: number,
    line: number,
  ): void {
    if (problem !== null) this.problems.set(this.rows.length, problem);
    if (repair !== "") this.repairs.set(this.rows.length, repair);
    this.add(cells, start, end, line);
  }

  lineOf(position: number): number {
    return at(this.#lines, position);
  }

  byteOffsetOf(position: number): number {
    return this.#offsets.of(at(this.#starts, position));
  }

  rawLineOf(position: number): string {
    const raw = this.block.text.slice(at(this.#starts, position), at(this.#ends, position));
    return this.block.damaged ? recode(raw, this.encoding) : raw;
  }
}

function at(places: readonly number[], position: number): number {
  const place = places[position];
  if (place === undefined) {
    throw new RangeError(`Cannot look up row ${position} of the batch: it has ${places.length}`);
  }
  return place;
}
