/** Alerts as the sentinel keeps them, and their silence. */
import * as z from "zod";
import { Problem } from "../../../shared/errors.ts";
import type { Handler } from "../_shared/app.ts";
import { readChoice, readId, readJson, readReason, required, wholeNumber } from "../_shared/request.ts";
import type { CallSql } from "../_shared/sql_call.ts";
import { by } from "./queues.ts";

const STATES = ["open", "resolved", "silenced"];
const MINUTES = wholeNumber(1, 30 * 24 * 60);

/** Open and worst first; `?state=` asks for one state. */
export function answerAlerts(call: CallSql): Handler {
  return async (context) => {
    const state = readChoice(context.req.query(), "state", STATES);
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
    const alert = readId(context.req.param("id"));
    const body = await readJson(context.req.raw);
    const silenced = await call("silence_alert", {
      alert,
      seconds: 60 * required(body, "minutes", MINUTES, "a whole number of minutes, at most 30 days"),
      reason: readReason(body),
      ...by(context),
    });
    if (silenced === null) {
      throw new Problem("NOT_FOUND", "There is no such alert.");
    }
    return context.json(z.looseObject({}).parse(silenced));
  };
}
