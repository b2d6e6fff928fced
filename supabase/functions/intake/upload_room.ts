/**
 * Memory for uploads in one isolate. Files are held whole while their hash is taken, and an isolate has 256 MB
 * for everything: who finds no room waits in line.
 */

/** Bytes of uploads that one isolate holds at once: two of the largest. */
export const ROOM_BYTES = 110_000_000;

/** Bytes that are shared out, first come first served. */
export class UploadRoom {
  #free: number;
  readonly #line: { readonly bytes: number; readonly enter: () => void }[] = [];

  constructor(bytes: number = ROOM_BYTES) {
    this.#free = bytes;
  }

  /** Runs `work` once so many bytes are free, and gives them back when it ends. `bytes` must not exceed the room. */
  async hold<Result>(bytes: number, work: () => Promise<Result>): Promise<Result> {
    await this.#enter(bytes);
    try {
      return await work();
    } finally {
      this.#free += bytes;
      this.#letIn();
    }
  }

  #enter(bytes: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#line.push({ bytes, enter: resolve });
    this.#letIn();
    return promise;
  }

  #letIn(): void {
    for (let first = this.#line[0]; first !== undefined && first.bytes <= this.#free; first = this.#line[0]) {
      this.#line.shift();
      this.#free -= first.bytes;
      first.enter();
    }
  }
}
