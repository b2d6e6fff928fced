/** errors.csv there and back: whatever a rejected row held, reading the file again gives it unharmed. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import * as fc from "fast-check";
import Papa from "papaparse";
import { readCsv } from "../../shared/csv/mod.ts";
import { columnNames } from "../../shared/intake/columns.ts";
import { buildReject } from "../../shared/intake/reject.ts";
import { isErrorColumn, isFormula, ReplayRows, splitReplayHeader } from "../../shared/intake/replay.ts";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import { drop } from "./engine.ts";

/** Keeps rows of cells as rejects of a new batch. @returns its errors.csv. */
async function errorsCsv(db: TestDatabase, header: string[], rows: string[][]): Promise<string> {
  const id = await drop(db);
  const columns = columnNames(header);
  await db.sql`update intake.simplicity_batches set layout = ${
    db.sql.json({ header, header_width: header.length, columns })
  } where id = ${id}`;
  const rejects = rows.map((cells, rowIndex) =>
    buildReject({ rowIndex, lineNumber: rowIndex + 2, byteOffset: 0 }, "validate", [
      { code: "VALIDATION_ERROR", field: null, rawValue: cells[0] ?? "", message: `bad: ${cells[0] ?? ""}` },
    ], { columns, cells, rawLine: "" })
  );
  await db.sql`select intake.record_rejects(${id}, 1, ${db.sql.json(JSON.parse(JSON.stringify(rejects)))})`;
  const [frame] = await db.sql`select * from intake.errors_csv_frame(${id})`;
  const [lines] = await db.sql`select * from intake.errors_csv(${id}, -1, 1000)`;
  return frame?.header + (lines?.csv ?? "") + frame?.footer;
}

/** Reads errors.csv as a replay is read. */
async function readBack(bytes: Uint8Array<ArrayBuffer>) {
  const reading = await readCsv(new Blob([bytes]).stream(), {
    isKnownHeader: isErrorColumn,
    dialect: { quote: '"', escape: '"' },
  });
  const split = splitReplayHeader(reading.header);
  if (split === null) throw new Error("Cannot read errors.csv: it has no row_number");
  const rows = new ReplayRows({ columns: split.columns, row_number: split.rowNumber }, reading.header.length);
  const cells: string[][] = [];
  for await (const record of reading.records) cells.push(rows.cellsOf(record.cells));
  return { header: split.header, cells };
}

const HEADER = ["Case #", "=Name", "-x", "Amount", "Amount", "field"];
const cell = fc.oneof(
  fc.string({
    unit: fc.constantFrom(
      ..."=+-@＝＋－＠\t\r\n'\"`,;| \u00a0\ufeff\u200b\u202eaé€Ω漢😀1\0␀␛".split(/(?:)/u),
    ),
    maxLength: 12,
  }),
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.constantFrom(
    "'=1+1",
    "''=x",
    "'",
    "''",
    '"',
    '""',
    "\r\n",
    "=cmd|' /C calc'!A0",
    "\0",
    "@SUM(A1)",
    " lead",
    "trail ",
  ),
);
// Without its first column a row may be blank to every reader; case numbers never are.
const row = fc.tuple(
  fc.constantFrom("A-1", "=1", "'-2"),
  cell,
  cell,
  cell,
  cell,
  cell.filter((c) => c !== ""),
);

const RUN = [
  "=1+1",
  "+1",
  "-1",
  "@SUM(A1)",
  "\t=1",
  "\r=1",
  "\n=1",
  "\r\nx",
  " =1",
  "  \u00a0=1",
  "\ufeff=1",
  "\u200b=1",
  "\u202e=1",
];
const WIDE = ["＝1", "＋1", "－1", "＠SUM(A1)", " ＝1", "'=1", "''＝1", "' =1"];
const LEFT = ["a=1", "1-1", "", "'", "'a", " a", "O'Neil", "x;=1", "–1"];

