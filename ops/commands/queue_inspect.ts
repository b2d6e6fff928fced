/** `ops queue-inspect`: depth, age, stuck, poison. Playbook, "Inspect job queue". */
import type { QueueInspection } from "../../shared/http/answers/system.ts";
import { queueTroubles } from "../checks/state.ts";
import { command, EXIT, type Pen } from "../command.ts";
import { pause } from "../follow.ts";
import { age, table } from "../../checkout/table.ts";

export const queueInspect = command<QueueInspection>({
  name: "queue-inspect",
  effects: "nothing",
  flags: {
    queue: { type: "string", value: "QUEUE", help: "only this one" },
    watch: { type: "boolean", help: "again every 2 seconds until Ctrl-C" },
  },
  examples: [
    ["", "depth, age, stuck and poisoned jobs"],
    ["--queue ingest --watch", "one queue, again and again"],
  ],
  async run({ target, typed, stopping }, report) {
    const queue = typed.text("queue");
    for (;;) {
      const found = (await target.ask("GET /system/queue", { query: { queue } })).body;
      report(found);
      if (!typed.on("watch") || !await pause(2, stopping)) {
        return queueTroubles(found).length === 0 ? EXIT.fine : EXIT.notFine;
      }
    }
  },
  show,
});

function show({ queues, stuck, poisoned, held, checked_at }: QueueInspection, pen: Pen): string {
  const heads = ["queue", "due", "oldest", "waiting", "in work", "held", "failed", "done 24h", "brake"];
  const rows = queues.map((one) => [
    one.job_type,
    one.due,
    age(one.oldest_due_seconds),
    one.waiting,
    one.processing,
    one.paused_jobs,
    one.failed,
    one.completed_24h,
    one.paused ? `PAUSED ${one.reason ?? ""}`.trim() : "off",
  ]);
  return [
    pen.dim(checked_at),
    table(heads, rows, "There is no such queue."),
    "",
    section(pen, "Stuck (in work, no sign of life for 5 min)", stuck),
    section(pen, "Poisoned (given up, or failed 3 times in a row)", poisoned),
    ...(held.length > 0 ? [section(pen, "Held by hand (ops queue resume <job>)", held)] : []),
  ].join("\n");
}

function section(pen: Pen, title: string, jobs: QueueInspection["stuck"]): string {
  if (jobs.length === 0) return `${title}: ${pen.good("none")}`;
  const rows = jobs.map((job) => [
    job.job_id.slice(0, 8),
    job.job_type,
    job.status,
    `${job.attempts}/${job.max_attempts}`,
    job.batch_id?.slice(0, 8),
    job.redrives,
    job.last_error?.slice(0, 80),
  ]);
  const listed = table(["job", "queue", "status", "tries", "batch", "redrives", "last error"], rows, "");
  return `${title}: ${pen.bad(String(jobs.length))}\n${listed}`;
}
