/** Good files from a seed, and what spreadsheets and editors do to them. */

/** Rows of cells; the first is the header. */
export type Table = readonly (readonly string[])[];
/** A number from 0, below another. */
export type Random = (below: number) => number;

/** The header of every good file. */
export const HEADER = ["Case Number", "Plaintiff", "Defendant", "Amount", "Judgment Date", "County"];

/** Numbers from a seed (mulberry32), the same in every run. */
export function randomOf(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const PARTIES = [
  "Muñoz, N.A.",
  'Joe\'s "Grill"',
  "O'Hara & Sons",
  "Harbor Lane Credit LLC",
  "-Minus Inc",
  "Null Corp",
];
const party = (random: Random) => `${PARTIES[random(PARTIES.length)]} ${random(1000)}`;
const two = (number: number) => String(number).padStart(2, "0");

/** Twenty to fifty rows in the plainest writing; their case numbers begin with a word, if one is given. */
export function goodTable(random: Random, word = ""): Table {
  const rows = Array.from({ length: 20 + random(31) }, (_, i) => [
    `${word}${2000 + random(24)}-CV-${String(i).padStart(4, "0")}`,
    party(random),
    party(random),
    `${1000 + random(900_000)}.${two(random(100))}`,
    `${2000 + random(24)}-${two(1 + random(12))}-${two(1 + random(28))}`,
    ["Kings", "Queens", ""][random(3)] ?? "",
  ]);
  return [HEADER, ...rows];
}

/** A table as text. */
export function csv(table: Table, delimiter = ",", newline = "\n", quoteAll = false): string {
  const cell = (text: string) =>
    quoteAll || /["\r\n']/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
  return table.map((row) => row.map(cell).join(delimiter) + newline).join("");
}

/** UTF-8 bytes. */
export const encode = (text: string) => new TextEncoder().encode(text);
const rowsOf = (table: Table, change: (row: readonly string[], at: number) => readonly string[]): Table =>
  table.map((row, at) => at === 0 ? row : change(row, at));
const withCell = (column: number, change: (cell: string, at: number) => string) => (table: Table) =>
  rowsOf(table, (row, at) => row.with(column, change(row[column] ?? "", at)));

/** What happens to files. Each gives the bytes as they are sent afterwards. */
export const HARMS: Readonly<Record<string, (table: Table, random: Random) => Uint8Array<ArrayBuffer>>> = {
  "saved again with another delimiter": (table, random) =>
    encode(csv(table, [",", ";", "\t", "|"][random(4)], random(2) === 0 ? "\r\n" : "\n", random(2) === 0)),
  "a mark added": (table) => encode(`\ufeff${csv(table, ",", "\r\n")}`),
  "saved as UTF-16": (table) => {
    const text = `\ufeff${csv(table, "\t", "\r\n")}`;
    return Uint8Array.from([...text].flatMap((sign) => [sign.charCodeAt(0) & 0xff, sign.charCodeAt(0) >> 8]));
  },
  "sorted": (table, random) => {
    const column = random(HEADER.length);
    return encode(
      csv([HEADER, ...table.slice(1).toSorted((a, b) => (a[column] ?? "") < (b[column] ?? "") ? -1 : 1)]),
    );
  },
  "a column inserted": (table, random) => {
    const at = random(HEADER.length + 1);
    return encode(csv(table.map((row, n) => row.toSpliced(at, 0, n === 0 ? "Remarks" : "seen"))));
  },
  "columns in another order": (table, random) => {
    const order = HEADER.map((_, column) => column).toSorted(() => random(3) - 1);
    return encode(csv(table.map((row) => order.map((column) => row[column] ?? ""))));
  },
  "pages joined": (table, random) => {
    const at = 2 + random(table.length - 3);
    return encode(csv([...table.slice(0, at), HEADER, ...table.slice(at)]));
  },
  "a second table of other columns appended": (table) => {
    const other = table.slice(1, 6).map((
      [number = "", a = "", b = "", ...rest],
    ) => [`${number}X`, b, a, ...rest]);
    const header = ["Docket", "Defendant", "Plaintiff", ...HEADER.slice(3)];
    return encode(csv([...table, header, ...other]));
  },
  "dates turned, day first": (table) =>
    encode(csv(withCell(4, (date) => date.split("-").toReversed().join("."))(table))),
  "dates as day numbers": (table) =>
    encode(csv(withCell(4, (date) => String(Date.parse(date) / 86_400_000 + 25_569))(table))),
  "amounts with a decimal comma or lost zeros": (table, random) => {
    const isComma = random(2) === 0;
    const change = (amount: string) => isComma ? amount.replace(".", ",") : String(Number(amount));
    return encode(csv(withCell(3, change)(table), ";"));
  },
  "cells joined in one": (table, random) => {
    const at = 1 + random(table.length - 2);
    const next = table[at + 1] ?? [];
    const joined = rowsOf(
      table,
      (row, n) => n === at ? row.map((cell, column) => `${cell}\n${next[column]}`) : row,
    );
    return encode(csv(joined.toSpliced(at + 1, 1)));
  },
  "placeholders and invisible signs put in": (table, random) => {
    const at = 1 + random(table.length - 1);
    return encode(
      csv(
        rowsOf(
          table,
          (row, n) => n === at ? row.with(random(3), "#N/A") : row.map((c) => `\u200b${c}\u00a0`),
        ),
      ),
    );
  },
  "blank lines and a total below": (table) => encode(`${csv(table)}\n,,,,,\nTotal: ${table.length - 1}\n`),
};
