/** Where a table ends and another begins below it: rows of the second must not be taken for rows of the first. */
import { isValueLike } from "../detect/cell_kind.ts";
import { joinHeader, type KnownHeader, looksLikeHeader } from "../detect/header_find.ts";

/**
 * What a record is: a `row` of the table; a `suspect`, perhaps another table's header, which the next record
 * decides; the first line of another table (`end`); or the proof that the suspect was one (`confirmed`).
 */
export type Verdict = "row" | "suspect" | "end" | "confirmed";

/** What the watch has to remember; fit for JSON. */
export interface WatchState {
  afterBlank: boolean;
  /** Cells of the suspect; 0 when there is none. */
  suspectWidth: number;
}

/** How often a cell that is looked at is gone through, and what it costs besides, in characters read. */
const LOOK_PASSES = 6;
const LOOK_STEPS = 40;

/** Looks at records of a table one after the other. */
export class TableWatch {
  readonly #headers: readonly string[];
  /** What a repeated header begins with. */
  readonly #firsts: readonly string[];

  /**
   * @param headers The header's first line, as cells, in each reading its bytes may have.
   * @param width Cells the whole header has.
   */
  constructor(
    headers: readonly (readonly string[])[],
    delimiter: string,
    private readonly width: number,
    private readonly isKnown: KnownHeader,
    readonly state: WatchState = { afterBlank: false, suspectWidth: 0 },
  ) {
    this.#headers = headers.map(signatureOf);
    this.#firsts = headers.map((cells) => cells[0]?.trim() || delimiter);
  }

  /** Work done so far, in characters read. */
  steps = 0;

  /** Notes a row that is too long to be a header. */
  passRow(): void {
    this.state.afterBlank = false;
    this.state.suspectWidth = 0;
  }

  /** Notes a blank row. */
  blank(): void {
    this.state.afterBlank = true;
  }

  /** Takes a suspect for a row after all. */
  forgetSuspect(): void {
    this.state.suspectWidth = 0;
  }

  /** Whether the record at this place has to be looked at; almost none has. */
  wants(text: string, start: number): boolean {
    if (this.state.afterBlank || this.state.suspectWidth > 0) return true;
    const code = text.charCodeAt(start);
    const from = code === 0x22 || code === 0x27 ? start + 1 : start;
    return this.#firsts.some((first) => text.startsWith(first, from));
  }

  /** Looks at a record that is not blank. */
  look(cells: readonly string[]): Verdict {
    for (const cell of cells) this.steps += LOOK_PASSES * cell.length + LOOK_STEPS;
    const { afterBlank, suspectWidth } = this.state;
    this.state.afterBlank = false;
    this.state.suspectWidth = 0;
    const width = cells.findLastIndex((cell) => cell.trim() !== "") + 1;
    if (suspectWidth > 0 && width === suspectWidth) return "confirmed";
    if (this.#headers.includes(signatureOf(cells))) return "end";
    if (!afterBlank || width < 2 || cells.some(isValueLike)) return "row";
    if (cells.filter(this.isKnown).length >= 2) return "end";
    if (width === this.width || !looksLikeHeader(cells)) return "row";
    this.state.suspectWidth = width;
    return "suspect";
  }
}

function signatureOf(cells: readonly string[]): string {
  return joinHeader([cells]).join("\u001f").toLowerCase();
}
