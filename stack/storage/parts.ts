/** What every route of Storage stands on, and what all of them ask of a name. */
import type { Sql } from "../database/connect.ts";
import type { Caller } from "../gateway/credentials.ts";
import type { Downloads } from "./download.ts";
import type { Files } from "./files.ts";
import { badMimeType, tooLarge } from "./problem.ts";
import type { Bucket } from "./records.ts";

export interface Parts {
  /** Connects as `supabase_storage_admin`. */
  sql: Sql;
  files: Files;
  downloads: Downloads;
  /** Signs and checks tokens in URLs. */
  jwtSecret: string;
  /** Bytes no object of the project may exceed. */
  projectLimit: number;
}

export interface Call {
  request: Request;
  url: URL;
  caller: Caller;
}

export type Handler = (call: Call, match: RegExpExecArray) => Promise<Response>;

/** A method, the path below `/storage/v1`, and what answers it. */
export type Route = [method: string, path: RegExp, handler: Handler];

/** Bucket and name of a path's first two groups. */
export function place(match: RegExpExecArray): { bucket: string; name: string } {
  return { bucket: decodeURIComponent(match[1] ?? ""), name: decodeURIComponent(match[2] ?? "") };
}

/** Names S3 takes without trouble: https://supabase.com/docs/guides/storage/uploads/file-limits */
export function isKey(name: string): boolean {
  return name.length > 0 && name.length <= 1024 && /^[\w/!\-.*'() &$@=;:+,?]+$/.test(name) &&
    !name.startsWith("/");
}

/** Bytes an object of the bucket may have. */
export function limitOf(bucket: Bucket, projectLimit: number): number {
  return Math.min(bucket.file_size_limit ?? projectLimit, projectLimit);
}

/** @throws the refusal of a type the bucket does not take, or of a size that is announced and too large. */
export function admit(bucket: Bucket, mimetype: string, bytes: number, limit: number): void {
  if (bytes > limit) throw tooLarge();
  const allowed = bucket.allowed_mime_types ?? [];
  if (allowed.length > 0 && !allowed.includes(mimetype.split(";")[0] ?? "")) throw badMimeType(mimetype);
}

/** Metadata of a user's own, in a header as base64 of JSON. */
export function headerMetadata(request: Request): Record<string, unknown> | null {
  const header = request.headers.get("x-metadata");
  return header === null ? null : JSON.parse(decodeBase64(header));
}

export function decodeBase64(text: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
}
