/** Runs `deno task stack`'s own program, as anyone outside would. */
import { ROOT } from "./root.ts";

/**
 * Runs it to its end. @returns its standard output.
 *
 * @param env more environment, beside the process's own. @throws with what it said when it fails.
 */
export async function runStack(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${ROOT}/stack/main.ts`, ...args],
    cwd: ROOT,
    env: { ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot run stack ${args[0]}: ${decoder.decode(stderr).trim()}`);
  return decoder.decode(stdout);
}
