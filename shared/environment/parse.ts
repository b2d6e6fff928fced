/**
 * The environment of the functions, parsed whole. Each function is handed only what it has use for; a violation
 * lists every bad name at once and never a value. The rules that need more than one variable are in rules.ts.
 */
import * as z from "zod";
import { type EnvironmentProblem, environmentProblems } from "./rules.ts";
import * as value from "./values.ts";
import type { FunctionName } from "./function_names.ts";

/** What every function needs to know who calls and to reach its own project. */
const EVERYWHERE = {
  ENVIRONMENT: z.enum(["local", "dev", "prod"]),
  SUPABASE_URL: value.address,
  SUPABASE_SECRET_KEYS: value.keysByName.refine((keys) => Object.keys(keys).length > 0),
  SUPABASE_JWKS: value.jwks.optional(),
  DRAGONFLY_API_KEY: value.text,
  DRAGONFLY_WAKE_TOKEN: value.text,
  DRAGONFLY_VENDOR_KEYS: value.vendorKeys.optional(),
  DRAGONFLY_CORS_ORIGINS: value.origins,
  DRAGONFLY_RATE_WRITES: value.count.default(100),
  DRAGONFLY_RATE_READS: value.count.default(600),
  DRAGONFLY_DIRECT_UNTIL: value.instant.optional(),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
};

/** For functions that a browser's session reaches: the publishable key is then beside it, and no intruder. */
const FOR_BROWSERS = { SUPABASE_PUBLISHABLE_KEYS: value.keysByName.optional() };

const POOLER = { DATABASE_URL: value.dsn.optional() };

const ALERT_CHANNELS = {
  SLACK_WEBHOOK_URL: value.address.optional(),
  DISCORD_WEBHOOK_URL: value.address.optional(),
  PAGERDUTY_ROUTING_KEY: value.text.optional(),
  TWILIO_ACCOUNT_SID: value.text.optional(),
  TWILIO_AUTH_TOKEN: value.text.optional(),
  TWILIO_FROM: value.text.optional(),
  TWILIO_TO: value.text.optional(),
  DRAGONFLY_DASHBOARD_URL: value.address.optional(),
};

/** For functions that sign, or tell which keys do. */
const PROOF = {
  DRAGONFLY_SIGNING_KEY: value.signingKeys.optional(),
  DRAGONFLY_TSA_URL: value.address.optional(),
};

const VENDOR_PULL = {
  SIMPLICITY_API_URL: value.address.optional(),
  SIMPLICITY_API_KEY: value.text.optional(),
  SIMPLICITY_OFFLINE_MODE: value.flag.default(false),
};

const SCHEMAS = {
  intake: z.object({ ...EVERYWHERE, ...FOR_BROWSERS, ...POOLER, ...PROOF }),
  worker: z.object({ ...EVERYWHERE, ...POOLER }),
  sentinel: z.object({
    ...EVERYWHERE,
    ...FOR_BROWSERS,
    ...ALERT_CHANNELS,
    ...PROOF,
    DATABASE_URL: value.dsn,
    DRAGONFLY_DEADMAN_URL: value.address.optional(),
  }),
  outbound: z.object({ ...EVERYWHERE, ...ALERT_CHANNELS, ...VENDOR_PULL, DATABASE_URL: value.dsn }),
  enforcement: z.object({ ...EVERYWHERE, ...FOR_BROWSERS, ...POOLER, ...PROOF }),
  // The direct connection is only looked at where there is no pooler, and handed to nobody in prod.
  system: z.object({
    ...EVERYWHERE,
    ...FOR_BROWSERS,
    ...POOLER,
    ...PROOF,
    SUPABASE_DB_URL: value.dsn.optional(),
  }),
} satisfies Record<FunctionName, z.ZodObject>;

