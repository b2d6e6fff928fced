/**
 * How much one invocation may do. The platform counts CPU per isolate and kills beyond two seconds; code
 * cannot read its own CPU there, so work is weighed by what it costs: the reader counts its steps (characters it has
 * looked at, those it had to look at twice included), the checker its rows, and rejects are weighed by their issues.
 */

/**
 * Bytes of one slice, and of parsing that fit into a share: some 37,500 usual rows. In an isolate that has run nothing
 * yet that is 0.5 to 0.7 s of CPU in memory, about half of it in one that has: a second slice mostly fits before its end.
 */
export const SLICE_BYTES = 6 * 1024 * 1024;

/** Rows of one slice, and of a share, however short they are: checking a row costs about 6 µs, reading one of its bytes 12 ns. */
export const SLICE_ROWS = 37_500;

const SCANNED_PER_PARSED = 6; // scanned and hashed in a way that can be carried on, a byte costs up to a sixth of a parsed one
const STEPS_PER_PARSED = 2; // a step of the reader beyond those of usual rows costs up to half of it
const ROW_BYTES = SLICE_BYTES / SLICE_ROWS; // what a short row weighs; a longer one weighs its bytes
const REJECT_BYTES = 320; // place, raw line and JSON of a kept reject, in parsed bytes
const ISSUE_BYTES = 96; // and the words of each of its issues
const CALL_BYTES = 128 * 1024; // what the calls around one unit cost, in parsed bytes

/**
 * What may be spent when another unit is begun, and when even one under way is broken off, in shares. What a unit takes
 * is not known before it is claimed; a usual slice takes one share and must not be broken off for what came before it.
 */
const BEGUN_BELOW = 0.4;
const BROKEN_OFF_AT = 1.5;
/** What an isolate that has used half of its CPU may still spend on the unit at hand. */
const LEFT_AT_END = 0.5;

/** Bytes of one staging pass that fit into a share. */
export const SCAN_SHARE_BYTES = SLICE_BYTES * SCANNED_PER_PARSED;

/** The share of one invocation: spent in parsed bytes or rows, and bounded by the wall clock. */
export class Share {
  #spent = 0;
  #parsedBytes = 0;
  #parsedRows = 0;
  /** What had been spent when the end of the isolate was announced. */
  #spentAtEnd = Infinity;

  /** wallMs: a third of the shortest wall clock the platform gives. */
  constructor(private readonly startedAt: number, private readonly wallMs = 50_000) {}

  /** One unit was claimed. */
  spendUnit(): void {
    this.#spent += CALL_BYTES;
  }

  /** Bytes were parsed. sizeScale: the unit's factor on shares of work. */
  spendParsed(bytes: number, sizeScale = 1): void {
    this.#parsedBytes += bytes / sizeScale;
  }

  /** The rows in them were checked. */
  spendRows(rows: number, sizeScale = 1): void {
    this.#parsedRows += rows / sizeScale;
  }

  /** Reading or scanning them took more steps than usual ones do. */
  spendSteps(steps: number, sizeScale = 1): void {
    this.#spent += Math.max(0, steps) / STEPS_PER_PARSED / sizeScale;
  }

  /** Rows were rejected and are kept, with so many issues in all. */
  spendRejects(rows: number, issues: number, sizeScale = 1): void {
    this.#spent += (rows * REJECT_BYTES + issues * ISSUE_BYTES) / sizeScale;
  }

  /** Bytes were hashed and scanned. */
  spendScanned(bytes: number, sizeScale = 1): void {
    this.#spent += bytes / SCANNED_PER_PARSED / sizeScale;
  }

  /** Whether another unit may be begun. now: milliseconds on the clock of startedAt. */
  mayBegin(now: number): boolean {
    return this.#weight() < BEGUN_BELOW * SLICE_BYTES && now - this.startedAt < this.wallMs;
  }

  /** Whether to hand over what can be handed over at any point. */
  isSpent(now: number): boolean {
    return this.#weight() >= SLICE_BYTES || now - this.startedAt >= this.wallMs;
  }

  /**
   * Whether even a unit under way has to be broken off. An isolate whose end is announced has used half of its CPU, by
   * this invocation and those before it: it goes on for half a share, so that a unit that is nearly done is finished.
   */
  isOverdrawn(now: number): boolean {
    const weight = this.#weight();
    return weight >= BROKEN_OFF_AT * SLICE_BYTES || weight - this.#spentAtEnd >= LEFT_AT_END * SLICE_BYTES ||
      now - this.startedAt >= 2 * this.wallMs;
  }

  /** The end of the isolate was announced; said again, it changes nothing. */
  announceEnd(): void {
    if (this.#spentAtEnd === Infinity) this.#spentAtEnd = this.#weight();
  }

  /** Everything so far, in parsed bytes. */
  #weight(): number {
    return this.#spent + Math.max(this.#parsedBytes, this.#parsedRows * ROW_BYTES);
  }
}
