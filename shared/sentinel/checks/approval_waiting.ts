/** Batches that wait for a person, and have done so for a day. */
import * as z from "zod";
import { plural, sqlCheck } from "../check.ts";

export const approvalWaiting = sqlCheck({
  name: "approval_waiting",
  remedy:
    "ops approve <batch> or ops refuse <batch> --why …; ops errors <batch> shows what is wrong with it.",
  sql: `
    select b.id as batch_id from intake.simplicity_batches b
     where b.status = 'awaiting_approval' and b.status_changed_at < now() - ops.scaled(24 * 3600)
     order by b.status_changed_at`,
  row: z.object({ batch_id: z.string() }),
  judge: (rows) =>
    rows.length === 0 ? [] : [{
      level: "warning",
      message: `${plural(rows.length, "batch has", "batches have")} waited > 24h for approval`,
      details: { batches: rows.slice(0, 20).map((row) => row.batch_id) },
    }],
});
