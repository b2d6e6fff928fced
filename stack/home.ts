/**
 * Where a stack lives. Owns the folder `.stack/<name>/` and the state file in it; refuses names that would
 * leave it. Postgres may need a home elsewhere (see `dataHome()`), which is remembered in the state.
 */
import * as z from "zod";

/** The checkout this file belongs to. */
export const CHECKOUT = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

/** Holds one folder per stack and the database template shared by all stacks of the checkout. */
export const STACKS = `${CHECKOUT}/.stack`;

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

const State = z.object({
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
  const text = await readTextOrNull(`${stackHome(name)}/state.json`);
  if (text === null) return null;
  const state = State.safeParse(JSON.parse(text));
  return state.success ? state.data : null;
}

/** Writes the state in one step, so that a reader sees all of it or none. */
export async function writeState(state: State): Promise<void> {
  const path = `${stackHome(state.name)}/state.json`;
  await Deno.writeTextFile(`${path}.new`, JSON.stringify(state, null, 2), { mode: 0o600 });
  await Deno.rename(`${path}.new`, path);
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

/** @returns the file's text, or null when there is no such file. */
export async function readTextOrNull(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Removes a file or folder with all in it; nothing there is fine. */
export async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
