/**
 * Reads what callers write into addresses, queries, forms and JSON. Owns what text may be at all: everything that is
 * read here can be kept by Postgres, so that nothing a caller writes can make a statement fail. Refusals name the field.
 */
import * as z from "zod";
import { Problem } from "../../../shared/errors.ts";

/** What was given, by name: text from a form or query, or as JSON has it. */
export type Given = Readonly<Record<string, unknown>>;

/** Longest JSON body that is read, in bytes. */
export const BODY_LIMIT_BYTES = 65_536;

// Control characters other than tab, LF and CR. Postgres takes no NUL; the others are never meant.
const CONTROL = /(?![\t\n\r])\p{Cc}/u;

/** Text that may be kept: well-formed, without control characters but tab, LF and CR, at most so many characters. */
export function text(most: number) {
  return z.string().refine((value) => value.isWellFormed() && !CONTROL.test(value)).max(most);
}

/** A whole number in a range, as JSON has it or as digits. */
export function wholeNumber(from: number, to: number) {
  const digits = z.string().regex(/^-?\d{1,16}$/).transform(Number);
  return z.union([z.number(), digits]).pipe(z.number().int().min(from).max(to));
}

/** What a source may be called. */
export const SOURCE_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

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

/** Why somebody does something: 1 to 500 characters. @throws Problem INVALID_PARAMETER. */
export function readReason(given: Given): string {
  return required(given, "reason", text(500).trim().min(1), "1 to 500 characters that say why");
}

/** As readReason; null when nothing is said of one. */
export function readOptionalReason(given: Given): string | null {
  return given.reason === undefined ? null : readReason(given);
}

/** A page of a list; pages count from 1. */
export interface Paging {
  readonly page: number;
  readonly page_size: number;
}

/** @throws Problem INVALID_PARAMETER. */
export function readPaging(given: Given): Paging {
  return {
    page: optional(given, "page", wholeNumber(1, 1_000_000), "a whole number from 1") ?? 1,
    page_size: optional(given, "page_size", wholeNumber(1, 200), "a whole number from 1 to 200") ?? 50,
  };
}

/** One of a closed list, or null when not given. @throws Problem INVALID_PARAMETER listing what is allowed. */
export function readChoice(given: Given, field: string, allowed: readonly string[]): string | null {
  return optional(given, field, z.enum(allowed), `one of ${allowed.join(", ")}`) ?? null;
}

/** Search text or name to look for in a list, or null when not given. @throws Problem INVALID_PARAMETER. */
export function readFilter(given: Given, field: string): string | null {
  return optional(given, field, text(200), "at most 200 characters, none of them a control character") ??
    null;
}

const Uuid = z.guid();

/** An id in an address. @throws Problem INVALID_ID. */
export function readId(given: string | undefined): string {
  const id = Uuid.safeParse(given);
  if (!id.success) throw new Problem("INVALID_ID", "The id is a UUID.");
  return id.data.toLowerCase();
}

/** Blank form fields are fields nobody filled in. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

/** A field that may be absent. rule: what it must be, for the refusal. @throws Problem INVALID_PARAMETER. */
export function optional<Value>(
  given: Given,
  field: string,
  schema: z.ZodType<Value>,
  rule: string,
): Value | undefined {
  const value = given[field];
  if (!isGiven(value)) return undefined;
  const read = schema.safeParse(typeof value === "boolean" ? String(value) : value);
  if (!read.success) throw invalid(field, rule);
  return read.data;
}

/** A field that must be there. rule: what it must be, for the refusal. @throws Problem INVALID_PARAMETER. */
export function required<Value>(given: Given, field: string, schema: z.ZodType<Value>, rule: string): Value {
  const value = optional(given, field, schema, rule);
  if (value === undefined) throw invalid(field, rule);
  return value;
}

/** The problem of a wrong parameter. */
export function invalid(field: string, rule: string): Problem {
  return new Problem("INVALID_PARAMETER", `${field} must be ${rule}.`, { members: { field } });
}
