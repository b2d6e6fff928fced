/**
 * This isolate's one piece of state: whether it is at work. Two requests can reach one isolate and would
 * share its CPU budget, so the second does no work of its own; it makes the first look once more.
 */
import { VERSION } from "../_shared/version.ts";
import type { Ports } from "./ports.ts";
import { run, type RunReport } from "./run.ts";

const NOTHING: RunReport = {
  claimed: 0,
  completed: 0,
  failed: 0,
  handed_over: 0,
};

// Announced at half of what an isolate may use: what is left is more than one unit needs, so the unit at hand is finished.
const HALF_USED: readonly string[] = ["cpu", "wall_clock", "early_drop"];

/** The worker as one isolate sees it. */
export class Isolate {
  readonly #ports: Ports;
  /** Aborted when the end is announced. */
  readonly #end = new AbortController();
  #mayEndAnyMoment = false;
  #running: Promise<RunReport> | null = null;
  #wokenAgain = false;

  constructor(ports: Omit<Ports, "isEnding" | "isStopping" | "wait" | "workerId">) {
    this.#ports = {
      ...ports,
      workerId: `worker-${crypto.randomUUID().slice(0, 8)}`,
      isEnding: () => this.#end.signal.aborted,
      isStopping: () => this.#mayEndAnyMoment,
      wait: (ms) => this.#wait(ms),
    };
    addEventListener("beforeunload", (event) => {
      const reason = reasonOf(event);
      this.#ports.log.info("isolate_ending", { reason });
      this.#mayEndAnyMoment ||= !HALF_USED.includes(reason);
      this.#end.abort();
    });
  }

  /** Begins to work behind the answer, unless this isolate is at work already. */
  wake(): void {
    const work = this.runNow().catch((error) =>
      this.#ports.log.error("run_failed", { error: String(error) })
    );
    keepAlive(work);
  }

  /** Works until there is nothing left or the share is spent, and says what was done. */
  async runNow(): Promise<RunReport> {
    if (this.#running !== null) {
      this.#wokenAgain = true;
      return NOTHING;
    }
    this.#running = this.#run();
    try {
      return await this.#running;
    } finally {
      this.#running = null;
      await this.#passOnWake();
    }
  }

  /** A wake-up that came while this run was ending, its own hand-over among them, is sent on: nobody else heard it. */
  async #passOnWake(): Promise<void> {
    if (!this.#wokenAgain) return;
    this.#wokenAgain = false;
    await this.#ports.wakeSelf();
  }

  async #run(): Promise<RunReport> {
    await this.#beat("busy", NOTHING);
    let report = await run(this.#ports);
    while (this.#wokenAgain && report.handed_over === 0) {
      this.#wokenAgain = false;
      report = sum(report, await run(this.#ports));
    }
    await this.#beat("idle", report);
    return report;
  }

  async #beat(status: string, report: RunReport): Promise<void> {
    await this.#ports.gateway.beat({
      worker_id: this.#ports.workerId,
      worker_type: "ingest",
      status,
      version: VERSION,
      memory_mb: memoryMb(),
      jobs_done: report.completed,
      jobs_failed: report.failed,
    });
  }

  #wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#end.signal.addEventListener("abort", () => resolve(), {
      once: true,
    });
    return promise.finally(() => clearTimeout(timer));
  }
}

function sum(a: RunReport, b: RunReport): RunReport {
  return {
    claimed: a.claimed + b.claimed,
    completed: a.completed + b.completed,
    failed: a.failed + b.failed,
    handed_over: a.handed_over + b.handed_over,
  };
}

function memoryMb(): number {
  return Math.round(Deno.memoryUsage().rss / 1_048_576);
}

function reasonOf(event: Event): string {
  const detail: unknown = event instanceof CustomEvent ? event.detail : null;
  return typeof detail === "object" && detail !== null && "reason" in detail
    ? String(detail.reason)
    : "unknown";
}

/** The platform keeps an isolate alive for promises it is told of; elsewhere a running promise is enough. */
function keepAlive(work: Promise<unknown>): void {
  const runtime: unknown = Reflect.get(globalThis, "EdgeRuntime");
  if (
    typeof runtime === "object" && runtime !== null && "waitUntil" in runtime
  ) {
    (runtime as { waitUntil(work: Promise<unknown>): void }).waitUntil(work);
  }
}
