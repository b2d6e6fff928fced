/** One row written with another delimiter than its file: put right where only one reading is as wide as the header. */
import { delimiterName, DELIMITERS } from "../../dialect.ts";
import { blockOf } from "../../text/block.ts";
import { type Grammar, grammarOf } from "../grammar.ts";
import { RecordScan } from "../record_scan.ts";
import { canHold, type DamagedLine, type MendedCells, type Repair } from "./repair.ts";

/** With fewer columns a name with a stray semicolon in it would pass for a row. */
const FEWEST_COLUMNS = 3;

/** The delimiters a single row may have been written with: those that are found in a file at any time. */
const CANDIDATES = DELIMITERS.filter(({ detectable }) => detectable === "always").map(({ chars }) => chars);

/** Gives cells only if exactly one other delimiter makes a clean row of exactly the header's width. */
function mend({ text, grammar, width }: DamagedLine): MendedCells | null {
  let found: MendedCells | null = null;
  const block = blockOf(text);
  for (const scan of scansFor(grammar)) {
    if (!canHold(text, scan.grammar.delimiter, width)) continue;
    const cells: string[] = [];
    scan.load(block, true);
    const outcome = scan.read(0, cells);
    if (outcome !== "done" || scan.next < text.length || !scan.clean || scan.width !== width) continue;
    if (found !== null) return null;
    found = { cells, detail: scan.grammar.delimiter };
  }
  return found;
}

const SCANS = new WeakMap<Grammar, readonly RecordScan[]>();

/** One scan for each other delimiter, made once for a grammar. */
function scansFor(grammar: Grammar): readonly RecordScan[] {
  const known = SCANS.get(grammar);
  if (known !== undefined) return known;
  const escape = grammar.backslash ? "\\" : grammar.quoteText;
  const scans = CANDIDATES
    .filter((delimiter) => delimiter !== grammar.delimiter)
    .map((delimiter) => new RecordScan(grammarOf({ delimiter, quote: grammar.quoteText, escape })));
  SCANS.set(grammar, scans);
  return scans;
}

export const otherDelimiter: Repair = {
  recognise: (line) =>
    line.width >= FEWEST_COLUMNS &&
    scansFor(line.grammar).some(({ grammar }) => canHold(line.text, grammar.delimiter, line.width)) &&
    line.read.cells.length < line.width,
  mend,
  words: ({ detail }) => `was written with ${delimiterName(detail)} between its cells and was read that way`,
};
