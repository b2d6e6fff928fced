/**
 * Stored bytes, by range. Owns the address of an object, what storage answers when it is gone, and that what is read is
 * what was stored: between storage and us stands a cache, which may give the bytes of another version.
 */
import type { StoredObject } from "../intake/stored_object.ts";

/** The object is not there (any more). */
export class ObjectMissing extends Error {
  override readonly name = "ObjectMissing";

  constructor(bucket: string, path: string) {
    super(`Cannot read ${bucket}/${path}: storage has no such object`);
  }
}

/** What came is not the object that was asked for. Says nothing about the file: the next try may find the right one. */
export class ObjectDiffers extends Error {
  override readonly name = "ObjectDiffers";

  constructor({ bucket, path }: StoredObject, what: string) {
    super(`Cannot read ${bucket}/${path}: what came is another version, ${what}`);
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
   * there is empty. Throws ObjectMissing, ObjectDiffers, or an Error with the status when storage is unwell.
   */
  async openRange(
    object: StoredObject,
    firstByte: number,
    endByte: number,
    signal?: AbortSignal,
  ): Promise<ObjectRange> {
    if (object.bytes !== null && firstByte >= object.bytes) return emptyRange(object.bytes);
    const response = await this.send(this.#address(object), {
      headers: { ...this.headers, range: `bytes=${firstByte}-${endByte - 1}` },
      signal: AbortSignal.any([
        AbortSignal.timeout(RANGE_PATIENCE_MS),
        ...(signal === undefined ? [] : [signal]),
      ]),
    });
    if (response.body !== null && (response.status === 206 || response.status === 200)) {
      return await opened(object, response, response.body, firstByte);
    }
    const body = await response.text();
    if (response.status === 416) {
      if (object.bytes !== null) throw new ObjectDiffers(object, `it ends before byte ${firstByte}`);
      return emptyRange(firstByte);
    }
    if (response.status === 404 || isNotFound(body)) throw new ObjectMissing(object.bucket, object.path);
    throw new Error(`Cannot read ${object.bucket}/${object.path}: storage answered ${response.status}`);
  }

  /** Names the version, for caches: https://supabase.com/docs/guides/storage/cdn/smart-cdn has the parameter. */
  #address({ bucket, path, version }: StoredObject): string {
    const place = path.split("/").map(encodeURIComponent).join("/");
    const nonce = version === null ? "" : `?cacheNonce=${encodeURIComponent(version)}`;
    return `${this.url}/storage/v1/object/authenticated/${bucket}/${place}${nonce}`;
  }
}

async function opened(
  object: StoredObject,
  response: Response,
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  firstByte: number,
): Promise<ObjectRange> {
  const isWhole = response.status === 200;
  const totalBytes = isWhole
    ? Number(response.headers.get("content-length") ?? "0")
    : totalOf(response.headers.get("content-range"));
  const problem = difference(object, strong(response.headers.get("etag")), totalBytes);
  if (problem !== null) {
    await body.cancel();
    throw new ObjectDiffers(object, problem);
  }
  // A server that ignores ranges may only be used from the first byte: else the file would be read again and again.
  if (isWhole && totalBytes > 0 && firstByte > 0) {
    await body.cancel();
    throw new Error("Cannot read a range: storage answered with the whole object");
  }
  return { stream: body, totalBytes };
}

/** What tells the answer from the object, in words; null for nothing. */
function difference(object: StoredObject, etag: string | null, totalBytes: number): string | null {
  if (object.etag !== null && etag !== null && etag !== strong(object.etag)) return "with another etag";
  if (object.bytes !== null && totalBytes !== object.bytes) {
    return `of ${totalBytes} bytes instead of ${object.bytes}`;
  }
  return null;
}

/** A cache that compresses makes a tag weak; it still stands for the same bytes. */
function strong(etag: string | null): string | null {
  return etag === null ? null : etag.replace(/^W\//, "");
}

function totalOf(contentRange: string | null): number {
  return Number(contentRange?.split("/")[1] ?? "0");
}

/** Storage answers 400 with the real status in the body for objects it does not have. */
function isNotFound(body: string): boolean {
  return /"statusCode"\s*:\s*"?404"?/.test(body) || /"error"\s*:\s*"not_found"/i.test(body);
}

function emptyRange(totalBytes: number): ObjectRange {
  return { stream: new ReadableStream({ start: (controller) => controller.close() }), totalBytes };
}
