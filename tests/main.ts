/**
 * `deno task test [group…] [--filter text] [--at-once n] [--no-types] [--against file]`: runs the groups of tests, two at once where
 * there are two cores (`--at-once`), shows their progress in order, and ends with `N passed, N failed`. Types are checked beside them, once for all, unless `--no-types`. `--against` holds `e2e` and `sql` against a stack that is there already;
 * the file has its addresses and keys, as `stack status --json` prints them. Exit 0 all passed · 1 something failed or could not run · 2 wrong usage ·
 * 130, 143 interrupted.
 *
 * CHROMIUM names the browser for tests/dashboard; without one those tests are left out, loudly, and with CI=true that
 * is a failure.
 */
import { ROOT } from "../checkout/root.ts";
import { parseArgs } from "node:util";
import { findGroups, selectGroups } from "./runner/groups.ts";
import { groupsAtOnce, runAll, type Wanted } from "./runner/run_all.ts";

async function readArguments(args: string[]): Promise<Wanted> {
  const { values, positionals } = parseArgs({
    args: args.filter((argument) => argument !== "--"),
    options: {
      filter: { type: "string" },
      against: { type: "string" },
      "at-once": { type: "string" },
      "no-types": { type: "boolean", default: false },
    },
    allowPositionals: true,
  });
  const { against, filter } = values;
  const atOnce = values["at-once"] === undefined ? groupsAtOnce() : Number(values["at-once"]);
  if (!Number.isInteger(atOnce) || atOnce < 1) throw new Error("--at-once is a number of groups, from 1 on");
  const foreign = against === undefined
    ? undefined
    : await (await import("./runner/foreign.ts")).readForeign(against, positionals); // it knows the stack; tests of others do not
  return {
    root: ROOT,
    groups: selectGroups(await findGroups(ROOT), positionals),
    types: !values["no-types"],
    atOnce,
    filter,
    foreign,
  };
}

let wanted: Wanted;
try {
  wanted = await readArguments(Deno.args);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error("usage: deno task test [group…] [--filter text] [--at-once n] [--no-types] [--against file]");
  Deno.exit(2);
}
Deno.exit(await runAll(wanted));
