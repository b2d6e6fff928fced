/** Finds the local stack. Starts or stops nothing: that is the business of `deno task stack`. */
import { readState, stackNames, type State } from "../checkout/stacks.ts";
import { CannotRun } from "./refusals.ts";

const ALIVE_WITHIN_MS = 2000; // loopback: an answer comes at once, or nobody is there

/** @returns the stack of that name, or the only one running. @throws CannotRun when there is none, or no one answer. */
export async function chooseStack(name: string | null): Promise<State> {
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
async function runningStacks(): Promise<State[]> {
  const states = await Promise.all((await stackNames()).map(readState));
  const alive = await Promise.all(
    states.map(async (state) => state !== null && await answers(state.addresses.api_url) ? state : null),
  );
  return alive.filter((state) => state !== null);
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
