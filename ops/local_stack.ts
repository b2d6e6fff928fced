/**
 * Finds the local stack. Reads what a stack leaves in `.stack/<name>/state.json` and starts or stops nothing;
 * that is the business of `deno task stack`.
 */
import * as z from "zod";
import { CannotRun } from "./command.ts";

/** The checkout this file belongs to. */
export const ROOT = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

const StackState = z.object({
  name: z.string(),
  addresses: z.object({
    api_url: z.string(),
    db_url: z.string(),
    secret_key: z.string(),
    operator_key: z.string(),
    wake_token: z.string(),
  }),
});
export type StackState = z.infer<typeof StackState>;

const ALIVE_WITHIN_MS = 2000; // loopback: an answer comes at once, or nobody is there

/** @returns the stack of that name, or the only one running. @throws CannotRun when there is none, or no one answer. */
export async function chooseStack(name: string | null): Promise<StackState> {
  const stacks = await runningStacks();
  const names = stacks.map((stack) => stack.name).join(", ");
  const chosen = name === null ? stacks : stacks.filter((stack) => stack.name === name);
  if (chosen[0] !== undefined && chosen.length === 1) return chosen[0];
  if (stacks.length === 0) {
    throw new CannotRun("No local stack is running. Start one: deno task stack up --detach");
  }
  if (name !== null) throw new CannotRun(`No stack "${name}" is running. Running: ${names}.`);
  throw new CannotRun(`Several stacks are running: ${names}. Choose one: --stack NAME or DRAGONFLY_STACK.`);
}

/** A stack that was killed leaves its state behind: who answers, runs. */
async function runningStacks(): Promise<StackState[]> {
  const states = await Promise.all((await stackNames()).map(readState));
  const alive = await Promise.all(
    states.map(async (state) => state !== null && await answers(state.addresses.api_url) ? state : null),
  );
  return alive.filter((state) => state !== null);
}

async function stackNames(): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(`${ROOT}/.stack`)))
      .filter((entry) => entry.isDirectory).map((entry) => entry.name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function readState(name: string): Promise<StackState | null> {
  try {
    return StackState.safeParse(JSON.parse(await Deno.readTextFile(`${ROOT}/.stack/${name}/state.json`)))
      .data ?? null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
    throw error;
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/functions/v1/`, { signal: AbortSignal.timeout(ALIVE_WITHIN_MS) });
    await response.body?.cancel();
    return true;
  } catch {
    return false; // whatever is wrong with it, a command could not reach it either
  }
}
