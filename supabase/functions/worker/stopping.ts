/** When a unit under way is broken off: its share is overdrawn, or the isolate is about to end. */
import type { Invocation } from "./ports.ts";

/** Whether the unit at hand has to stop where it stands, with what it has done so far kept. */
export function mustStop({ share, isEnding, isStopping, now }: Invocation): boolean {
  if (isEnding()) share.announceEnd();
  return isStopping() || share.isOverdrawn(now().getTime());
}
