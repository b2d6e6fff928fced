/** Runs groups of tests, some beside each other, ends them when interrupted, and prints what came of all. */
import { checkTypes, TYPES } from "./check_types.ts";
import { findChromium } from "../../checkout/chromium.ts";
import type { Foreign } from "./foreign.ts";
import type { FoundGroup } from "./groups.ts";
import type { GroupProcess } from "./process_group.ts";
import { type Outcome, runGroup } from "./run_group.ts";
import { scratchEnvironment } from "./scratch.ts";
import { linesOf, printEnd } from "./summary.ts";
import { Turns } from "./turns.ts";

export interface Wanted {
  /** The project's folder. */
  readonly root: string;
  readonly groups: readonly FoundGroup[];
  /** Groups that run beside each other; one when they are held against a stack they share. */
  readonly atOnce: number;
  /** Only tests whose name has this text, or matches this `/pattern/`. */
  readonly filter?: string;
  /** What the groups are held against; a stack of their own when absent. */
  readonly foreign?: Foreign;
  /** Whether the types of the groups' files are checked beside the first of them. */
  readonly types: boolean;
  /** What was tried before the tests and counts with them. */
  readonly before?: readonly Outcome[];
}

/** Two groups keep two cores busy: each spends much of its time waiting. More make tests of time slow for nothing. */
export function groupsAtOnce(): number {
  return Math.min(2, navigator.hardwareConcurrency);
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
  const scratch = await scratchEnvironment(environment);
  const outcomes: Outcome[] = [];
  const warnings: string[] = [];
  const turns = new Turns((bytes) => writeAll(bytes));
  const waiting = [...wanted.groups];

  async function runTypes(): Promise<void> {
    const turn = turns.next();
    try {
      const files = wanted.groups.flatMap((group) => group.files);
      outcomes.push(await checkTypes(wanted.root, files, turn, interruption.watch));
    } finally {
      turn.end();
    }
    await runNext();
  }

  async function runNext(): Promise<void> {
    const group = waiting.shift();
    if (group === undefined || interruption.code() !== 0) return;
    if (group.needsChromium === true && chromium === null) {
      const why = "there is no Chromium here: install one, or name it in CHROMIUM";
      if (environment["CI"] === "true") outcomes.push(leftOut(group, why));
      else warnings.push(`tests/${group.name} DID NOT RUN: ${why}`);
      return await runNext();
    }
    const turn = turns.next();
    turn.say(`\n── ${group.name}: ${group.files.length} files`);
    const there = await wanted.foreign?.prepare(group.name);
    try {
      const outcome = await runGroup(group, {
        root: wanted.root,
        reports,
        filter: wanted.filter,
        color: Deno.stdout.isTerminal() && !Deno.noColor,
        extra: { ...scratch, ...(chromium === null ? {} : { CHROMIUM: chromium }), ...there?.environment },
        turn,
        onProcess: interruption.watch,
      });
      outcomes.push(outcome);
      linesOf(outcome).forEach(turn.say);
    } finally {
      await there?.release();
      turn.end();
    }
    await runNext();
  }

  const lanes = Array.from({ length: wanted.foreign === undefined ? wanted.atOnce : 1 }, () => runNext);
  if (wanted.types) lanes[0] = runTypes;
  await Promise.all(lanes.map((lane) => lane()));
  const order = [TYPES, ...wanted.groups.map((group) => group.name)];
  outcomes.sort((one, other) => order.indexOf(one.group) - order.indexOf(other.group));
  return { outcomes, warnings };
}

/** Whoever read along may have gone: the tests go on all the same, as they do with console.log. */
function writeAll(bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

function leftOut(group: FoundGroup, why: string): Outcome {
  const failure = { file: `tests/${group.name}`, test: "(the whole group)", message: why };
  return { group: group.name, passed: 0, failures: [failure], skipped: 0, leftOut: [], seconds: 0 };
}

interface Interruption {
  /** 0 as long as nobody interrupted. */
  code(): number;
  /** Says what to end when it comes. @returns what to call when there is nothing to end any more. */
  watch(process: GroupProcess): () => void;
}

function listen(): Interruption {
  let code = 0;
  const running = new Set<GroupProcess>();
  for (const [signal, exitCode] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    Deno.addSignalListener(signal, () => {
      if (code !== 0) return; // already ending
      code = exitCode;
      for (const process of running) process.end(signal);
    });
  }
  return {
    code: () => code,
    watch(process) {
      running.add(process);
      return () => running.delete(process);
    },
  };
}
