/**
 * Reads the file of an upload request, multipart or raw. Owns what is judged at the door: whether there is one
 * file, its size, and by its first bytes whether it can be a CSV at all.
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
import { sniffUnsupported } from "../../../shared/csv/text/sniff.ts";
import { Problem } from "../../../shared/errors.ts";
import { CONTENT_TYPES } from "../../../shared/intake/arriving.ts";
import { FIELD_LIMIT, FIELD_LIMIT_BYTES, MULTIPART_OVERHEAD_BYTES, UPLOAD_LIMIT_BYTES } from "./limits.ts";
import { type Given, readFilename, refuseDesktopName } from "./parameters.ts";
import { withReadableHead } from "./form_head.ts";

/** A file as it came, and what was said beside it. */
export interface ReceivedFile {
  readonly filename: string;
  /** The bytes in order, never joined: a second copy of 50 MB would be one too many. */
  readonly chunks: Uint8Array<ArrayBuffer>[];
  readonly size: number;
  /** SHA-256, hex. */
  readonly hash: string;
  /** Form fields, or the query of a raw upload. */
  readonly given: Given;
}

const RAW_TYPES: ReadonlySet<string> = new Set(CONTENT_TYPES);

/** Most bytes this request can make us hold. @throws Problem FILE_TOO_LARGE when it says so itself. */
export function roomFor(request: Request): number {
  const declared = Number(request.headers.get("content-length") ?? NaN);
  const most = UPLOAD_LIMIT_BYTES +
    (mediaTypeOf(request) === "multipart/form-data" ? MULTIPART_OVERHEAD_BYTES : 0);
  if (declared > most) throw tooLarge();
  return Number.isFinite(declared) ? declared : most;
}

/** What the request is, before its body is touched. @throws Problem UNSUPPORTED_MEDIA_TYPE, BAD_REQUEST. */
export function checkEnvelope(request: Request): void {
  const type = mediaTypeOf(request);
  if (type === "multipart/form-data") {
    boundaryOf(request);
  } else if (!RAW_TYPES.has(type)) {
    throw new Problem(
      "UNSUPPORTED_MEDIA_TYPE",
      `The content type ${type === "" ? "is missing" : "is another one"}.`,
    );
  } else if (readFilename(new URL(request.url).searchParams.get("filename")) === null) {
    throw new Problem("BAD_REQUEST", "A raw upload needs ?filename= in its address.");
  }
}

/** Reads the whole request. @throws Problem BAD_REQUEST, FILE_TOO_LARGE, EMPTY_FILE, UNSUPPORTED_FILE. */
export async function receiveFile(request: Request): Promise<ReceivedFile> {
  const query = Object.fromEntries(new URL(request.url).searchParams);
  const file = mediaTypeOf(request) === "multipart/form-data"
    ? await receiveForm(request, query)
    : await receiveRaw(request, query);
  if (file.size === 0) throw new Problem("EMPTY_FILE", `${file.filename} has no bytes.`);
  const kind = sniffUnsupported(beginning(file.chunks));
  if (kind !== null) throw new Problem("UNSUPPORTED_FILE", `${file.filename} is of type ${kind}.`);
  return file;
}

async function receiveRaw(request: Request, query: Record<string, string>): Promise<ReceivedFile> {
  const { filename: given, ...rest } = query;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of bodyOf(request)) {
    size += chunk.length;
    if (size > UPLOAD_LIMIT_BYTES) throw tooLarge();
    hash.update(chunk);
    chunks.push(chunk);
  }
  return { filename: filenameOr400(given), chunks, size, hash: hash.digest("hex"), given: rest };
}

async function receiveForm(request: Request, query: Record<string, string>): Promise<ReceivedFile> {
  const parts = await readParts(request);
  const files = parts.filter((part) => part.name === "file");
  const file = files[0];
  if (file === undefined || files.length > 1) {
    throw new Problem("BAD_REQUEST", `The form has ${files.length} parts named file; exactly one is needed.`);
  }
  if (file.filename === undefined) {
    throw new Problem("BAD_REQUEST", "The part named file is a text field, no file.");
  }
  const hash = createHash("sha256");
  for (const chunk of file.content) hash.update(chunk);
  return {
    filename: filenameOr400(file.filename),
    chunks: file.content.map(ownBytes),
    size: file.size,
    hash: hash.digest("hex"),
    given: { ...query, ...fieldsOf(parts) },
  };
}

async function readParts(request: Request): Promise<MultipartPart[]> {
  const boundary = boundaryOf(request);
  const parser = new MultipartParser(boundary, {
    maxFileSize: UPLOAD_LIMIT_BYTES,
    maxParts: FIELD_LIMIT,
    maxTotalSize: UPLOAD_LIMIT_BYTES + MULTIPART_OVERHEAD_BYTES,
  });
  const parts: MultipartPart[] = [];
  try {
    for await (const chunk of withReadableHead(bodyOf(request), boundary)) {
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
  const fields: Record<string, string> = {};
  for (const part of parts) {
    const name = part.name;
    if (name === undefined || name === "file") continue;
    if (name in fields) throw new Problem("BAD_REQUEST", "A form field was sent twice.");
    if (part.size > FIELD_LIMIT_BYTES) {
      throw new Problem("BAD_REQUEST", "A form field is longer than 4096 bytes.");
    }
    fields[name] = new TextDecoder().decode(part.bytes);
  }
  return fields;
}

async function* bodyOf(request: Request): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (request.body === null) return;
  try {
    yield* request.body;
  } catch (error) {
    if (error instanceof Problem || error instanceof MultipartParseError) throw error;
    throw new Problem("BAD_REQUEST", "The upload broke off.", { cause: error });
  }
}

function boundaryOf(request: Request): string {
  const boundary = getMultipartBoundary(request.headers.get("content-type") ?? "");
  if (boundary === null || boundary.trim() === "" || boundary.length > 70) { // RFC 2046: at most 70 characters
    throw new Problem("BAD_REQUEST", "The content type multipart/form-data names no usable boundary.");
  }
  return boundary.trim();
}

function mediaTypeOf(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

function filenameOr400(given: string | undefined): string {
  const filename = readFilename(given);
  if (filename === null) throw new Problem("BAD_REQUEST", "The file has no name.");
  return refuseDesktopName(filename);
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
