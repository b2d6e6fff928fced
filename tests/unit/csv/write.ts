/** Writing rows back as separated text. */
import type { Dialect } from "../../../shared/csv/mod.ts";

type Written = Pick<Dialect, "delimiter" | "quote" | "escape" | "newline">;

const RFC_4180: Written = { delimiter: ",", quote: '"', escape: '"', newline: "\r\n" };

/**
 * Writes one row so that reading it gives the same cells again. Cells are quoted only where they must be.
 *
 * @param cells At least one; a single empty cell is quoted, or it would be a blank line.
 * @param dialect How to write it; RFC 4180 when not given.
 * @returns The row with its line end.
 */
export function writeCsvRow(cells: readonly string[], dialect: Written = RFC_4180): string {
  const written = cells.map((cell) => writeCell(cell, dialect));
  const line = written.join(dialect.delimiter);
  return (line === "" ? dialect.quote + dialect.quote : line) + dialect.newline;
}

function writeCell(cell: string, dialect: Written): string {
  if (!mustQuote(cell, dialect)) return cell;
  const { quote, escape } = dialect;
  const backslashed = escape === "\\" ? cell.replaceAll("\\", "\\\\") : cell;
  return quote + backslashed.replaceAll(quote, escape + quote) + quote;
}

/** Outer spaces are quoted too: some readers, and delimiters that are spaces, would lose them. */
function mustQuote(cell: string, { delimiter, quote }: Written): boolean {
  return cell.includes(delimiter) || cell.includes(quote) || /[\r\n]|^\s|\s$/.test(cell) ||
    (delimiter !== "," && cell.includes(delimiter.trim() || delimiter));
}
