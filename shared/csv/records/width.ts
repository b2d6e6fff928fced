/** How wide a record is, against the header. */

import { isBlank } from "./grammar.ts";

/**
 * Drops empty cells beyond the header's width and says whether the row is as wide as the header then.
 *
 * @param bytewise Cells have one character a byte.
 */
export function fitted(cells: string[], width: number, bytewise: boolean): boolean {
  if (cells.length <= width) return cells.length === width;
  for (let at = width; at < cells.length; at++) if (!isBlank(cells[at] ?? "", bytewise)) return false;
  cells.length = width;
  return true;
}
