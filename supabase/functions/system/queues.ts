/** Queues as operators see them, and their brakes. */
import * as z from "zod";
import { Problem } from "../../../shared/errors.ts";
import { Job, QueueControl, QueueInspection } from "../../../shared/http/answers/system.ts";
import { answer, type AppContext, type HandlerOf } from "../_shared/app.ts";
import { actorOf } from "../_shared/caller.ts";
import type { CallSql } from "../_shared/sql_call.ts";

const Outcome = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("done"), job: Job }),
  z.object({ outcome: z.literal("wrong_state"), status: z.string() }),
  z.object({ outcome: z.literal("unknown") }),
]);

/** Depth, age, what is stuck, what is poisoned. `?queue=` asks for one. */
export function answerQueues(call: CallSql): HandlerOf<"system", "GET /system/queue"> {
  return async (_, { query }) =>
    answer(200, QueueInspection.parse(await call("inspect_queues", { queue: query.queue })));
}

/** Pauses (with an optional reason) or resumes a queue. */
export function pauseQueue(
  call: CallSql,
  paused: boolean,
): HandlerOf<"system", `POST /system/queue/:type/${"pause" | "resume"}`> {
  return async (context, { path, body }) => {
    const changed = await call("set_queue_paused", {
      queue: path.type,
      paused,
      reason: body.reason,
      ...by(context),
    });
    if (changed === null) throw new Problem("NOT_FOUND", "There is no such queue.");
    return answer(200, QueueControl.parse(changed));
  };
}

/** Sends a job that was given up on its way again. */
export function redriveJob(call: CallSql): HandlerOf<"system", "POST /system/jobs/:id/redrive"> {
  return async (context, { path }) => {
    const redriven = Outcome.parse(await call("redrive_job", { job: path.id, ...by(context) }));
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
