/** Runs groups of tests one after the other, ends them when interrupted, and prints what came of all. */
import { findChromium } from "./chromium.ts";
import type { Foreign } from "./foreign.ts";
import type { FoundGroup } from "./groups.ts";
import type { GroupProcess } from "./process_group.ts";
import { type Outcome, runGroup } from "./run_group.ts";
import { printEnd, printOutcome } from "./summary.ts";

export interface Wanted {
  /** The project's folder. */
  readonly root: string;
  readonly groups: readonly FoundGroup[];
  /** Only tests whose name has this text, or matches this `/pattern/`. */
  readonly filter?: string;
  /** What the groups are held against; a stack of their own when absent. */
  readonly foreign?: Foreign;
  /** What was tried before the tests and counts with them. */
  readonly before?: readonly Outcome[];
}

/** @returns the exit code: 0 all passed · 1 something failed, could not run, or nothing ran · 130, 143 interrupted. */
export async function runAll(wanted: Wanted): Promise<number> {
  const reports = await Deno.makeTempDir({ prefix: "dragonfly-tests-" });
  const interruption = listen();
  try {
    const { outcomes, warnings } = await runEach(wanted, reports, interruption);
    if (interruption.code() !== 0) warnings.push("INTERRUPTED: the sums count only what was finished");
    const allPassed = printEnd([...wanted.before ?? [], ...outcomes], warnings);
    return interruption.code() || (allPassed ? 0 : 1);
  } finally {
    await Deno.remove(reports, { recursive: true });
  }
}

async function runEach(wanted: Wanted, reports: string, interruption: Interruption) {
  const environment = Deno.env.toObject();
  const chromium = await findChromium(environment);
  const outcomes: Outcome[] = [];
  const warnings: string[] = [];
  for (const group of wanted.groups) {
    if (interruption.code() !== 0) break;
    if (group.needsChromium === true && chromium === null) {
      const why = "there is no Chromium here: install one, or name it in CHROMIUM";
      if (environment["CI"] === "true") outcomes.push(leftOut(group, why));
      else warnings.push(`tests/${group.name} DID NOT RUN: ${why}`);
      continue;
    }
    console.log(`\n── ${group.name}: ${group.files.length} files`);
    const there = await wanted.foreign?.prepare(group.name);
    try {
      const outcome = await runGroup(group, {
        root: wanted.root,
        reports,
        filter: wanted.filter,
        color: Deno.stdout.isTerminal() && !Deno.noColor,
        extra: { ...(chromium === null ? {} : { CHROMIUM: chromium }), ...there?.environment },
        onProcess: interruption.watch,
      });
      outcomes.push(outcome);
      printOutcome(outcome);
    } finally {
      await there?.release();
    }
  }
  return { outcomes, warnings };
}

function leftOut(group: FoundGroup, why: string): Outcome {
  const failure = { file: `tests/${group.name}`, test: "(the whole group)", message: why };
  return { group: group.name, passed: 0, failures: [failure], skipped: 0, leftOut: [], seconds: 0 };
}

interface Interruption {
  /** 0 as long as nobody interrupted. */
  code(): number;
  /** Says what to end when it comes; null when there is nothing. */
  watch(process: GroupProcess | null): void;
}

function listen(): Interruption {
  let code = 0;
  let running: GroupProcess | null = null;
  for (const [signal, exitCode] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    Deno.addSignalListener(signal, () => {
      if (code !== 0) return; // already ending
      code = exitCode;
      running?.end(signal);
    });
  }
  return {
    code: () => code,
    watch(process) {
      running = process;
    },
  };
}
