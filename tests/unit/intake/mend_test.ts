/** Rejected rows put right cell by cell: what is read is what was rejected, and what is written is what was typed. */
import { assertEquals } from "deno-std/assert/equals.js";
import * as fc from "fast-check";
import {
  type MendedRow,
  MendRules,
  readRejects,
  type RejectedRow,
  writeCorrections,
} from "../../../shared/intake/mend.ts";

const HEADER = ["Case #", "Plaintiff", "Defendant", "Amount", "Judgment Date", "Remark"];
const LATEST = "2026-11-22";

function row(code: string, cells: string[], field: string | null = null): RejectedRow {
  return { number: 3, code, message: "it is wrong", field, cells };
}

const rules = new MendRules(HEADER, {}, LATEST);
const codesOf = (rejected: RejectedRow, cells: readonly string[], isLookedAt: boolean) =>
  rules.problemsOf(rejected, cells, isLookedAt).map(({ code, field }) => [code, field]);

Deno.test("errors.csv is read by the header of its file, whatever else stands in it", async () => {
  const csv = "\ufeffrow_number,error_code,error_message,field,raw_value,Case #,Amount\r\n" +
    '2,INVALID_AMOUNT,"amount ""x"", bad",amount,x,CV-1,x\r\n' +
    "7,TOO_FEW_FIELDS,short,,,CV-2\r\n" +
    "9,TOO_MANY_FIELDS,long,,,CV-3,1,234\r\n" +
    '"Truncated: 3 of 9 rejects are kept, the first in file order"\r\n';
  assertEquals(await readRejects(new Blob([csv]), ["Case #", "Amount"]), [
    { number: 2, code: "INVALID_AMOUNT", message: 'amount "x", bad', field: "amount", cells: ["CV-1", "x"] },
    { number: 7, code: "TOO_FEW_FIELDS", message: "short", field: null, cells: ["CV-2"] },
    { number: 9, code: "TOO_MANY_FIELDS", message: "long", field: null, cells: ["CV-3", "1", "234"] },
  ]);
});

Deno.test("whatever is typed is read back as it was typed", async () => {
  const cell = fc.oneof(
    fc.string({
      unit: fc.constantFrom(..."=+-@＝'\"`,; \t\r\n\u00a0\u200baé€😀1\0␀␛".split(/(?:)/u)),
      maxLength: 8,
    }),
    fc.constantFrom("'=1+1", "''=x", "'", "00123", " x "),
  );
  const rows = fc.array(fc.array(cell, { minLength: HEADER.length, maxLength: HEADER.length }), {
    minLength: 1,
    maxLength: 5,
  });
  await fc.assert(fc.asyncProperty(rows, async (table) => {
    const mended: MendedRow[] = table.map((cells, at) => ({ number: at + 1, cells }));
    const read = await readRejects(new Blob([writeCorrections(HEADER, mended)]), HEADER);
    assertEquals(read.map(({ number, cells }) => ({ number, cells })), mended);
  }));
});

Deno.test("a column without a name has one in the corrections, so that rows stay as wide as they are", () => {
  const [first] = writeCorrections(["case_number", ""], []).split("\r\n");
  assertEquals(first, "row_number,error_code,error_message,field,raw_value,case_number,column 2");
});

Deno.test("a value is judged as it is typed, by the rules of rows", () => {
  const rejected = row("INVALID_AMOUNT", ["CV-1", "A", "B", "x", "2024-01-31", ""], "amount");
  assertEquals(codesOf(rejected, rejected.cells, false), [["INVALID_AMOUNT", "amount"]]);
  assertEquals(codesOf(rejected, ["CV-1", "", "B", "5.00", "2024-01-31", ""], true), [
    ["MISSING_REQUIRED_FIELD", "plaintiff_name"],
  ]);
  assertEquals(codesOf(rejected, ["CV-1", "A", "B", "5.00", "2024-01-31", ""], true), []);
});

Deno.test("a row whose form was broken is good once somebody has looked at it, and nothing stands beyond its columns", () => {
  const short = row("TOO_FEW_FIELDS", ["CV-1", "A", "B", "5", "2024-01-31"]);
  assertEquals(codesOf(short, short.cells, false), [["TOO_FEW_FIELDS", null]]);
  assertEquals(codesOf(short, short.cells, true), []);
  const long = row("TOO_MANY_FIELDS", ["CV-1", "A", "Inc", "B", "5", "2024-01-31", "x"]);
  assertEquals(codesOf(long, long.cells, true), [["TOO_MANY_FIELDS", null]]);
  assertEquals(codesOf(long, ["CV-1", "A, Inc", "B", "5", "2024-01-31", "x", " "], true), []);
  const lost = row("INVALID_ENCODING", ["CV-1", "A\uFFFD", "B", "5", "2024-01-31", ""]);
  assertEquals(codesOf(lost, lost.cells, true), [["INVALID_ENCODING", "plaintiff_name"]]);
});

Deno.test("the number of a case stays unless it was wrong or the row's form was", () => {
  const good = row("INVALID_AMOUNT", ["CV-1", "A", "B", "x", "2024-01-31", ""], "amount");
  const wrong = row("INVALID_CASE_NUMBER", ["2.02E+11", "A", "B", "5", "2024-01-31", ""], "case_number");
  assertEquals([good, wrong, row("TOO_FEW_FIELDS", ["CV-1"])].map((one) => rules.mayChange(one, 0)), [
    false,
    true,
    true,
  ]);
  assertEquals(rules.mayChange(good, 3), true);
});
