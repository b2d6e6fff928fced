/** Batches that were completed though lines of their files were not read: somebody has to look what those say. */
import * as z from "zod";
import { plural, sqlCheck } from "../check.ts";

export const unreadLines = sqlCheck({
  name: "unread_lines",
  remedy:
    "ops errors <batch> says from which line on; ops batches --json has its notes. Judgments among those lines " +
    "go into a file of their own, which is dropped like any other.",
  sql: `
    select b.id::text as batch_id, b.source, b.row_count_unread as unread, b.row_count_total as total,
           b.first_unread_line as first_line
      from intake.simplicity_batches b
     where b.status = 'completed' and b.row_count_unread > 0 and not b.dry_run
       and b.completed_at > now() - interval '24 hours'
     order by b.completed_at, b.id`,
  row: z.object({
    batch_id: z.string(),
    source: z.string(),
    unread: z.number(),
    total: z.number(),
    first_line: z.number(),
  }),
  // A finding for each batch: its alert is told once, and ends with the day.
  judge: (rows) =>
    rows.map((row) => ({
      level: "warning",
      subject: row.batch_id,
      message: `Batch ${row.batch_id.slice(0, 8)} was completed with ${
        plural(row.unread, "line", "lines")
      } not read, from line ${row.first_line}`,
      details: { ...row },
    })),
});
