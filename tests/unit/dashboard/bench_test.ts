/** Rows on the bench: grouped, written in, and good when the rules say so. */
import { assertEquals } from "deno-std/assert/equals.js";
import { Bench, stillNeeded } from "../../../dashboard/batches/mend/bench.ts";
import { MendRules } from "../../../shared/intake/mend.ts";

const HEADER = ["case_number", "plaintiff_name", "defendant_name", "amount", "judgment_date"];

function bench(): Bench {
  const reject = (number: number, code: string, field: string | null, cells: string[]) => ({
    number,
    code,
    message: "",
    field,
    cells,
  });
  return new Bench([
    reject(2, "INVALID_AMOUNT", "amount", ["CV-2", "A", "B", "x", "2024-01-31"]),
    reject(4, "MISSING_REQUIRED_FIELD", "plaintiff_name", ["CV-4", "", "B", "5", "2024-01-31"]),
    reject(6, "INVALID_AMOUNT", "amount", ["CV-6", "A", "B", "y", "2024-01-31"]),
    reject(8, "TOO_FEW_FIELDS", null, ["CV-8", "A", "B", "5"]),
    reject(9, "FUTURE_DATE", "judgment_date", ["CV-9", "A", "B", "5", "2025-01-31"]), // it has come since
  ], new MendRules(HEADER, {}, "2026-11-22"));
}

Deno.test("rows are grouped by what is wrong where, the most frequent first; what has come right by itself is good", () => {
  const { groups, good } = bench();
  assertEquals(groups.map(({ code, field, rows }) => [code, field, rows]), [
    ["INVALID_AMOUNT", "amount", [0, 2]],
    ["MISSING_REQUIRED_FIELD", "plaintiff_name", [1]],
    ["TOO_FEW_FIELDS", null, [3]],
    ["FUTURE_DATE", "judgment_date", [4]],
  ]);
  assertEquals(good, 1);
});

Deno.test("the same is written into all rows that are not good yet, and into no number of a case", () => {
  const desk = bench();
  const [amounts] = desk.groups;
  if (amounts === undefined) throw new Error("there is no group");
  desk.write(0, 3, "7.50");
  assertEquals(desk.writeAll(amounts, 3, "9.00"), 1);
  assertEquals([desk.cellsOf(0)[3], desk.cellsOf(2)[3]], ["7.50", "9.00"]);
  desk.write(2, 0, "CV-1");
  assertEquals(desk.cellsOf(2)[0], "CV-6");
  assertEquals(desk.mended().map(({ number }) => number), [2, 6, 9]);
});

Deno.test("what was done to a row can be taken back, and a broken form is good once it is confirmed", () => {
  const desk = bench();
  desk.write(1, 1, "A");
  assertEquals([desk.isGood(1), desk.isTouched], [true, true]);
  desk.undo(1);
  assertEquals([desk.isGood(1), desk.cellsOf(1)[1], desk.isTouched], [false, "", false]);
  desk.write(3, 4, "2024-01-31");
  assertEquals(desk.isGood(3), true);
});

Deno.test("stillNeeded() counts what a refused batch lacks for its budget", () => {
  const refused = {
    rejection_code: "ERROR_BUDGET_EXCEEDED",
    row_count_total: 100,
    error_threshold_percent: 10,
  };
  assertEquals([stillNeeded(refused, 15), stillNeeded(refused, 10), stillNeeded(refused, 3)], [5, 0, 0]);
  assertEquals(stillNeeded({ ...refused, row_count_total: 19 }, 3), 2); // 1 of 19 is within 10 %, 2 are not
  assertEquals(stillNeeded({ ...refused, rejection_code: null }, 15), 0);
});
