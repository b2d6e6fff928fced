/** The scheduled look from outside: red when the sentinel is critical, and red whenever it did not run. */
import { assertEquals } from "deno-std/assert/equals.js";
import { ROOT } from "../../checkout/root.ts";

const report = (status: string, code: number) =>
  JSON.stringify({ overall_status: status, exit_code: code, metrics: { total_checks: 12 } });

/** @returns its exit code when the sentinel prints this and ends with that. */
async function watch(printed: string, code: number, env: Record<string, string> = {}): Promise<number> {
  const { code: said } = await new Deno.Command(`${ROOT}/.github/watch_sentinel`, {
    args: ["bash", "-c", `printf '%s\\n' "$1"; exit ${code}`, "sentinel", printed],
    env,
    stdin: "null",
  }).output();
  return said;
}

Deno.test("watch_sentinel passes for a healthy and for a degraded system", async () => {
  assertEquals([await watch(report("healthy", 0), 0), await watch(report("degraded", 1), 1)], [0, 0]);
});

Deno.test("watch_sentinel is red for a critical system", async () => {
  assertEquals(await watch(report("critical", 2), 2), 2);
});

const NO_RUN: Record<string, [printed: string, code: number]> = {
  "nothing was printed, though it ended well": ["", 0],
  "something else failed with 1, as degraded does": ["npm error code E404", 1],
  "the command was not found": ["", 127],
  "a report does not fit its exit code": [report("healthy", 0), 1],
  "a report is of no checks": [JSON.stringify({ overall_status: "healthy", exit_code: 0, metrics: {} }), 0],
  "a report is torn": [report("healthy", 0).slice(0, 30), 0],
};
for (const [what, [printed, code]] of Object.entries(NO_RUN)) {
  Deno.test(`watch_sentinel is red when ${what}`, async () => assertEquals(await watch(printed, code), 2));
}

Deno.test("watch_sentinel is red when the sentinel hangs", async () => {
  const command = new Deno.Command(`${ROOT}/.github/watch_sentinel`, {
    args: ["sleep", "60"],
    env: { SENTINEL_TIMEOUT: "0.2" },
    stdin: "null",
  });
  assertEquals((await command.output()).code, 2);
});
