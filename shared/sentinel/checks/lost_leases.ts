/** Work held by workers that died or hang. It is taken from them on the spot, as every claim does. */
import * as z from "zod";
import { plural, sqlCheck } from "../check.ts";

export const lostLeases = sqlCheck({
  name: "lost_leases",
  remedy:
    "Nothing: others take the work up. If it goes on, ops logs worker says what ends them (memory, time, an error).",
  sql: `select ops.reap_leases() as reaped`,
  row: z.object({ reaped: z.number() }),
  judge: ([row]) =>
    row === undefined || row.reaped === 0 ? [] : [{
      level: "info",
      message: `${plural(row.reaped, "lease", "leases")} taken from workers that stopped without a word`,
      details: { reaped: row.reaped },
    }],
});
