/**
 * The form supabase-js wraps a Blob in: a few short fields and one file, the file last. Streams the file; refuses
 * fields longer than 64 kB.
 */
import { StorageProblem } from "./problem.ts";

export interface Upload {
  fields: Map<string, string>;
  type: string | null;
  file: AsyncIterable<Uint8Array>;
}

const MAX_FIELD_BYTES = 64 * 1024;
const decoder = new TextDecoder();

/** Reads up to the file's first byte. @param boundary as the Content-Type names it. */
export async function readUpload(body: ReadableStream<Uint8Array>, boundary: string): Promise<Upload> {
  const source = new Source(body);
  const mark = new TextEncoder().encode(`\r\n--${boundary}`);
  await source.upTo(mark.subarray(2), MAX_FIELD_BYTES); // preamble
  const fields = new Map<string, string>();
  while (decoder.decode(await source.take(2)) === "\r\n") {
    const head = decoder.decode(await source.upTo(new TextEncoder().encode("\r\n\r\n"), MAX_FIELD_BYTES));
    const name = /name="([^"]*)"/i.exec(head)?.[1] ?? "";
    const isFile = /filename\*?=/i.test(head);
    if (isFile) {
      const type = /^content-type:\s*([^\r\n]+)/im.exec(head)?.[1]?.trim() ?? null;
      return { fields, type, file: source.stream(mark) };
    }
    fields.set(name, decoder.decode(await source.upTo(mark, MAX_FIELD_BYTES)));
  }
  throw new StorageProblem(400, "InvalidRequest", "Missing file in multipart upload");
}

/** A byte stream read piece by piece, holding no more than a chunk and a boundary. */
class Source {
  #held: Uint8Array = new Uint8Array(0);
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#reader.read();
    if (done) throw new StorageProblem(400, "InvalidRequest", "The multipart body ends in the middle");
    const joined = new Uint8Array(this.#held.length + value.length);
    joined.set(this.#held);
    joined.set(value, this.#held.length);
    this.#held = joined;
  }

  async take(count: number): Promise<Uint8Array> {
    while (this.#held.length < count) await this.#more();
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }

  /** What stands before `mark`, which is consumed too. */
  async upTo(mark: Uint8Array, limit: number): Promise<Uint8Array> {
    for (let at = indexOf(this.#held, mark);; at = indexOf(this.#held, mark)) {
      if (at >= 0) {
        const before = this.#held.subarray(0, at);
        this.#held = this.#held.subarray(at + mark.length);
        return before;
      }
      if (this.#held.length > limit) {
        throw new StorageProblem(400, "InvalidRequest", "A form field is too long");
      }
      await this.#more();
    }
  }

  async *stream(mark: Uint8Array): AsyncIterable<Uint8Array> {
    while (true) {
      const at = indexOf(this.#held, mark);
      if (at >= 0) {
        yield this.#held.subarray(0, at);
        await this.#reader.cancel();
        return;
      }
      const safe = Math.max(0, this.#held.length - mark.length + 1); // a mark may have begun in the rest
      if (safe > 0) {
        yield this.#held.subarray(0, safe);
        this.#held = this.#held.subarray(safe);
      }
      await this.#more();
    }
  }
}

/** Jumps from one occurrence of the mark's first byte to the next. */
function indexOf(bytes: Uint8Array, mark: Uint8Array): number {
  const first = mark[0] ?? 0;
  for (
    let at = bytes.indexOf(first);
    at >= 0 && at + mark.length <= bytes.length;
    at = bytes.indexOf(first, at + 1)
  ) {
    let same = 1;
    while (same < mark.length && bytes[at + same] === mark[same]) same++;
    if (same === mark.length) return at;
  }
  return -1;
}
