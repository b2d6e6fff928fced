/** What holds for every file there can be. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import fc from "fast-check";
import Papa from "papaparse";
import { type Dialect, FileScanner, RowReader } from "../../../shared/csv/mod.ts";
import {
  HEADER,
  isKnownHeader,
  join,
  latin1,
  NAMES,
  PADDING,
  PLAIN,
  readSlices,
  rowsOf,
  scan,
  utf8,
} from "./reading.ts";
import { writeCsvRow } from "./write.ts";

/** Pieces that make trouble when they meet. */
const FRAGMENTS = [
  ...[
    "a",
    "1",
    ",",
    ",",
    ",",
    '"',
    '"',
    '""',
    "\n",
    "\n",
    "\r\n",
    "\r",
    '","',
    '",',
    '"\n',
    " ",
    "'",
    ";",
    "é",
    "\u00a0",
  ],
  ...[
    "1,a,b,2,3\n",
    '1,"a",b,2,3\n',
    '1,"a\nb",c,2,3\n',
    ",,,,\n",
    'x,"a\n',
    '\\"',
    `${HEADER}\n`,
    "Court,Count\n",
    "Kings County,,,,\n",
    "Kings County\n\n",
    "Case Number,Plaintiff,Defendant,Amount,Judgment-Date\n",
    '"case_number",plaintiff_name,"defendant_name",AMOUNT,judgment_date\r\n',
    "\ufeffcase_number,plaintiff_name,defendant_name,amount,judgment_date\n",
    "county,defendant,plaintiff\n",
  ],
];

const files = fc.record({
  text: fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 60 }).map((parts) =>
    `${HEADER}\n${parts.join("")}`
  ),
  tail: fc.constantFrom<readonly number[]>([], [], [0xe9], [0xc2, 0xa0, 0x0a]),
  marked: fc.boolean(),
}).map(({ text, tail, marked }) => join(marked ? [0xef, 0xbb, 0xbf] : [], utf8(text), tail));

/** Files on which scan and reader would part ways if a cut looked past what the slice's reader can see. */
const CUTS_IN_DOUBT: [Uint8Array, number, number, number][] = [
  [join(`${HEADER}\nx,"a\n"\n\r\nx,"a\na,`, [0xc2, 0xa0, 10]), 1, 9, 1],
  [utf8(`${HEADER}\nx,"a\n"\na",,,,\n`), 1, 9, 1],
];

Deno.test("FileScanner and RowReader agree on every slice of every file", () => {
  fc.assert(
    fc.property(
      files,
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 99 }),
      (bytes, sliceBytes, sliceRows, blockBytes) => {
        const found = scan(bytes, { names: NAMES, sliceBytes, sliceRows });
        const rows = readSlices(bytes, found, [], blockBytes);
        assertEquals(rows.map((slice) => slice.length), found.slices.map((slice) => slice.rows));
        assertEquals(found.rows, rows.flat().length);
        assertEquals(rows.flat().map((row) => row.index), rows.flat().map((_, at) => at));
        for (const row of rows.flat()) assert(row.code !== null || row.cells.length === found.headerWidth);
        assertEquals(JSON.stringify(readSlices(bytes, found)), JSON.stringify(rows));
      },
    ),
    { numRuns: 1500, examples: CUTS_IN_DOUBT },
  );
});

Deno.test("RowReader has all the bytes that decide about the last row above what is unread", () => {
  let unread = 0;
  fc.assert(
    fc.property(files, (bytes) => {
      const found = scan(bytes, { names: NAMES });
      const last = found.slices.at(-1);
      if (found.unread === null || last === undefined) return;
      unread++;
      const slices = [...found.slices.slice(0, -1), { ...last, endByte: bytes.length }];
      assertEquals(readSlices(bytes, { ...found, slices }), readSlices(bytes, found));
    }),
    { seed: 20_261_127, numRuns: 4000 },
  );
  assert(unread > 400, `${unread} files with unread lines`);
});

Deno.test("FileScanner finds the same in blocks of any size", () => {
  const begun = new FileScanner({ isKnownHeader });
  begun.push(utf8(`${HEADER}\n${PADDING}`));
  const state = begun.state();
  fc.assert(
    fc.property(
      files,
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 99 }),
      (bytes, sliceBytes, sliceRows, blockBytes) => {
        const scans = [undefined, blockBytes].map((size) => {
          const from = { ...state, scan: { ...state.scan, sliceBytes, sliceRows } };
          const scanner = FileScanner.resume(from, { isKnownHeader, blockBytes: size });
          scanner.push(bytes.slice(HEADER.length + 1));
          return scanner.finish();
        });
        assertEquals(JSON.stringify(scans[1]), JSON.stringify(scans[0]));
      },
    ),
    { numRuns: 1500 },
  );
});

