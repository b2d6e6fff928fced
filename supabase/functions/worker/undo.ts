/** Taking back what a batch inserted: the database removes it step by step, each a transaction of its own. */
import type { UndoUnit } from "../../../shared/jobs/unit.ts";
import { type Ending, HandOver, holding } from "./holding.ts";
import type { Invocation } from "./ports.ts";

const BUSY_WAIT_MS = 500; // somebody inserts; who would begin now lets the undo pass first

/** Goes on until everything is removed, or hands over when the invocation has had its share. */
export async function undo(invocation: Invocation, unit: UndoUnit): Promise<Ending> {
  const { gateway, share, log } = invocation;
  const hold = { jobId: unit.job_id, batchId: unit.payload.batch_id, sliceNo: null, token: unit.token };
  return await holding(invocation, hold, unit.beat_seconds, async (signal) => {
    for (;;) {
      if (invocation.isStopping() || share.isSpent(invocation.now().getTime())) {
        throw new HandOver("the share is spent");
      }
      signal.throwIfAborted();
      const outcome = await gateway.undoStep(hold);
      share.spendUnit();
      if (outcome === "busy") await invocation.wait(BUSY_WAIT_MS);
      else if (outcome !== "more") return log.info("batch_undone", { batch_id: hold.batchId, outcome });
    }
  });
}
