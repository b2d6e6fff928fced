/** Stored bytes, by range. Owns the address of an object and what storage answers when it is gone. */

/** The object is not there (any more). */
export class ObjectMissing extends Error {
  override readonly name = "ObjectMissing";

  constructor(bucket: string, path: string) {
    super(`Cannot read ${bucket}/${path}: storage has no such object`);
  }
}

/** A range of an object. */
export interface ObjectRange {
  /** The bytes, as they arrive. */
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Size of the whole object in bytes. */
  readonly totalBytes: number;
}

// For a whole range, body included: a share of a scan is 48 MiB. Beyond it storage hangs, and the unit is tried again.
const RANGE_PATIENCE_MS = 120_000;

/** Reads objects over the storage API. */
export class ObjectStore {
  /** send: what sends the requests, the platform's fetch or a test's. */
  constructor(
    private readonly url: string,
    private readonly headers: Readonly<Record<string, string>>,
    private readonly send: typeof fetch,
  ) {}

  /**
   * Opens bytes firstByte up to, not including, endByte; a range beyond the end is cut there, one that begins
   * there is empty. Throws ObjectMissing, or an Error with the status when storage is unwell.
   */
  async openRange(
    object: { bucket: string; path: string },
    firstByte: number,
    endByte: number,
    signal?: AbortSignal,
  ): Promise<ObjectRange> {
    const path = object.path.split("/").map(encodeURIComponent).join("/");
    const response = await this.send(`${this.url}/storage/v1/object/authenticated/${object.bucket}/${path}`, {
      headers: { ...this.headers, range: `bytes=${firstByte}-${endByte - 1}` },
      signal: AbortSignal.any([
        AbortSignal.timeout(RANGE_PATIENCE_MS),
        ...(signal === undefined ? [] : [signal]),
      ]),
    });
    if (response.status === 206 && response.body !== null) {
      return { stream: response.body, totalBytes: totalOf(response.headers.get("content-range")) };
    }
    if (response.status === 416) {
      await response.body?.cancel();
      return { stream: emptyStream(), totalBytes: totalOf(response.headers.get("content-range")) };
    }
    if (response.status === 200 && response.body !== null) {
      return await wholeObject(response, response.body, firstByte);
    }
    const body = await response.text();
    if (response.status === 404 || isNotFound(body)) throw new ObjectMissing(object.bucket, object.path);
    throw new Error(`Cannot read ${object.bucket}/${object.path}: storage answered ${response.status}`);
  }
}

/** A server that ignores ranges may only be used from the first byte: anything else would read the file again and again. */
async function wholeObject(
  response: Response,
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  firstByte: number,
): Promise<ObjectRange> {
  const length = Number(response.headers.get("content-length") ?? "0");
  if (length === 0 || firstByte === 0) return { stream: body, totalBytes: length };
  await body.cancel();
  throw new Error("Cannot read a range: storage answered with the whole object");
}

function totalOf(contentRange: string | null): number {
  return Number(contentRange?.split("/")[1] ?? "0");
}

/** Storage answers 400 with the real status in the body for objects it does not have. */
function isNotFound(body: string): boolean {
  return /"statusCode"\s*:\s*"?404"?/.test(body) || /"error"\s*:\s*"not_found"/i.test(body);
}

function emptyStream(): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({ start: (controller) => controller.close() });
}
