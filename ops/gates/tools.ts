/** What the checkout's own tools say of it: tests, types, lint. For the release gate. */
import { ROOT } from "../../checkout/root.ts";
import { type Seen, unwell, well } from "../checks/check.ts";

interface Ran {
  readonly ok: boolean;
  /** Both streams, without colours. */
  readonly said: string;
}

/** Runs Deno in the checkout. @param stopping ends it. */
export async function runDeno(args: readonly string[], stopping?: AbortSignal): Promise<Ran> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    signal: stopping,
  }).output();
  const decoder = new TextDecoder();
  return { ok: success, said: `${decoder.decode(stderr)}${decoder.decode(stdout)}`.trim() };
}

/** Every group of tests; minutes. */
export async function lookAtTests(stopping: AbortSignal): Promise<Seen> {
  return judgeTests(await runDeno(["run", "-A", "tests/main.ts"], stopping));
}

/** Pure: the last line of a run of the tests is `N passed, N failed`. */
export function judgeTests({ ok, said }: Ran): Seen {
  const last = said.split("\n").at(-1) ?? "";
  const counted = /\d+ passed, \d+ failed/.test(last);
  const remedy = "deno task test shows each; deno task test <group> --filter <word> runs one again.";
  return ok && counted ? well(last) : unwell(counted ? last : "the tests did not come to their end", remedy);
}

/** Every module that is deployed or typed by an operator is found and fits. */
export async function lookAtImports(stopping: AbortSignal): Promise<Seen> {
  const { ok, said } = await runDeno(["check", "--quiet", "supabase/functions", "shared", "ops"], stopping);
  return ok
    ? well("functions, shared and ops: every import is there and fits")
    : unwell(lastLines(said), "deno check, over supabase/functions, shared and ops, shows where.");
}

/** Lint and format. */
export async function lookAtLint(stopping: AbortSignal): Promise<Seen> {
  const lint = await runDeno(["lint", "--quiet"], stopping);
  if (!lint.ok) return unwell(lastLines(lint.said), "deno lint shows where.");
  const format = await runDeno(["fmt", "--check", "--quiet"], stopping);
  return format.ok ? well("lint and format clean") : unwell("files are not formatted", "deno fmt");
}

/** The golden dataset: at least 95 of 100 cases. */
export async function lookAtEvaluator(stopping: AbortSignal): Promise<Seen> {
  const { ok, said } = await runDeno(["run", "-A", "ops/main.ts", "evaluate", "--no-color"], stopping);
  return ok ? well(said.split("\n").at(-1) ?? "") : unwell(
    lastLines(said),
    "Each failed case is named above: mend the code, or the case when what it expects was changed on purpose. Do not deploy before.",
  );
}

function lastLines(said: string): string {
  return said.split("\n").filter((line) => line.trim() !== "").slice(-4).join("\n");
}
