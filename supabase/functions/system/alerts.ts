/** Alerts as the sentinel keeps them, and their silence. */
import * as z from "zod";
import { Problem } from "../../../shared/errors.ts";
import type { Handler } from "../_shared/app.ts";
import type { CallSql } from "../_shared/sql_call.ts";
import { readBody, readField, readId } from "./parameters.ts";
import { by } from "./queues.ts";

const State = z.enum(["open", "resolved", "silenced"]);
const Minutes = z.number().int().min(1).max(30 * 24 * 60);
const Reason = z.string().trim().min(1).max(500);

/** Open and worst first; `?state=` asks for one state. */
export function answerAlerts(call: CallSql): Handler {
  return async (context) => {
    const given = context.req.query("state");
    const state = given === undefined ? null : readField("state", given, State, "open, resolved or silenced");
    return context.json({
      alerts: z.array(z.looseObject({})).parse(
        await call("list_alerts", { state }),
      ),
    });
  };
}

/** `{minutes, reason}`: nobody is told of the alert's check until then. */
export function silenceAlert(call: CallSql): Handler {
  return async (context) => {
    const body = await readBody(context);
    const silenced = await call("silence_alert", {
      alert: readId(context),
      seconds: 60 *
        readField(
          "minutes",
          body["minutes"],
          Minutes,
          "a whole number of minutes, at most 30 days",
        ),
      reason: readField(
        "reason",
        body["reason"],
        Reason,
        "1 to 500 characters that say why",
      ),
      ...by(context),
    });
    if (silenced === null) {
      throw new Problem("NOT_FOUND", "There is no such alert.");
    }
    return context.json(z.looseObject({}).parse(silenced));
  };
}
