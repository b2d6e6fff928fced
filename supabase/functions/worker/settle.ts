/** The end of a batch: the database decides by the budget, then one transaction inserts. */
import type { SettleUnit } from "../../../shared/jobs/unit.ts";
import { type Ending, holding } from "./holding.ts";
import type { Invocation } from "./ports.ts";

/** Settles a batch whose slices are all done, or goes on with one that was about to be inserted. */
export async function settle(
  invocation: Invocation,
  unit: SettleUnit,
): Promise<Ending> {
  const { gateway, log } = invocation;
  const hold = { jobId: unit.job_id, batchId: unit.batch.id, sliceNo: null, token: unit.token };
  return await holding(invocation, hold, unit.beat_seconds, async () => {
    const decision = await gateway.decide(hold);
    const outcome = decision === "insert" ? await gateway.insertBatch(hold) : decision;
    log.info("batch_settled", { batch_id: unit.batch.id, outcome });
    if (outcome === "completed") await gateway.clearStaged(unit.batch.id);
  });
}
