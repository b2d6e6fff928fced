/** What proofs send is known by its name, new at every run, and is what the pipeline must take and refuse. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertNotEquals } from "deno-std/assert/not_equals.js";
import { readInProcess } from "../../../ops/evaluation/in_process.ts";
import {
  BAD_ROWS,
  badFile,
  GOOD_ROWS,
  goodFile,
  PROOF_CASES,
  PROOF_FILES,
} from "../../../ops/proofs/proof_files.ts";

const read = (text: string) => readInProcess(new TextEncoder().encode(text), { latestDate: "2026-01-01" });

Deno.test("goodFile() is taken whole, and everything in it is called like a proof", () => {
  const { filename, text } = goodFile("ab12cd34");
  const { status, total, invalid, values } = read(text);
  assertEquals([status, total, invalid], ["completed", GOOD_ROWS, 0]);
  assert(filename.startsWith(PROOF_FILES));
  for (const [number, { plaintiff_name, defendant_name }] of values) {
    assert(number.startsWith(PROOF_CASES));
    assert(plaintiff_name?.startsWith("dragonfly-proof") && defendant_name?.startsWith("dragonfly-proof"));
  }
});

Deno.test("badFile() is refused by every budget below half", () => {
  const { reason, total, invalid } = read(badFile("ab12cd34").text);
  assertEquals([reason, total, 2 * invalid], ["Error budget exceeded: ", BAD_ROWS, BAD_ROWS]);
});

Deno.test("the files of two runs have no bytes and no case number in common", () => {
  const [one, two] = [goodFile("ab12cd34"), goodFile("ab12cd35")];
  assertNotEquals(one.text, two.text);
  const others = read(two.text).values;
  for (const number of [...read(one.text).values.keys(), ...read(badFile("ab12cd34").text).values.keys()]) {
    assertEquals(others.has(number), false);
  }
  for (const number of read(badFile("ab12cd34").text).values.keys()) {
    assertEquals(read(one.text).values.has(number), false);
  }
});
