/** Alerts as the sentinel keeps them, and their silence. */
import { Problem } from "../../../shared/errors.ts";
import { Alerts, Silence } from "../../../shared/http/answers/system.ts";
import { answer, type HandlerOf } from "../_shared/app.ts";
import type { CallSql } from "../_shared/sql_call.ts";
import { by } from "./queues.ts";

/** Open and worst first; `?state=` asks for one state. */
export function answerAlerts(call: CallSql): HandlerOf<"system", "GET /system/alerts"> {
  return async (_, { query }) =>
    answer(200, Alerts.parse({ alerts: await call("list_alerts", { state: query.state }) }));
}

/** `{minutes, reason}`: nobody is told of the alert's check until then. */
export function silenceAlert(call: CallSql): HandlerOf<"system", "POST /system/alerts/:id/silence"> {
  return async (context, { path, body }) => {
    const silenced = await call("silence_alert", {
      alert: path.id,
      seconds: 60 * body.minutes,
      reason: body.reason,
      ...by(context),
    });
    if (silenced === null) throw new Problem("NOT_FOUND", "There is no such alert.");
    return answer(200, Silence.parse(silenced));
  };
}
