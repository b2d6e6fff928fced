/** Whether what runs by the clock runs. While it does not, nothing is swept, sealed or woken, and nobody says so. */
import * as z from "zod";
import { sqlCheck } from "../check.ts";

/** Every job the migrations schedule. */
export const CRON_JOBS = [
  "dragonfly-wake-worker",
  "dragonfly-wake-outbound",
  "dragonfly-wake-enforcement",
  "dragonfly-sentinel",
  "dragonfly-vendor-pull",
  "dragonfly-sweep",
  "dragonfly-sweep-enforcement",
  "dragonfly-sum-judgments",
  "dragonfly-seal-audit",
  "dragonfly-prune",
  "dragonfly-prune-rate-buckets",
] as const;

export const cronJobs = sqlCheck({
  name: "cron_jobs",
  remedy:
    "select j.jobname, d.status, d.return_message, d.start_time from cron.job_run_details d join cron.job j using (jobid) " +
    "order by d.start_time desc limit 20 shows what the runs say. One that is missing or switched off: ops migration-status, " +
    "then docs/runbook.md. Cron that cannot connect: see whether the database has connections left.",
  sql: `
    select e.name, j.jobid is not null as there, coalesce(j.active, false) as active,
           r.runs::int as runs, r.failed::int as failed, r.unconnected::int as unconnected
      from unnest(array[${CRON_JOBS.map((name) => `'${name}'`).join(", ")}]) e(name)
      left join cron.job j on j.jobname = e.name
      cross join lateral (
        select count(*) filter (where d.status in ('succeeded', 'failed')) as runs,
               count(*) filter (where d.status = 'failed') as failed,
               count(*) filter (where d.status = 'failed'
                 and d.return_message ~* '^(connection failed|could not connect|server closed)') as unconnected
          from cron.job_run_details d
         where d.jobid = j.jobid and d.start_time > now() - ops.scaled(900)) r
     order by e.name`,
  row: z.object({
    name: z.string(),
    there: z.boolean(),
    active: z.boolean(),
    runs: z.number(),
    failed: z.number(),
    unconnected: z.number(),
  }),
  judge: (rows) =>
    rows.flatMap(({ name, there, active, runs, failed, unconnected }) => {
      const told = (message: string) => ({
        level: "critical" as const,
        subject: name,
        message: `Cron job ${name} ${message}`,
        details: { job: name, runs, failed },
      });
      if (!there) return [told("is missing")];
      if (!active) return [told("is switched off")];
      if (2 * failed <= runs) return [];
      const why = unconnected > 0 ? ": cron cannot connect to the database" : "";
      return [told(`failed in ${failed} of ${runs} runs (15m)${why}`)];
    }),
});
