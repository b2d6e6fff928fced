/** Gate 8: events can be added and never changed, tried on one that is taken back; the chain and its guards hold. */
import type postgres from "postgres";
import { guardTriggers } from "../../shared/sentinel/checks/guard_triggers.ts";
import { lookAs, together } from "../checks/asking.ts";
import { type Seen, wellUnless } from "../checks/check.ts";
import { lookAtAuditChain } from "../checks/state.ts";
import type { Target } from "../target.ts";

/** What must be refused, each in a transaction that is rolled back whatever comes of it. */
const FORBIDDEN = [
  [
    "update",
    "update audit.event_log set action = 'dragonfly-proof' where id = (select max(e.id) from audit.event_log e)",
  ],
  ["delete", "delete from audit.event_log where id = (select max(e.id) from audit.event_log e)"],
  ["truncate", "truncate audit.event_log"],
] as const;

/** The record of events as a whole. */
export async function lookAtAuditTrail(target: Target): Promise<Seen> {
  return together([
    await lookAtRefusals(await target.sql()),
    await lookAtAuditChain(target),
    await lookAs(target, guardTriggers, "guards in force"),
  ]);
}

class TakenBack extends Error {}

async function lookAtRefusals(sql: postgres.Sql): Promise<Seen> {
  const wrong: string[] = [];
  for (const [verb, statement] of FORBIDDEN) {
    if (await passes(sql, statement)) wrong.push(`${verb} of an event is not refused`);
  }
  return wellUnless(
    wrong,
    `${FORBIDDEN.map(([verb]) => verb).join(", ")} of events refused`,
    "alter table audit.event_log enable always trigger _100_protect_events (and _100_protect_events_truncate); then find out who " +
      "took it off: ops sentinel says whether the chain still holds.",
  );
}

/** @returns whether the statement went through; nothing of it stays. */
async function passes(sql: postgres.Sql, statement: string): Promise<boolean> {
  try {
    await sql.begin("read write", async (transaction) => {
      await transaction`set local lock_timeout = '5s'`;
      await transaction`select audit.append('dragonfly-proof', 'gate', 'audit_trail')`;
      try {
        await transaction.savepoint((inner) => inner.unsafe(statement));
      } catch (error) {
        if (error instanceof Error && /AUDIT_IMMUTABILITY_VIOLATION/.test(error.message)) {
          throw new TakenBack("refused");
        }
        throw error;
      }
      throw new TakenBack("passed");
    });
    return true; // never reached: every road ends in a roll-back
  } catch (error) {
    if (error instanceof TakenBack) return error.message === "passed";
    throw error;
  }
}
