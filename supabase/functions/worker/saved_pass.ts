/** What is kept of a pass between two invocations. */
import { z } from "zod";
import type { ScannerState } from "../../../shared/csv/mod.ts";

const SavedPass = z.object({
  // Its inside is the scanner's own affair, which wrote it.
  scanner: z.custom<ScannerState>((state) =>
    typeof state === "object" && state !== null && "nextByte" in state
  ),
  hash: z.union([z.object({ state: z.string() }), z.object({ digest: z.string() })]),
  next_byte: z.int(),
  unsupported: z.string().nullable(),
});

/** A saved pass: the scanner's state, the hash, the byte to go on from, and what the first bytes said. */
export type SavedPass = z.infer<typeof SavedPass>;

/** Reads what was saved with the batch; null when the pass has not begun. Throws when it is something else. */
export function parseSavedPass(stored: unknown): SavedPass | null {
  return stored === null || stored === undefined ? null : SavedPass.parse(stored);
}
