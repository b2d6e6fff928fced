/** Files a release has applied somewhere are history: an edit would never reach those databases. */
import type { Migration, Release } from "./files.ts";

/** A released migration that is not what it was. */
export interface Edited {
  readonly file: string;
  /** `was edited since v1.0.0 applied it: write a new migration` */
  readonly message: string;
}

/** @returns what was released and is edited or gone now; nothing before the first release. */
export function editedSince(
  before: Release,
  now: readonly Pick<Migration, "file" | "text">[],
): Edited[] {
  if (before.tag === null) return [];
  const texts = new Map(now.map(({ file, text }) => [file, text]));
  return before.migrations.filter(({ file, text }) => texts.get(file) !== text).map(({ file }) => ({
    file,
    message: `${
      texts.has(file) ? "was edited" : "is gone"
    } since ${before.tag} applied it: write a new migration`,
  }));
}
