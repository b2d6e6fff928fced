/**
 * Text of a file on its way into Postgres, which cannot hold U+0000, and back. The record shows the symbol for it
 * (U+2400); where a file has that symbol itself, the symbol for escape (U+241B) before it says so.
 */

const NUL = "\u2400";
const ESCAPE = "\u241b";
const MARKED = /[\0\u2400\u241b]/g;
const RECORDED = /\u241b([\u2400\u241b])|\u2400/g;

/** For words that only people read: U+0000 as its symbol, everything else as it is. */
export function shown(text: string): string {
  return text.includes("\0") ? text.replaceAll("\0", NUL) : text;
}

/** A cell as the record keeps it; `asSent` gives exactly this cell back. */
export function recorded(cell: string): string {
  return cell.replace(MARKED, (found) => found === "\0" ? NUL : ESCAPE + found);
}

/** The cell that `recorded` kept. A symbol for escape that stands before nothing of ours is text. */
export function asSent(cell: string): string {
  return cell.replace(RECORDED, (_, escaped: string | undefined) => escaped ?? "\0");
}
