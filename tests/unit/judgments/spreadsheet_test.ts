/** What a spreadsheet makes of a case number, told from another case. */
import { assert } from "deno-std/assert/assert.js";
import { assertFalse } from "deno-std/assert/false.js";
import * as fc from "fast-check";
import { isSpreadsheetDamage } from "../../../shared/judgments/mod.ts";

const DAMAGED: readonly (readonly [original: string, now: string])[] = [
  ["00012345", "12345"],
  ["0012345", " 12345.0 "],
  ["00012345", "12,345"],
  ["202412345678", "2.02E+11"],
  ["202412345678", "2.02412E+11"],
  ["202412345678", "2.02412345678E+11"],
  ["199960000000", "2.00E+11"],
  ["12345678901234567890", "12345678901234500000"],
  ["12345678901234567890", "1.23457E+19"],
  ["000", "0"],
  ["123.10", "123.1"],
  ["12E3", "12000"],
  ["12E3", "1.20E+04"],
  ["2E10", "20000000000"],
  ["1-24", "24-Jan"],
  ["1-24", "Jan-24"],
  ["1-24", "1/24/2026"],
  ["3/4/2024", "2024-03-04"],
  ["3/4/2024", "2024-03-04T00:00:00"],
  ["MAR-24", "24-Mar"],
  ["SEP2", "2-Sep"],
  ["3/4/2024", "45355"],
  ["2024-03", "Mar-24"],
  ["5:24", "5:24:00 AM"],
  ["5:24", "05:24:00"],
  ["5:24", "0.225"],
  ["24:05", "24:05:00"],
];

const OTHERS: readonly (readonly [original: string, now: string])[] = [
  ["00012345", "12346"],
  ["00012345", "123450"],
  ["202412345678", "2.03E+11"],
  ["202412345678", "2.02E+12"],
  ["12345678901234567890", "12345678901234600000"],
  ["CV-10", "CV-99"],
  ["CV-10", "CV-1"],
  ["2024-CV-001", "2024-CV-1"],
  ["1-24", "25-Jan"],
  ["1-24", "Feb-24"],
  ["3/4/2024", "45356"],
  ["5:24", "5:25:00"],
  ["12E3", "12001"],
  ["123.10", "123.01"],
  ["00012345", ""],
  ["00012345", "########"],
];

for (const [original, now] of DAMAGED) {
  Deno.test(`isSpreadsheetDamage() knows ${now.trim()} for ${original}`, () => {
    assert(isSpreadsheetDamage(original, now));
  });
}

for (const [original, now] of OTHERS) {
  Deno.test(`isSpreadsheetDamage() takes "${now}" for another case than ${original}`, () => {
    assertFalse(isSpreadsheetDamage(original, now));
  });
}

Deno.test("isSpreadsheetDamage() knows every number that lost its zeros, and no other number (seed 16, 2,000)", () => {
  const digits = fc.stringMatching(/^\d{1,15}$/);
  fc.assert(
    fc.property(digits, digits, fc.nat(6), (number, other, zeros) => {
      const original = "0".repeat(zeros) + number;
      assert(isSpreadsheetDamage(original, String(Number(number))));
      if (BigInt(other) !== BigInt(number)) assertFalse(isSpreadsheetDamage(original, String(Number(other))));
    }),
    { seed: 16, numRuns: 2_000 },
  );
});

Deno.test("isSpreadsheetDamage() knows every number in scientific notation (seed 17, 2,000)", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[1-9]\d{11,14}$/), fc.integer({ min: 2, max: 8 }), (number, decimals) => {
      const shown = Number(number).toExponential(decimals).replace("e", "E");
      assert(isSpreadsheetDamage(number, shown), `${number} ${shown}`);
    }),
    { seed: 17, numRuns: 2_000 },
  );
});
