/**
 * The header's cells kept as bytes: whether a file is UTF-8 or Windows-1252 is known only at its end, and the
 * header is read then.
 */
import { type Block, decodeBlock } from "../text/block.ts";
import { recode } from "../text/bytewise.ts";
import type { Encoding } from "../dialect.ts";
import type { Grammar } from "../records/grammar.ts";
import { joinHeader } from "./header_find.ts";
import { cellsOf } from "../records/cells.ts";
import { RecordFinder } from "../records/record_finder.ts";
import { foldCell, plainCell, type TableHeader } from "../rows/table_lines.ts";

/** Cells of each line of a header; one character a byte unless the file is UTF-16. */
export type HeaderLines = string[][];

/**
 * Reads the lines of a header.
 *
 * @param bytes From the header's first byte on.
 * @param count Records it has.
 */
export function readHeaderLines(
  bytes: Uint8Array,
  encoding: Encoding,
  grammar: Grammar,
  count: number,
): HeaderLines {
  const block: Block = decodeBlock(bytes, 0, isWide(encoding) ? encoding : "windows-1252", true);
  const finder = new RecordFinder(grammar, null, true);
  finder.load(block, true);
  const lines: HeaderLines = [];
  for (let at = 0; lines.length < count; at = finder.next) {
    const find = finder.find(at);
    if (find === "more") break;
    lines.push(cellsOf(finder, find, block.text, at));
  }
  return lines;
}

/** The header's cells in the encoding the file turned out to have. */
export function headerCells(lines: HeaderLines, encoding: Encoding): string[] {
  return joinHeader(isWide(encoding) ? lines : lines.map((cells) => recodeAll(cells, encoding)));
}

/** The header as later lines are held against it, whatever the encoding turns out to be. */
export function tableHeader(
  lines: HeaderLines,
  encoding: Encoding,
  fieldsOf: (cells: readonly string[]) => (string | null)[],
): TableHeader {
  const plain = isWide(encoding) ? lines : lines.map((cells) => cells.map(plainCell));
  const folded = plain.map((cells) => {
    const all = cells.map(foldCell);
    return all.slice(0, all.findLastIndex((cell) => cell !== "") + 1);
  });
  return { lines: folded, fields: fieldsOf(joinHeader(folded)) };
}

function recodeAll(cells: readonly string[], encoding: Encoding): string[] {
  return encoding === "windows-1252" ? [...cells] : cells.map((cell) => recode(cell, encoding));
}

function isWide(encoding: Encoding): boolean {
  return encoding === "utf-16le" || encoding === "utf-16be";
}
