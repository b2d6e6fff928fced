/** Every way a file may be written, with real bytes. */
import { assertEquals } from "deno-std/assert/equals.js";
import type { Dialect } from "../../../../shared/csv/mod.ts";
import { brief, HEADER, isKnownHeader, join, latin1, PLAIN, read, utf16, utf8 } from "../reading.ts";

interface Case {
  file: Uint8Array | string;
  dialect?: Partial<Dialect>;
  /** Cells of the rows; a row that is a string instead names its problem. */
  rows: (string[] | string)[];
}

const ROW = ["1", "Acme", "Bob", "10.00", "2024-01-15"];
const NOVEL = ["2", "Beta, Inc", 'The "Best"', "20.00", "2024-01-16"];
const H = HEADER;

const CASES: Record<string, Case> = {
  "commas and LF": { file: `${H}\n1,Acme,Bob,10.00,2024-01-15\n`, rows: [ROW] },
  "no line end after the last row": { file: `${H}\n1,Acme,Bob,10.00,2024-01-15`, rows: [ROW] },
  "commas and CRLF": {
    file: `${H}\r\n1,Acme,Bob,10.00,2024-01-15\r\n2,"Beta, Inc","The ""Best""",20.00,2024-01-16\r\n`,
    dialect: { newline: "\r\n" },
    rows: [ROW, NOVEL],
  },
  "commas and CR": {
    file: `${H}\r1,Acme,Bob,10.00,2024-01-15\r2,"Beta, Inc","The ""Best""",20.00,2024-01-16\r`,
    dialect: { newline: "\r" },
    rows: [ROW, NOVEL],
  },
  "line ends of all three kinds in one file": {
    file: `${H}\r\n1,Acme,Bob,10.00,2024-01-15\n1,Acme,Bob,10.00,2024-01-15\r1,Acme,Bob,10.00,2024-01-15\r\n`,
    dialect: { newline: "\r\n" },
    rows: [ROW, ROW, ROW],
  },
  "semicolons, with decimal commas": {
    file: `${H.replaceAll(",", ";")}\n1;Acme;Bob;10,00;2024-01-15\n2;"a;b";c;1,5;2024-01-16\n`,
    dialect: { delimiter: ";" },
    rows: [["1", "Acme", "Bob", "10,00", "2024-01-15"], ["2", "a;b", "c", "1,5", "2024-01-16"]],
  },
  "tabs, with commas in values": {
    file: `${H.replaceAll(",", "\t")}\n1\tAcme, Inc\tBob\t$1,000.00\t2024-01-15\n`,
    dialect: { delimiter: "\t" },
    rows: [["1", "Acme, Inc", "Bob", "$1,000.00", "2024-01-15"]],
  },
  "vertical bars": {
    file: `${H.replaceAll(",", "|")}\n1|Acme|Bob|10.00|2024-01-15\n2|"a|b"|c|1|2024-01-16\n`,
    dialect: { delimiter: "|" },
    rows: [ROW, ["2", "a|b", "c", "1", "2024-01-16"]],
  },
  "commas with a space behind each": {
    file: `${
      H.replaceAll(",", ", ")
    }\n1, Acme, Bob, 10.00, 2024-01-15\n2, "Beta, Inc", "The ""Best""", 20.00, 2024-01-16\n`,
    dialect: { delimiter: ", " },
    rows: [ROW, NOVEL],
  },
  "commas with a space behind each, thousands commas without": {
    file: `${
      H.replaceAll(",", ", ")
    }\n1, Acme, Bob, $1,000.00, 2024-01-15\n2, Acme, Bob, $2,000.00, 2024-01-15\n`,
    dialect: { delimiter: ", " },
    rows: [["1", "Acme", "Bob", "$1,000.00", "2024-01-15"], ["2", "Acme", "Bob", "$2,000.00", "2024-01-15"]],
  },
  "a space in the header only": {
    file: `${H.replaceAll(",", ", ")}\n1,Acme,Bob,10.00,2024-01-15\n1,Acme,Bob,10.00,2024-01-15\n`,
    rows: [ROW, ROW],
  },
  "spaces": {
    file: `${
      H.replaceAll(",", " ")
    }\n1 Acme Bob 10.00 2024-01-15\n2 "Beta, Inc" "The ""Best""" 20.00 2024-01-16\n`,
    dialect: { delimiter: " " },
    rows: [ROW, NOVEL],
  },
  "single quotes": {
    file: `${H}\n'1','Acme','Bob','10.00','2024-01-15'\n'2','Beta, Inc','O''Brien','20.00','2024-01-16'\n`,
    dialect: { quote: "'", escape: "'" },
    rows: [ROW, ["2", "Beta, Inc", "O'Brien", "20.00", "2024-01-16"]],
  },
  "single quotes where they are needed only": {
    file: `${H}\n1,'Acme, Inc',Bob,10.00,2024-01-15\n2,Beta,Carl,20.00,2024-01-16\n`,
    dialect: { quote: "'", escape: "'" },
    rows: [["1", "Acme, Inc", "Bob", "10.00", "2024-01-15"], ["2", "Beta", "Carl", "20.00", "2024-01-16"]],
  },
  "apostrophes are no quotes": {
    file: `${H}\n1,Jane's Hardware,O'Brien,10.00,2024-01-15\n2,'Til Death LLC,Bob,20.00,2024-01-16\n`,
    rows: [
      ["1", "Jane's Hardware", "O'Brien", "10.00", "2024-01-15"],
      ["2", "'Til Death LLC", "Bob", "20.00", "2024-01-16"],
    ],
  },
  "everything quoted, CRLF": {
    file: `"${H.replaceAll(",", '","')}"\r\n"1","Acme","Bob","10.00","2024-01-15"\r\n`,
    dialect: { newline: "\r\n" },
    rows: [ROW],
  },
  "quotes escaped by a backslash": {
    file: `${H}\n1,Acme,Bob,10.00,2024-01-15\n2,"Beta, Inc","The \\"Best\\"",20.00,2024-01-16\n`,
    dialect: { escape: "\\" },
    rows: [ROW, NOVEL],
  },
  "a backslash that ends a value is none": {
    file: `${H}\n1,"C:\\dir\\",Bob,10.00,2024-01-15\n2,"D:\\",Carl,20.00,2024-01-16\n`,
    rows: [["1", "C:\\dir\\", "Bob", "10.00", "2024-01-15"], ["2", "D:\\", "Carl", "20.00", "2024-01-16"]],
  },
  "quoted newlines of every kind": {
    file: `${H}\r\n1,"Acme\r\nInc","B\no\rb",10.00,2024-01-15\r\n1,Acme,Bob,10.00,2024-01-15\r\n`,
    dialect: { newline: "\r\n" },
    rows: [["1", "Acme\r\nInc", "B\no\rb", "10.00", "2024-01-15"], ROW],
  },
  "a hint for spreadsheets": {
    file: `sep=;\r\n${H.replaceAll(",", ";")}\r\n1;Acme;Bob;10.00;2024-01-15\r\n`,
    dialect: { delimiter: ";", newline: "\r\n", header_line: 2, preamble_lines: 1 },
    rows: [ROW],
  },
  "UTF-8 without a mark": {
    file: `${H}\n1,Café Señor €,Bob,10.00,2024-01-15\n`,
    rows: [["1", "Café Señor €", ...ROW.slice(2)]],
  },
  "UTF-8 with a mark": {
    file: join([0xef, 0xbb, 0xbf], `${H}\n1,Café,Bob,10.00,2024-01-15\n`),
    dialect: { bom: true },
    rows: [["1", "Café", ...ROW.slice(2)]],
  },
  "UTF-8 with a mark, one row damaged": {
    file: join(
      [0xef, 0xbb, 0xbf],
      `${H}\n1,Café,Bob,10.00,2024-01-15\n1,Caf`,
      [0xe9],
      `,Bob,1,2\n1,Acme,Bob,10.00,2024-01-15\n`,
    ),
    dialect: { bom: true },
    rows: [["1", "Café", ...ROW.slice(2)], "INVALID_ENCODING", ROW],
  },
  "UTF-16 little end first": {
    file: utf16(`${H}\r\n1,Café 𝒳,"B\nob",10.00,2024-01-15\r\n`, true),
    dialect: { encoding: "utf-16le", bom: true, newline: "\r\n" },
    rows: [["1", "Café 𝒳", "B\nob", "10.00", "2024-01-15"]],
  },
  "UTF-16 big end first": {
    file: utf16(`${H}\n1,Café 𝒳,Bob,10.00,2024-01-15\n`, false),
    dialect: { encoding: "utf-16be", bom: true },
    rows: [["1", "Café 𝒳", "Bob", "10.00", "2024-01-15"]],
  },
  "UTF-16 with half a character in one row": {
    file: join(
      utf16(`${H}\n1,A`, true),
      [0x00, 0xd8],
      utf16(`,Bob,1,2\n${ROW.join(",")}\n`, true).subarray(2),
    ),
    dialect: { encoding: "utf-16le", bom: true },
    rows: ["INVALID_ENCODING", ROW],
  },
  "Windows-1252, told by its very last byte": {
    file: join(`${H}\n1,Café,Bob,10.00,2024-01-15\n1,Acme,Bob,10.00,2024-01-15\n1,x,y,1,`, [0x92]),
    dialect: { encoding: "windows-1252" },
    rows: [["1", "CafÃ©", ...ROW.slice(2)], ROW, ["1", "x", "y", "1", "’"]],
  },
  "UTF-8 without a mark, one row damaged": {
    file: join(
      `${H}\n1,Café,Bob,10.00,2024-01-15\n1,Señor,Bob,10.00,2024-01-15\n1,Caf`,
      [0xe9],
      `,Bob,1,2\n1,Acme,Bob,10.00,2024-01-15\n`,
    ),
    rows: [["1", "Café", ...ROW.slice(2)], ["1", "Señor", ...ROW.slice(2)], "INVALID_ENCODING", ROW],
  },
  "UTF-8 with two marks": {
    file: join([0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf], `"${H.replaceAll(",", '","')}"\n${ROW.join(",")}\n`),
    dialect: { bom: true },
    rows: [ROW],
  },
  "Windows-1252 in the header": {
    file: latin1(`${H},Prénom\n1,Acme,Bob,10.00,2024-01-15,José\n`),
    dialect: { encoding: "windows-1252" },
    rows: [[...ROW, "José"]],
  },
};

