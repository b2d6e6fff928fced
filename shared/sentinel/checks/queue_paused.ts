/** Brakes that are on: whole queues, and single jobs somebody holds. Forgotten brakes are why nothing arrives. */
import * as z from "zod";
import { plural, sqlCheck } from "../check.ts";

export const queuePaused = sqlCheck({
  name: "queue_paused",
  remedy:
    "ops queue-inspect shows the reason and the jobs that are held; when it is gone, ops queue resume <queue>, and " +
    "ops queue resume <job> for each of them. The breaker resumes by itself.",
  sql: `
    select c.job_type, c.paused, c.changed_by = 'breaker' as by_breaker, c.changed_at::text as since,
           (select count(*)::int from ops.job_queue j where j.job_type = c.job_type and j.status = 'paused') as held
      from ops.queue_control c order by c.job_type`,
  row: z.object({
    job_type: z.string(),
    paused: z.boolean(),
    by_breaker: z.boolean(),
    since: z.string(),
    held: z.number(),
  }),
  judge: (rows) =>
    rows.filter((row) => row.paused || row.held > 0).map((row) => ({
      level: "warning",
      subject: row.job_type,
      message: row.paused
        ? `Queue ${row.job_type} is paused${row.by_breaker ? " by its breaker: five failures in a row" : ""}`
        : `Queue ${row.job_type}: ${plural(row.held, "job is", "jobs are")} paused`,
      details: { queue: row.job_type, held: row.held, since: row.since },
    })),
});
