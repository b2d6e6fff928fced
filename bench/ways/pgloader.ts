/** Way e: pgloader, where it is installed: the well-known loader, into a table of its own. */
import { COLUMNS } from "../files.ts";
import type { BenchStack } from "../stack.ts";

/** @returns whether there is a pgloader on this machine. */
export async function hasPgloader(): Promise<boolean> {
  try {
    return (await new Deno.Command("pgloader", { args: ["--version"], stdout: "null", stderr: "null" })
      .output())
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Loads the file into bench.copied. What it says is thrown away: it says every refused batch of rows again, gigabytes where one
 * row in a hundred is bad. Its own files go beside the file and go away with it.
 *
 * @returns milliseconds, the program's start included.
 */
export async function loadWithPgloader(stack: BenchStack, path: string): Promise<number> {
  const own = `${path}.pgloader`;
  const began = performance.now();
  const { success, code } = await new Deno.Command("pgloader", {
    args: [
      "--quiet",
      "--client-min-messages",
      "fatal",
      "--log-min-messages",
      "fatal",
      "--root-dir",
      own,
      "--type",
      "csv",
      "--with",
      "skip header = 1",
      "--with",
      "fields terminated by ','",
      ...COLUMNS.flatMap((name) => ["--field", name]),
      path,
      `${stack.databaseUrl}?bench.copied`,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  const took = performance.now() - began;
  if (!success) throw new Error(`Cannot run pgloader: it ended with ${code}`);
  await Deno.remove(own, { recursive: true });
  return took;
}
