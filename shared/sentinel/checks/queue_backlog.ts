/** Work that is due and not taken up. */
import * as z from "zod";
import { plural, sqlCheck } from "../check.ts";

const DUE_LIMIT = 100;
const AGE_LIMIT_MINUTES = 30;

export const queueBacklog = sqlCheck({
  name: "queue_backlog",
  remedy:
    "ops queue-inspect shows which queue; ops wake worker, and ops monitor-workers to see whether anybody works.",
  sql: `
    select count(*)::int as due,
           (extract(epoch from now() - min(greatest(j.next_run_at, j.created_at))) / 60 / ops.time_scale())::float8 as oldest_minutes
      from ops.job_queue j where j.status = 'pending' and j.next_run_at <= now()`,
  row: z.object({ due: z.number(), oldest_minutes: z.number().nullable() }),
  judge: ([row]) => {
    if (row === undefined) return [];
    const oldest = row.oldest_minutes ?? 0;
    const words = [
      ...(row.due > DUE_LIMIT ? [`${plural(row.due, "job", "jobs")} due > ${DUE_LIMIT}`] : []),
      ...(oldest > AGE_LIMIT_MINUTES
        ? [`oldest due for ${Math.floor(oldest)}m > ${AGE_LIMIT_MINUTES}m`]
        : []),
    ];
    if (words.length === 0) return [];
    return [{ level: "warning", message: `Queue backlog: ${words.join(", ")}`, details: { ...row } }];
  },
});
