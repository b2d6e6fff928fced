/** Chunks of any size on their way to becoming blocks. */

/** Bytes gathered before they are decoded: fewer, longer strings are what the inner loops are fast on. */
export const BLOCK_BYTES = 262_144;

/** Bytes that wait to be read. */
export class ByteQueue {
  #chunks: Uint8Array[] = [];
  #size = 0;
  #wanted: number;

  /**
   * @param base Offset in the file of the first byte to come.
   * @param blockBytes Bytes that make a block.
   */
  constructor(public base: number, readonly blockBytes = BLOCK_BYTES) {
    this.#wanted = blockBytes;
  }

  get size(): number {
    return this.#size;
  }

  /** Enough has come for another block. */
  get ready(): boolean {
    return this.#size >= this.#wanted;
  }

  /** Takes bytes; they are not copied before `drop`, so no more than a block's worth should wait. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  /** All bytes that wait, in one piece; they go on waiting until `drop`. */
  peek(): Uint8Array {
    if (this.#chunks.length !== 1) {
      const joined = new Uint8Array(this.#size);
      let at = 0;
      for (const chunk of this.#chunks) {
        joined.set(chunk, at);
        at += chunk.length;
      }
      this.#chunks = [joined];
    }
    return this.#chunks[0] ?? new Uint8Array(0);
  }

  /**
   * Lets go of what has been read. What is left is copied, for the chunk it came in is its owner's.
   *
   * @param isEnough What is left can be read on as it is; else it has shown to be less than a record.
   */
  drop(bytes: number, isEnough = false): void {
    const rest = this.peek().slice(bytes);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#size = rest.length;
    this.base += bytes;
    // A record longer than a block is looked at again only when twice as much is there.
    this.#wanted = isEnough ? this.blockBytes : Math.max(this.blockBytes, 2 * rest.length);
  }
}

/** A chunk in pieces no longer than a block. */
export function* pieces(chunk: Uint8Array, blockBytes = BLOCK_BYTES): Generator<Uint8Array> {
  for (let at = 0; at < chunk.length; at += blockBytes) yield chunk.subarray(at, at + blockBytes);
}
