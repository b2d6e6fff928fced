/** What the reader of separated text is told of column names: those of judgments, and those a repair has besides. */
import type { ColumnNames } from "../csv/mod.ts";
import {
  fieldOfHeader,
  fieldsOfHeader,
  foldHeader,
  type HeaderOverrides,
  mapHeader,
} from "../judgments/mod.ts";
import { isErrorColumn, splitReplayHeader } from "./replay.ts";

/** Known names without which it need not be asked whether a header is whole. */
const FEWEST_NAMES = 4;

/**
 * The names of a file's columns. A field is what everybody calls it; what else a source calls it helps to find the
 * header. kind: a replay is a corrected errors.csv.
 */
export function knownColumns(kind: "drop" | "replay", overrides: HeaderOverrides = {}): ColumnNames {
  const own = new Set(
    Object.entries(overrides).filter(([, field]) => field !== null).map(([name]) => foldHeader(name)),
  );
  const isOurs = (cell: string) => kind === "replay" && isErrorColumn(cell);
  const isKnown = (cell: string) => isOurs(cell) || fieldOfHeader(cell) !== null || own.has(foldHeader(cell));
  return {
    isKnown,
    fieldOf: (cell) => isOurs(cell) ? cell.trim().toLowerCase() : fieldOfHeader(cell),
    fieldsOf(cells) {
      const fields = fieldsOfHeader(cells.map((cell) => isOurs(cell) ? "" : cell));
      return cells.map((cell, column) => isOurs(cell) ? cell.trim().toLowerCase() : fields[column] ?? null);
    },
    isWhole(header) {
      if (header.filter(isKnown).length < FEWEST_NAMES) return false;
      const cells = kind === "replay" ? splitReplayHeader(header)?.header : header;
      return cells !== undefined && mapHeader(cells, overrides).missing.length === 0;
    },
  };
}
