/** The cells of a record the finder has found. */
import { readLineCells } from "./line_cells.ts";
import type { Find, RecordFinder } from "./record_finder.ts";

/** Cells as they stand, before anyone asks how many there should be. The finder must be one that takes records apart. */
export function cellsOf(finder: RecordFinder, find: Find, text: string, start: number): string[] {
  if (find === "quoted") return finder.cells;
  const line = text.slice(start, finder.end);
  return find === "plain" ? line.split(finder.grammar.delimiter) : readLineCells(line, finder.grammar).cells;
}
