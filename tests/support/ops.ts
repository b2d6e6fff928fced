/** Running `deno task ops` as an operator does, against a stack. */
import { assertEquals } from "deno-std/assert/equals.js";
import { ROOT } from "../../checkout/root.ts";
import { readState } from "../../checkout/stacks.ts";
import { AGAINST, AGAINST_NAME } from "./against.ts";

/** What a command left: its exit code, its result, and its remarks. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** The result of a command that was asked for `--json`. */
  json<Data>(): Data;
}

/** Runs `ops <args>` on the stack of that name; without one, on whatever the environment says. */
export async function ops(
  stack: string | null,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ran> {
  const { code, stdout, stderr } = await opsBytes(stack, args, env);
  const [out, err] = [new TextDecoder().decode(stdout), new TextDecoder().decode(stderr)];
  assertHarmless(args, out + err, [...await secretsOf(stack), ...secretsIn(env)]);
  return { code, out, err, json: () => JSON.parse(out) };
}

const SECRETS = /KEY|TOKEN|SECRET|DATABASE_URL|DB_URL/;
const LEAST_SECRET = 16; // signs: what is shorter in a test is a word

/** Values of an environment that nobody may read in what a command tells: keys, tokens, addresses with passwords. */
function secretsIn(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).filter(([name]) => SECRETS.test(name) && !name.includes("PUBLISHABLE"))
    .flatMap(([, value]) => URL.canParse(value) ? [value, new URL(value).password] : [value])
    .filter((value) => value.length >= LEAST_SECRET);
}

/** What nobody may read of a stack that is running. */
export async function secretsOf(stack: string | null): Promise<string[]> {
  const addresses = stack === null || stack === AGAINST_NAME
    ? undefined
    : (await readState(stack))?.addresses;
  if (addresses === undefined) return [];
  const { operator_key, secret_key, wake_token, db_url } = addresses;
  return [operator_key, secret_key, wake_token, new URL(db_url).password];
}

/** What a terminal obeys, and the signs that turn its direction. */
const OBEYED = /(?!\n)[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** Whatever a command tells: no secret is in it, and nothing that moves a terminal. @throws naming what was typed. */
export function assertHarmless(args: readonly string[], told: string, secrets: readonly string[]): void {
  const typed = args.join(" ");
  assertEquals([typed, secrets.filter((secret) => told.includes(secret)).length], [typed, 0]);
  assertEquals([typed, OBEYED.exec(told)?.[0]], [typed, undefined]);
}

/** The same with the output as bytes. */
export async function opsBytes(
  stack: string | null,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Deno.CommandOutput> {
  const there = stack === AGAINST_NAME && AGAINST !== null ? reachedByAddress(AGAINST) : null;
  const which = stack === null ? [] : there === null ? ["--stack", stack] : ["--env", "dev"];
  return await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${ROOT}/ops/main.ts`, ...args, ...which],
    env: { NO_COLOR: "1", ...there, ...env },
    stdin: "null",
  }).output();
}

/** A stack that is not this checkout's has no name here, only addresses. */
function reachedByAddress(against: NonNullable<typeof AGAINST>): Record<string, string> {
  return {
    SUPABASE_URL: against.api_url,
    SUPABASE_SECRET_KEY: against.secret_key,
    DATABASE_URL: against.db_url,
    DRAGONFLY_API_KEY: against.operator_key,
    DRAGONFLY_WAKE_TOKEN: against.wake_token,
  };
}
