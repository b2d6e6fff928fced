/**
 * Calls of SQL functions, `POST /rest/v1/rpc/<function>`: the hot path of the engine, so it does as PostgREST does in
 * one transaction of two round trips. Owns calls with a body and no query; the rest (filters, GET, counts) is
 * `@supabase/lite`'s. It exists because lite encodes json twice, cannot pass a body to an unnamed text
 * parameter and knows no time limits.
 */
import type { Sql } from "../database/connect.ts";
import type { Caller } from "./credentials.ts";
import { answerError, refuse } from "./postgrest_error.ts";
import type { Routine, Routines } from "./routines.ts";

export interface RpcOptions {
  /** Connects as `authenticator`. */
  sql: Sql;
  routines: Routines;
  schemas: string[];
  extraSearchPath: string[];
  maxRows: number;
}

/** What PostgREST hands a function that takes the body as it is, by Content-Type. */
const BODY_TYPES: Record<string, string[]> = {
  "application/json": ["json", "jsonb"],
  "text/plain": ["text"],
  "application/octet-stream": ["bytea"],
};

type Call = { routine: Routine; sql: string; parameter: string | Uint8Array | null };

/** @returns the answer, or null when the call is not of the kind served here. */
export async function callRoutine(
  request: Request,
  url: URL,
  caller: Caller,
  options: RpcOptions,
): Promise<Response | null> {
  const accept = request.headers.get("accept") ?? "*/*";
  const one = accept.includes("application/vnd.pgrst.object");
  const plain = accept.includes("*/*") || accept.includes("application/json") || one;
  const searched = [...url.searchParams.keys()].some((key) => key !== "apikey");
  if (request.method !== "POST" || searched || !plain || /count=/.test(request.headers.get("prefer") ?? "")) {
    return null;
  }
  const name = decodeURIComponent(url.pathname.slice("/rest/v1/rpc/".length));
  const schema = request.headers.get("content-profile") ?? options.schemas[0] ?? "public";
  if (!options.schemas.includes(schema)) {
    const known = options.schemas.join(", ");
    return refuse(
      406,
      "PGRST106",
      `Invalid schema: ${schema}`,
      null,
      `Only the following schemas are exposed: ${known}`,
    );
  }
  try {
    const call = await resolve(request, schema, name, options);
    return call instanceof Response ? call : await perform(call, request, url, caller, one, options);
  } catch (error) {
    return answerError(error, caller);
  }
}

async function resolve(
  request: Request,
  schema: string,
  name: string,
  options: RpcOptions,
): Promise<Call | Response> {
  const type =
    (request.headers.get("content-type") ?? "application/json").split(";")[0]?.trim().toLowerCase() ?? "";
  const candidates = await options.routines.find(schema, name);
  const raw = candidates.find(({ args }) =>
    args.length === 1 && args[0]?.name === "" && BODY_TYPES[type]?.includes(args[0].type)
  );
  if (type === "application/octet-stream") {
    const body = new Uint8Array(await request.arrayBuffer());
    return raw === undefined ? missing(schema, name, []) : withBody(raw, body, options.maxRows);
  }
  const text = await request.text();
  if (type === "text/plain") {
    return raw === undefined ? missing(schema, name, []) : withBody(raw, text, options.maxRows);
  }
  if (type !== "application/json") return refuse(415, "PGRST102", `Content-Type not acceptable: ${type}`);
  const body = parseJson(text);
  if (body === undefined) return refuse(400, "PGRST102", "Empty or invalid json");
  const named = typeof body === "object" && body !== null && !Array.isArray(body) ? Object.keys(body) : null;
  const routine = named === null ? undefined : candidates.find((candidate) => takes(candidate, named));
  if (routine !== undefined && named !== null) return withNames(routine, named, text, options.maxRows);
  return raw === undefined ? missing(schema, name, named ?? []) : withBody(raw, text, options.maxRows);
}

