/** The catalogue of row codes, staged text, and tiers. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import {
  chooseTier,
  collectabilityTier,
  FIELD_SEPARATOR,
  ROW_CODES,
  ROW_SEPARATOR,
  writeStagedRow,
} from "../../../shared/judgments/mod.ts";

Deno.test("ROW_CODES is the contract's list, in its order", () => {
  assertEquals(
    ROW_CODES.map((entry) => entry.code).join(" "),
    "MISSING_REQUIRED_FIELD INVALID_AMOUNT NEGATIVE_AMOUNT AMOUNT_OUT_OF_RANGE INVALID_DATE_FORMAT FUTURE_DATE " +
      "DATE_OUT_OF_RANGE INVALID_CASE_NUMBER INVALID_CHARACTER VALUE_TOO_LONG TOO_FEW_FIELDS TOO_MANY_FIELDS " +
      "UNCLOSED_QUOTE INVALID_ENCODING PARSE_ERROR VALIDATION_ERROR DUPLICATE_CASE_NUMBER",
  );
});

Deno.test("ROW_CODES says of each code where it arises, why, and what to do", () => {
  const stageOf = new Map<string, string>(ROW_CODES.map((entry) => [entry.code, entry.stage]));
  assertEquals(stageOf.get("TOO_MANY_FIELDS"), "parse");
  assertEquals(stageOf.get("INVALID_AMOUNT"), "validate");
  assertEquals(stageOf.get("DUPLICATE_CASE_NUMBER"), "insert");
  for (const { code, cause, fix } of ROW_CODES) {
    assert(/^[A-Z].*\.$/.test(cause) && /^[A-Z].*\.$/.test(fix), code);
  }
});

Deno.test("writeStagedRow() puts U+001F between fields and nothing at the end", () => {
  assertEquals([FIELD_SEPARATOR, ROW_SEPARATOR], ["\u001f", "\u001e"]);
  assertEquals(writeStagedRow(7, ["A", "", "B"], 0), "7\u001fA\u001f\u001fB\u001f0");
  assertEquals(writeStagedRow(7, ["A"], 2, "3"), "7\u001fA\u001f2\u001f3");
});

const TIERS: readonly [amount: string, judged: string, today: string, tier: string][] = [
  ["10000.00", "2024-01-01", "2026-11-21", "A"],
  ["9999.99", "2024-01-01", "2026-11-21", "B"],
  ["10000.00", "2021-11-22", "2026-11-21", "A"],
  ["10000.00", "2021-11-21", "2026-11-21", "B"],
  ["5000.00", "1990-01-01", "2026-11-21", "B"],
  ["4999.99", "1990-01-01", "2026-11-21", "C"],
  ["2000.00", "2023-11-22", "2026-11-21", "B"],
  ["2000.00", "2023-11-21", "2026-11-21", "C"],
  ["1999.99", "2026-11-21", "2026-11-21", "C"],
  ["0.00", "2026-11-21", "2026-11-21", "C"],
  ["999999999.99", "2026-11-21", "2026-11-21", "A"],
  ["10000.00", "2023-02-28", "2028-02-29", "B"],
  ["10000.00", "2023-03-01", "2028-02-29", "A"],
  ["10000.00", "2024-02-29", "2029-02-28", "A"],
  ["10000.00", "2024-02-29", "2029-03-01", "B"],
];

Deno.test("chooseTier() says why: each side of each limit has a reason of its own", () => {
  const reasons = (amount: string) =>
    ["2026-01-01", "2015-01-01"].map((judged) => {
      const { tier, reason } = chooseTier(amount, judged, "2026-11-21");
      return `${tier}: ${reason}`;
    });
  assertEquals(["10000.00", "9999.99", "4999.99", "1999.99"].map(reasons), [
    ["A: $10,000 or more, and younger than 5 years", "B: $10,000 or more, but 5 years old or older"],
    ["B: $5,000 or more, and less than $10,000", "B: $5,000 or more, and less than $10,000"],
    ["B: $2,000 or more, and younger than 3 years", "C: less than $5,000, and 3 years old or older"],
    ["C: less than $2,000", "C: less than $2,000"],
  ]);
});

for (const [amount, judged, today, tier] of TIERS) {
  Deno.test(`collectabilityTier() puts ${amount} of ${judged}, seen on ${today}, into ${tier}`, () => {
    assertEquals(collectabilityTier(amount, judged, today), tier);
  });
}
