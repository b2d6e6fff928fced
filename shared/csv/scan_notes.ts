/** What an operator should know about how a file was read, in sentences. */
import type { ScanState } from "./scan_state.ts";

/** Notes on a finished scan, in the order of the file. */
export function notesOf(scan: ScanState, lines: number): string[] {
  return [...encodingNotes(scan), ...tableNotes(scan, lines)];
}

function encodingNotes({ encoding, invalidByte, given, mark }: ScanState): string[] {
  if (invalidByte < 0) return [];
  if (encoding === "windows-1252" && given.encoding === undefined) {
    return [`Read as Windows-1252: byte ${invalidByte} is not valid UTF-8.`];
  }
  const said = mark.bom ? "its byte order mark" : "its source";
  return [
    `Byte ${invalidByte} is not valid UTF-8, though ${said} says so: rows with such bytes are refused.`,
  ];
}

function tableNotes({ table }: ScanState, lines: number): string[] {
  if (table === null) return [];
  const notes: string[] = [];
  const preamble = table.headerLine - 1;
  if (preamble > 0) notes.push(`${count(preamble, "line")} above the header passed over.`);
  if (table.header.length > 1) {
    notes.push(`The header takes up ${table.header.length} lines; they were joined.`);
  }
  if (table.blankRows > 0) notes.push(`${count(table.blankRows, "blank row")} passed over.`);
  if (table.second !== null) {
    const { line } = table.second.place;
    const left = lines - line + 1;
    notes.push(`A second table begins on line ${line}; from there on ${count(left, "line")} not read.`);
  }
  return notes;
}

function count(number: number, what: string): string {
  return number === 1 ? `1 ${what} was` : `${number} ${what}s were`;
}
