/** Worker types that are deployed and give no sign of life. Scenario "Worker death" of the playbook. */
import * as z from "zod";
import { sqlCheck } from "../check.ts";

export const workerHeartbeats = sqlCheck({
  name: "worker_heartbeats",
  remedy: "ops wake worker (or enforcement), then ops monitor-workers; ops logs worker when it stays silent.",
  // The pauses of pg_net do not shrink with the time scale: shortened systems get up to ten seconds more.
  sql: `
    select w.worker_type, h.last_seen_at::text as last_seen,
           greatest(0, (extract(epoch from now() - greatest(h.last_seen_at, w.since)) - (1 - ops.time_scale()) * 10)
             / ops.time_scale())::float8 as silent_seconds
      from ops.expected_workers w
      left join lateral (select max(b.last_seen_at) as last_seen_at from ops.worker_heartbeats b
                          where b.worker_type = w.worker_type) h on true
     order by w.worker_type`,
  row: z.object({ worker_type: z.string(), last_seen: z.string().nullable(), silent_seconds: z.number() }),
  judge: (rows) =>
    rows.filter((row) => row.silent_seconds > 60).map((row) => ({
      level: row.silent_seconds > 300 ? "critical" : "warning",
      subject: row.worker_type,
      message: `Worker ${row.worker_type} silent > ${row.silent_seconds > 300 ? "5m" : "60s"}` +
        (row.last_seen === null ? ", it was never seen" : ""),
      details: { worker_type: row.worker_type, last_seen: row.last_seen },
    })),
});
