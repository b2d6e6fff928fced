/**
 * Working under a lease: beats while the work goes on, stops it when the lease is lost, and tells the
 * database how it ended. The three endings are: done, lost to somebody else, failed.
 */
import type { Hold } from "../../../shared/data/intake_gateway.ts";
import { DatabaseRefused } from "../../../shared/data/database_refused.ts";
import { ObjectMissing } from "../../../shared/data/object_store.ts";
import { FILE_MISSING } from "../../../shared/intake/reasons.ts";
import type { Ports } from "./ports.ts";

/** How a unit ended. */
export type Ending = "done" | "handed_over" | "lost" | "failed";

/** Thrown by a step that stops early on purpose: its unit is given back, no try is used up. */
export class HandOver extends Error {
  override readonly name = "HandOver";
}

/**
 * Runs the work of one unit under its lease. The signal aborts when the lease is lost.
 * beatSeconds: a third of the lease, as the claim gave it.
 */
export async function holding(
  ports: Ports,
  hold: Hold,
  beatSeconds: number,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<Ending> {
  const lost = new AbortController();
  const beat = setInterval(() => {
    ports.gateway.beatUnit(hold).then(
      (held) => held || lost.abort(new Error("lease lost")),
      (error) =>
        ports.log.warn("beat_missed", {
          batch_id: hold.batchId,
          error: String(error),
        }),
    );
  }, beatSeconds * 1000);
  try {
    await work(lost.signal);
    return "done";
  } catch (error) {
    return await endOf(ports, hold, lost.signal.aborted, error);
  } finally {
    clearInterval(beat);
  }
}

async function endOf(
  ports: Ports,
  hold: Hold,
  leaseLost: boolean,
  error: unknown,
): Promise<Ending> {
  const about = { batch_id: hold.batchId, slice_no: hold.sliceNo };
  if (leaseLost || error instanceof DatabaseRefused && error.leaseLost) {
    ports.log.info("lease_lost", about);
    return "lost";
  }
  if (error instanceof HandOver) {
    await ports.gateway.release(hold);
    return "handed_over";
  }
  if (error instanceof ObjectMissing) {
    await ports.gateway.failBatch(hold, "FILE_MISSING", FILE_MISSING);
    return "done";
  }
  const message = error instanceof Error ? error.message : String(error);
  const again = await ports.gateway.failUnit(hold, message);
  ports.log.error("unit_failed", {
    ...about,
    error: message,
    will_retry: again,
  });
  return "failed";
}
