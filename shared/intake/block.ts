/**
 * Valid rows on their way to the database, a block at a time. The body of `intake.stage_block`:
 * a JSON head, U+001D, then the rows. Text travels as it is, so nothing is escaped or parsed twice.
 * Plaintiffs are numbered as they are met: the database looks up each spelling of a slice once, and never reads all
 * rows for the sake of their names.
 */
import { FIELD_SEPARATOR, FIELDS, ROW_SEPARATOR, writeStagedRow } from "../judgments/mod.ts";
import type { Reject } from "./reject.ts";

/** Between head and rows: U+001D, group separator. */
export const HEAD_SEPARATOR = "\u001d";

const BLOCK_ROWS = 2_500; // long enough for a call to pay, short enough to overlap; longer ones let the heap grow
const BLOCK_REJECTS = 1_000; // rejects travel as JSON, about ten times a row's weight
const BLOCK_REJECT_CHARS = 1_000_000; // of their raw lines, which stand in a reject some four times

const CASE_NUMBER = FIELDS.indexOf("case_number");
const PLAINTIFF_NAME = FIELDS.indexOf("plaintiff_name");

/** Which slice the rows belong to, and the lease that allows writing them. */
export interface BlockOwner {
  readonly batchId: string;
  readonly sliceNo: number;
  readonly token: string;
  readonly attempt: number;
}

/** Collects rows and rejects of one slice, and cuts them into blocks numbered from 0. */
export class BlockWriter {
  #rows: string[] = [];
  #rejects: Reject[] = [];
  #rejectChars = 0;
  #blockNo = 0;
  /** Each spelling of a plaintiff's name in the slice so far, with its number. */
  readonly #plaintiffs = new Map<string, number>();
  /** Those first met in this block. */
  #met: string[] = [];

  /** sizeScale: the unit's factor on shares of work. */
  constructor(private readonly owner: BlockOwner, private readonly sizeScale = 1) {}

  /** Adds a valid row: its index in the file, its checked values in the order of the fields, what it repairs. */
  addRow(rowIndex: number, values: readonly string[], repairsRow?: string): void {
    const number = this.#numberOf(values[PLAINTIFF_NAME] ?? "", rowIndex, values[CASE_NUMBER] ?? "");
    this.#rows.push(writeStagedRow(rowIndex, values, number, repairsRow));
  }

  #numberOf(plaintiff: string, rowIndex: number, caseNumber: string): number {
    const known = this.#plaintiffs.get(plaintiff);
    if (known !== undefined) return known;
    const number = this.#plaintiffs.size;
    this.#plaintiffs.set(plaintiff, number);
    this.#met.push(rowIndex + FIELD_SEPARATOR + caseNumber + FIELD_SEPARATOR + plaintiff);
    return number;
  }

  /** Adds a rejected row. */
  addReject(reject: Reject): void {
    this.#rejects.push(reject);
    this.#rejectChars += reject.raw_line.length;
  }

  /** Whether it is time to send. */
  get isFull(): boolean {
    return this.#rows.length >= BLOCK_ROWS * this.sizeScale ||
      this.#rejects.length >= BLOCK_REJECTS * this.sizeScale || this.#rejectChars >= BLOCK_REJECT_CHARS;
  }

  /** Whether there is nothing to send. */
  get isEmpty(): boolean {
    return this.#rows.length === 0 && this.#rejects.length === 0;
  }

  /** The body of the next block; the writer begins a new one. */
  take(): string {
    const head = JSON.stringify({
      batch_id: this.owner.batchId,
      slice_no: this.owner.sliceNo,
      token: this.owner.token,
      attempt: this.owner.attempt,
      block_no: this.#blockNo,
      row_count: this.#rows.length,
      plaintiffs: this.#met.join(ROW_SEPARATOR),
      rejects: this.#rejects,
    });
    const body = head + HEAD_SEPARATOR + this.#rows.join(ROW_SEPARATOR);
    this.#blockNo += 1;
    this.#rows = [];
    this.#met = [];
    this.#rejects = [];
    this.#rejectChars = 0;
    return body;
  }
}
