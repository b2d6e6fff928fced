/** Counts of one slice while it is validated. Whole, whatever is kept row by row. */

/** What `intake.finish_slice` takes. */
export interface SliceResult {
  readonly valid: number;
  readonly invalid: number;
  /** Lines of a replay that are no rows. */
  readonly remarks: number;
  readonly code_counts: Readonly<Record<string, number>>;
  readonly warning_counts: Readonly<Record<string, number>>;
}

/** Counts rows by outcome. A row with several problems counts under its first. */
export class Tally {
  #valid = 0;
  #invalid = 0;
  #remarks = 0;
  #codes: Record<string, number> = {};
  #warnings: Record<string, number> = {};

  /** A row that passed. */
  countValid(): void {
    this.#valid += 1;
  }

  /** A rejected row, by its first code. */
  countInvalid(code: string): void {
    this.#invalid += 1;
    this.#codes[code] = (this.#codes[code] ?? 0) + 1;
  }

  /** A line that is no row, though the scan counted it as one. */
  countRemark(): void {
    this.#remarks += 1;
  }

  /** Something odd about a row that passed, or about so many of its cells. */
  countWarning(code: string, times = 1): void {
    if (times > 0) this.#warnings[code] = (this.#warnings[code] ?? 0) + times;
  }

  /** Rows rejected so far. */
  get invalid(): number {
    return this.#invalid;
  }

  /** The counts, to be sent. */
  result(): SliceResult {
    return {
      valid: this.#valid,
      invalid: this.#invalid,
      remarks: this.#remarks,
      code_counts: this.#codes,
      warning_counts: this.#warnings,
    };
  }
}
