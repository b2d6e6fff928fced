/** Where the header stands, what stands above it, and where its table ends. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { HEADER, read, scan, utf8 } from "../reading.ts";

const ROW = "1,Acme,Bob,10.00,2024-01-15";
const NAMES = HEADER.split(",");

interface Case {
  file: string;
  header: string[];
  line: number;
  rows: number;
  notes?: string[];
}

const FOUND: Record<string, Case> = {
  "on the first line": { file: `${HEADER}\n${ROW}\n`, header: NAMES, line: 1, rows: 1 },
  "on the only line": { file: HEADER, header: NAMES, line: 1, rows: 0 },
  "below blank lines": {
    file: `\n  \n${HEADER}\n${ROW}\n`,
    header: NAMES,
    line: 3,
    rows: 1,
    notes: ["2 lines above the header were passed over."],
  },
  "below lines with trailing delimiters": {
    file: `Report generated 2024-01-01,,,,\nBy:,admin,,,\n,,,,\n${HEADER}\n${ROW}\n`,
    header: NAMES,
    line: 4,
    rows: 1,
    notes: ["3 lines above the header were passed over."],
  },
  "below a line with commas in it": {
    file: `Kings, State of New York, Part 12, Room 3, Floor 1\n${HEADER}\n${ROW}\n`,
    header: NAMES,
    line: 2,
    rows: 1,
    notes: ["1 line above the header was passed over."],
  },
  "below a line that has one of its words": {
    file: `County,Kings\n${HEADER}\n${ROW}\n`,
    header: NAMES,
    line: 2,
    rows: 1,
    notes: ["1 line above the header was passed over."],
  },
  "over two lines": {
    file: `Case,Plaintiff,Defendant,Judgment,Judgment\nNumber,Name,Name,Amount,Date\n${ROW}\n`,
    header: ["Case Number", "Plaintiff Name", "Defendant Name", "Judgment Amount", "Judgment Date"],
    line: 1,
    rows: 1,
    notes: ["The header takes up 2 lines; they were joined."],
  },
  "over three lines, below a title": {
    file:
      `Judgments,,,,\nCase,Plaintiff,Defendant,,Judgment\n,,,Judgment,\nNumber,Name,Name,Amount,Date\n${ROW}\n`,
    header: ["Case Number", "Plaintiff Name", "Defendant Name", "Judgment Amount", "Judgment Date"],
    line: 2,
    rows: 1,
    notes: ["1 line above the header was passed over.", "The header takes up 3 lines; they were joined."],
  },
  "below a line of groups": {
    file: `,Parties,,Money,\n${HEADER}\n${ROW}\n`,
    header: NAMES,
    line: 2,
    rows: 1,
    notes: ["1 line above the header was passed over."],
  },
  "with newlines in its cells": {
    file: `"Case\nNumber",Plaintiff,"Defendant  \n Name",Amount,"Judgment\r\nDate"\n${ROW}\n`,
    header: ["Case Number", "Plaintiff", "Defendant Name", "Amount", "Judgment Date"],
    line: 1,
    rows: 1,
  },
  "with empty cells at its end": { file: `${HEADER},,\n${ROW}\n${ROW},,\n`, header: NAMES, line: 1, rows: 2 },
  "with empty cells inside": {
    file: `,case_number,,amount\n0,1,x,10\n`,
    header: ["", "case_number", "", "amount"],
    line: 1,
    rows: 1,
  },
  "twice in a row": {
    file: `${HEADER}\n${HEADER}\n${ROW}\n`,
    header: NAMES,
    line: 1,
    rows: 1,
    notes: ["1 repeated header line was passed over."],
  },
  "of a single column": { file: `case_number\n1\n2\n`, header: ["case_number"], line: 1, rows: 2 },
  "of names nobody knows": {
    file: `Vorname,Nachname,Betrag\nJan,Voss,10\nUwe,Thies,20\n`,
    header: ["Vorname", "Nachname", "Betrag"],
    line: 1,
    rows: 2,
  },
  "of names nobody knows, below a title": {
    file: `Liste vom Januar\n\nVorname;Nachname;Betrag\nJan;Voss;10,5\nUwe;Thies;20,5\n`,
    header: ["Vorname", "Nachname", "Betrag"],
    line: 3,
    rows: 2,
    notes: ["2 lines above the header were passed over."],
  },
};

for (const [name, { file, header, line, rows, notes }] of Object.entries(FOUND)) {
  Deno.test(`FileScanner finds a header ${name}`, () => {
    const { found, rows: got } = read(file);
    assertEquals(found.problem, null);
    assertEquals(found.header, header);
    assertEquals(found.dialect.header_line, line);
    assertEquals(found.dialect.preamble_lines, line - 1);
    assertEquals(found.headerWidth, header.length);
    assertEquals(found.notes, notes ?? []);
    assertEquals(got.map((row) => row.code), Array.from({ length: rows }, () => null));
  });
}

Deno.test("FileScanner makes every row TOO_MANY_FIELDS when unquoted thousands commas add a cell to each", () => {
  const { found, rows } = read(
    `${HEADER}\n1,Acme,Bob,$1,000.00,2024-01-15\n2,Beta,Carl,$2,000.00,2024-01-16\n`,
  );
  assertEquals(found.header, NAMES);
  assertEquals(rows.map((row) => row.code), ["TOO_MANY_FIELDS", "TOO_MANY_FIELDS"]);
});

const NOT_FOUND: Record<string, { file: string; reason: string; detail: RegExp; rows?: number }> = {
  "no bytes": { file: "", reason: "empty", detail: /no text/ },
  "a mark alone": { file: "\ufeff", reason: "empty", detail: /no text/ },
  "blank lines alone": { file: "\n\r\n  \n,,,\n", reason: "empty", detail: /blank lines/ },
  "data from the first line": {
    file: `2024-CV-1,Acme,Bob,10.00,2024-01-15\n`,
    reason: "no_header",
    detail: /line 1/,
    rows: 1,
  },
  "data below blank lines": {
    file: `\n\n2024-CV-1,Acme,Bob,10.00,2024-01-15\n`,
    reason: "no_header",
    detail: /line 3/,
    rows: 1,
  },
  "a title and data": {
    file: `Judgments\n2024-CV-1,Acme,Bob,10.00,2024-01-15\n2024-CV-2,Acme,Bob,10.00,2024-01-15\n`,
    reason: "no_header",
    detail: /line 1/,
    rows: 3,
  },
  "64 kB without a line end": { file: "x".repeat(100_000), reason: "no_header", detail: /64 kB/ },
  "a spreadsheet": { file: "PK\u0003\u0004....xl/workbook.xml", reason: "unreadable", detail: /xlsx/ },
};

for (const [name, { file, reason, detail, rows }] of Object.entries(NOT_FOUND)) {
  Deno.test(`FileScanner finds no header in ${name} and invents none`, () => {
    const found = scan(utf8(file));
    assertEquals(found.problem?.reason, reason);
    assert(detail.test(found.problem?.detail ?? ""), found.problem?.detail);
    assertEquals(found.header, []);
    assertEquals(found.rows, rows ?? 0);
    assertEquals(found.dialect.header_line, 0);
    assertEquals(found.bytes, utf8(file).length);
  });
}

Deno.test("FileScanner takes rows below a blank line for rows as long as they could be", () => {
  const odd = [
    "\nunknown,Acme,Bob,,\n",
    "\nTotal,two\n",
    "\nunknown,Acme,Bob,ten,never\n",
    "\nEnd of report\n",
  ];
  for (const below of odd) {
    const { rows, found } = read(`${HEADER}\n${ROW}\n${below}${ROW}\n`);
    assertEquals(rows.length, 3, below);
    assertEquals(found.notes, ["1 blank row was passed over."]);
  }
});

Deno.test("FileScanner takes a row that holds names of columns for a row where no blank line stands above", () => {
  const { rows } = read(`${HEADER}\n${ROW}\ncourt,plaintiff,county,,\n${ROW}\n`);
  assertEquals(rows.length, 3);
});
