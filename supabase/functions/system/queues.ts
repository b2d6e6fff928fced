/** Queues as operators see them, and their brakes. */
import type { SystemGateway } from "../../../shared/data/system_gateway.ts";
import { Problem } from "../../../shared/errors.ts";
import { answer, type AppContext, type HandlerOf } from "../_shared/app.ts";
import { actorOf } from "../_shared/caller.ts";

/** Depth, age, what is stuck, what is poisoned. `?queue=` asks for one. */
export function answerQueues(system: SystemGateway): HandlerOf<"system", "GET /system/queue"> {
  return async (_, { query }) => answer(200, await system.queues(query.queue));
}

/** Pauses (with an optional reason) or resumes a queue. */
export function pauseQueue(
  system: SystemGateway,
  paused: boolean,
): HandlerOf<"system", `POST /system/queue/:type/${"pause" | "resume"}`> {
  return async (context, { path, body }) => {
    const changed = await system.pauseQueue(path.type, paused, body.reason, by(context));
    if (changed === null) throw new Problem("NOT_FOUND", "There is no such queue.");
    return answer(200, changed);
  };
}

/** Sends a job that was given up on its way again. */
export function redriveJob(system: SystemGateway): HandlerOf<"system", "POST /system/jobs/:id/redrive"> {
  return async (context, { path }) => {
    const redriven = await system.redriveJob(path.id, by(context));
    switch (redriven.outcome) {
      case "done":
        return answer(200, redriven.job);
      case "unknown":
        throw new Problem("NOT_FOUND", "There is no such job.");
      case "wrong_state":
        throw new Problem(
          "CONFLICT",
          `The job is ${redriven.status}; only a failed one can be sent on its way again.`,
          { members: { allowed_from: ["failed"] } },
        );
    }
  };
}

/** Who does it, for the audit event. */
export function by(context: AppContext): { actor: string; request_id: string } {
  return {
    actor: actorOf(context.get("caller")),
    request_id: context.get("requestId"),
  };
}
