/** Reads `.env.dev` and `.env.prod`, as Node does. */
import { parseEnv } from "node:util";
import { HERE } from "../checkout/root.ts";
import { CannotRun } from "./refusals.ts";

/** @returns the variables of the file; none when there is no file. @throws CannotRun as parseEnvFile. */
export async function readEnvFile(environment: string): Promise<Record<string, string>> {
  try {
    return parseEnvFile(await Deno.readTextFile(`${HERE}/.env.${environment}`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

/** Without quotes a `#` begins a remark, also in the middle of a word: a key would lose its end and nobody would know. */
const CUT = /^[^\S\n]*(?:export\s+)?(\w+)[^\S\n]*=[^\S\n]*[^\s"'`#][^\s#]*#/m;

/**
 * `NAME=value` lines, `#` remarks, quotes around a value taken off. Lines that are no assignment are passed over.
 *
 * @throws CannotRun naming the variable whose value holds a `#` and stands without quotes.
 */
export function parseEnvFile(text: string): Record<string, string> {
  const cut = CUT.exec(text)?.[1];
  if (cut !== undefined) {
    throw new CannotRun(`Cannot read ${cut}: a value with # in it stands between quotes.`);
  }
  return Object.fromEntries(Object.entries(parseEnv(text)).map(([name, value]) => [name, value ?? ""]));
}