for (const [name, { file, dialect, rows }] of Object.entries(CASES)) {
  Deno.test(`FileScanner and RowReader read ${name}`, () => {
    const { found, rows: got } = read(file);
    assertEquals(found.dialect, { ...PLAIN, ...dialect });
    assertEquals(found.problem, null);
    assertEquals(got.map(({ cells, code }) => code ?? cells), rows);
  });
}

Deno.test("FileScanner reads the header again once a late byte shows the encoding", () => {
  const late = join(`${H},Prénom\n`, `1,Acme,Bob,10.00,2024-01-15,x\n`.repeat(5000), [0xe9, 10]);
  const { found } = read(late);
  assertEquals(found.dialect.encoding, "windows-1252");
  assertEquals(found.header.at(-1), "PrÃ©nom");
  assertEquals(found.notes, [`Read as Windows-1252: byte ${late.length - 2} is not valid UTF-8.`]);
});

Deno.test("FileScanner lets what is given win over what it would detect", () => {
  const file = `${H}\n1;2,Acme,Bob,10.00,2024-01-15\n`;
  const given = { delimiter: ";", quote: "'", escape: "'", newline: "\r\n" as const, header_line: 1 };
  const { found } = read(file, { isKnownHeader, dialect: given });
  assertEquals(found.dialect, { ...PLAIN, ...given });
  assertEquals(found.headerWidth, 1);
});

Deno.test("FileScanner takes the given line for the header, whatever stands above", () => {
  const file = `plaintiff,defendant,amount\n\n${H}\n1,Acme,Bob,10.00,2024-01-15\n`;
  for (const dialect of [{ header_line: 3 }, { preamble_lines: 2 }]) {
    const { found, rows } = read(file, { isKnownHeader, dialect });
    assertEquals(found.dialect.header_line, 3);
    assertEquals(found.dialect.preamble_lines, 2);
    assertEquals(brief(rows), [[ROW]]);
  }
});

Deno.test("FileScanner keeps to a given encoding and refuses rows that break it", () => {
  const { found, rows } = read(join(`${H}\n1,Caf`, [0xe9], `,Bob,1,2\n`), { dialect: { encoding: "utf-8" } });
  assertEquals(found.dialect.encoding, "utf-8");
  assertEquals(rows.map((row) => row.code), ["INVALID_ENCODING"]);
  const legacy = read(utf8(`${H}\n1,Café,Bob,1,2\n`), { dialect: { encoding: "windows-1252" } });
  assertEquals(legacy.rows[0]?.cells[1], "CafÃ©");
});
