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

/** Loads the file into bench.copied. @returns milliseconds, the program's start included. */
export async function loadWithPgloader(stack: BenchStack, path: string): Promise<number> {
  const began = performance.now();
  const { success, stderr } = await new Deno.Command("pgloader", {
    args: [
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
  }).output();
  if (!success) throw new Error(`Cannot run pgloader: ${new TextDecoder().decode(stderr)}`);
  return performance.now() - began;
}
