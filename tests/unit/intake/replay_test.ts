/** A corrected errors.csv, read back into what the file had. */
import { assertEquals } from "deno-std/assert/mod.js";
import * as fc from "fast-check";
import { columnNames } from "../../../shared/intake/columns.ts";
import { isErrorColumn, originalCell, ReplayRows, splitReplayHeader } from "../../../shared/intake/replay.ts";

const HEADER = [
  "row_number",
  "error_code",
  "error_message",
  "field",
  "raw_value",
  "Case #",
  "field",
  "'=Amount",
];
const ROWS = new ReplayRows({ columns: [5, 6, 7], row_number: 0 }, 8);
const row = (...cells: string[]) => ["3", "CODE", "words", "amount", "x", ...cells];

Deno.test("splitReplayHeader() takes the first of each of our columns and leaves the file's own", () => {
  assertEquals(splitReplayHeader(HEADER), {
    header: ["Case #", "field", "=Amount"],
    columns: [5, 6, 7],
    rowNumber: 0,
  });
});

Deno.test("splitReplayHeader() finds our columns wherever a spreadsheet has put them", () => {
  assertEquals(splitReplayHeader(["Case #", " ROW_NUMBER ", "Amount"]), {
    header: ["Case #", "Amount"],
    columns: [0, 2],
    rowNumber: 1,
  });
});

Deno.test("splitReplayHeader() without row_number is null", () => {
  assertEquals(splitReplayHeader(["error_code", "Case #"]), null);
});

Deno.test("isErrorColumn() knows the five and no other", () => {
  assertEquals(HEADER.map(isErrorColumn), [true, true, true, true, true, false, true, false]);
});

Deno.test("originalCell() takes one quote off what would be a formula, and off nothing else", () => {
  const cells = [
    "'=1+1",
    "''=x",
    "'-5",
    "'+5",
    "'@a",
    "'\tx",
    "'\rx",
    "=1+1",
    "'tis",
    "O'Neil",
    "'",
    "",
    "'1",
  ];
  assertEquals(cells.map(originalCell), [
    "=1+1",
    "'=x",
    "-5",
    "+5",
    "@a",
    "\tx",
    "\rx",
    "=1+1",
    "'tis",
    "O'Neil",
    "'",
    "",
    "'1",
  ]);
});

Deno.test("originalCell() puts U+0000 back, so that what was rejected for it still is", () => {
  assertEquals(originalCell("A\u2400B"), "A\0B");
  assertEquals(originalCell("'=\u241b\u2400"), "=\u2400");
});

Deno.test("ReplayRows.cellsOf() gives as many cells as the row had, those beyond the header last", () => {
  assertEquals(ROWS.cellsOf(row("A-1", "f", "'=1")), ["A-1", "f", "=1"]);
  assertEquals(ROWS.cellsOf(row("A-1")), ["A-1"]);
  assertEquals(ROWS.cellsOf(row("A-1", "f", "1", "2", "'-3")), ["A-1", "f", "1", "2", "-3"]);
  assertEquals(ROWS.cellsOf(["3"]), []);
});

Deno.test("ReplayRows.rowNumberOf() reads whole numbers from 1", () => {
  const read = (text: string) => ROWS.rowNumberOf([text, "A"]);
  assertEquals(["1", " 42 ", "0", "-1", "1.0", "1e3", "abc", "", "1,000"].map(read), [
    "1",
    "42",
    null,
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});

Deno.test("ReplayRows.problemOf() refuses rows that say not which row they repair, or hold lost characters", () => {
  const code = (...cells: string[]) => ROWS.problemOf(cells)?.issue.code ?? null;
  assertEquals(code(...row("A-1")), null);
  assertEquals(code("", "", "", "", "", "A-1"), "MISSING_REQUIRED_FIELD");
  assertEquals(code("x", "", "", "", "", "A-1"), "VALIDATION_ERROR");
  assertEquals(code(...row("M\uFFFDller")), "INVALID_ENCODING");
  assertEquals(
    code("3", "C", "of M\uFFFDller", "", "M\uFFFDller", "Müller"),
    null,
    "our own columns may say so",
  );
});

Deno.test("ReplayRows.isRemark() is true of the last line of a truncated errors.csv alone, padded or not", () => {
  const remark = "Truncated: 100000 of 200000 rejects are kept, the first in file order";
  assertEquals(ROWS.isRemark([remark]), true);
  assertEquals(ROWS.isRemark([remark, "", "", "", "", "", "", ""]), true);
  assertEquals(ROWS.isRemark([remark, "x"]), false);
  assertEquals(ROWS.isRemark(row("Truncated: no")), false);
  assertEquals(ROWS.isRemark([]), false);
});

Deno.test("columnNames() names every column once and keeps names that are their own", () => {
  assertEquals(columnNames(["A", "B", "A", "A (2)", "A", ""]), ["A", "B", "A (2)", "A (2) (2)", "A (3)", ""]);
  fc.assert(fc.property(fc.array(fc.constantFrom("A", "A (2)", "", "B"), { maxLength: 8 }), (header) => {
    assertEquals(new Set(columnNames(header)).size, header.length);
  }));
});
