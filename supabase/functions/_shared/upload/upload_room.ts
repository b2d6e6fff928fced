/**
 * Memory for uploads in one isolate. Files are held whole while their hash is taken, and an isolate has 256 MB for
 * everything. Room is taken as bytes arrive, so that what is only announced, or trickles in, keeps nobody out:
 * - the first bytes of every upload lie in a lane of their own, where small files pass big ones;
 * - in each lane, what one upload can come to is kept for the one that has been in it longest, so that it can always be
 *   finished, and after it the next;
 * - a caller has no more than a few uploads under way; the others wait their turn.
 */
import { Problem } from "../../../../shared/errors.ts";
import { MULTIPART_OVERHEAD_BYTES, UPLOAD_LIMIT_BYTES } from "../../../../shared/intake/limits.ts";

/** What one upload can come to. */
const LARGEST_BYTES = UPLOAD_LIMIT_BYTES + MULTIPART_OVERHEAD_BYTES;

/** How an isolate shares out its memory. */
export interface RoomSizes {
  /** Bytes of big files, beyond what stands in the lane of small ones. At least the largest upload. */
  readonly big: number;
  /** Bytes of the lane of small files. */
  readonly small: number;
  /** Bytes of each upload that stand in the lane of small files. */
  readonly head: number;
  /** What one upload can come to, in bytes. */
  readonly largest: number;
  /** Uploads of one caller at once. */
  readonly perCaller: number;
  /** Longest wait for room or for one's turn, in milliseconds. */
  readonly patienceMs: number;
}

/** Some 110 MB: two of the largest files, or many small ones beside one of them. */
export const ROOM: RoomSizes = {
  big: 94_000_000,
  small: 16_000_000,
  head: 1_000_000,
  largest: LARGEST_BYTES,
  perCaller: 3,
  patienceMs: 60_000,
};

/** The place of one upload. */
export interface Place {
  /** Waits until there is room for so many bytes more. @throws Problem UNAVAILABLE after some patience. */
  take(bytes: number): Promise<void>;
}

/** Bytes that are shared out so that whoever holds some longest can always be finished. */
class Lane {
  /** What each upload holds, in the order in which they took their first bytes. */
  readonly #held = new Map<symbol, number>();
  #free: number;

  /** most: what one upload can come to here; no more than there is. */
  constructor(bytes: number, private readonly most: number) {
    this.#free = bytes;
  }

  /** Bytes it makes sense to take: what goes beyond the most is refused as soon as it is looked at. */
  wanted(upload: symbol, bytes: number): number {
    return Math.max(0, Math.min(bytes, this.most - this.#of(upload)));
  }

  /** The first may use all there is; the others leave it what it may still need. */
  fits(upload: symbol, bytes: number): boolean {
    if (bytes === 0) return true;
    const first = this.#held.keys().next().value;
    const kept = first === undefined || first === upload ? 0 : this.most - this.#of(first);
    return bytes <= this.#free - kept;
  }

  take(upload: symbol, bytes: number): void {
    if (bytes === 0) return;
    this.#free -= bytes;
    this.#held.set(upload, this.#of(upload) + bytes);
  }

  giveBack(upload: symbol): void {
    this.#free += this.#of(upload);
    this.#held.delete(upload);
  }

  #of(upload: symbol): number {
    return this.#held.get(upload) ?? 0;
  }
}

interface Waiting {
  readonly fits: () => boolean;
  readonly enter: () => void;
}

/** Bytes and turns that are shared out. */
export class UploadRoom {
  readonly #sizes: RoomSizes;
  readonly #small: Lane;
  readonly #big: Lane;
  readonly #underWay = new Map<string, number>();
  readonly #line = new Set<Waiting>();

  constructor(sizes: RoomSizes = ROOM) {
    this.#sizes = sizes;
    this.#small = new Lane(sizes.small, sizes.head);
    this.#big = new Lane(sizes.big, sizes.largest);
  }

  /**
   * Runs `work` when it is the caller's turn, and gives back what it took when it ends.
   *
   * @throws Problem UNAVAILABLE after some patience.
   */
  async hold<Result>(caller: string, work: (place: Place) => Promise<Result>): Promise<Result> {
    const count = () => this.#underWay.get(caller) ?? 0;
    await this.#until(() => count() < this.#sizes.perCaller, () => this.#underWay.set(caller, count() + 1));
    const upload = Symbol(caller);
    try {
      return await work({ take: (bytes) => this.#take(upload, bytes) });
    } finally {
      this.#small.giveBack(upload);
      this.#big.giveBack(upload);
      if (count() === 1) this.#underWay.delete(caller);
      else this.#underWay.set(caller, count() - 1);
      this.#letIn();
    }
  }

  async #take(upload: symbol, bytes: number): Promise<void> {
    const small = this.#small.wanted(upload, bytes);
    const big = this.#big.wanted(upload, bytes - small);
    await this.#until(() => this.#small.fits(upload, small) && this.#big.fits(upload, big), () => {
      this.#small.take(upload, small);
      this.#big.take(upload, big);
    });
  }

  async #until(fits: () => boolean, enter: () => void): Promise<void> {
    if (fits()) return void enter();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = {
      fits,
      enter: () => {
        enter();
        resolve();
      },
    };
    this.#line.add(waiting);
    const timer = setTimeout(() => {
      reject(new Problem("UNAVAILABLE", "Other uploads take up all the room there is."));
    }, this.#sizes.patienceMs);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#line.delete(waiting);
    }
  }

  /** Whoever fits goes on, in the order they came: one that needs much keeps no other out. */
  #letIn(): void {
    for (const waiting of this.#line) {
      if (!waiting.fits()) continue;
      this.#line.delete(waiting);
      waiting.enter();
    }
  }
}