Deno.test("RowReader places every row at the line and byte where it stands", () => {
  fc.assert(
    fc.property(files, (bytes) => {
      const found = scan(bytes, { isKnownHeader, sliceBytes: 50 });
      if (found.dialect.encoding !== "utf-8" || found.notes.some((note) => note.includes("not valid"))) {
        return;
      }
      for (const { rawLine, byteOffset, line } of readSlices(bytes, found).flat()) {
        const raw = utf8(rawLine);
        assertEquals(bytes.slice(byteOffset, byteOffset + raw.length), raw);
        const above = new TextDecoder().decode(bytes.subarray(0, byteOffset));
        assertEquals(line, 1 + (above.match(/\r\n|\n|\r/g)?.length ?? 0));
      }
    }),
    { numRuns: 500 },
  );
});

const cell = fc.array(
  fc.constantFrom("a", "B", "1", " ", ",", ";", "\t", "|", '"', "'", "\\", "\n", "\r", "é", "𝒳"),
  {
    maxLength: 8,
  },
).map((characters) => characters.join(""));

const dialects = fc.record({
  delimiter: fc.constantFrom(",", ";", "\t", "|", ", ", " "),
  quote: fc.constantFrom('"', "'"),
  backslash: fc.boolean(),
  newline: fc.constantFrom<Dialect["newline"]>("\n", "\r\n", "\r"),
}).map(({ delimiter, quote, backslash, newline }): Dialect => ({
  ...PLAIN,
  delimiter,
  quote,
  escape: backslash ? "\\" : quote,
  newline,
}));

/** Rows of one width, none of them blank. */
const tables = fc.integer({ min: 1, max: 5 }).chain((width) =>
  fc.array(
    fc.array(cell, { minLength: width, maxLength: width }).filter((cells) => cells.join("").trim() !== ""),
    {
      maxLength: 12,
    },
  ).map((rows) => ({ width, rows }))
);

function readRows(bytes: Uint8Array, dialect: Dialect, headerWidth: number) {
  const reader = new RowReader({ dialect, headerWidth, firstByte: 0, firstRow: 0, firstLine: 1 });
  return [...reader.push(bytes), ...reader.finish()].flatMap(rowsOf);
}

Deno.test("writeCsvRow() and RowReader are each other's reverse in every dialect", () => {
  fc.assert(
    fc.property(tables, dialects, ({ width, rows }, dialect) => {
      const text = rows.map((cells) => writeCsvRow(cells, dialect)).join("");
      const read = readRows(utf8(text), dialect, width);
      assertEquals(read.map((row) => row.cells), rows);
      assertEquals(read.map((row) => row.code), rows.map(() => null));
    }),
    { numRuns: 1500 },
  );
});

Deno.test("RowReader reads well-formed files as papaparse does", () => {
  fc.assert(
    fc.property(tables, fc.constantFrom<Dialect["newline"]>("\n", "\r\n"), ({ width, rows }, newline) => {
      const text = rows.map((cells) => writeCsvRow(cells, { ...PLAIN, newline })).join("");
      const { data } = Papa.parse(text, { delimiter: ",", newline });
      const theirs = data.filter((cells: string[]) => cells.join("").trim() !== "");
      assertEquals(readRows(utf8(text), { ...PLAIN, newline }, width).map((row) => row.cells), theirs);
    }),
    { numRuns: 300 },
  );
});

Deno.test("RowReader reads the same text from UTF-8 and Windows-1252", () => {
  fc.assert(
    fc.property(tables, ({ width, rows }) => {
      const text = rows.map((cells) => writeCsvRow(cells.map((value) => value.replaceAll("𝒳", "ÿ")), PLAIN))
        .join("");
      const legacy = readRows(latin1(text), { ...PLAIN, encoding: "windows-1252" }, width);
      assertEquals(
        legacy.map((row) => row.cells),
        readRows(utf8(text), PLAIN, width).map((row) => row.cells),
      );
    }),
    { numRuns: 300 },
  );
});
