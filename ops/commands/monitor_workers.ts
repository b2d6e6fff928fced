/** `ops monitor-workers`: who works, and who should. Playbook, scenario "Worker death". */
import * as z from "zod";
import type { Status } from "../../shared/http/answers/system.ts";
import { command, EXIT, type Pen } from "../command.ts";
import { pause } from "../follow.ts";
import { age, table } from "../../checkout/table.ts";

const Beat = z.object({
  worker_id: z.string(),
  worker_type: z.string(),
  status: z.string(),
  silent_seconds: z.number(),
  version: z.string().nullable(),
  memory_mb: z.number().nullable(),
  jobs_done: z.number(),
  jobs_failed: z.number(),
});
interface Workers extends z.infer<typeof Status> {
  readonly workers: readonly z.infer<typeof Beat>[];
}

export const monitorWorkers = command<Workers>({
  name: "monitor-workers",
  summary:
    "worker types and isolates: last sign of life, memory, work done (1 when an expected type is silent)",
  effects: "nothing",
  flags: { follow: { type: "boolean", help: "again every 5 seconds until Ctrl-C" } },
  async run({ target, typed, stopping }, report) {
    for (;;) {
      const health = (await target.ask("GET /system/status")).body;
      const sql = await target.sql();
      const rows = await sql`
        select h.worker_id, h.worker_type, h.status, extract(epoch from now() - h.last_seen_at)::float8 as silent_seconds,
               h.version, h.memory_mb::float8 as memory_mb, h.jobs_done::float8 as jobs_done, h.jobs_failed::float8 as jobs_failed
          from ops.worker_heartbeats h order by h.last_seen_at desc limit 20`;
      report({ ...health, workers: z.array(Beat).parse([...rows]) });
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
