/** Alerts as the sentinel keeps them, and their silence. */
import type { SystemGateway } from "../../../shared/data/system_gateway.ts";
import { Problem } from "../../../shared/errors.ts";
import { answer, type HandlerOf } from "../_shared/app.ts";
import { by } from "./queues.ts";

/** Open and worst first; `?state=` asks for one state. */
export function answerAlerts(system: SystemGateway): HandlerOf<"system", "GET /system/alerts"> {
  return async (_, { query }) => answer(200, await system.alerts(query.state));
}

/** `{minutes, reason}`: nobody is told of the alert's check until then. */
export function silenceAlert(system: SystemGateway): HandlerOf<"system", "POST /system/alerts/:id/silence"> {
  return async (context, { path, body }) => {
    const silenced = await system.silenceAlert(path.id, 60 * body.minutes, body.reason, by(context));
    if (silenced === null) throw new Problem("NOT_FOUND", "There is no such alert.");
    return answer(200, silenced);
  };
}
