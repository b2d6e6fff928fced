/** Too many rejects among the rows of the last hour. Incident "High error rate" of the operations runbook. */
import * as z from "zod";
import { sqlCheck } from "../check.ts";

const WARNING_PERCENT = 15;
const CRITICAL_PERCENT = 50;

export const errorSpike = sqlCheck({
  name: "error_spike",
  remedy:
    "ops analyze-errors --recent 5 names the codes with cause and fix; most often a vendor changed his export.",
  sql: `
    select coalesce(sum(b.row_count_invalid), 0)::float8 as invalid, coalesce(sum(b.row_count_total), 0)::float8 as total,
           count(*)::int as batches
      from intake.simplicity_batches b
     where b.validated_at > now() - interval '60 minutes' and not b.dry_run`,
  row: z.object({ invalid: z.number(), total: z.number(), batches: z.number() }),
  judge: ([row]) => {
    if (row === undefined || row.total === 0) return [];
    const percent = 100 * row.invalid / row.total;
    const limit = percent > CRITICAL_PERCENT ? CRITICAL_PERCENT : WARNING_PERCENT;
    if (percent <= limit) return [];
    return [{
      level: limit === CRITICAL_PERCENT ? "critical" : "warning",
      message: `Error rate ${percent.toFixed(1)}% > ${limit.toFixed(1)}% threshold`,
      details: { ...row, window_minutes: 60 },
    }];
  },
});
