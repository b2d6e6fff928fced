/** The local stacks of the working copy: where each lives, and the state it leaves there for whoever asks. */
import * as z from "zod";
import { HERE } from "./root.ts";

/** Holds one folder per stack and the database template shared by all stacks of the checkout. */
export const STACKS = `${HERE}/.stack`;

const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

export const Addresses = z.object({
  api_url: z.string(),
  db_url: z.string(),
  publishable_key: z.string(),
  secret_key: z.string(),
  operator_key: z.string(),
  wake_token: z.string(),
  dashboard_url: z.string().nullable(),
  pid: z.number().int(),
});
/** What `stack up --json` prints. */
export type Addresses = z.infer<typeof Addresses>;

export const State = z.object({
  name: z.string(),
  addresses: Addresses,
  /** Start time of the supervisor as the kernel tells it; a pid alone may be somebody else by now. */
  born: z.string(),
  dataHome: z.string(),
  control: z.object({ url: z.string(), token: z.string() }),
  ready_ms: z.number(),
});
export type State = z.infer<typeof State>;

/**
 * @returns the folder of the stack `name`; it need not exist.
 * @throws when the name is not lower-case letters, digits, `-`, `_` (at most 63).
 */
export function stackHome(name: string): string {
  if (!NAME.test(name)) throw new Error(`Cannot name a stack "${name}": use a-z, 0-9, - and _, at most 63`);
  return `${STACKS}/${name}`;
}

/** @returns the state of a stack that was brought up, or null when there is none or its file is torn. */
export async function readState(name: string): Promise<State | null> {
  try {
    return State.safeParse(JSON.parse(await Deno.readTextFile(`${stackHome(name)}/state.json`))).data ?? null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** @returns names of all stacks with a folder, running or not. */
export async function stackNames(): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(STACKS)) {
      if (entry.isDirectory && NAME.test(entry.name)) names.push(entry.name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort();
}
