/** This isolate's one piece of state: whether it is at it already. Waking twice does no harm. */
import { exportHead } from "../../../shared/audit/export_head.ts";
import type { Proof } from "../../../shared/audit/proof.ts";
import { auditChain } from "../../../shared/sentinel/checks/audit_chain.ts";
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
    const proof = await ports.proof();
    const result = await watch({
      database: ports.sentinel,
      checks: CHECKS,
      probeRest: ports.probeRest,
      wait: ports.wait,
      environment: ports.environment,
      directUntil: ports.directUntil,
      proof,
      channels: ports.channels,
      onFailure: (check, error) => ports.log.error("check_failed", { check, error }),
      by,
    });
    ports.log.info("sentinel_run", {
      status: result.overall_status,
      findings: result.alerts.map((alert) => `${alert.level} ${alert.fingerprint}`),
    });
    await this.#beat("idle");
    keepAlive(Promise.all([this.#pingDeadman(), this.#exportHead(proof, result)]));
    return result;
  }

  /** Of a chain that was just found whole, and of no other. That an export is late is told by the check. */
  async #exportHead(proof: Proof | null, result: SentinelResult): Promise<void> {
    const { ports } = this;
    if (
      proof === null ||
      result.alerts.some(({ check, level }) => check === auditChain.name && level === "critical")
    ) {
      return;
    }
    try {
      const file = await exportHead(proof, (sql) => ports.sentinel.query(sql), ports.channels, new Date());
      if (file !== null) ports.log.info("head_exported", { path: file.path, key_id: file.signed.key_id });
    } catch (error) {
      ports.log.error("head_not_exported", { error });
    }
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
