/**
 * A database as a fresh project has it, before the first migration: a bare stack of this checkout, started and
 * ended through `deno task stack`'s own program.
 */
import * as z from "zod";
import { runStack } from "../../checkout/run_stack.ts";
import { CannotRun } from "../command.ts";

/** One scratch database. */
export interface ScratchDatabase extends AsyncDisposable {
  /** Of the login `postgres`, which is no superuser, as on a hosted project. */
  readonly url: string;
  /** Makes it empty again, behind the same address. */
  reset(): Promise<void>;
}

const Addresses = z.object({ db_url: z.string() });

/** Starts one; it ends with this process at the latest. @throws CannotRun with what the stack said. */
export async function openScratchDatabase(): Promise<ScratchDatabase> {
  const name = `rehearsal-${crypto.randomUUID().slice(0, 8)}`;
  const { db_url } = Addresses.parse(
    JSON.parse(await stack(["up", "--bare", "--detach", "--json", "--parent", String(Deno.pid)], name)),
  );
  return {
    url: `${db_url}?sslmode=disable`, // the loopback; the CLI would remark on missing TLS
    async reset() {
      await stack(["reset", "--json"], name);
    },
    async [Symbol.asyncDispose]() {
      await stack(["down", "--json"], name);
    },
  };
}

async function stack(args: readonly string[], name: string): Promise<string> {
  try {
    return await runStack([...args, "--name", name]);
  } catch (error) {
    throw new CannotRun(`Cannot have a scratch database: ${error instanceof Error ? error.message : error}`);
  }
}
