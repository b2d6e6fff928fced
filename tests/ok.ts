/**
 * `deno task ok`: the gate. Format, lint and types over everything, a line each, then all tests with the checks among
 * them. What failed is told again at the end, and counts in the last line. Exit codes as of `deno task test`.
 */
import { ROOT } from "../checkout/root.ts";
import { findGroups } from "./runner/groups.ts";
import { groupsAtOnce, runAll } from "./runner/run_all.ts";
import type { Outcome } from "./runner/run_group.ts";

/** Cheapest first. None stops the next: one run shows all there is to mend. */
const STEPS: [name: string, args: string[]][] = [
  ["format", ["fmt", "--check"]],
  ["lint", ["lint"]],
  ["types", ["check", "--quiet"]],
];

/** @returns whether it went well; prints everything it said when not. */
async function step(name: string, args: string[]): Promise<boolean> {
  const started = performance.now();
  const command = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (!success) console.log(new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
  console.log(`${success ? "ok" : "FAILED"} ${name} (${seconds} s)`);
  return success;
}

const started = performance.now();
const failures: Outcome["failures"][number][] = [];
for (const [name, args] of STEPS) {
  if (!await step(name, args)) {
    failures.push({ file: `deno ${args.join(" ")}`, test: name, message: "see the first lines" });
  }
}
const before: Outcome = {
  group: "ok",
  passed: STEPS.length - failures.length,
  failures,
  skipped: 0,
  leftOut: [],
  seconds: (performance.now() - started) / 1000,
};
Deno.exit(
  await runAll({
    root: ROOT,
    groups: await findGroups(ROOT),
    types: false, // checked above, with everything else
    atOnce: groupsAtOnce(),
    before: [before],
  }),
);
