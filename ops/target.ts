/**
 * The system a command is about. Owns how it is found (a running local stack, or `.env.dev`, `.env.prod` and the
 * environment) and how it is reached; refuses to guess between two stacks.
 */
import postgres from "postgres";
import { CannotRun } from "./refusals.ts";
import { readEnvFile } from "./env_file.ts";
import { chooseStack } from "./local_stack.ts";

export type EnvironmentName = "local" | "dev" | "prod";
export const ENVIRONMENT_NAMES: readonly EnvironmentName[] = ["local", "dev", "prod"];

/** What is known about a system; what is not known is null. */
export interface Addresses {
  /** Name of the local stack; null elsewhere. */
  readonly stack: string | null;
  readonly apiUrl: string | null;
  readonly operatorKey: string | null;
  readonly secretKey: string | null;
  readonly wakeToken: string | null;
  readonly databaseUrl: string | null;
}

/** An answer of a function: its status and body, whatever they are. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** One system, reached on demand: nothing is looked up before a command asks. */
export interface Target {
  readonly environment: EnvironmentName;
  addresses(): Promise<Addresses>;
  /** One address. @throws CannotRun naming the variable that is missing. */
  need(what: Exclude<keyof Addresses, "stack">): Promise<string>;
  /** Calls `/functions/v1<path>` with the operator key. @throws CannotRun when nothing answers. */
  call(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<Answer>;
  /** The same with the answer unread, for files in either direction. @throws CannotRun when nothing answers. */
  open(method: "GET" | "POST", path: string, body?: FormData): Promise<Response>;
  /** As call, for commands that can do nothing with a refusal. @throws CannotRun with the problem's words. */
  ask(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<unknown>;
  /** Postgres over DATABASE_URL; connects with the first query. */
  sql(): Promise<postgres.Sql>;
  close(): Promise<void>;
}

/** Variables by the address they give. */
const VARIABLES = {
  apiUrl: "SUPABASE_URL",
  operatorKey: "DRAGONFLY_API_KEY",
  secretKey: "SUPABASE_SECRET_KEY",
  wakeToken: "DRAGONFLY_WAKE_TOKEN",
  databaseUrl: "DATABASE_URL",
} as const;

const CALL_TIMEOUT_MS = 60_000; // a sentinel run that heals the schema cache takes 15 s and more
const FILE_TIMEOUT_MS = 600_000; // 50 MB over a line of 1 Mbit/s take seven minutes

/** @param stack name of the local stack, or null for the only one running. */
export function makeTarget(environment: EnvironmentName, stack: string | null): Target {
  let known: Promise<Addresses> | undefined;
  let pool: postgres.Sql | undefined;
  const addresses = () =>
    known ??= environment === "local" ? localAddresses(stack) : remoteAddresses(environment);
  const need: Target["need"] = async (what) => {
    const value = (await addresses())[what];
    if (value !== null) return value;
    throw new CannotRun(`${VARIABLES[what]} is not set: put it into .env.${environment} or the environment.`);
  };
  const address = async (method: string, path: string): Promise<Call> => ({
    apiUrl: await need("apiUrl"),
    key: await need("operatorKey"),
    method,
    path,
  });
  const call: Target["call"] = async (method, path, body) =>
    await callFunction(await address(method, path), body);
  return {
    environment,
    addresses,
    need,
    call,
    async open(method, path, body) {
      return await send(await address(method, path), { body, signal: AbortSignal.timeout(FILE_TIMEOUT_MS) });
    },
    async ask(method, path, body) {
      const answer = await call(method, path, body);
      if (answer.status < 400) return answer.body;
      throw new CannotRun(`${method} ${path}: ${problemWords(answer)}`);
    },
    async sql() {
      return pool ??= openDatabase(await need("databaseUrl"));
    },
    async close() {
      await pool?.end({ timeout: 1 });
    },
  };
}

interface Call {
  readonly apiUrl: string;
  readonly key: string;
  readonly method: string;
  readonly path: string;
}

async function callFunction(call: Call, body: unknown): Promise<Answer> {
  const limit = AbortSignal.timeout(CALL_TIMEOUT_MS);
  const json = body === undefined ? {} : {
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await send(call, { ...json, signal: limit });
  try {
    return { status: response.status, body: parsed(await response.text()) };
  } catch (error) {
    throw unanswered(call, error);
  }
}

/** @throws CannotRun when nothing answers. */
async function send(call: Call, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${call.key}`);
  try {
    return await fetch(`${call.apiUrl}/functions/v1${call.path}`, { ...init, method: call.method, headers });
  } catch (error) {
    throw unanswered(call, error);
  }
}

function unanswered({ apiUrl, method, path }: Call, error: unknown): CannotRun {
  return new CannotRun(`${method} ${path}: no answer from ${new URL(apiUrl).host} (${wordOf(error)}).`);
}

function wordOf(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return "it took too long";
  }
  return error instanceof Error ? error.message.split("\n")[0] ?? error.name : String(error);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // Prometheus' format, or a gateway's own words
  }
}

/** What a refused call said: status, code and detail, the fix where there is one, and from where it is allowed. */
export function problemWords({ status, body }: Answer): string {
  if (typeof body !== "object" || body === null) return `${status} ${String(body).slice(0, 200)}`;
  const text = (name: string) => name in body ? String(Reflect.get(body, name)) : "";
  const allowed = text("allowed_from").replaceAll(",", ", ");
  return [
    `${status} ${text("code")}`.trim(),
    text("detail") || text("message"),
    text("fix"),
    allowed && `(allowed_from: ${allowed})`,
  ].filter(Boolean).join(" ");
}

function openDatabase(url: string): postgres.Sql {
  return postgres(url, {
    prepare: false, // the transaction pooler changes the session between transactions
    max: 2,
    connect_timeout: 5, // seconds
    connection: { application_name: "dragonfly-ops" },
    onnotice: () => {}, // notices are for psql
  });
}

async function localAddresses(name: string | null): Promise<Addresses> {
  const { addresses, name: stack } = await chooseStack(name);
  return {
    stack,
    apiUrl: addresses.api_url,
    operatorKey: addresses.operator_key,
    secretKey: addresses.secret_key,
    wakeToken: addresses.wake_token,
    databaseUrl: addresses.db_url,
  };
}

async function remoteAddresses(environment: EnvironmentName): Promise<Addresses> {
  const file = await readEnvFile(environment);
  const value = (name: string) => Deno.env.get(name) || file[name] || null;
  return {
    stack: null,
    apiUrl: value(VARIABLES.apiUrl),
    operatorKey: value(VARIABLES.operatorKey),
    secretKey: value(VARIABLES.secretKey),
    wakeToken: value(VARIABLES.wakeToken),
    databaseUrl: value(VARIABLES.databaseUrl),
  };
}
