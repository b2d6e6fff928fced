/** What the system function asks of the database over REST: how it is, and the hands on queues, jobs and alerts. */
import { z } from "zod";
import {
  Alerts,
  ErrorDistribution,
  Feed,
  Job,
  Performance,
  Quality,
  QueueControl,
  QueueInspection,
  Silence,
  Status,
} from "../http/answers/system.ts";
import { Figures } from "../sentinel/prometheus.ts";
import type { By } from "./batch_gateway.ts";
import { PATIENCE } from "./calls.ts";
import { DatabaseRefused } from "./database_refused.ts";
import { type DatabaseClient, RestCalls } from "./rest_calls.ts";

const Redriven = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("done"), job: Job }),
  z.object({ outcome: z.literal("wrong_state"), status: z.string() }),
  z.object({ outcome: z.literal("unknown") }),
]);
/** What came of sending a job on its way again. */
export type Redriven = z.infer<typeof Redriven>;

/** The calls. All throw DatabaseRefused. */
export class SystemGateway {
  readonly #calls: RestCalls;

  constructor(private readonly client: DatabaseClient) {
    this.#calls = new RestCalls(client);
  }

  /** Workers and queues in one row. */
  async status(): Promise<z.infer<typeof Status>> {
    const { data, error, status } = await this.client.schema("ops").from("v_system_health").select("*")
      .abortSignal(AbortSignal.timeout(PATIENCE.usual)).single();
    if (error !== null) throw DatabaseRefused.from("ops.v_system_health", status, error);
    return Status.parse(utc(data));
  }

  /** Whether REST reaches the database at all. */
  async answers(): Promise<void> {
    await this.#calls.call("ops", "time_scale", {});
  }

  async metrics(): Promise<Figures> {
    return Figures.parse(await this.#calls.call("ops", "metrics", {}));
  }

  async performance(): Promise<z.infer<typeof Performance>> {
    return Performance.parse({ performance: await this.#figures("performance") });
  }

  async errors(): Promise<z.infer<typeof ErrorDistribution>> {
    return ErrorDistribution.parse({ errors: await this.#figures("errors") });
  }

  async quality(): Promise<z.infer<typeof Quality>> {
    return Quality.parse({ quality: await this.#figures("quality") });
  }

  async feed(): Promise<z.infer<typeof Feed>> {
    return Feed.parse({ feed: await this.#figures("feed") });
  }

  /** @param queue null: all of them. */
  async queues(queue: string | null): Promise<QueueInspection> {
    return QueueInspection.parse(await this.#calls.call("ops", "inspect_queues", { queue }));
  }

  /** @returns null when there is no such queue. */
  async pauseQueue(
    queue: string,
    paused: boolean,
    reason: string | null,
    by: By,
  ): Promise<z.infer<typeof QueueControl> | null> {
    const args = { queue, paused, reason, ...by };
    return QueueControl.nullable().parse(await this.#calls.call("ops", "set_queue_paused", args));
  }

  async redriveJob(job: string, by: By): Promise<Redriven> {
    return Redriven.parse(await this.#calls.call("ops", "redrive_job", { job, ...by }));
  }

  /** @param state null: all of them, open and worst first. */
  async alerts(state: string | null): Promise<z.infer<typeof Alerts>> {
    return Alerts.parse({ alerts: await this.#calls.call("ops", "list_alerts", { state }) });
  }

  /** @returns null when there is no such alert. */
  async silenceAlert(
    alert: string,
    seconds: number,
    reason: string,
    by: By,
  ): Promise<z.infer<typeof Silence> | null> {
    const args = { alert, seconds, reason, ...by };
    return Silence.nullable().parse(await this.#calls.call("ops", "silence_alert", args));
  }

  async #figures(subject: "performance" | "errors" | "quality" | "feed"): Promise<unknown> {
    return await this.#calls.call("ops", "figures", { subject });
  }
}

/** REST gives times with the offset of the session; answers have them in UTC, to the millisecond. */
function utc(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === "string" && /(?:_heartbeat|_at)$/.test(name) ? new Date(value).toISOString() : value,
    ]),
  );
}
