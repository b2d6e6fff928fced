/** Follow-up of a completed batch: its judgments are linked to their plaintiffs, a range at a time. */
import { DatabaseRefused } from "../../../shared/data/database_refused.ts";
import type { Link } from "../../../shared/jobs/unit.ts";
import type { Ending } from "./holding.ts";
import type { Invocation } from "./ports.ts";

/** Takes one step; the job is due again until nothing is left. */
export async function link(invocation: Invocation, job: Link): Promise<Ending> {
  try {
    await invocation.gateway.linkStep(job);
    return "done";
  } catch (error) {
    if (error instanceof DatabaseRefused && error.leaseLost) return "lost";
    invocation.log.error("link_failed", {
      job_id: job.job_id,
      error: String(error),
    });
    return "failed"; // the lease runs out, and the next claim counts the loss
  }
}
