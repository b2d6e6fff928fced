/** How many of a day's batches end well. */
import * as z from "zod";
import { sqlCheck } from "../check.ts";

const LIMIT_PERCENT = 90;
const LEAST_BATCHES = 5; // fewer say nothing

export const successRate = sqlCheck({
  name: "success_rate",
  remedy:
    "ops batches --status failed shows why they failed; ops analyze-errors --summary what the rejects have in common.",
  sql: `
    select count(*) filter (where b.status = 'completed')::int as completed, count(*)::int as ended
      from intake.simplicity_batches b
     where b.status in ('completed', 'failed')
       and not b.dry_run
       and b.rejection_code is distinct from 'UPLOAD_MISSING'
       and b.status_changed_at > now() - interval '24 hours'`,
  row: z.object({ completed: z.number(), ended: z.number() }),
  judge: ([row]) => {
    if (row === undefined || row.ended < LEAST_BATCHES) return [];
    const percent = 100 * row.completed / row.ended;
    if (percent >= LIMIT_PERCENT) return [];
    const words = `Success rate ${percent.toFixed(1)}% < ${LIMIT_PERCENT.toFixed(1)}% threshold`;
    return [{
      level: "warning",
      message: `${words}: ${row.completed} of ${row.ended} batches in 24h`,
      details: { ...row },
    }];
  },
});
