import { assertEquals, assertThrows } from "deno-std/assert/mod.js";
import { buildReject } from "../../../shared/intake/reject.ts";

const PLACE = { rowIndex: 4, lineNumber: 6, byteOffset: 120 };
const ROW = { columns: ["Case", "Amount"], cells: ["A-1", "x\0y", "extra"], rawLine: "A-1,x\0y,extra" };
const ISSUES = [
  { code: "INVALID_AMOUNT", field: "amount", rawValue: "x\0y", message: "amount x\0y" },
  { code: "MISSING_REQUIRED_FIELD", field: "judgment_date", rawValue: "", message: "no date" },
] as const;

Deno.test("buildReject() names a row by its first problem and keeps them all", () => {
  const reject = buildReject(PLACE, "validate", ISSUES, ROW);
  assertEquals([reject.row_index, reject.line_number, reject.byte_offset], [4, 6, 120]);
  assertEquals([reject.error_code, reject.field, reject.error_stage], [
    "INVALID_AMOUNT",
    "amount",
    "validate",
  ]);
  assertEquals(reject.issues.map((issue) => issue.code), ["INVALID_AMOUNT", "MISSING_REQUIRED_FIELD"]);
});

Deno.test("buildReject() names cells beyond the header by their number", () => {
  assertEquals(Object.keys(buildReject(PLACE, "parse", ISSUES, ROW).raw_data), [
    "Case",
    "Amount",
    "column 3",
  ]);
});

Deno.test("buildReject() shows U+0000, which Postgres cannot store, as its symbol", () => {
  assertEquals(JSON.stringify(buildReject(PLACE, "validate", ISSUES, ROW)).includes("\\u0000"), false);
  assertEquals(buildReject(PLACE, "validate", ISSUES, ROW).raw_value, "x\u2400y");
});

Deno.test("buildReject() refuses a row without a problem", () => {
  assertThrows(() => buildReject(PLACE, "parse", [], ROW), Error, "it has no problem");
});
