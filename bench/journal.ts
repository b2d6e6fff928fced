/** What the worker's invocations used, from the function host's journal. */
import * as z from "zod";

const Line = z.object({
  at: z.string(),
  function: z.string(),
  cpu_ms: z.number(),
  rss_mb: z.number(),
  outcome: z.string(),
});

export interface Usage {
  readonly invocations: number;
  readonly largestCpuMs: number;
  readonly largestRssMb: number;
  /** All invocations together. */
  readonly cpuMs: number;
  /** Ended by the platform's limits or otherwise against their will. */
  readonly ended: number;
}

/** How long the journal must not have grown: an invocation is written down when its background work has ended. */
const QUIET_MS = 2500;
const PATIENCE_MS = 20_000;

/** Waits until the invocations under way are written down. @returns those since `from` bytes, and where the journal ends. */
export async function usageSince(path: string, from: number): Promise<{ usage: Usage; end: number }> {
  const deadline = performance.now() + PATIENCE_MS;
  let size = (await Deno.stat(path)).size;
  let quietSince = performance.now();
  while (performance.now() - quietSince < QUIET_MS && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = (await Deno.stat(path)).size;
    if (now !== size) quietSince = performance.now();
    size = now;
  }
  const text = new TextDecoder().decode((await Deno.readFile(path)).subarray(from));
  const lines = text.split("\n").filter((line) => line !== "").map((line) => Line.parse(JSON.parse(line)));
  return { usage: sum(lines.filter((line) => line.function === "worker")), end: size };
}

function sum(lines: readonly z.infer<typeof Line>[]): Usage {
  return {
    invocations: lines.length,
    largestCpuMs: Math.max(0, ...lines.map((line) => line.cpu_ms)),
    largestRssMb: Math.max(0, ...lines.map((line) => line.rss_mb)),
    cpuMs: lines.reduce((total, line) => total + line.cpu_ms, 0),
    ended: lines.filter((line) => line.outcome !== "ok").length,
  };
}
