/**
 * What old systems and database dumps leave at the very end of a file: `0x1A` (the end mark of CP/M and DOS), NUL bytes
 * that pad it to a block, a line `\.` (the end of COPY). It belongs to no row. Whether such bytes stand at the end is
 * known only there, so they are held back, however many they are, until others follow or the file is over.
 */

/** Bytes of one value, one after the other. */
export interface Run {
  readonly byte: number;
  readonly count: number;
}

const NUL = 0x00;
const END_MARK = 0x1a;
const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;
const SPACE = 0x20;
const BACKSLASH = 0x5c;
const POINT = 0x2e;

/** Runs that are held at most: enough for the marks of several systems on one another, with their line ends. */
const MOST_RUNS = 64;
/** Bytes of a run that are given back at a time. */
const PIECE = 65_536;

/** The bytes at the end, as far as they may be debris. */
export class HeldEnd {
  #runs: Run[];

  constructor(held: readonly Run[] = []) {
    this.#runs = [...held];
  }

  /** What is held, fit for JSON. */
  get runs(): readonly Run[] {
    return this.#runs;
  }

  get size(): number {
    return sizeOf(this.#runs);
  }

  /** Takes a chunk and gives on, in order, what is sure to be followed by something else. */
  *take(chunk: Uint8Array): Generator<Uint8Array> {
    let end = chunk.length;
    while (end > 0 && mayBeDebris(chunk[end - 1] ?? 0)) end--;
    if (end > 0) {
      yield* bytesOf(this.#runs);
      this.#runs = [];
      yield chunk.subarray(0, end);
    }
    for (let at = end; at < chunk.length;) {
      const from = at;
      const byte = chunk[at] ?? 0;
      while (at < chunk.length && chunk[at] === byte) at++;
      this.#add(byte, at - from);
      if (this.#runs.length > MOST_RUNS) yield* bytesOf(this.#runs.splice(0, 1));
    }
  }

  /**
   * Says that the file is over, and gives what is held and is no debris.
   *
   * @param wide Of UTF-16: whether the first byte held is the second one of a character; undefined for other encodings.
   */
  *finish(wide?: boolean): Generator<Uint8Array> {
    const kept = wide === undefined ? withoutDebris(this.#runs) : withoutPadding(this.#runs, wide);
    this.#runs = [];
    yield* bytesOf(kept);
  }

  #add(byte: number, count: number): void {
    const last = this.#runs.at(-1);
    if (last?.byte === byte) this.#runs[this.#runs.length - 1] = { byte, count: last.count + count };
    else this.#runs.push({ byte, count });
  }
}

function mayBeDebris(byte: number): boolean {
  return byte === NUL || byte === END_MARK || byte === BACKSLASH || byte === POINT ||
    isWhiteSpace({ byte });
}

/** Takes debris off the end: white space only where debris stands before it. */
function withoutDebris(runs: readonly Run[]): Run[] {
  let end = runs.length;
  for (;;) {
    const padding = endOf(runs, end, isPadding);
    const lines = endOf(runs, padding, isWhiteSpace);
    if (padding < end) end = padding;
    else if (endsInPadding(runs, lines)) end = lines;
    else if (endsInTerminator(runs, lines)) end = lines - 2;
    else return runs.slice(0, end);
  }
}

/** The place behind the last run that is of another kind. */
function endOf(runs: readonly Run[], from: number, isOfKind: (run: Run) => boolean): number {
  let end = from;
  for (let last = runs[end - 1]; last !== undefined && isOfKind(last); last = runs[end - 1]) end--;
  return end;
}

function endsInPadding(runs: readonly Run[], end: number): boolean {
  const last = runs[end - 1];
  return last !== undefined && isPadding(last);
}

/** Whether a line `\.` stands before this place; the line end above it is held as well, or it is no line. */
function endsInTerminator(runs: readonly Run[], end: number): boolean {
  const [above, backslash, point] = runs.slice(Math.max(0, end - 3), end);
  return end >= 3 && above !== undefined && isLineEnd(above) && isOne(backslash, BACKSLASH) &&
    isOne(point, POINT);
}

function isOne(run: Run | undefined, byte: number): boolean {
  return run?.byte === byte && run.count === 1;
}

function isPadding({ byte }: Run): boolean {
  return byte === NUL || byte === END_MARK;
}

function isWhiteSpace({ byte }: Pick<Run, "byte">): boolean {
  return byte === LF || byte === CR || byte === SPACE || byte === TAB;
}

function isLineEnd({ byte }: Run): boolean {
  return byte === LF || byte === CR;
}

/** The same for UTF-16, where a NUL may be half of a character. */
function withoutPadding(runs: readonly Run[], isSecond: boolean): Run[] {
  const end = endOf(runs, runs.length, isPadding);
  const kept = runs.slice(0, end);
  const isHalf = (sizeOf(kept) % 2 === 1) !== isSecond;
  const next = runs[end];
  if (isHalf && next !== undefined) kept.push({ byte: next.byte, count: 1 });
  return kept;
}

function sizeOf(runs: readonly Run[]): number {
  return runs.reduce((size, { count }) => size + count, 0);
}

function* bytesOf(runs: readonly Run[]): Generator<Uint8Array> {
  for (const { byte, count } of runs) {
    for (let left = count; left > 0; left -= PIECE) yield new Uint8Array(Math.min(left, PIECE)).fill(byte);
  }
}
