/** Squawk, a linter for what Postgres makes of a migration: locks, rewrites, broken clients. */
import * as z from "zod";
import { CannotRun } from "../command.ts";
import { ROOT } from "../../checkout/root.ts";
import type { Complaint } from "./forbidden.ts";

/** Not for us at all, with the reason. */
const NOT_OURS = [
  "prefer-robust-stmts", // the CLI applies a file in one transaction: there is no half
  "require-concurrent-index-creation", // impossible in that transaction
  "prefer-bigint-over-int", // counts of a file's rows, seconds, percent: they fit
  "ban-drop-column", // ours, which knows reverts
  "ban-drop-table",
];

/** About locks on tables in use: these matter from the first release on. */
const LOCKS = [
  "adding-foreign-key-constraint",
  "constraint-missing-not-valid",
  "require-lock-timeout",
  "require-statement-timeout",
];

const Found = z.array(z.object({
  file: z.string(),
  line: z.number().int(),
  message: z.string(),
  rule_name: z.string(),
}));

/** `SQUAWK` names another build where this platform's is not among our packages. */
export function squawkProgram(): string {
  return Deno.env.get("SQUAWK") ?? `${ROOT}/node_modules/@squawk-cli/linux-x64/bin/squawk`;
}

/**
 * @param paths of migration files.
 * @param released files of the first release: nobody used their tables when they ran.
 * @throws CannotRun when squawk is not there, or does not answer in its own format.
 */
export async function squawk(paths: readonly string[], released: ReadonlySet<string>): Promise<Complaint[]> {
  const { stdout, stderr } = await run(["--reporter", "json", "--exclude", NOT_OURS.join(","), ...paths]);
  const found = Found.safeParse(parsed(new TextDecoder().decode(stdout)));
  if (!found.success) throw new CannotRun(`squawk: ${new TextDecoder().decode(stderr).trim().slice(0, 500)}`);
  return found.data
    .map(({ file, line, message, rule_name }) => ({
      file: file.replace(/^.*\//, ""),
      line: line + 1,
      rule: rule_name,
      message,
    }))
    .filter(({ file, rule }) => !LOCKS.includes(rule) || !released.has(file));
}

async function run(args: readonly string[]): Promise<Deno.CommandOutput> {
  try {
    const command = new Deno.Command(squawkProgram(), {
      args: ["--pg-version", "17.0", ...args],
      stdin: "null",
    });
    return await command.output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new CannotRun(
      "squawk, which judges locks, is not here. In a working copy: deno install. Elsewhere SQUAWK names one.",
    );
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
