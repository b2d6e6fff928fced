/** Ports of a system in which nothing is wrong, for tests to break one of them. */
import type { CheckPorts } from "../../../shared/sentinel/check.ts";

/** Every query answers `rows`, REST answers, waiting takes no time. */
export function quietPorts(rows: readonly unknown[] = []): CheckPorts {
  return {
    query: () => Promise.resolve(rows),
    probeRest: () => Promise.resolve({ outcome: "answers" }),
    wait: () => Promise.resolve(),
    now: new Date("2026-11-21T12:00:00Z"),
    directUntil: null,
    proof: null,
  };
}
