/** Settings of sources over HTTP: what may be set, and the calls that read and write it. */
import * as z from "zod";
import { DELIMITER_CHARS, ENCODINGS, ESCAPES, NEWLINES, QUOTES } from "../../../shared/csv/dialect.ts";
import { Problem } from "../../../shared/errors.ts";
import { ROW_CODES } from "../../../shared/judgments/codes.ts";
import { FIELDS } from "../../../shared/judgments/fields.ts";
import { type Given, invalid, SOURCE_NAME, text } from "../_shared/request.ts";
import type { CallSql } from "../_shared/sql_call.ts";
import type { By } from "./batches.ts";

const PERCENT = z.number().min(0).max(100);
const CODES = ROW_CODES.filter((entry) => entry.stage !== "insert").map((entry) => entry.code);

const Dialect = z.strictObject({
  encoding: z.enum(ENCODINGS),
  delimiter: z.enum(DELIMITER_CHARS),
  quote: z.enum(QUOTES),
  escape: z.enum(ESCAPES),
  newline: z.enum(NEWLINES),
  header_line: z.int().min(1).max(1000),
}).partial();

function namesEachOnce(columns: readonly (string | null)[]): boolean {
  const fields = columns.filter((field) => field !== null);
  return fields.length > 0 && new Set(fields).size === fields.length;
}

/** What may be set. Each member by itself, so that a refusal can name it. */
const SETTINGS = {
  header_map: {
    schema: z.record(text(200).min(1), z.enum(FIELDS).nullable()),
    rule: `an object of header texts to field names (${FIELDS.join(", ")}) or null`,
  },
  columns: {
    schema: z.array(z.enum(FIELDS).nullable()).min(1).max(1000).refine(namesEachOnce).nullable(),
    rule: `a list of field names (${
      FIELDS.join(", ")
    }), none of them twice, with null for a column to ignore; or null`,
  },
  dialect: {
    schema: Dialect,
    rule: "an object of encoding, delimiter, quote, escape, newline, header_line, as far as they are known",
  },
  error_threshold_percent: { schema: z.int().min(0).max(100), rule: "a whole number from 0 to 100" },
  code_budgets: {
    schema: z.partialRecord(z.enum(CODES), PERCENT),
    rule: `an object of row codes (${CODES.join(", ")}) to percentages from 0 to 100`,
  },
  warn_percent: { schema: PERCENT.nullable(), rule: "a number from 0 to 100, or null" },
  requires_approval: { schema: z.boolean(), rule: "true or false" },
  priority: { schema: z.int().min(-100).max(100), rule: "a whole number from -100 to 100" },
} as const;

/** Settings as far as they were given; what is absent stays as it is. */
export type SourceSettings = { readonly [Name in keyof typeof SETTINGS]?: unknown };

const Source = z.looseObject({ source: z.string() });
/** A source's settings. */
export type Source = z.infer<typeof Source>;

/** The name of a source in an address. @throws Problem INVALID_ID. */
export function readSourceName(given: string | undefined): string {
  const name = z.string().regex(SOURCE_NAME).safeParse(given);
  if (name.success) return name.data;
  throw new Problem(
    "INVALID_ID",
    "A source is named in 1 to 63 of a-z, 0-9, _ and -, and begins with none of the last two.",
  );
}

/** Reads settings. @throws Problem INVALID_PARAMETER naming the first that is unknown or wrong. */
export function readSourceSettings(given: Given): SourceSettings {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(SETTINGS, name) && name !== "source");
  if (unknown !== undefined) {
    throw new Problem("INVALID_PARAMETER", `${shown(unknown)} is no setting of a source.`, {
      members: { field: shown(unknown) },
      fix: `Settings are ${Object.keys(SETTINGS).join(", ")}.`,
    });
  }
  const read: Record<string, unknown> = {};
  for (const [name, { schema, rule }] of Object.entries(SETTINGS)) {
    if (!Object.hasOwn(given, name)) continue;
    const value = schema.safeParse(given[name]);
    if (!value.success) throw invalid(name, rule);
    read[name] = value.data;
  }
  return read;
}

function shown(name: string): string {
  return name.slice(0, 100).toWellFormed();
}

/** The calls. */
export class Sources {
  constructor(private readonly call: CallSql) {}

  /** @throws Problem NOT_FOUND. */
  async describe(name: string): Promise<Source> {
    const found = Source.nullable().parse(await this.call("describe_source", { source: name }));
    if (found === null) throw new Problem("NOT_FOUND", `There is no source ${name}.`);
    return found;
  }

  /** Makes or changes a source. */
  async put(name: string, settings: SourceSettings, by: By): Promise<Source> {
    return Source.parse(await this.call("put_source", { source: name, settings, ...by }));
  }
}
