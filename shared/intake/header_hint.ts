/** Why a header may lack the fields a judgment needs, as far as that can be told from its cells. */
import type { HeaderMap } from "../judgments/mod.ts";
import { quoteValue } from "../judgments/issues.ts";

// Signs that some programs put between values and that are not read: a person can export again with another.
const OTHER_DELIMITERS = ["^", "~", "¦", ":", "*", "!", "#", "\u001f", "\u0001"];

// A header has five fields at least, so as many signs stand between them.
const FEWEST_SIGNS = 4;

/** A sentence for the person who sent the file, or null when nothing can be said. cells: the header as it was read. */
export function headerHint(cells: readonly string[], header: HeaderMap): string | null {
  if (header.judgmentDateDoubts.length > 0 && header.missing.includes("judgment_date")) {
    return dateDoubt(header.judgmentDateDoubts);
  }
  const only = cells.length === 1 ? cells[0] ?? "" : "";
  if (only === "") return null;
  if (
    count(only, ",") >= FEWEST_SIGNS || count(only, ";") >= FEWEST_SIGNS || count(only, "\t") >= FEWEST_SIGNS
  ) {
    return "Each line stands between quotes as a whole: take the quotes at its beginning and end away and export again";
  }
  const sign = OTHER_DELIMITERS.find((candidate) => count(only, candidate) >= FEWEST_SIGNS);
  return sign === undefined
    ? null
    : `The values seem to be separated by ${
      quoteValue(sign)
    }: export with a comma, semicolon, tab or | between them`;
}

function dateDoubt(names: readonly string[]): string {
  const [first = ""] = names;
  const columns = names.map(quoteValue).join(", ");
  return `The filing date does not stand in, because ${columns} may hold the judgment date; name the column ` +
    `"Judgment Date", or map ${quoteValue(first)} in the source's header map`;
}

function count(text: string, sign: string): number {
  return text.split(sign).length - 1;
}
