/** Rows of a replay held against the rejects they repair. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import * as fc from "fast-check";
import { holdAgainst } from "../../../shared/intake/original_reject.ts";
import { compileRowChecker, mapHeader } from "../../../shared/judgments/mod.ts";

const HEADER = ["Case #", "Plaintiff", "Defendant", "Amount", "Entry Date", "Remark"];
const header = mapHeader(HEADER);
const file = { header, isSameValue: compileRowChecker({ header, latestDate: "2026-11-22" }).isSameValue };

const original = (cells: Record<string, string | null>, problems: (string | null)[] = ["amount"]) => ({
  row_index: 4,
  cells: {
    case_number: "00123",
    plaintiff_name: "Acme",
    defendant_name: "Doe",
    amount: "a lot",
    judgment_date: "2024-01-31",
    ...cells,
  },
  problems,
});
const sent = (
  number: string,
  plaintiff = "Acme",
  date = "2024-01-31",
) => [number, plaintiff, "Doe", "5", date, "seen"];

Deno.test("holdAgainst() takes what is sent when only the problem was corrected", () => {
  assertEquals(holdAgainst(original({}), sent("00123"), file), {
    cells: sent("00123"),
    changed: 0,
    issue: null,
  });
});

Deno.test("holdAgainst() puts back a case number that a spreadsheet has changed", () => {
  const held = holdAgainst(original({}), sent("123"), file);
  assertEquals([held.cells, held.changed, held.issue], [sent("00123"), 0, null]);
  const dated = holdAgainst(original({ case_number: "1-24" }), sent("24-Jan"), file);
  assertEquals(dated.cells[0], "1-24");
});

Deno.test("holdAgainst() refuses another case, and shows both numbers", () => {
  const { issue } = holdAgainst(original({}), sent("124"), file);
  assertEquals([issue?.code, issue?.field, issue?.rawValue], ["INVALID_CASE_NUMBER", "case_number", "124"]);
  assertStringIncludes(issue?.message ?? "", '"124"');
  assertStringIncludes(issue?.message ?? "", '"00123"');
  assertStringIncludes(issue?.message ?? "", "row 5");
});

Deno.test("holdAgainst() leaves a case number alone that was itself the problem", () => {
  const held = holdAgainst(original({ case_number: "SEALED" }, ["case_number"]), sent("77"), file);
  assertEquals([held.cells[0], held.issue], ["77", null]);
});

Deno.test("holdAgainst() holds nothing against a row that was damaged as a whole", () => {
  assertEquals(holdAgainst(original({}, [null]), sent("99"), file).issue, null);
});

Deno.test("holdAgainst() takes and counts other changes, but not other ways to write the same", () => {
  assertEquals(holdAgainst(original({}), sent("00123", "Acme LLC", "2024-02-01"), file).changed, 2);
  assertEquals(holdAgainst(original({}), sent("00123", " Acme ", "1/31/2024"), file).changed, 0);
});

Deno.test("holdAgainst() lets no other number through, whatever is sent (seed 174, 3,000)", () => {
  const number = fc.stringMatching(/^(?:0{0,3}\d{1,6}|\d{1,2}[-/]\d{1,4}|[A-Z]{2}-\d{1,3})$/);
  fc.assert(
    fc.property(number, number, (kept, now) => {
      const held = holdAgainst(original({ case_number: kept }), sent(now), file);
      // Either it is refused, or the number that was stored stays.
      if (held.issue === null) assertEquals(held.cells[0], kept);
    }),
    { seed: 174, numRuns: 3_000 },
  );
});
