/** All repairs, in the order in which they are tried. A new one is a file of its own and a place in this list. */
import { otherDelimiter } from "./other_delimiter.ts";
import { quotesAsText } from "./quotes_as_text.ts";
import type { DamagedLine, MendedLine, Repair } from "./repair.ts";

export const REPAIRS: readonly Repair[] = [quotesAsText, otherDelimiter];

/** Puts a damaged line right; null when no repair does. */
export function mendLine(line: DamagedLine): MendedLine | null {
  for (const repair of REPAIRS) {
    const mended = repair.recognise(line) ? repair.mend(line) : null;
    if (mended !== null) return { cells: mended.cells, repair: repair.words(mended) };
  }
  return null;
}