/** An empty body is a call without arguments. */
function parseJson(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function takes({ args, defaults }: Routine, named: string[]): boolean {
  const names = args.map((arg) => arg.name);
  const required = names.slice(0, names.length - defaults);
  return named.every((name) => name !== "" && names.includes(name)) &&
    required.every((name) => named.includes(name));
}

function missing(schema: string, name: string, named: string[]): Response {
  const said = `${schema}.${name}(${named.join(", ")})`;
  return refuse(
    404,
    "PGRST202",
    `Could not find the function ${said} in the schema cache`,
    `Searched for the function ${schema}.${name} with parameters ${
      named.join(", ") || "none"
    } or with a single` +
      " unnamed parameter, but no matches were found in the schema cache.",
  );
}

function withBody(routine: Routine, body: string | Uint8Array, maxRows: number): Call {
  const type = routine.args[0]?.type ?? "text";
  return { routine, sql: select(routine, "", `$1::text::${type}`, maxRows), parameter: body };
}

/** Postgres reads the arguments out of the JSON text itself, with the declared types. */
function withNames(routine: Routine, named: string[], text: string, maxRows: number): Call {
  const used = routine.args.filter((arg) => named.includes(arg.name));
  if (used.length === 0) return { routine, sql: select(routine, "", "", maxRows), parameter: null };
  const columns = used.map((arg) => `${quote(arg.name)} ${arg.type}`).join(", ");
  const list = used.map((arg) => `${quote(arg.name)} => given.${quote(arg.name)}`).join(", ");
  const from = `json_to_record($1::text::json) as given(${columns}), lateral `;
  return { routine, sql: select(routine, from, list, maxRows), parameter: text };
}

const RESPONSE = "nullif(current_setting('response.status', true), '') as status, " +
  "nullif(current_setting('response.headers', true), '') as headers";

function select(routine: Routine, from: string, list: string, maxRows: number): string {
  const call = `${quote(routine.schema)}.${quote(routine.name)}(${list})`;
  if (routine.returns === "void") {
    return `select null as body, 0 as rows, ${RESPONSE} from ${from}${call} as result`;
  }
  const source = routine.returns === "row"
    ? `(select result.* from ${from}${call} as result${routine.set ? ` limit ${maxRows}` : ""}) as result`
    : `(select result from ${from}${call} as result${routine.set ? ` limit ${maxRows}` : ""}) as source`;
  const body = routine.set ? "coalesce(json_agg(result), '[]')::text" : "(json_agg(result) -> 0)::text";
  return `select ${body} as body, count(*)::int as rows, ${RESPONSE} from ${source}`;
}

/** Quotes an SQL identifier. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

async function perform(
  call: Call,
  request: Request,
  url: URL,
  caller: Caller,
  one: boolean,
  options: RpcOptions,
): Promise<Response> {
  const { routine } = call;
  const path = [...new Set([routine.schema, ...options.extraSearchPath])].map(quote).join(", ");
  const settings = [
    ["search_path", path],
    ["role", caller.role],
    ["request.jwt.claims", JSON.stringify(caller.claims)],
    ["request.method", request.method],
    ["request.path", url.pathname.slice("/rest/v1".length)],
    ["request.headers", JSON.stringify(Object.fromEntries(request.headers))],
    ["statement_timeout", routine.statementTimeout ?? ROLE_TIMEOUTS[caller.role]],
  ] as const;
  const [row] = await options.sql.begin(routine.volatile ? "read write" : "read only", (tx) => {
    const names = settings.map(([name], at) => `set_config('${name}', $${at + 1}, true)`).join(", ");
    // Sent together: the second does not wait for the first one's answer.
    const prepared = tx.unsafe(`select ${names}`, settings.map(([, value]) => value), { prepare: true });
    const parameters = call.parameter === null ? [] : [asParameter(call.parameter)];
    const called = tx.unsafe(call.sql, parameters, { prepare: true });
    return Promise.all([prepared, called]).then(([, rows]) => rows);
  });
  if (row === undefined) throw new Error(`Cannot read the result of ${routine.name}: no row`);
  const status = row.status === null ? undefined : Number(row.status);
  const headers = new Headers({ "content-type": "application/json; charset=utf-8" });
  for (const entry of row.headers === null ? [] : JSON.parse(row.headers)) {
    for (const [name, value] of Object.entries(entry)) headers.set(name, String(value));
  }
  if (routine.returns === "void") {
    headers.delete("content-type");
    return new Response(null, { status: status ?? 204, headers });
  }
  if (!one || (!routine.set && routine.returns !== "row")) {
    return new Response(row.body ?? "null", { status: status ?? 200, headers });
  }
  if (row.rows !== 1) {
    return refuse(
      406,
      "PGRST116",
      "Cannot coerce the result to a single JSON object",
      `The result contains ${row.rows} rows`,
    );
  }
  headers.set("content-type", "application/vnd.pgrst.object+json; charset=utf-8");
  return new Response(routine.set ? row.body.slice(1, -1) : row.body, { status: status ?? 200, headers });
}

/** bytea travels as its text form; the statement casts it. */
function asParameter(value: string | Uint8Array): string {
  if (typeof value === "string") return value;
  let hex = "\\x";
  for (const byte of value) hex += byte.toString(16).padStart(2, "0");
  return hex;
}

/** As the roles of a hosted project are set; service_role inherits the API's own limit. */
const ROLE_TIMEOUTS = { anon: "3s", authenticated: "8s", service_role: "8s" };