Deno.test("is_formula() finds what spreadsheets run, full width and behind what cannot be seen, as isFormula() does", () =>
  withDatabase(async (db) => {
    for (const value of [...RUN, ...WIDE, ...LEFT]) {
      const [row] = await db
        .sql`select intake.is_formula(${value}) as found, intake.csv_cell(${value}) as cell`;
      const expected = !LEFT.includes(value);
      assertEquals([value, row?.found, isFormula(value)], [value, expected, expected]);
      assertEquals(
        row?.cell.replace(/^"/, "").startsWith(`'${value.replaceAll('"', '""')}`),
        expected,
        value,
      );
    }
  }));

Deno.test("is_formula() and isFormula() agree on every character of the planes that hold white space and invisible ones", () =>
  withDatabase(async (db) => {
    const points = await db.sql`
      select n, intake.is_formula(chr(n) || '=') as before, intake.is_formula(chr(n) || 'x') as first
        from generate_series(1, ${0xe0fff}) n
       where n not between ${0xd800} and ${0xdfff} and n not between ${0x1e000} and ${0xdffff}`;
    const differing = points.filter(({ n, before, first }) =>
      before !== isFormula(`${String.fromCodePoint(n)}=`) ||
      first !== isFormula(`${String.fromCodePoint(n)}x`)
    );
    assertEquals(differing.map(({ n }) => `U+${n.toString(16)}`), []);
  }));

Deno.test("errors_csv() leaves out what a replay put right where only the unresolved are asked for, and names every column", () =>
  withDatabase(async (db) => {
    await errorsCsv(db, ["case_number", ""], [["A-1", "x"], ["A-2", "y"]]);
    const [batch] = await db.sql`select b.id from intake.simplicity_batches b`;
    await db.sql`update intake.row_errors set resolved_at = now() where row_index = 0`;
    const [told] = await db.sql`
      select (select f.header from intake.errors_csv_frame(${batch?.id}) f) as header,
             (select c.csv from intake.errors_csv(${batch?.id}, -1, 10) c) as every,
             (select c.csv from intake.errors_csv(${batch?.id}, -1, 10, true) c) as open`;
    assertEquals(told?.every.split("\r\n").length, 3);
    assertEquals(told?.open, "2,VALIDATION_ERROR,bad: A-2,,A-2,A-2,y\r\n");
    assertEquals(told?.header.trim().endsWith(",case_number,column 2"), true);
  }));

Deno.test("errors_csv() read by our own reader gives every cell back, in UTF-8 with and without mark and in UTF-16", () =>
  withDatabase(async (db) => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 12 }), async (rows) => {
        const csv = await errorsCsv(db, HEADER, rows);
        for (const bytes of [utf8(csv), utf8(csv.slice(1)), utf16(csv)]) {
          const back = await readBack(bytes);
          assertEquals(back.header, HEADER);
          assertEquals(back.cells, rows);
        }
      }),
      { numRuns: 60 },
    );
  }));

Deno.test("errors_csv() read by another parser, written by it with another separator, and read by ours gives every cell back", () =>
  withDatabase(async (db) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 2, maxLength: 8 }),
        fc.constantFrom(",", ";", "\t"),
        async (rows, delimiter) => {
          const csv = await errorsCsv(db, HEADER, rows);
          const { data, errors } = Papa.parse<string[]>(csv.slice(1), {
            delimiter: ",",
            newline: "\r\n",
            skipEmptyLines: true,
          });
          assertEquals(errors, []);
          const saved = Papa.unparse(data, { delimiter, newline: "\r\n" });
          assertEquals((await readBack(utf8(saved))).cells, rows);
        },
      ),
      { numRuns: 40 },
    );
  }));

Deno.test("no cell of errors_csv() begins with what a spreadsheet runs", () =>
  withDatabase(async (db) => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), async (rows) => {
        const { data } = Papa.parse<string[]>((await errorsCsv(db, HEADER, rows)).slice(1), {
          delimiter: ",",
          newline: "\r\n",
        });
        for (const cell of data.flat()) assertMatch(cell, /^(?![-=+@\t\r])/);
      }),
      { numRuns: 30 },
    );
  }));

Deno.test("errors_csv() keeps rows that are too short or too long for their header as they are", () =>
  withDatabase(async (db) => {
    const rows = [["A-1", "b"], ["A-2", "b", "c", "d", "e", "f", "=g", "h"], ["A-3"]];
    const csv = await errorsCsv(db, HEADER, rows);
    assertEquals((await readBack(utf8(csv))).cells, rows);
    assertEquals(csv.split("\r\n")[3], "3,VALIDATION_ERROR,bad: A-3,,A-3,A-3");
  }));

Deno.test("errors_csv_frame() begins with the mark that tells spreadsheets its encoding", () =>
  withDatabase(async (db) => {
    const csv = await errorsCsv(db, ["Müller"], [["x"]]);
    assertEquals([...utf8(csv).slice(0, 4)], [0xef, 0xbb, 0xbf, 0x72]);
  }));

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function utf16(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), true);
  return bytes;
}
