/** Runs one group of tests with Deno's own runner and says exactly what came of it. */
import { shielded } from "./environment.ts";
import type { FoundGroup } from "./groups.ts";
import { type GroupProcess, startGroup } from "./process_group.ts";
import { type Failure, readReport } from "./report.ts";
import type { Turn } from "./turns.ts";

export interface Outcome {
  readonly group: string;
  readonly passed: number;
  /** One entry for each failed test or step, each file that did not run, and a run that ended badly. */
  readonly failures: readonly Failure[];
  readonly skipped: number;
  /** Names of skipped tests that need what the stack at hand is not. */
  readonly leftOut: readonly string[];
  readonly seconds: number;
}

export interface RunOptions {
  readonly root: string;
  /** Where this run's reports go; the caller removes it. */
  readonly reports: string;
  readonly filter?: string;
  readonly color: boolean;
  /** Added to the shielded environment. */
  readonly extra: Record<string, string>;
  /** Where its output goes. */
  readonly turn: Turn;
  /** Is told the process, so that an interrupt can end it. @returns what to call when it has ended. */
  readonly onProcess: (process: GroupProcess) => () => void;
}

/** Streams the group's progress to its turn. Never throws for failing tests. */
export async function runGroup(group: FoundGroup, options: RunOptions): Promise<Outcome> {
  const started = performance.now();
  const report = `${options.reports}/${group.name}.xml`;
  const process = startGroup(Deno.execPath(), {
    args: [
      "test",
      "--no-check",
      ...group.flags,
      `--junit-path=${report}`,
      ...filterFlag(options.filter),
      ...group.files,
    ],
    cwd: options.root,
    env: {
      ...shielded(Deno.env.toObject()),
      DENO_NO_UPDATE_CHECK: "1",
      ...(options.color ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" }), // its output is a pipe to us
      ...options.extra,
    },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const ended = options.onProcess(process);
  const limit = limiter(group, process, options.turn);
  const shown = Promise.all([process.stdout, process.stderr].map((stream) => pass(stream, options.turn)));
  const status = await process.status;
  limit.clear();
  if (await process.sweep()) options.turn.say(`${group.name}: ended processes its tests left running`);
  await shown; // what its tests left running may have held the pipes open until now
  ended();
  const seconds = (performance.now() - started) / 1000;
  const trouble = limit.reached() ? `not done after ${group.limitMinutes} minutes` : endOf(status);
  return { group: group.name, seconds, ...count(group, await readOrNull(report), trouble) };
}

function filterFlag(filter: string | undefined): string[] {
  return filter === undefined ? [] : [`--filter=${filter}`];
}

async function pass(stream: ReadableStream<Uint8Array>, turn: Turn): Promise<void> {
  for await (const bytes of stream) turn.write(bytes);
}

function limiter(
  group: FoundGroup,
  process: GroupProcess,
  turn: Turn,
): { reached(): boolean; clear(): void } {
  let reached = false;
  const timer = setTimeout(() => {
    reached = true;
    turn.say(`${group.name}: not done after ${group.limitMinutes} minutes, ending it`);
    process.end("SIGTERM");
  }, group.limitMinutes * 60_000);
  return { reached: () => reached, clear: () => clearTimeout(timer) };
}

function endOf(status: Deno.CommandStatus): string | null {
  if (status.success) return null;
  return status.signal === null
    ? `deno test ended with ${status.code}`
    : `deno test was ended by ${status.signal}`;
}

/**
 * @param xml null when the run ended before it could report: nothing in it is known to have passed.
 * @param trouble how the run ended, or null when it ended well.
 */
export function count(
  group: Pick<FoundGroup, "name" | "files">,
  xml: string | null,
  trouble: string | null,
): Pick<Outcome, "passed" | "failures" | "skipped" | "leftOut"> {
  const folder = `tests/${group.name}`;
  if (xml === null) {
    const message = `${trouble ?? "no report was written"}, before it could report`;
    return {
      passed: 0,
      failures: [{ file: folder, test: "(the whole group)", message }],
      skipped: 0,
      leftOut: [],
    };
  }
  const { passed, failures: failed, skipped, leftOut, files } = readReport(xml);
  const absent = group.files.filter((file) => !files.has(file))
    .map((file) => ({ file, test: "(the whole file)", message: "did not run, or has no tests" }));
  const failures = [...failed, ...absent];
  if (failures.length === 0 && trouble !== null) {
    failures.push({ file: folder, test: "(outside any test)", message: trouble });
  }
  return { passed, failures, skipped, leftOut };
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
