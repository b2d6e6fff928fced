/** Whether the record of what happened is whole. */
import * as z from "zod";
import { sqlCheck } from "../check.ts";

export const auditChain = sqlCheck({
  name: "audit_chain",
  remedy:
    "Touch nothing: keep the database as it is, compare with the last exported head, and find out who wrote. " +
    "Events unsealed: see whether cron runs audit.seal().",
  sql: `select v.ok, v.problem, v.checked::float8 as checked from audit.verify_chain() v`,
  row: z.object({ ok: z.boolean(), problem: z.string().nullable(), checked: z.number() }),
  judge: ([row]) =>
    row?.ok === true ? [] : [{
      level: "critical",
      message: `Audit chain does not verify: ${row?.problem ?? "no verdict"}`,
      details: { checked: row?.checked ?? 0 },
    }],
});
