/** Who acts, by which request: for the audit events. */
import type { By } from "../../../shared/data/batch_gateway.ts";
import type { AppContext } from "../_shared/app.ts";
import { actorOf } from "../_shared/caller.ts";

export function by(context: AppContext): By {
  return { actor: actorOf(context.get("caller")), request_id: context.get("requestId") };
}
