import { assertEquals } from "deno-std/assert/mod.js";
import { hasEnded } from "../../../shared/intake/states.ts";
import { Tally } from "../../../shared/intake/tally.ts";

Deno.test("Tally counts rows by outcome, a bad row under its first code", () => {
  const tally = new Tally();
  tally.countValid();
  tally.countInvalid("INVALID_AMOUNT");
  tally.countInvalid("INVALID_AMOUNT");
  tally.countInvalid("TOO_FEW_FIELDS");
  tally.countRemark();
  tally.countWarning("MALFORMED_PHONE");
  assertEquals(tally.invalid, 3);
  assertEquals(tally.result(), {
    valid: 1,
    invalid: 3,
    remarks: 1,
    code_counts: { INVALID_AMOUNT: 2, TOO_FEW_FIELDS: 1 },
    warning_counts: { MALFORMED_PHONE: 1 },
  });
});

Deno.test("hasEnded() is true of completed, failed and skipped alone", () => {
  const states = [
    "uploaded",
    "staging",
    "validating",
    "awaiting_approval",
    "inserting",
    "completed",
    "failed",
    "skipped",
  ];
  assertEquals(states.filter(hasEnded), ["completed", "failed", "skipped"]);
});
