/** Reads requests by the declarations of their routes. No more of a JSON body is held than may be. */
import * as z from "zod";
import { Problem } from "../../../shared/errors.ts";
import type { Declaration, JsonBody } from "../../../shared/http/declaration.ts";
import type { Given } from "../../../shared/http/fields.ts";
import { readFields, readPath, readSettings } from "../../../shared/http/read.ts";

/** Longest JSON body that is read, in bytes. */
export const BODY_LIMIT_BYTES = 65_536;

/** An address taken apart by the router. */
interface Addressed {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/**
 * What a handler is given. The query of a file, and the file itself, are read by the handler, as the bytes arrive.
 *
 * @throws Problem INVALID_ID, NOT_FOUND for a part of the address; INVALID_PARAMETER naming the field; BAD_REQUEST.
 */
export async function readInput(declaration: Declaration, request: Request, { path, query }: Addressed) {
  return {
    path: readPath(declaration.path ?? {}, path),
    query: readFields(declaration.query ?? {}, query),
    body: await readBody(declaration, request),
  };
}

async function readBody({ body }: Declaration, request: Request): Promise<Given | undefined> {
  switch (body?.kind) {
    case "json":
      return body.lenient ? await readHint(body, request) : readFields(body.fields, await readJson(request));
    case "settings":
      return readSettings(body, await readJson(request));
    default:
      return undefined;
  }
}

async function readHint({ fields }: JsonBody, request: Request): Promise<Given> {
  try {
    return readFields(fields, await readJson(request));
  } catch (error) {
    if (error instanceof Problem) return readFields(fields, {});
    throw error;
  }
}

const JsonObject = z.record(z.string(), z.unknown());

/**
 * The object in the body; an empty body is an empty object. No more than the limit is ever held, whatever the request
 * says of its length.
 *
 * @throws Problem BAD_REQUEST.
 */
export async function readJson(request: Request): Promise<Given> {
  const body = await readLimited(request);
  if (body.trim() === "") return {};
  const object = JsonObject.safeParse(parsed(body));
  if (!object.success) throw unreadable();
  return object.data;
}

async function readLimited(request: Request): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > BODY_LIMIT_BYTES) throw tooLong();
  if (request.body === null) return "";
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let body = "";
  let bytes = 0;
  // Leaving the loop cancels the stream: what is still to come is not read.
  for await (const chunk of brokenOffAs400(request.body)) {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT_BYTES) throw tooLong();
    body += decoded(decoder, chunk);
  }
  return body + decoded(decoder);
}

async function* brokenOffAs400(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw error instanceof Problem
      ? error
      : new Problem("BAD_REQUEST", "The body broke off.", { cause: error });
  }
}

function decoded(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch {
    throw unreadable(); // not UTF-8, so no JSON
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw unreadable();
  }
}

function unreadable(): Problem {
  return new Problem("BAD_REQUEST", "The body is no JSON object.");
}

function tooLong(): Problem {
  return new Problem("BAD_REQUEST", `The body is longer than ${BODY_LIMIT_BYTES} bytes.`);
}
