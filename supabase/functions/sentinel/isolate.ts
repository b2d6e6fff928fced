/** This isolate's one piece of state: whether it is at it already. Waking twice does no harm. */
import { CHECKS } from "../../../shared/sentinel/checks.ts";
import type { SentinelResult } from "../../../shared/sentinel/finding.ts";
import { watch } from "../../../shared/sentinel/watch.ts";
import { keepAlive } from "../_shared/keep_alive.ts";
import { VERSION } from "../_shared/version.ts";
import type { Ports } from "./ports.ts";

const DEADMAN_TIMEOUT_MS = 5000;

export class Isolate {
  #watching: Promise<SentinelResult> | null = null;

  constructor(private readonly ports: Ports) {}

  /** Works behind the answer. */
  wake(by: string): void {
    keepAlive(
      this.runNow(by).catch((error: unknown) => this.ports.log.error("run_failed", { error })),
    );
  }

  /** One run, or the one that is under way. @throws when the database does not answer. */
  async runNow(by: string): Promise<SentinelResult> {
    this.#watching ??= this.#run(by).finally(() => this.#watching = null);
    return await this.#watching;
  }

  async #run(by: string): Promise<SentinelResult> {
    const { ports } = this;
    await this.#beat("busy");
    const result = await watch({
      database: ports.sentinel,
      checks: CHECKS,
      probeRest: ports.probeRest,
      wait: ports.wait,
      environment: ports.environment,
      directUntil: ports.directUntil,
      channels: ports.channels,
      onFailure: (check, error) => ports.log.error("check_failed", { check, error }),
      by,
    });
    ports.log.info("sentinel_run", {
      status: result.overall_status,
      findings: result.alerts.map((alert) => `${alert.level} ${alert.fingerprint}`),
    });
    await this.#beat("idle");
    keepAlive(this.#pingDeadman());
    return result;
  }

  async #beat(status: string): Promise<void> {
    const memory = Math.round(Deno.memoryUsage().rss / 1_048_576);
    await this.ports.sentinel.beat(
      this.ports.workerId,
      status,
      VERSION,
      memory,
    );
  }

  /** Somebody outside hears from every run, and raises the alarm when he hears nothing. */
  async #pingDeadman(): Promise<void> {
    if (this.ports.deadmanUrl === null) return;
    try {
      const response = await this.ports.fetch(this.ports.deadmanUrl, {
        signal: AbortSignal.timeout(DEADMAN_TIMEOUT_MS),
      });
      await response.body?.cancel();
      if (!response.ok) {
        this.ports.log.warn("deadman_refused", { status: response.status });
      }
    } catch (error) {
      this.ports.log.warn("deadman_lost", {
        kind: error instanceof Error ? error.name : "unknown",
      });
    }
  }
}
