/** Batches that should move and do not. Incident "Batch stuck in processing" of the operations runbook. */
import * as z from "zod";
import { type Observation, plural, sqlCheck, tally } from "../check.ts";

const CRITICAL_MINUTES = 10;

export const stuckBatches = sqlCheck({
  name: "stuck_batches",
  remedy: `ops fix-stuck-batch --threshold ${CRITICAL_MINUTES} resets them (--dry-run only shows which); ` +
    "ops logs worker says why they stopped.",
  sql: "select batch_id, status, minutes from ops.stuck_batches()",
  row: z.object({ batch_id: z.string(), status: z.string(), minutes: z.number() }),
  judge(rows): Observation[] {
    const stuck = rows.filter((row) => row.minutes > CRITICAL_MINUTES);
    if (stuck.length > 0) {
      const words = `${plural(stuck.length, "batch", "batches")} stuck > ${CRITICAL_MINUTES}m`;
      return [{ level: "critical", message: `${words}: ${statesOf(stuck)}`, details: listed(stuck) }];
    }
    if (rows.length === 0) return [];
    const words = `${plural(rows.length, "batch", "batches")} without progress > 5m`;
    return [{ level: "info", message: `${words}: ${statesOf(rows)}`, details: listed(rows) }];
  },
});

interface Row {
  readonly batch_id: string;
  readonly status: string;
  readonly minutes: number;
}

function statesOf(rows: readonly Row[]): string {
  return tally(rows.map((row) => row.status));
}

function listed(rows: readonly Row[]) {
  return {
    batches: rows.slice(0, 20).map((row) => ({ ...row, minutes: Math.round(row.minutes) })),
  };
}
