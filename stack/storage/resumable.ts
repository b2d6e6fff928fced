/**
 * Uploads in pieces: TUS 1.0.0 (https://tus.io/protocols/resumable-upload), as hosted Storage has it under
 * `/upload/resumable`: creation, with or without the first bytes, termination, and signed uploads. Nothing of an upload
 * is seen before its last byte has arrived. Uploads under way are lost when the stack ends.
 */
import { createHash } from "node:crypto";
import type { Caller } from "../gateway/credentials.ts";
import { admit, decodeBase64, isKey, limitOf, type Parts } from "./parts.ts";
import { badKey, duplicate, StorageProblem, tooLarge } from "./problem.ts";
import { findBucket, findObject, type Intent, probe } from "./records.ts";
import { describe, keep, type UploadGrant } from "./upload.ts";

export interface Resumable {
  /** Answers what is under the path; `who` is a caller with a key, or the bearer of a signed upload. */
  answer(request: Request, url: URL, id: string | null, who: Caller | UploadGrant): Promise<Response>;
}

interface Upload {
  intent: Intent;
  version: string;
  length: number;
  offset: number;
  limit: number;
  mimetype: string;
  cacheControl: string | null;
  /** MD5 of every piece: S3 makes the tag of an object in parts from them. */
  pieces: Uint8Array[];
  /** One request at a time may write. */
  busy: boolean;
}

const VERSION = "1.0.0";
const CHUNK_TYPE = "application/offset+octet-stream";
const EXPOSED =
  "location, tus-resumable, tus-version, tus-extension, tus-max-size, upload-offset, upload-length, " +
  "upload-metadata, upload-expires";

export function makeResumable(parts: Parts): Resumable {
  const uploads = new Map<string, Upload>();
  return {
    async answer(request, url, id, who) {
      try {
        if (request.headers.get("tus-resumable") !== VERSION) {
          return plain(412, "Tus-Resumable Required", { "tus-version": VERSION });
        }
        if (id === null) return await create(parts, uploads, request, url, who);
        const upload = uploads.get(id);
        if (upload === undefined || !mayTouch(upload, who)) {
          return plain(404, "The file for this url was not found");
        }
        return await resume(parts, uploads, request, id, upload);
      } catch (error) {
        // Here the status is the answer's own, and the body plain text.
        if (error instanceof StorageProblem) return plain(error.statusCode, error.message);
        throw error;
      }
    },
  };
}

function mayTouch({ intent }: Upload, who: Caller | UploadGrant): boolean {
  return "role" in who
    ? who.role === "service_role" || who.sub === intent.owner
    : who.bucket === intent.bucket && who.name === intent.name;
}

async function create(
  parts: Parts,
  uploads: Map<string, Upload>,
  request: Request,
  url: URL,
  who: Caller | UploadGrant,
): Promise<Response> {
  if (request.method !== "POST") return plain(404, "The file for this url was not found");
  const length = wholeOf(request.headers.get("upload-length"));
  if (length === null) return plain(400, "Upload-Length or Upload-Defer-Length header required");
  const upload = await plan(parts, request, length, who);
  const { bucket, name } = upload.intent;
  const id = idOf(`${bucket}/${name}/${upload.version}`);
  await parts.files.append(upload.version, null, upload.limit);
  uploads.set(id, upload);
  const first = request.headers.get("content-type") === CHUNK_TYPE ? request.body : null;
  await take(parts, uploads, id, upload, first);
  return plain(201, "", {
    location: `${url.origin}${url.pathname}/${id}`,
    ...(first === null ? {} : { "upload-offset": String(upload.offset) }),
  });
}

