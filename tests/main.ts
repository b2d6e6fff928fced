/**
 * `deno task test [group…] [--filter text]`: runs the groups of tests one after the other, shows their progress,
 * and ends with `N passed, N failed`. Exit 0 all passed · 1 something failed or could not run · 2 wrong usage ·
 * 130, 143 interrupted.
 *
 * CHROMIUM names the browser for tests/browser; without one those tests are left out, loudly, and with CI=true that
 * is a failure.
 */
import { parseArgs } from "node:util";
import { findChromium } from "./runner/chromium.ts";
import { findGroups, type FoundGroup, selectGroups } from "./runner/groups.ts";
import type { GroupProcess } from "./runner/process_group.ts";
import { type Outcome, runGroup } from "./runner/run_group.ts";
import { printEnd, printOutcome } from "./runner/summary.ts";

const ROOT = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

interface Wanted {
  groups: FoundGroup[];
  filter?: string;
}

async function readArguments(args: string[]): Promise<Wanted> {
  const { values, positionals } = parseArgs({
    args: args.filter((argument) => argument !== "--"),
    options: { filter: { type: "string" } },
    allowPositionals: true,
  });
  return { groups: selectGroups(await findGroups(ROOT), positionals), filter: values.filter };
}

/** Why a group cannot run here, or null. */
function missing(group: FoundGroup, chromium: string | null): string | null {
  return group.needsChromium === true && chromium === null
    ? "there is no Chromium here: install one, or name it in CHROMIUM"
    : null;
}

function leftOut(group: FoundGroup, why: string): Outcome {
  const failure = { file: `tests/${group.name}`, test: "(the whole group)", message: why };
  return { group: group.name, passed: 0, failures: [failure], skipped: 0, seconds: 0 };
}

async function runAll(wanted: Wanted): Promise<number> {
  const environment = Deno.env.toObject();
  const chromium = await findChromium(environment);
  const reports = await Deno.makeTempDir({ prefix: "dragonfly-tests-" });
  const outcomes: Outcome[] = [];
  const warnings: string[] = [];
  let running: GroupProcess | null = null;
  let interrupted = 0;
  const interrupt = (signal: "SIGINT" | "SIGTERM", code: number) => () => {
    if (interrupted !== 0) return;
    interrupted = code;
    running?.end(signal);
  };
  Deno.addSignalListener("SIGINT", interrupt("SIGINT", 130));
  Deno.addSignalListener("SIGTERM", interrupt("SIGTERM", 143));
  try {
    for (const group of wanted.groups) {
      if (interrupted !== 0) break;
      const why = missing(group, chromium);
      if (why === null) {
        console.log(`\n── ${group.name}: ${group.files.length} files`);
        const outcome = await runGroup(group, {
          root: ROOT,
          reports,
          filter: wanted.filter,
          color: Deno.stdout.isTerminal() && !Deno.noColor,
          extra: chromium === null ? {} : { CHROMIUM: chromium },
          onProcess: (process) => running = process,
        });
        outcomes.push(outcome);
        printOutcome(outcome);
      } else if (environment["CI"] === "true") outcomes.push(leftOut(group, why));
      else warnings.push(`tests/${group.name} DID NOT RUN: ${why}`);
    }
  } finally {
    await Deno.remove(reports, { recursive: true });
  }
  if (interrupted !== 0) warnings.push("INTERRUPTED: what follows counts only what was finished");
  const allPassed = printEnd(outcomes, warnings);
  if (interrupted !== 0) return interrupted;
  return allPassed ? 0 : 1;
}

if (import.meta.main) {
  let wanted: Wanted;
  try {
    wanted = await readArguments(Deno.args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error("usage: deno task test [group…] [--filter text]");
    Deno.exit(2);
  }
  Deno.exit(await runAll(wanted));
}
