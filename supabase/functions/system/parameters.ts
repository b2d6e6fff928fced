/** Reads what callers of the system's routes write into addresses and JSON. Every refusal names the field. */
import * as z from "zod";
import { Problem } from "../../../shared/errors.ts";
import type { AppContext } from "../_shared/app.ts";

const Uuid = z.uuid();
const JsonObject = z.record(z.string(), z.unknown());
const BODY_LIMIT = 10_000; // characters: a reason and a number

/** The id in the address. @throws Problem INVALID_ID. */
export function readId(context: AppContext): string {
  const id = Uuid.safeParse(context.req.param("id"));
  if (!id.success) throw new Problem("INVALID_ID", "The id is a UUID.");
  return id.data.toLowerCase();
}

/** The JSON object in the body; none is an empty one. @throws Problem BAD_REQUEST. */
export async function readBody(
  context: AppContext,
): Promise<Readonly<Record<string, unknown>>> {
  const text = await context.req.text();
  if (text.trim() === "") return {};
  const body = text.length > BODY_LIMIT ? null : JsonObject.safeParse(parsed(text)).data;
  if (body === undefined || body === null) {
    throw new Problem("BAD_REQUEST", "The body is no JSON object.");
  }
  return body;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused by the caller of this, like anything that is no object
  }
}

/** A field of the body or query. @throws Problem INVALID_PARAMETER with what it should be. */
export function readField<Schema extends z.ZodType>(
  field: string,
  value: unknown,
  schema: Schema,
  expected: string,
): z.infer<Schema> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw new Problem("INVALID_PARAMETER", `${field} is ${expected}.`, {
    members: { field },
  });
}
