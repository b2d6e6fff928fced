/** What an operator should know about how a file was read, in sentences. */
import type { ScanState } from "./scan_state.ts";

/** Notes on a finished scan, in the order of the file. */
export function notesOf(scan: ScanState, lines: number): string[] {
  return [...encodingNotes(scan), ...tableNotes(scan, lines)];
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

function tableNotes({ table }: ScanState, lines: number): string[] {
  if (table === null) return [];
  const { headerLine, header, blankRows, second } = table;
  const notes = [...preambleNote(headerLine - 1), ...headerNote(header.length), ...blankRowsNote(blankRows)];
  if (second !== null) {
    const { line } = second;
    notes.push(
      `A second table begins on line ${line}; from there on ${
        were(lines - line + 1, "line", "lines")
      } not read.`,
    );
  }
  return notes;
}

/** Says how many lines stand above the header. */
function preambleNote(lines: number): string[] {
  return lines > 0 ? [`${were(lines, "line above the header", "lines above the header")} passed over.`] : [];
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