type Environments = { [F in FunctionName]: z.infer<(typeof SCHEMAS)[F]> };
/** What the function `F` knows of its environment. Keys are the variables' own names. */
export type Environment<F extends FunctionName> = Environments[F];
const READERS: { [F in FunctionName]: z.ZodType<Environments[F]> } = SCHEMAS;
/** The part every function has. */
export type CommonEnvironment = z.infer<z.ZodObject<typeof EVERYWHERE>>;

/** What is expected of a variable, for the one message; a name missing here needs no more words than its own. */
const EXPECTED: Readonly<Record<string, string>> = {
  ENVIRONMENT: "local, dev or prod",
  SUPABASE_URL: "an http(s) address",
  SUPABASE_SECRET_KEYS: "a JSON object of names and keys, at least one",
  SUPABASE_PUBLISHABLE_KEYS: "a JSON object of names and keys",
  SUPABASE_DB_URL: "a postgresql:// address",
  DATABASE_URL: "a postgresql:// address",
  DRAGONFLY_VENDOR_KEYS: "a JSON object of source names (a-z, 0-9, - and _) and keys",
  DRAGONFLY_CORS_ORIGINS: "origins separated by commas, each like https://app.example.org",
  DRAGONFLY_RATE_WRITES: "a whole number, writes a minute",
  DRAGONFLY_RATE_READS: "a whole number, reads a minute",
  DRAGONFLY_DIRECT_UNTIL: "a time like 2026-01-31T12:00:00Z",
  DRAGONFLY_DASHBOARD_URL: "an http(s) address",
  DRAGONFLY_DEADMAN_URL: "an http(s) address",
  DRAGONFLY_SIGNING_KEY: "an Ed25519 key, PKCS#8 in base64; earlier ones behind it, separated by commas",
  DRAGONFLY_TSA_URL: "an http(s) address",
  LOG_LEVEL: "debug, info, warn or error",
  SLACK_WEBHOOK_URL: "an http(s) address",
  DISCORD_WEBHOOK_URL: "an http(s) address",
  SIMPLICITY_API_URL: "an http(s) address",
  SIMPLICITY_OFFLINE_MODE: "true or false",
};

/** Everything that is wrong with an environment, in one throw. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
  constructor(readonly functionName: FunctionName, readonly problems: readonly EnvironmentProblem[]) {
    super(
      `Cannot start ${functionName}: environment variables missing or wrong: ` +
        problems.map((problem) => `${problem.name} (${problem.expected})`).join("; "),
    );
  }
}

/** Names of the variables a function reads, whether required or not. */
export function environmentNames(functionName: FunctionName): string[] {
  return Object.keys(SCHEMAS[functionName].shape);
}

/**
 * Reads the environment of one function.
 *
 * @param now the present, for DRAGONFLY_DIRECT_UNTIL.
 * @throws EnvironmentError listing every bad name, and no value.
 */
export function parseEnvironment<F extends FunctionName>(
  functionName: F,
  record: Readonly<Record<string, string | undefined>>,
  now: Date,
): Environment<F> {
  const given = givenFor(functionName, record);
  const read = READERS[functionName].safeParse(given);
  const wrong = read.success ? [] : [...new Set(read.error.issues.map((issue) => String(issue.path[0])))];
  const problems = [
    ...wrong.map((name) => ({ name, expected: expectation(name, given[name] === undefined) })),
    ...environmentProblems(given, now).filter((problem) => !wrong.includes(problem.name)),
  ];
  if (!read.success || problems.length > 0) throw new EnvironmentError(functionName, problems);
  return read.data;
}

/** What is there for the function. Empty counts as absent; the direct connection is not looked at in prod. */
function givenFor(functionName: FunctionName, record: Readonly<Record<string, string | undefined>>) {
  const names = environmentNames(functionName)
    .filter((name) => name !== "SUPABASE_DB_URL" || record.ENVIRONMENT !== "prod");
  return Object.fromEntries(names.map((name) => [name, record[name] || undefined]));
}

function expectation(name: string, missing: boolean): string {
  const words = EXPECTED[name] ?? "not empty";
  return missing ? `missing: ${words}` : words;
}
