/** The life of a batch: its states, as the database's check constraint has them. */

/** Every state, in the order a batch goes through them. */
export const BATCH_STATES = [
  "uploaded",
  "staging",
  "validating",
  "awaiting_approval",
  "inserting",
  "completed",
  "failed",
  "skipped",
] as const;

/** A state of a batch. */
export type BatchState = (typeof BATCH_STATES)[number];

/** States nothing follows by itself: only an operator or the same bytes again move a batch on. */
export const ENDED_STATES = ["completed", "failed", "skipped"] as const satisfies readonly BatchState[];

/** Whether a batch in this state has come to its end. */
export function hasEnded(state: string): boolean {
  return (ENDED_STATES as readonly string[]).includes(state);
}
