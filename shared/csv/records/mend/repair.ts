/** What a repair is, and the line it looks at. */
import type { Grammar } from "../grammar.ts";
import { type LineCells, readLineCells } from "../line_cells.ts";

/** A line that is not as wide as the header, or whose quotes do not work out. */
export class DamagedLine {
  #read: LineCells | null = null;

  /**
   * @param text The line without its line end.
   * @param width Cells the header has.
   * @param bytewise Its text has one character a byte.
   * @param quotesFail Reading it by the rules for quotes leads nowhere.
   */
  constructor(
    readonly text: string,
    readonly grammar: Grammar,
    readonly width: number,
    readonly bytewise: boolean,
    readonly quotesFail: boolean,
  ) {}

  /** Its cells where a quote that cannot be closed properly is text. */
  get read(): LineCells {
    return this.#read ??= readLineCells(this.text, this.grammar);
  }
}

/** Whether a delimiter stands in a line often enough to make so many cells of it. */
export function canHold(text: string, delimiter: string, cells: number): boolean {
  for (let at = -1, left = cells - 1; left > 0; left--) {
    at = text.indexOf(delimiter, at + 1);
    if (at < 0) return false;
  }
  return true;
}

/** A damaged line that was put right. */
export interface MendedLine {
  /** Exactly as many as the header has. */
  readonly cells: string[];
  /** What was done, in plain words; empty when nothing has to be said. */
  readonly repair: string;
}

/** One way to put a damaged line right. */
export interface Repair {
  /** Whether the line may have this damage. Costs next to nothing, for it is asked of every damaged line. */
  readonly recognise: (line: DamagedLine) => boolean;
  /** The cells; null unless the header's width leaves exactly one way to read the line. */
  readonly mend: (line: DamagedLine) => MendedCells | null;
  /** What was done, in plain words that go on "The row …"; empty when nothing has to be said. */
  readonly words: (mended: MendedCells) => string;
}

/** Cells of a mended line, and what its words need. */
export interface MendedCells {
  readonly cells: string[];
  /** The quotes that became part of a value, or the delimiter the line was written with. */
  readonly detail: string;
}
