/**
 * Checks the types of all test files, and of what they reach, once for all groups: the compiler looks at a file that
 * several groups reach a single time. The groups then run without checking.
 */
import { shielded } from "./environment.ts";
import { type GroupProcess, startGroup } from "./process_group.ts";
import type { Outcome } from "./run_group.ts";
import type { Turn } from "./turns.ts";

/** The name it goes by among the groups. */
export const TYPES = "types";

/** As `limitMinutes` of a group. */
const LIMIT_MS = 10 * 60_000;

/**
 * Types that are right are no test that passed; types that are wrong are one failure.
 *
 * @param files relative to `root`. @param onProcess as of `runGroup`.
 */
export async function checkTypes(
  root: string,
  files: readonly string[],
  turn: Turn,
  onProcess: (process: GroupProcess) => () => void,
): Promise<Outcome> {
  const started = performance.now();
  const process = startGroup(Deno.execPath(), {
    args: ["check", "--quiet", ...files],
    cwd: root,
    env: { ...shielded(Deno.env.toObject()), DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const ended = onProcess(process);
  const limit = setTimeout(() => process.end("SIGTERM"), LIMIT_MS);
  const shown = Promise.all([process.stdout, process.stderr].map(async (stream) => {
    for await (const bytes of stream) turn.write(bytes);
  }));
  const { success } = await process.status;
  clearTimeout(limit);
  await process.sweep();
  await shown;
  ended();
  const failure = { file: "tests", test: "(the types)", message: "deno check is not content, see above" };
  return {
    group: TYPES,
    passed: 0,
    failures: success ? [] : [failure],
    skipped: 0,
    leftOut: [],
    seconds: (performance.now() - started) / 1000,
  };
}
