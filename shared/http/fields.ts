/**
 * What callers may write, field by field: of addresses, queries, forms and JSON. Owns what text may be at all:
 * everything that is read here can be kept by Postgres, so that nothing a caller writes can make a statement fail.
 * Refusals name the field.
 */
import * as z from "zod";
import type { ProblemCode } from "../errors.ts";
import { shownAs } from "./document.ts";

/** What was given, by name: text from a form or query, or as JSON has it. */
export type Given = Readonly<Record<string, unknown>>;

/** A field of a query, form or JSON body. */
export interface Field<Schema extends z.ZodType = z.ZodType, Absent = unknown> {
  readonly schema: Schema;
  /** What it must be, for the refusal: `<name> must be <rule>.` */
  readonly rule: string;
  /** What it is for. */
  readonly about: string;
  /** What is read when it was not given; null when it must be given. */
  readonly otherwise: { readonly value: Absent } | null;
  /** A value that passes. */
  readonly example: unknown;
  /**
   * What stands for a field that is there and empty. `absent`: blank text and null are nobody's answer to a form's
   * question. `null`: null alone is; blank text is read as any other and does not pass. `refused`: neither is.
   */
  readonly blank: "absent" | "null" | "refused";
}

/** Fields by name. */
export type Fields = Readonly<Record<string, Field>>;

interface Words {
  readonly rule: string;
  readonly about: string;
  readonly example: unknown;
}

/** A field that must be there. */
export function required<Schema extends z.ZodType>(schema: Schema, words: Words): Field<Schema, never> {
  return { schema, ...words, otherwise: null, blank: "absent" };
}

/** A field that may be absent; then it is null. */
export function optional<Schema extends z.ZodType>(
  schema: Schema,
  words: Words & { readonly blank?: "null" | "refused" },
): Field<Schema, null> {
  return { schema, blank: "absent", ...words, otherwise: { value: null } };
}

/** A field that may be absent; then it has this value. */
export function defaulted<Schema extends z.ZodType>(
  schema: Schema,
  value: z.output<Schema>,
  words: Words,
): Field<Schema, z.output<Schema>> {
  return { schema, ...words, otherwise: { value }, blank: "absent" };
}

/** What is read of fields. */
export type FieldsRead<F extends Fields> = {
  readonly [Name in keyof F]: F[Name] extends Field<infer Schema, infer Absent> ? z.output<Schema> | Absent
    : never;
};

type MustBeGiven<One> = One extends Field<z.ZodType, infer Absent> ? [Absent] extends [never] ? true : false
  : never;

/** What a caller gives for fields. */
export type FieldsGiven<F extends Fields> =
  & {
    readonly [Name in keyof F as MustBeGiven<F[Name]> extends true ? Name : never]: z.input<
      F[Name]["schema"]
    >;
  }
  & {
    readonly [Name in keyof F as MustBeGiven<F[Name]> extends true ? never : Name]?:
      | z.input<F[Name]["schema"]>
      | null;
  };

/** A part of an address. */
export interface PathField<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema;
  /** The problem of one that is malformed, and its words. */
  readonly code: Extract<ProblemCode, "INVALID_ID" | "NOT_FOUND">;
  readonly rule: string;
  readonly about: string;
  readonly example: string;
}

/** Parts of an address by name. */
export type PathFields = Readonly<Record<string, PathField>>;

// Control characters other than tab, LF and CR. Postgres takes no NUL; the others are never meant.
const CONTROL = /(?![\t\n\r])\p{Cc}/u;

/** Text that may be kept: well-formed, without control characters but tab, LF and CR, at most so many characters. */
export function text(most: number) {
  return z.string().refine((value) => value.isWellFormed() && !CONTROL.test(value)).max(most);
}

/** A whole number in a range, as JSON has it or as digits. */
export function wholeNumber(from: number, to: number) {
  const digits = z.string().regex(/^-?\d{1,16}$/).transform(Number);
  return shownAs(
    { type: "integer", minimum: from, maximum: to },
    z.union([z.number(), digits]).pipe(z.number().int().min(from).max(to)),
  );
}

/** Yes or no, as JSON has it or as a word. */
export function flag() {
  const word = z.enum(["true", "false"]).transform((value) => value === "true");
  return shownAs({ type: "boolean" }, z.union([z.boolean(), word]));
}

/** What a source may be called. */
export const SOURCE_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Why somebody does something: 1 to 500 characters. */
export const REASON = text(500).trim().min(1);
/** The rule of a reason. */
export const REASON_RULE = "1 to 500 characters that say why";

/** A page of a list; pages count from 1. */
export const PAGING = {
  page: defaulted(wholeNumber(1, 1_000_000), 1, {
    rule: "a whole number from 1",
    about: "Which page, from 1.",
    example: 1,
  }),
  page_size: defaulted(wholeNumber(1, 200), 50, {
    rule: "a whole number from 1 to 200",
    about: "So many a page.",
    example: 50,
  }),
};

/** Search text or a name to look for in a list. */
export function filter(about: string, example: string) {
  return optional(text(200), {
    rule: "at most 200 characters, none of them a control character",
    about,
    example,
  });
}

/** One of a closed list. */
export function choice<const Allowed extends readonly string[]>(allowed: Allowed, about: string) {
  return optional(z.enum(allowed), { rule: `one of ${allowed.join(", ")}`, about, example: allowed[0] });
}

/** An id in an address; read in lower case. */
export function idOf(about: string): PathField<z.ZodType<string, string>> {
  return {
    schema: ID,
    code: "INVALID_ID",
    rule: "The id is a UUID.",
    about,
    example: "3f2a1b2c-9d4e-4f5a-8b6c-7d8e9f0a1b2c",
  };
}

const ID = z.guid().toLowerCase();
