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

/** A move of a batch: from, to, and whether a hand-written statement may make it. */
export type BatchMove = readonly [from: BatchState, to: BatchState, byHand: "by hand" | "engine"];

/** The state machine: every move there is. `intake.batch_moves` and docs/batch-states.md have the same; a test compares. */
export const BATCH_MOVES: readonly BatchMove[] = [
  ["uploaded", "staging", "engine"],
  ["staging", "validating", "engine"],
  ["staging", "skipped", "engine"],
  ["validating", "awaiting_approval", "engine"],
  ["validating", "inserting", "engine"],
  ["validating", "completed", "engine"],
  ["awaiting_approval", "inserting", "engine"],
  ["awaiting_approval", "validating", "engine"],
  ["inserting", "validating", "engine"],
  ["inserting", "completed", "engine"],
  ["uploaded", "failed", "by hand"],
  ["staging", "failed", "by hand"],
  ["validating", "failed", "by hand"],
  ["awaiting_approval", "failed", "by hand"],
  ["inserting", "failed", "by hand"],
  ["completed", "failed", "engine"],
  ["staging", "uploaded", "by hand"],
  ["validating", "uploaded", "by hand"],
  ["awaiting_approval", "uploaded", "by hand"],
  ["inserting", "uploaded", "by hand"],
  ["completed", "uploaded", "by hand"],
  ["failed", "uploaded", "by hand"],
  ["skipped", "uploaded", "by hand"],
];

/** States nothing follows by itself: only an operator or the same bytes again move a batch on. */
export const ENDED_STATES = ["completed", "failed", "skipped"] as const satisfies readonly BatchState[];

/** Whether a batch in this state has come to its end. */
export function hasEnded(state: string): boolean {
  return (ENDED_STATES as readonly string[]).includes(state);
}
