/** Rows on the bench: what was changed, which are good by now, and what is wrong with the others. Without a page. */
import type { MendedRow, MendRules, RejectedRow } from "../../../shared/intake/mend.ts";
import type { RowIssue } from "../../../shared/judgments/mod.ts";

/** Rejects that have the same thing wrong with the same field. */
export interface Group {
  readonly key: string;
  readonly code: string;
  readonly field: string | null;
  /** Numbers of its rows on the bench, in file order. */
  readonly rows: readonly number[];
}

/** Holds the rows of a batch while somebody puts them right. Changes in place: a hundred thousand rows are not copied. */
export class Bench {
  readonly groups: readonly Group[];
  readonly #changed = new Map<number, readonly string[]>();
  readonly #lookedAt = new Set<number>();
  readonly #good = new Set<number>();

  constructor(readonly rows: readonly RejectedRow[], readonly rules: MendRules) {
    const all = Map.groupBy(rows.keys(), (at) => `${rows[at]?.code} ${rows[at]?.field ?? ""}`);
    this.groups = [...all].map(([key, members]) => {
      const first = rows[members[0] ?? -1];
      return { key, code: first?.code ?? "", field: first?.field ?? null, rows: members };
    }).sort((a, b) => b.rows.length - a.rows.length);
    for (const at of rows.keys()) this.#judge(at);
  }

  /** Rows that would be taken as they stand now. */
  get good(): number {
    return this.#good.size;
  }

  /** Whether anything would be lost by leaving. */
  get isTouched(): boolean {
    return this.#changed.size > 0 || this.#lookedAt.size > 0;
  }

  isGood(at: number): boolean {
    return this.#good.has(at);
  }

  cellsOf(at: number): readonly string[] {
    return this.#changed.get(at) ?? this.#row(at).cells;
  }

  problemsOf(at: number): readonly RowIssue[] {
    return this.rules.problemsOf(this.#row(at), this.cellsOf(at), this.#lookedAt.has(at));
  }

  mayChange(at: number, column: number): boolean {
    return this.rules.mayChange(this.#row(at), column);
  }

  /** Writes into a cell. */
  write(at: number, column: number, value: string): void {
    if (!this.mayChange(at, column)) return;
    const cells = [...this.cellsOf(at)];
    while (cells.length < column) cells.push("");
    cells[column] = value;
    this.#changed.set(at, cells);
    this.#lookedAt.add(at);
    this.#judge(at);
  }

  /** Writes the same into a column of all rows of a group that are not good yet. @returns how many there were. */
  writeAll(group: Group, column: number, value: string): number {
    const rows = group.rows.filter((at) => !this.#good.has(at) && this.mayChange(at, column));
    for (const at of rows) this.write(at, column, value);
    return rows.length;
  }

  /** Says of rows whose form was broken that their cells stand where they belong. */
  confirm(group: Group): void {
    for (const at of group.rows) {
      this.#lookedAt.add(at);
      this.#judge(at);
    }
  }

  /** Takes back what was done to a row. */
  undo(at: number): void {
    this.#changed.delete(at);
    this.#lookedAt.delete(at);
    this.#judge(at);
  }

  isChanged(at: number): boolean {
    return this.#changed.has(at);
  }

  /** The rows that would be taken, in file order. */
  mended(): MendedRow[] {
    return [...this.rows.keys()].filter((at) => this.#good.has(at)).map((at) => ({
      number: this.#row(at).number,
      cells: this.cellsOf(at),
    }));
  }

  #judge(at: number): void {
    if (this.problemsOf(at).length === 0) this.#good.add(at);
    else this.#good.delete(at);
  }

  #row(at: number): RejectedRow {
    const row = this.rows[at];
    if (row === undefined) throw new Error(`Cannot mend row ${at}: there is none on the bench`);
    return row;
  }
}

/**
 * How many more rows have to be put right before a refused batch keeps its budget; 0 where that is no question.
 *
 * @param open rejects that nothing has put right yet
 */
export function stillNeeded(
  batch: {
    readonly rejection_code: string | null;
    readonly row_count_total: number;
    readonly error_threshold_percent: number;
  },
  open: number,
): number {
  if (batch.rejection_code !== "ERROR_BUDGET_EXCEEDED") return 0;
  return Math.max(0, open - Math.floor(batch.error_threshold_percent * batch.row_count_total / 100));
}
