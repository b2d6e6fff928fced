/** Way c: runs the program a user would write instead, as a process of its own. */
import * as z from "zod";
import type { BenchStack } from "../stack.ts";

const Result = z.object({ rows: z.number(), bad: z.number(), ms: z.number() });
const PROGRAM = new URL("client_program.ts", import.meta.url).pathname;

/** @returns milliseconds from reading the file to the last insert's answer. */
export async function insertByClient(stack: BenchStack, path: string): Promise<number> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", PROGRAM, stack.apiUrl, path],
    env: { SECRET_KEY: stack.secretKey },
    stdin: "null",
  }).output();
  if (!success) throw new Error(`Cannot run way c: ${new TextDecoder().decode(stderr)}`);
  return Result.parse(JSON.parse(new TextDecoder().decode(stdout))).ms;
}
