/** Whether the pipeline has become slow. */
import * as z from "zod";
import { sqlCheck } from "../check.ts";

const LIMIT_MS = 2000;

export const avgProcessingTime = sqlCheck({
  name: "avg_processing_time",
  remedy:
    "ops batches shows which took long, and whether it was parse or database time; ops.v_batch_performance has both by the hour.",
  // A batch counts as at least 1,000 rows: what every file costs, however small, is not slowness.
  sql: `
    select (sum(coalesce(b.parse_duration_ms, 0) + coalesce(b.db_duration_ms, 0))
             / sum(greatest(b.row_count_total, 1000) / 1000.0))::float8 as ms_per_1000, count(*)::int as batches
      from intake.simplicity_batches b
     where b.status = 'completed' and b.completed_at > now() - interval '24 hours'`,
  row: z.object({ ms_per_1000: z.number().nullable(), batches: z.number() }),
  judge: ([row]) => {
    if (row === undefined || row.ms_per_1000 === null || row.ms_per_1000 <= LIMIT_MS) return [];
    const ms = Math.round(row.ms_per_1000);
    return [{
      level: "warning",
      message: `Average processing time ${ms} ms per 1,000 rows > ${LIMIT_MS} ms`,
      details: { ms_per_1000: ms, batches: row.batches },
    }];
  },
});
