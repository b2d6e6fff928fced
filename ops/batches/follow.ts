/** Watching batches until nothing moves them any more. */
import { Refused } from "../../shared/http/client.ts";
import type { Batch } from "../../shared/intake/record.ts";
import { hasEnded } from "../../shared/intake/states.ts";
import { CannotRun, type Context } from "../command.ts";
import { pause } from "../follow.ts";
import { nameOf } from "./words.ts";

/** At most: the rate limit is ten reads a second, and others read too. */
const LOOKS_PER_SECOND = 5;

/**
 * Follows batches until each has ended, waits for a person, or was deleted; says on standard error what changes.
 *
 * @returns the batches as last seen; on Ctrl-C as far as they have come.
 */
export async function followBatches(context: Context, ids: readonly string[]): Promise<Map<string, Batch>> {
  const seen = new Map<string, Batch>();
  let open = [...new Set(ids)];
  while (open.length > 0) {
    for (const id of open) {
      const batch = await lookAt(context, id);
      if (batch === "gone") open = open.filter((one) => one !== id);
      else if (batch !== "pending") {
        if (seen.get(id)?.status !== batch.status) context.note(`${nameOf(batch)}  ${batch.status}`);
        seen.set(id, batch);
        if (isAtRest(batch)) open = open.filter((one) => one !== id);
      }
    }
    if (open.length > 0 && !await pause(Math.max(1, open.length / LOOKS_PER_SECOND), context.stopping)) break;
  }
  return seen;
}

function isAtRest({ status }: Batch): boolean {
  return hasEnded(status) || status === "awaiting_approval";
}

/** `pending`: announced, its bytes are on their way. */
async function lookAt({ target }: Context, id: string): Promise<Batch | "pending" | "gone"> {
  try {
    return (await target.call("GET /intake/batches/:id", { path: { id } })).body;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 404) return error.code === "UPLOAD_PENDING" ? "pending" : "gone";
    if (error.status === 429 || error.status === 503) return "pending"; // asked again a second later
    throw new CannotRun(error.message);
  }
}
