/** Running `deno task ops` as an operator does, against a stack. */
import { ROOT } from "../../checkout/root.ts";
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
  const out = new TextDecoder().decode(stdout);
  return { code, out, err: new TextDecoder().decode(stderr), json: () => JSON.parse(out) };
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
