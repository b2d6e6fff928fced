/** Reads requests by the declarations of their routes. No more of a JSON body is held than may be. */
import * as z from "zod";
import { Problem } from "../../../shared/errors.ts";
import type { Declaration, JsonBody } from "../../../shared/http/declaration.ts";
import type { Given } from "../../../shared/http/fields.ts";
import { readFields, readPath, readSettings } from "../../../shared/http/read.ts";

/** Longest JSON body that is read, in bytes. */
export const BODY_LIMIT_BYTES = 65_536;

/**
 * What a handler is given. path: the parts of the address, from the router. The query of a file, and the file itself, are read by the handler, as the bytes arrive.
 *
 * @throws Problem INVALID_ID, NOT_FOUND for a part of the address; INVALID_PARAMETER naming the field; BAD_REQUEST.
 */
export async function readInput(
  declaration: Declaration,
  request: Request,
  path: Readonly<Record<string, string>>,
) {
  return {
    path: readPath(declaration.path ?? {}, path),
    query: readFields(declaration.query ?? {}, queryOf(request.url)),
    body: await readBody(declaration, request),
  };
}

// Half a character: no field takes it, and none can be written so that it is decoded to this.
const UNREADABLE = "\ud800";

/** The query by name, the first value of each. What is not written in UTF-8 becomes what no field takes. */
export function queryOf(url: string): Record<string, string> {
  const query = new Map<string, string>(); // a query may call a field what every object has
  for (const pair of new URL(url).search.slice(1).split("&")) {
    const at = pair.indexOf("=");
    const [name, value] = at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
    const read = unescaped(name);
    if (read !== "" && !query.has(read)) query.set(read, unescaped(value));
  }
  return Object.fromEntries(query);
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return UNREADABLE;
  }
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
