/** Whether the triggers that keep the rules are there and always fire. */
import * as z from "zod";
import { plural, sqlCheck } from "../check.ts";

export const guardTriggers = sqlCheck({
  name: "guard_triggers",
  remedy:
    "alter table <table> enable always trigger <trigger>. One that is missing, or on storage.objects (which is not ours " +
    "to alter): run its create trigger again, docs/runbook.md says how. Then find out who switched it off: what was written meanwhile was not checked.",
  sql: `select g.table_name, g.trigger_name, g.state from ops.broken_guards() g`,
  row: z.object({ table_name: z.string(), trigger_name: z.string(), state: z.string() }),
  judge: (rows) =>
    rows.length === 0 ? [] : [{
      level: "critical",
      message: `${plural(rows.length, "guard trigger", "guard triggers")} not in force: ` +
        rows.slice(0, 5).map((row) => `${row.trigger_name} on ${row.table_name} (${row.state})`).join(", "),
      details: { triggers: rows },
    }],
});
