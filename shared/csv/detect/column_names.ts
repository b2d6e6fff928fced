/** What the caller knows of column names: the reader itself knows none. */

/** Names of columns, and what they mean. */
export interface ColumnNames {
  /** Whether a cell is the name of a column. */
  isKnown(cell: string): boolean;
  /** The field a cell names, whatever its source calls it besides; null for none. The same cell, the same answer. */
  fieldOf(cell: string): string | null;
  /**
   * The field each cell of a header is read as: of several that name one, the one that would be. The same cells, the
   * same answer.
   */
  fieldsOf(cells: readonly string[]): (string | null)[];
  /** Whether these columns are all that a row needs. */
  isWhole(header: readonly string[]): boolean;
}

/** Names of which no more is known than that they are names. */
export function namesOnly(isKnown: (cell: string) => boolean = () => false): ColumnNames {
  return { isKnown, fieldOf: () => null, fieldsOf: (cells) => cells.map(() => null), isWhole: () => false };
}
