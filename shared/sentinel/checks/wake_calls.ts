/** Whether functions that are woken answer 202. When they do not, work waits for the worker that comes by chance. */
import * as z from "zod";
import { plural, sqlCheck } from "../check.ts";

/** Why a wake-up was not taken, and what to put right. */
const CAUSES = {
  secret:
    "the token is refused: Vault secret dragonfly_wake_token is not the functions' DRAGONFLY_WAKE_TOKEN",
  address:
    "nobody is at the address: Vault secret dragonfly_functions_url is wrong, or the function is not deployed",
  late: "no answer within 3 s: the functions hang or are overloaded",
  other: "the function failed",
} as const;

export const wakeCalls = sqlCheck({
  name: "wake_calls",
  remedy:
    "Token or address: ops deploy writes both secrets anew; by hand, vault.update_secret. Else ops logs <function>. " +
    "Meanwhile ops wake worker works off what waits.",
  // The last answer counts most: what was put right a minute ago is well, whatever came before.
  sql: `
    select w.target, count(*)::int as answers,
           count(*) filter (where r.status_code is distinct from 202)::int as refused,
           (array_agg(r.status_code order by w.request_id desc))[1] as last_status,
           (array_agg(r.timed_out order by w.request_id desc))[1] as last_timed_out,
           mode() within group (order by r.status_code) filter (where r.status_code is distinct from 202) as usual_status,
           bool_or(r.timed_out) as any_timed_out
      from ops.wake_calls w join net._http_response r on r.id = w.request_id
     where w.called_at > now() - ops.scaled(900)
     group by w.target order by w.target`,
  row: z.object({
    target: z.string(),
    answers: z.number(),
    refused: z.number(),
    last_status: z.number().nullable(),
    last_timed_out: z.boolean().nullable(),
    usual_status: z.number().nullable(),
    any_timed_out: z.boolean().nullable(),
  }),
  judge: (rows) =>
    rows.filter((row) => row.last_status !== 202 || 2 * row.refused > row.answers).map((row) => {
      const lastFailed = row.last_status !== 202;
      const status = lastFailed ? row.last_status : row.usual_status;
      const timedOut = lastFailed ? row.last_timed_out : row.any_timed_out;
      const said = status === null ? "" : ` (${status})`;
      return {
        level: "warning",
        subject: row.target,
        message:
          `${row.refused} of ${
            plural(row.answers, "wake-up", "wake-ups")
          } of ${row.target} not taken (15m)${said}: ` +
          CAUSES[causeOf(status, timedOut === true)],
        details: { target: row.target, answers: row.answers, refused: row.refused, status },
      };
    }),
});

function causeOf(status: number | null, timedOut: boolean): keyof typeof CAUSES {
  if (status === 401 || status === 403) return "secret";
  if (status === 404 || status === null && !timedOut) return "address";
  return timedOut ? "late" : "other";
}
