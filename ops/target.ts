/**
 * The system a command is about. Owns how it is found (a running local stack, or `.env.dev`, `.env.prod` and the
 * environment) and how it is reached; refuses to guess between two stacks.
 */
import postgres from "postgres";
import { CannotRun } from "./command.ts";
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
  /** The same, for commands that can do nothing with a refusal. @throws CannotRun with the problem's words. */
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
  const call: Target["call"] = async (method, path, body) =>
    await callFunction(await need("apiUrl"), await need("operatorKey"), method, path, body);
  return {
    environment,
    addresses,
    need,
    call,
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

async function callFunction(
  apiUrl: string,
  key: string,
  method: string,
  path: string,
  body: unknown,
): Promise<Answer> {
  const headers = new Headers({ authorization: `Bearer ${key}` });
  if (body !== undefined) headers.set("content-type", "application/json");
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${apiUrl}/functions/v1${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    text = await response.text();
  } catch (error) {
    throw new CannotRun(`${method} ${path}: no answer from ${new URL(apiUrl).host} (${wordOf(error)}).`);
  }
  return { status: response.status, body: parsed(text) };
}

function wordOf(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return `${CALL_TIMEOUT_MS / 1000} s are over`;
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

/** What a refused call said: status, code and detail, and the fix where there is one. */
export function problemWords({ status, body }: Answer): string {
  if (typeof body !== "object" || body === null) return `${status} ${String(body).slice(0, 200)}`;
  const text = (name: string) => name in body ? String(Reflect.get(body, name)) : "";
  return [`${status} ${text("code")}`.trim(), text("detail") || text("message"), text("fix")].filter(Boolean)
    .join(" ");
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
