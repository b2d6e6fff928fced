/** Reads JSON bodies of calls. */
import * as z from "zod";
import { Problem } from "../../../shared/errors.ts";
import type { Given } from "./parameters.ts";

/** Longest JSON body that is read. */
const BODY_LIMIT_BYTES = 65_536;

const JsonObject = z.record(z.string(), z.unknown());

/** The object in the body; an empty body is an empty object. @throws Problem BAD_REQUEST. */
export async function readJson(request: Request): Promise<Given> {
  if (Number(request.headers.get("content-length") ?? 0) > BODY_LIMIT_BYTES) throw unreadable();
  const text = await request.text();
  if (text.trim() === "") return {};
  if (text.length > BODY_LIMIT_BYTES) throw unreadable();
  const body = JsonObject.safeParse(parse(text));
  if (!body.success) throw unreadable();
  return body.data;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable();
  }
}

function unreadable(): Problem {
  return new Problem("BAD_REQUEST", "The body is no JSON object.");
}
