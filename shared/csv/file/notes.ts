/** What an operator should know about how a file was read, in sentences. */
import type { RowsAbove } from "../detect/header_find.ts";
import type { UnreadLines } from "./scan.ts";
import type { ScanState } from "./scan_state.ts";

/** Notes on a finished scan, in the order of the file. */
export function notesOf(scan: ScanState): string[] {
  return [...encodingNotes(scan), ...tableNotes(scan)];
}

function encodingNotes({ encoding, invalidByte, given, mark, sequences }: ScanState): string[] {
  if (invalidByte < 0) return [];
  if (encoding === "windows-1252" && given.encoding === undefined) {
    return [`Read as Windows-1252: byte ${invalidByte} is not valid UTF-8.`];
  }
  const why = mark.bom
    ? "though its byte order mark says so"
    : given.encoding !== undefined
    ? "though its source says so"
    : `though ${sequences.valid} of ${sequences.valid + sequences.invalid} characters beyond ASCII are`;
  return [`Byte ${invalidByte} is not valid UTF-8, ${why}: rows with such bytes are refused.`];
}

function tableNotes({ table }: ScanState): string[] {
  if (table === null) return [];
  const { headerLine, header, headers, titles, blankRows, above, unread } = table;
  return [
    ...preambleNote(headerLine - 1),
    ...aboveNote(above),
    ...headerNote(header.length),
    ...repeatedNote(headers, titles),
    ...blankRowsNote(blankRows),
    ...unreadNote(unread),
  ];
}

/** Says how often the header is repeated. */
function repeatedNote(headers: number, titles: number): string[] {
  if (headers === 0) return [];
  const what = headers === 1 ? "1 repeated header line" : `${headers} repeated header lines`;
  if (titles === 0) return [`${what} ${headers === 1 ? "was" : "were"} passed over.`];
  return [`${what} and ${titles === 1 ? "1 title above" : `${titles} titles above`} were passed over.`];
}

/** Says what was not read. */
function unreadNote(unread: UnreadLines | null): string[] {
  if (unread === null) return [];
  const { line, lines, table } = unread;
  if (table) {
    return [`A second table begins on line ${line}; from there on ${were(lines, "line", "lines")} not read.`];
  }
  return [`Below the table, from line ${line} on, ${were(lines, "line", "lines")} not read.`];
}

/** Says how many lines stand above the header. */
function preambleNote(lines: number): string[] {
  return lines > 0 ? [`${were(lines, "line above the header", "lines above the header")} passed over.`] : [];
}

/** Says that rows stand above the header. */
function aboveNote(above: RowsAbove | null): string[] {
  if (above === null) return [];
  return [
    `Above the header, from line ${above.line} on, ${were(above.lines, "line", "lines")} not read though ` +
    `${
      above.lines === 1 ? "it looks like a row" : "they look like rows"
    }: the header belongs above all rows.`,
  ];
}

/** Says that a header has more than one line. */
function headerNote(lines: number): string[] {
  return lines > 1 ? [`The header takes up ${lines} lines; they were joined.`] : [];
}

/** Says how many blank rows there are. */
function blankRowsNote(rows: number): string[] {
  return rows > 0 ? [`${were(rows, "blank row", "blank rows")} passed over.`] : [];
}

function were(number: number, one: string, many: string): string {
  return number === 1 ? `1 ${one} was` : `${number} ${many} were`;
}
