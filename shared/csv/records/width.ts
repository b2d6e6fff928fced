/** How wide a record is, against the header. */

/** Drops empty cells beyond the header's width and says whether the row is as wide as the header then. */
export function fitted(cells: string[], width: number): boolean {
  if (cells.length <= width) return cells.length === width;
  for (let at = width; at < cells.length; at++) if (cells[at]?.trim() !== "") return false;
  cells.length = width;
  return true;
}
