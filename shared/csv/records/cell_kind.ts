/** What a cell looks like, as far as telling names of columns and titles from values needs it. */

/** Longest column name anyone has. */
const LONGEST_NAME = 120;
const NUMBER = /^(?:usd)?[\s$€£+\-(]*[\d.][\d.,\s/:\-)%]*(?:usd)?$/i;
const DATE_WITH_MONTH = /^\d{1,4}[\s\-/.]+[a-z]{3,9}\.?[\s\-/.,]+\d{1,4}\b/i;

/**
 * Whether a cell holds a value and no column name: a number, an amount, a date, a reference with several digits
 * in it, an address of e-mail, or a text too long for a name.
 */
export function isValueLike(cell: string): boolean {
  const text = cell.trim();
  if (text === "") return false;
  if (text.length > LONGEST_NAME || text.includes("@")) return true;
  if (isAmountOrDate(text)) return true;
  return (text.match(/\d/g)?.length ?? 0) >= 3;
}

/** Whether a cell is an amount, any other number, or a date. */
export function isAmountOrDate(cell: string): boolean {
  const text = cell.trim();
  return NUMBER.test(text) || DATE_WITH_MONTH.test(text);
}

/** Letters in words without a digit that make a text a title: `CIV 2024-001` is a case number, `Page 2` is none. */
const TITLE_LETTERS = 4;

/** Whether a cell that is alone on its line may be a title: it has words, and may not be a value whose row was lost. */
export function isTitleLike(cell: string): boolean {
  if (isAmountOrDate(cell)) return false;
  let letters = 0;
  for (const word of cell.split(/\s+/)) {
    if (!/\d/.test(word)) letters += word.match(/\p{L}/gu)?.length ?? 0;
  }
  return letters >= TITLE_LETTERS;
}
