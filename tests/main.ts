/**
 * `deno task test [group…] [--filter text]`: runs the groups of tests one after the other, shows their progress,
 * and ends with `N passed, N failed`. Exit 0 all passed · 1 something failed or could not run · 2 wrong usage ·
 * 130, 143 interrupted.
 *
 * CHROMIUM names the browser for tests/browser; without one those tests are left out, loudly, and with CI=true that
 * is a failure.
 */
import { parseArgs } from "node:util";
import { findGroups, selectGroups } from "./runner/groups.ts";
import { runAll, type Wanted } from "./runner/run_all.ts";

const ROOT = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

async function readArguments(args: string[]): Promise<Wanted> {
  const { values, positionals } = parseArgs({
    args: args.filter((argument) => argument !== "--"),
    options: { filter: { type: "string" } },
    allowPositionals: true,
  });
  return { root: ROOT, groups: selectGroups(await findGroups(ROOT), positionals), filter: values.filter };
}

let wanted: Wanted;
try {
  wanted = await readArguments(Deno.args);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error("usage: deno task test [group…] [--filter text]");
  Deno.exit(2);
}
Deno.exit(await runAll(wanted));
