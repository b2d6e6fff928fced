/** Quotes somebody wrote as marks, not as quoting: taken as text, they leave a row as wide as the header. */
import { isBlank } from "../grammar.ts";
import { canHold, type DamagedLine, type MendedCells, type Repair } from "./repair.ts";

function mend({ read: { cells, literal, paired }, width, bytewise }: DamagedLine): MendedCells | null {
  const needed = cells.findLastIndex((cell) => !isBlank(cell, bytewise)) + 1;
  if (cells.length < width || needed > width || !paired) return null;
  return { cells: cells.slice(0, width), detail: literal > 0 ? "quotes" : "" };
}

export const quotesAsText: Repair = {
  recognise: ({ quotesFail, text, grammar, width }) => quotesFail && canHold(text, grammar.delimiter, width),
  mend,
  words: ({ detail }) => detail === "" ? "" : "quotes were kept as part of the value",
};