/** Everything that can be refused before a byte is taken. */
async function plan(
  parts: Parts,
  request: Request,
  length: number,
  who: Caller | UploadGrant,
): Promise<Upload> {
  const said = metadataOf(request.headers.get("upload-metadata"));
  const [bucketName, name] = [said.get("bucketName") ?? "", said.get("objectName") ?? ""];
  if (!isKey(name)) throw badKey(name);
  const bucket = await findBucket(parts.sql, bucketName);
  const limit = limitOf(bucket, parts.projectLimit);
  const mimetype = said.get("contentType") ?? "application/octet-stream";
  admit(bucket, mimetype, length, limit);
  const metadata = said.get("metadata");
  const signed = "role" in who ? null : who;
  const intent: Intent = {
    bucket: bucketName,
    name,
    owner: "role" in who ? who.sub : who.owner,
    upsert: signed?.upsert ?? request.headers.get("x-upsert") === "true",
    userMetadata: metadata === undefined ? null : JSON.parse(metadata),
  };
  if ("role" in who) await probe(parts.sql, who, intent, { mimetype, contentLength: length });
  else if (who.bucket !== bucketName || who.name !== name) throw badKey(name);
  else if (!intent.upsert && await findObject(parts.sql, null, bucketName, name) !== null) throw duplicate();
  return {
    intent,
    version: crypto.randomUUID(),
    length,
    offset: 0,
    limit,
    mimetype,
    cacheControl: said.get("cacheControl") ?? null,
    pieces: [],
    busy: false,
  };
}

async function resume(
  parts: Parts,
  uploads: Map<string, Upload>,
  request: Request,
  id: string,
  upload: Upload,
): Promise<Response> {
  switch (request.method) {
    case "HEAD":
      return plain(200, "", {
        "cache-control": "no-store",
        "upload-length": String(upload.length),
        "upload-offset": String(upload.offset),
      });
    case "PATCH": {
      if (request.headers.get("content-type") !== CHUNK_TYPE) return plain(415, "Invalid Content-Type");
      if (upload.busy) return plain(423, "The upload is locked by another request");
      if (wholeOf(request.headers.get("upload-offset")) !== upload.offset) {
        return plain(409, "Upload-Offset conflict");
      }
      await take(parts, uploads, id, upload, request.body);
      return plain(204, "", { "upload-offset": String(upload.offset) });
    }
    case "DELETE":
      uploads.delete(id);
      await parts.files.remove(upload.version);
      return plain(204, "");
    default:
      return plain(404, "The file for this url was not found");
  }
}

/** Takes a piece; what arrived before its connection broke counts. The last byte makes the object. */
async function take(
  parts: Parts,
  uploads: Map<string, Upload>,
  id: string,
  upload: Upload,
  body: ReadableStream<Uint8Array> | null,
): Promise<void> {
  upload.busy = true;
  try {
    const hash = createHash("md5");
    const before = upload.offset;
    const counted = async function* () {
      for await (const chunk of body ?? []) {
        if (upload.offset + chunk.length > upload.length) throw tooLarge();
        yield chunk;
        hash.update(chunk);
        upload.offset += chunk.length;
      }
    };
    try {
      await parts.files.append(upload.version, counted(), upload.limit);
    } finally {
      if (upload.offset > before) upload.pieces.push(hash.digest());
    }
    if (upload.offset < upload.length) return;
    uploads.delete(id);
    await keep(
      parts,
      upload.intent,
      upload.version,
      describe({ ...upload, size: upload.length, etag: tagOf(upload) }),
    );
  } finally {
    upload.busy = false;
  }
}

/** As S3 does for uploads in parts: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html */
function tagOf({ pieces }: Upload): string {
  const hash = createHash("md5");
  for (const piece of pieces) hash.update(piece);
  return `"${hash.digest("hex")}-${Math.max(1, pieces.length)}"`;
}

/** `Upload-Metadata`: names with base64 values, between commas. */
function metadataOf(header: string | null): Map<string, string> {
  const pairs = (header ?? "").split(",").map((pair) => pair.trim()).filter((pair) => pair !== "");
  return new Map(pairs.map((pair) => {
    const [name = "", value = ""] = pair.split(/\s+/);
    return [name, decodeBase64(value)];
  }));
}

function wholeOf(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function idOf(path: string): string {
  const bytes = new TextEncoder().encode(path);
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function plain(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(text === "" ? null : text, {
    status,
    headers: {
      "tus-resumable": VERSION,
      "access-control-expose-headers": EXPOSED,
      ...headers,
    },
  });
}
