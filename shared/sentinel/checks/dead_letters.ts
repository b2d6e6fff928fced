/** Jobs that were given up in the last 24 hours and wait for a person. */
import * as z from "zod";
import { plural, sqlCheck, tally } from "../check.ts";

export const deadLetters = sqlCheck({
  name: "dead_letters",
  remedy: "ops queue-inspect shows what they died of; when that is cured, ops queue redrive <job>.",
  sql: `
    select j.id as job_id, j.job_type from ops.job_queue j
     where j.dead_lettered_at > now() - interval '24 hours' order by j.dead_lettered_at desc`,
  row: z.object({ job_id: z.string(), job_type: z.string() }),
  judge: (rows) =>
    rows.length === 0 ? [] : [{
      level: "warning",
      message: `${plural(rows.length, "job", "jobs")} given up in 24h: ${
        tally(rows.map((row) => row.job_type))
      }`,
      details: { jobs: rows.slice(0, 20) },
    }],
});
