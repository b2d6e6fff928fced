/** Queues as operators see them, and their brakes. */
import * as z from "zod";
import { Problem } from "../../../shared/errors.ts";
import type { AppContext, Handler } from "../_shared/app.ts";
import { actorOf } from "../_shared/caller.ts";
import { readFilter, readId, readJson, readOptionalReason, text } from "../_shared/request.ts";
import type { CallSql } from "../_shared/sql_call.ts";

const Outcome = z.object({
  outcome: z.enum(["done", "wrong_state", "unknown"]),
  status: z.string().optional(),
  job: z.unknown().optional(),
});

/** Depth, age, what is stuck, what is poisoned. `?queue=` asks for one. */
export function answerQueues(call: CallSql): Handler {
  return async (context) =>
    context.json(
      z.looseObject({}).parse(
        await call("inspect_queues", {
          queue: readFilter(context.req.query(), "queue"),
        }),
      ),
    );
}

/** Pauses (with an optional reason) or resumes a queue. */
export function pauseQueue(call: CallSql, paused: boolean): Handler {
  return async (context) => {
    const reason = readOptionalReason(await readJson(context.req.raw));
    const queue = text(100).safeParse(context.req.param("type"));
    const changed = queue.success
      ? await call("set_queue_paused", { queue: queue.data, paused, reason, ...by(context) })
      : null;
    if (changed === null) {
      throw new Problem("NOT_FOUND", "There is no such queue.");
    }
    return context.json(z.looseObject({}).parse(changed));
  };
}

/** Sends a job that was given up on its way again. */
export function redriveJob(call: CallSql): Handler {
  return async (context) => {
    const { outcome, status, job } = Outcome.parse(
      await call("redrive_job", { job: readId(context.req.param("id")), ...by(context) }),
    );
    if (outcome === "unknown") {
      throw new Problem("NOT_FOUND", "There is no such job.");
    }
    if (outcome === "wrong_state") {
      throw new Problem(
        "CONFLICT",
        `The job is ${status}; only a failed one can be sent on its way again.`,
        {
          members: { allowed_from: ["failed"] },
        },
      );
    }
    return context.json(z.looseObject({}).parse(job));
  };
}

/** Who does it, for the audit event. */
export function by(context: AppContext): { actor: string; request_id: string } {
  return {
    actor: actorOf(context.get("caller")),
    request_id: context.get("requestId"),
  };
}
