/**
 * Reads the file of an upload request, multipart or raw. Owns what is judged at every door: whether there is one file,
 * and its size. What a name or the first bytes must be, each door says itself.
 */
import {
  getMultipartBoundary,
  MaxFileSizeExceededError,
  MaxTotalSizeExceededError,
  MultipartParseError,
  MultipartParser,
  type MultipartPart,
} from "@remix-run/multipart-parser";
import { createHash } from "node:crypto";
import { Problem } from "../../../../shared/errors.ts";
import { CONTENT_TYPES } from "../../../../shared/intake/arriving.ts";
import {
  FIELD_LIMIT,
  FIELD_LIMIT_BYTES,
  MULTIPART_OVERHEAD_BYTES,
  UPLOAD_LIMIT_BYTES,
} from "../../../../shared/intake/limits.ts";
import type { Given } from "../../../../shared/http/fields.ts";
import { queryOf } from "../request.ts";
import { type BodyPace, pacedBody } from "./paced_body.ts";
import type { Place } from "./upload_room.ts";
import { readFilename } from "./file_name.ts";
import { withReadableHead } from "./form_head.ts";

/** A file as it came, and what was said beside it. */
export interface ReceivedFile {
  readonly filename: string;
  /** The content type it was sent under; null when none was said. */
  readonly type: string | null;
  /** The bytes in order, never joined: a second copy of 50 MB would be one too many. */
  readonly chunks: Uint8Array<ArrayBuffer>[];
  readonly size: number;
  /** SHA-256, hex. */
  readonly hash: string;
  /** What storage will call this content when it is stored in one piece: its MD5 in quotes. */
  readonly etag: string;
  /** Form fields, or the query of a raw upload. */
  readonly given: Given;
}

/** What one door takes. Both throw a Problem for what it does not. */
export interface Taken {
  /** Looks at a name before the bytes are. */
  readonly name: (filename: string) => void;
  /** Looks at the first bytes. */
  readonly beginning: (filename: string, head: Uint8Array) => void;
  /** Whether the bytes may come by themselves, without a form. */
  readonly raw: boolean;
}

const RAW_TYPES: ReadonlySet<string> = new Set(CONTENT_TYPES);

/** @throws Problem FILE_TOO_LARGE when the request says so itself. */
function refuseDeclaredSize(request: Request): void {
  const form = mediaTypeOf(request) === "multipart/form-data";
  const most = UPLOAD_LIMIT_BYTES + (form ? MULTIPART_OVERHEAD_BYTES : 0);
  if (Number(request.headers.get("content-length") ?? 0) > most) throw tooLarge();
}

/**
 * What the request is, before its body is touched.
 *
 * @throws Problem UNSUPPORTED_MEDIA_TYPE, BAD_REQUEST, FILE_TOO_LARGE.
 */
export function checkEnvelope(request: Request, taken: Taken): void {
  const type = mediaTypeOf(request);
  if (type === "multipart/form-data") {
    boundaryOf(request);
  } else if (!taken.raw || !RAW_TYPES.has(type)) {
    throw new Problem(
      "UNSUPPORTED_MEDIA_TYPE",
      `The content type ${type === "" ? "is missing" : "is another one"}.`,
    );
  } else if (readFilename(queryOf(request.url).filename) === null) {
    throw new Problem("BAD_REQUEST", "A raw upload needs ?filename= in its address.");
  }
  refuseDeclaredSize(request);
}

/**
 * Reads the whole request, as fast as there is room for it.
 *
 * @throws Problem BAD_REQUEST, REQUEST_TIMEOUT, FILE_TOO_LARGE, EMPTY_FILE; UNAVAILABLE without room; what `taken` throws.
 */
export async function receiveFile(
  request: Request,
  place: Place,
  pace: BodyPace,
  taken: Taken,
): Promise<ReceivedFile> {
  const query = queryOf(request.url);
  const body = pacedBody(request, (bytes) => place.take(bytes), pace);
  const file = mediaTypeOf(request) === "multipart/form-data"
    ? await receiveForm(body, boundaryOf(request), query, taken)
    : await receiveRaw(body, query, mediaTypeOf(request), taken);
  if (file.size === 0) throw new Problem("EMPTY_FILE", `${file.filename} has no bytes.`);
  taken.beginning(file.filename, beginning(file.chunks));
  return file;
}

type Body = AsyncIterable<Uint8Array<ArrayBuffer>>;

async function receiveRaw(
  body: Body,
  query: Record<string, string>,
  type: string,
  taken: Taken,
): Promise<ReceivedFile> {
  const { filename: given, ...rest } = query;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const digest = new Digest();
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > UPLOAD_LIMIT_BYTES) throw tooLarge();
    digest.update(chunk);
    chunks.push(chunk);
  }
  return { filename: filenameOr400(given, taken), type, chunks, size, ...digest.end(), given: rest };
}

