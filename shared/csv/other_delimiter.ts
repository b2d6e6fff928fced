/** One row written with another delimiter than its file: put right where only one reading is as wide as the header. */
import type { Block } from "./block.ts";
import { type Grammar, otherGrammars } from "./grammar.ts";
import { RecordScan } from "./record_scan.ts";

/** With fewer columns a name with a stray semicolon in it would pass for a row. */
const FEWEST_COLUMNS = 3;

/** A row's cells in another delimiter. */
export interface OtherReading {
  readonly cells: string[];
  readonly delimiter: string;
}

/** Tries the other delimiters on single rows. */
export class OtherDelimiter {
  readonly #scans: RecordScan[];

  constructor(grammar: Grammar) {
    this.#scans = otherGrammars(grammar).map((other) => new RecordScan(other));
  }

  /**
   * Reads a line anew.
   *
   * @param width Cells the header has.
   * @returns Null unless exactly one other delimiter gives a clean row of exactly that width.
   */
  read(line: string, width: number): OtherReading | null {
    if (width < FEWEST_COLUMNS) return null;
    let found: OtherReading | null = null;
    const block = blockOf(line);
    for (const scan of this.#scans) {
      const cells: string[] = [];
      scan.load(block, true);
      const outcome = scan.read(0, cells);
      if (outcome !== "done" || scan.next < line.length || !scan.clean || scan.width !== width) continue;
      if (found !== null) return null;
      found = { cells, delimiter: scan.grammar.delimiter };
    }
    return found;
  }
}

/** A line by itself, as the scan wants it. */
function blockOf(text: string): Block {
  return { bytes: new Uint8Array(0), base: 0, text, stride: 1, bytewise: false, damaged: false };
}
