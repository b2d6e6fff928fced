/** Worker types that are deployed and give no sign of life. Scenario "Worker death" of the playbook. */
import * as z from "zod";
import { sqlCheck } from "../check.ts";

export const workerHeartbeats = sqlCheck({
  name: "worker_heartbeats",
  remedy: "ops wake worker (or enforcement), then ops monitor-workers; ops logs worker when it stays silent.",
  sql: `
    select s.worker_type, s.last_seen::text as last_seen, s.silent_seconds
      from ops.signs_of_life() s
     where s.overdue
     order by s.worker_type`,
  row: z.object({ worker_type: z.string(), last_seen: z.string().nullable(), silent_seconds: z.number() }),
  judge: (rows) =>
    rows.map((row) => ({
      level: row.silent_seconds > 300 ? "critical" : "warning",
      subject: row.worker_type,
      message: `Worker ${row.worker_type} silent > ${row.silent_seconds > 300 ? "5m" : "60s"}` +
        (row.last_seen === null ? ", it was never seen" : ""),
      details: { worker_type: row.worker_type, last_seen: row.last_seen },
    })),
});