async function receiveForm(
  body: Body,
  boundary: string,
  query: Record<string, string>,
  taken: Taken,
): Promise<ReceivedFile> {
  const parts = await readParts(body, boundary);
  const files = parts.filter((part) => part.name === "file");
  const file = files[0];
  if (file === undefined || files.length > 1) {
    throw new Problem("BAD_REQUEST", `The form has ${files.length} parts named file; exactly one is needed.`);
  }
  if (file.filename === undefined) {
    throw new Problem("BAD_REQUEST", "The part named file is a text field, no file.");
  }
  const digest = new Digest();
  for (const chunk of file.content) digest.update(chunk);
  return {
    filename: filenameOr400(file.filename, taken),
    type: file.mediaType ?? null,
    chunks: file.content.map(ownBytes),
    size: file.size,
    ...digest.end(),
    given: { ...query, ...fieldsOf(parts) },
  };
}

/** Both names of some bytes: ours, and storage's. */
class Digest {
  readonly #hash = createHash("sha256");
  readonly #md5 = createHash("md5");

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#md5.update(chunk);
  }

  end(): { readonly hash: string; readonly etag: string } {
    return { hash: this.#hash.digest("hex"), etag: `"${this.#md5.digest("hex")}"` };
  }
}

async function readParts(body: Body, boundary: string): Promise<MultipartPart[]> {
  const parser = new MultipartParser(boundary, {
    maxFileSize: UPLOAD_LIMIT_BYTES,
    maxParts: FIELD_LIMIT,
    maxTotalSize: UPLOAD_LIMIT_BYTES + MULTIPART_OVERHEAD_BYTES,
  });
  const parts: MultipartPart[] = [];
  try {
    for await (const chunk of withReadableHead(body, boundary)) {
      if (!hasEnded(parser)) parts.push(...parser.write(chunk)); // what follows the last boundary is no part of it
    }
    parser.finish();
    for (const part of parts) part.headers; // parsed on demand; a broken one must not surface later
    return parts;
  } catch (error) {
    if (error instanceof MaxFileSizeExceededError || error instanceof MaxTotalSizeExceededError) {
      throw tooLarge();
    }
    if (error instanceof MultipartParseError || error instanceof TypeError) {
      throw new Problem("BAD_REQUEST", "The multipart body is broken or incomplete.", { cause: error });
    }
    throw error;
  }
}

/** The parser tells only by refusing; asked between chunks, of which 50 MB have some 800. */
function hasEnded(parser: MultipartParser): boolean {
  try {
    parser.finish();
    return true;
  } catch {
    return false; // not yet
  }
}

function fieldsOf(parts: readonly MultipartPart[]): Record<string, string> {
  const fields = new Map<string, string>(); // a form may call a field what every object has
  for (const part of parts) {
    const name = part.name;
    if (name === undefined || name === "file") continue;
    if (fields.has(name)) throw new Problem("BAD_REQUEST", "A form field was sent twice.");
    if (part.size > FIELD_LIMIT_BYTES) {
      throw new Problem("BAD_REQUEST", "A form field is longer than 4096 bytes.");
    }
    fields.set(name, new TextDecoder().decode(part.bytes));
  }
  return Object.fromEntries(fields);
}

function boundaryOf(request: Request): string {
  const boundary = getMultipartBoundary(request.headers.get("content-type") ?? "");
  if (boundary === null || boundary.trim() === "" || boundary.length > 70) { // RFC 2046: at most 70 characters
    throw new Problem("BAD_REQUEST", "The content type multipart/form-data names no usable boundary.");
  }
  if (isCostly(boundary.trim())) {
    throw new Problem(
      "BAD_REQUEST",
      "The boundary of the form repeats itself; use one of random characters.",
    );
  }
  return boundary.trim();
}

/** Most that a boundary may repeat its own end. */
const MOST_REPEATS = 12;

/**
 * Whether a body can be written that costs the parser's search many steps a byte. It compares from the boundary's end
 * and moves on by where the end's last character stands before: where the end is one short piece over and over, it
 * reads all of it again for each piece.
 */
export function isCostly(boundary: string): boolean {
  for (let period = 1; period * MOST_REPEATS < boundary.length; period++) {
    let repeated = period;
    while (repeated < boundary.length && boundary.at(-repeated - 1) === boundary.at(-repeated - 1 + period)) {
      repeated++;
    }
    if (repeated > period * MOST_REPEATS) return true;
  }
  return false;
}

function mediaTypeOf(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

function filenameOr400(given: string | undefined, taken: Taken): string {
  const filename = readFilename(given);
  if (filename === null) throw new Problem("BAD_REQUEST", "The file has no name.");
  taken.name(filename);
  return filename;
}

/** Enough bytes to tell what a file is, even when the first chunk is tiny. */
function beginning(chunks: readonly Uint8Array[]): Uint8Array {
  const head = new Uint8Array(4096);
  let filled = 0;
  for (const chunk of chunks) {
    if (filled >= head.length) break;
    const part = chunk.subarray(0, head.length - filled);
    head.set(part, filled);
    filled += part.length;
  }
  return head.subarray(0, filled);
}

/** The parser's views are of chunks that came from a request, so never of shared memory; only its types forget. */
function ownBytes(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  return chunk.buffer instanceof ArrayBuffer
    ? new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    : new Uint8Array(chunk);
}

function tooLarge(): Problem {
  return new Problem("FILE_TOO_LARGE", `Files over ${UPLOAD_LIMIT_BYTES} bytes are not taken here.`);
}
