/** Reads what a request brought by the declaration of its route. */
import * as z from "zod";
import { Problem } from "../errors.ts";
import type { SettingsBody } from "./declaration.ts";
import type { Field, Fields, FieldsRead, Given, PathFields } from "./fields.ts";

/** Parts of an address. @throws Problem INVALID_ID, NOT_FOUND. */
export function readPath(fields: PathFields, given: Readonly<Record<string, string | undefined>>): Given {
  const read = Object.entries(fields).map(([name, { schema, code, rule }]) => {
    const value = schema.safeParse(given[name]);
    if (!value.success) throw new Problem(code, rule);
    return [name, value.data];
  });
  return Object.fromEntries(read);
}

/** All fields, in their order. @throws Problem INVALID_PARAMETER naming the first that is wrong. */
export function readFields<F extends Fields>(fields: F, given: Given): FieldsRead<F>;
export function readFields(fields: Fields, given: Given): Given {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, readField(name, field, given[name])]),
  );
}

function readField(name: string, field: Field, value: unknown): unknown {
  if (isAbsent(field, value)) {
    if (field.otherwise === null) throw invalid(name, field.rule);
    return field.otherwise.value;
  }
  const read = field.schema.safeParse(value);
  if (!read.success) throw invalid(name, field.rule);
  return read.data;
}

function isAbsent({ blank }: Field, value: unknown): boolean {
  return value === undefined || (value === null && blank !== "refused") ||
    (value === "" && blank === "absent");
}

/**
 * Settings as far as they were given; what is absent stays as it is.
 *
 * @throws Problem INVALID_PARAMETER naming the first that is unknown or wrong.
 */
export function readSettings<F extends Fields>(
  body: SettingsBody<F>,
  given: Given,
): { readonly [Name in keyof F]?: z.output<F[Name]["schema"]> };
export function readSettings({ fields, subject, besides }: SettingsBody, given: Given): Given {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(fields, name) && name !== besides);
  if (unknown !== undefined) {
    throw new Problem("INVALID_PARAMETER", `${shown(unknown)} is no setting of ${subject}.`, {
      members: { field: shown(unknown) },
      fix: `Settings are ${Object.keys(fields).join(", ")}.`,
    });
  }
  const read: Record<string, unknown> = {};
  for (const [name, { schema, rule }] of Object.entries(fields)) {
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

/** The problem of a wrong parameter. */
export function invalid(field: string, rule: string): Problem {
  return new Problem("INVALID_PARAMETER", `${field} must be ${rule}.`, { members: { field } });
}
