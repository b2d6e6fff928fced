/**
 * How much one invocation may do. The platform counts CPU per isolate and kills beyond two seconds; code
 * cannot read its own CPU there, so work is weighed by the bytes it reads.
 */

/** Bytes of one slice, and of parsing that fit into a share: about 50,000 rows, 0.3 s of CPU on the measuring machine. */
export const SLICE_BYTES = 8 * 1024 * 1024;

const SCANNED_PER_PARSED = 6; // scanned and hashed in a way that can be carried on, a byte costs up to a sixth of a parsed one
const REJECT_BYTES = 384; // words and JSON of a kept reject cost about 12 µs, some 330 parsed bytes
const CALL_BYTES = 128 * 1024; // what the calls around one unit cost, in parsed bytes

/** Bytes of one staging pass that fit into a share. */
export const SCAN_SHARE_BYTES = SLICE_BYTES * SCANNED_PER_PARSED;

/** The share of one invocation: spent in parsed bytes, and bounded by the wall clock. */
export class Share {
  #spent = 0;

  /** wallMs: a third of the shortest wall clock the platform gives. */
  constructor(private readonly startedAt: number, private readonly wallMs = 50_000) {}

  /** One unit was claimed. */
  spendUnit(): void {
    this.#spent += CALL_BYTES;
  }

  /** Bytes were parsed and validated. sizeScale: the unit's factor on shares of work. */
  spendParsed(bytes: number, sizeScale = 1): void {
    this.#spent += bytes / sizeScale;
  }

  /** Rows were rejected. */
  spendRejects(rows: number, sizeScale = 1): void {
    this.#spent += rows * REJECT_BYTES / sizeScale;
  }

  /** Bytes were hashed and scanned. */
  spendScanned(bytes: number, sizeScale = 1): void {
    this.#spent += bytes / SCANNED_PER_PARSED / sizeScale;
  }

  /** Whether to hand over. now: milliseconds on the clock of startedAt. */
  isSpent(now: number): boolean {
    return this.#spent >= SLICE_BYTES || now - this.startedAt >= this.wallMs;
  }

  /**
   * Whether even a unit under way has to be broken off: twice the share is 0.6 s of CPU here, and a hosted core that
   * is half as fast gets there just before the platform retires it.
   */
  isOverdrawn(now: number): boolean {
    return this.#spent >= 2 * SLICE_BYTES || now - this.startedAt >= 2 * this.wallMs;
  }
}
