/** Running `deno task ops` as an operator does, against a stack. */
import { CHECKOUT } from "../../stack/home.ts";

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
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${CHECKOUT}/ops/main.ts`, ...args, ...(stack === null ? [] : ["--stack", stack])],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const out = new TextDecoder().decode(stdout);
  return { code, out, err: new TextDecoder().decode(stderr), json: () => JSON.parse(out) };
}
