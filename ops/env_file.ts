/** Reads `.env.dev` and `.env.prod`: `NAME=value` lines, `#` comments, quotes around a value taken off. */
import { ROOT } from "./local_stack.ts";

/** @returns the variables of the file; none when there is no file. */
export async function readEnvFile(environment: string): Promise<Record<string, string>> {
  try {
    return parseEnvFile(await Deno.readTextFile(`${ROOT}/.env.${environment}`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

/** Lines that are no assignment are passed over. */
export function parseEnvFile(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/).map((line) =>
    /^\s*(?:export\s+)?([A-Z_][A-Z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line)
  );
  return Object.fromEntries(
    lines.flatMap((match) => match === null ? [] : [[match[1] ?? "", unquoted(match[2] ?? "")]]),
  );
}

function unquoted(value: string): string {
  return /^"(.*)"$/.exec(value)?.[1] ?? /^'(.*)'$/.exec(value)?.[1] ?? value.replace(/\s+#.*$/, "");
}
