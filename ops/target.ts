/**
 * The system a command is about. Owns how it is found (a running local stack, or `.env.dev`, `.env.prod` and the
 * environment) and how it is reached; refuses to guess between two stacks. What reaches it is loaded with the first use:
 * few commands need both roads.
 */
import type postgres from "postgres";
import type { FiguresGateway } from "../shared/data/figures_gateway.ts";
import type { OperatorGateway } from "../shared/data/operator_gateway.ts";
import type { Client, Refused } from "../shared/http/client.ts";
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

/** One system, reached on demand: nothing is looked up before a command asks. */
export interface Target {
  readonly environment: EnvironmentName;
  addresses(): Promise<Addresses>;
  /** One address. @throws CannotRun naming the variable that is missing. */
  need(what: Exclude<keyof Addresses, "stack">): Promise<string>;
  /** Calls a route with the operator key. @throws Refused with the problem, CannotRun when nothing answers. */
  readonly call: Client["call"];
  /** The same with the answer unread, for streams. @throws Refused with the problem, CannotRun when nothing answers. */
  readonly open: Client["open"];
  /** As call, for commands that can do nothing with a refusal. @throws CannotRun with the problem's words. */
  readonly ask: Client["call"];
  /** What operators do and see over DATABASE_URL; connects with the first query. */
  hands(): Promise<OperatorGateway>;
  figures(): Promise<FiguresGateway>;
  /** Postgres itself, for what is no question about our data: migrations, rights, the checks of the sentinel. */
  sql(): Promise<postgres.Sql>;
  close(): Promise<void>;
}

/**
 * Where a module of shared/ is that is loaded with its first use. The name is put together: of a literal one Deno reads
 * the file, and all it needs, before the first line runs.
 */
const at = (path: string) => new URL(`../shared/${path}`, import.meta.url).href;

/** Variables by the address they give. */
const VARIABLES = {
  apiUrl: "SUPABASE_URL",
  operatorKey: "DRAGONFLY_API_KEY",
  secretKey: "SUPABASE_SECRET_KEY",
  wakeToken: "DRAGONFLY_WAKE_TOKEN",
  databaseUrl: "DATABASE_URL",
} as const;

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
  const sql = async () => pool ??= await openDatabase(await need("databaseUrl"));
  let client: Promise<Client> | undefined;
  const http = async () => {
    const [apiUrl, key] = [await need("apiUrl"), await need("operatorKey")];
    return await clientAt(apiUrl, { authorization: `Bearer ${key}` });
  };
  const reached = async () => await (client ??= http());
  return {
    environment,
    addresses,
    need,
    call: async (name, ...given) => await orCannotRun(async () => (await reached()).call(name, ...given)),
    open: async (name, ...given) => await orCannotRun(async () => (await reached()).open(name, ...given)),
    ask: async (name, ...given) =>
      await orCannotRun(async () => (await reached()).call(name, ...given), (refusal) => {
        throw new CannotRun(`${name}: ${refusal.message}`);
      }),
    sql,
    async hands() {
      const { OperatorGateway }: typeof import("../shared/data/operator_gateway.ts") = await import(
        at("data/operator_gateway.ts")
      );
      return new OperatorGateway(await sql());
    },
    async figures() {
      const { FiguresGateway }: typeof import("../shared/data/figures_gateway.ts") = await import(
        at("data/figures_gateway.ts")
      );
      return new FiguresGateway(await sql());
    },
    async close() {
      await pool?.end({ timeout: 1 });
    },
  };
}

/** The functions of a system, called with these headers. */
export async function clientAt(apiUrl: string, headers: Readonly<Record<string, string>>): Promise<Client> {
  const { createClient }: typeof import("../shared/http/client.ts") = await import(at("http/client.ts"));
  return createClient({ base: `${apiUrl}/functions/v1`, headers: () => headers, fetch });
}

/** @throws CannotRun when nothing answers, or nothing that can be understood. */
export async function orCannotRun<Answered>(
  work: () => Promise<Answered>,
  onRefusal: (refusal: Refused) => Answered = (refusal) => {
    throw refusal;
  },
): Promise<Answered> {
  try {
    return await work();
  } catch (error) {
    const { NoAnswer, Refused, StrangeAnswer }: typeof import("../shared/http/client.ts") = await import(
      at("http/client.ts")
    );
    if (error instanceof Refused) return onRefusal(error);
    if (error instanceof NoAnswer || error instanceof StrangeAnswer) throw new CannotRun(error.message);
    throw error;
  }
}

async function openDatabase(url: string): Promise<postgres.Sql> {
  const { default: postgres } = await import("postgres");
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
  await refuseTwoProjects(environment, value);
  return {
    stack: null,
    apiUrl: value(VARIABLES.apiUrl),
    operatorKey: value(VARIABLES.operatorKey),
    secretKey: value(VARIABLES.secretKey),
    wakeToken: value(VARIABLES.wakeToken),
    databaseUrl: value(VARIABLES.databaseUrl),
  };
}

/** Half of one project and half of another: whatever a command did then, it would do to the wrong one. */
async function refuseTwoProjects(
  environment: EnvironmentName,
  value: (name: string) => string | null,
): Promise<void> {
  const { projectOfDsn, projectOfKey, projectOfUrl }: typeof import("../shared/environment/rules.ts") =
    await import(at("environment/rules.ts"));
  const { dsn }: typeof import("../shared/environment/values.ts") = await import(at("environment/values.ts"));
  const project = projectOfUrl(value(VARIABLES.apiUrl) ?? undefined);
  if (project === null) return;
  const address = dsn.safeParse(value(VARIABLES.databaseUrl) ?? undefined).data;
  const refs = {
    [VARIABLES.databaseUrl]: address === undefined ? null : projectOfDsn(address),
    [VARIABLES.secretKey]: projectOfKey(value(VARIABLES.secretKey) ?? ""),
    SUPABASE_PUBLISHABLE_KEY: projectOfKey(value("SUPABASE_PUBLISHABLE_KEY") ?? ""),
  };
  const others = Object.entries(refs).filter(([, ref]) => ref !== null && ref !== project).map(([name]) =>
    name
  );
  if (others.length === 0) return;
  throw new CannotRun(
    `${others.join(" and ")} of another project than ${VARIABLES.apiUrl}: nothing was done. ` +
      `Correct .env.${environment} or the environment; ops verify-env-config judges all of it.`,
  );
}
