/** What a cell looks like, as far as telling names of columns from values needs it. */

/** Longest column name anyone has. */
const LONGEST_NAME = 120;

/**
 * Whether a cell holds a value and no column name: a number, an amount, a date, a reference with several digits
 * in it, an address of e-mail, or a text too long for a name.
 */
export function isValueLike(cell: string): boolean {
  const text = cell.trim();
  if (text === "") return false;
  if (text.length > LONGEST_NAME || text.includes("@")) return true;
  if (/^[\s$€£+\-(]*[\d.][\d.,\s/:\-)%]*$/.test(text)) return true;
  return (text.match(/\d/g)?.length ?? 0) >= 3;
}
