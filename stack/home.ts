/** What a stack leaves on disk. Postgres may need a home elsewhere (see `dataHome()`), which its state remembers. */
import { stackHome, type State } from "../checkout/stacks.ts";

/** Writes the state in one step, so that a reader sees all of it or none. */
export async function writeState(state: State): Promise<void> {
  const path = `${stackHome(state.name)}/state.json`;
  await Deno.writeTextFile(`${path}.new`, JSON.stringify(state, null, 2), { mode: 0o600 });
  await Deno.rename(`${path}.new`, path);
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
