/** `ops monitor-workers`: who works, and who should. Playbook, scenario "Worker death". */
import * as z from "zod";
import type { WorkerFigure } from "../../shared/data/figures_gateway.ts";
import type { Status } from "../../shared/http/answers/system.ts";
import { command, EXIT, type Pen } from "../command.ts";
import { pause } from "../follow.ts";
import { age, table } from "../../checkout/table.ts";

interface Workers extends z.infer<typeof Status> {
  readonly workers: readonly WorkerFigure[];
}

export const monitorWorkers = command<Workers>({
  name: "monitor-workers",
  effects: "nothing",
  flags: { follow: { type: "boolean", help: "again every 5 seconds until Ctrl-C" } },
  examples: [
    ["", "who is alive, and what it did"],
    ["--env prod --json", "for a program"],
  ],
  async run({ target, typed, stopping }, report) {
    for (;;) {
      const health = (await target.ask("GET /system/status")).body;
      report({ ...health, workers: await (await target.figures()).workers() });
      if (!typed.on("follow") || !await pause(5, stopping)) return codeOf(health);
    }
  },
  show,
});

function codeOf(health: z.infer<typeof Status>): number {
  return [health.ingest_status, health.enforcement_status].includes("offline") ? EXIT.notFine : EXIT.fine;
}

function show(found: Workers, pen: Pen): string {
  const paint = (status: string) =>
    status === "online" ? pen.good(status) : status === "offline" ? pen.bad(status) : status;
  const rows = found.workers.map((one) => [
    one.worker_id,
    one.worker_type,
    one.status,
    age(one.silent_seconds),
    one.memory_mb === null ? null : `${one.memory_mb} MB`,
    one.jobs_done,
    one.jobs_failed,
    one.version,
  ]);
  return [
    `ingest       ${paint(found.ingest_status)}  last ${found.ingest_last_heartbeat ?? "never"}`,
    `enforcement  ${paint(found.enforcement_status)}  last ${found.enforcement_last_heartbeat ?? "never"}`,
    `queue        ${found.queue_depth} due, ${found.queue_processing} in work`,
    "",
    table(
      ["isolate", "type", "status", "silent", "memory", "done", "failed", "version"],
      rows,
      "No isolate has been seen.",
    ),
  ].join("\n");
}
