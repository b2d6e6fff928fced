/** Which plaintiffs are called nearly the same. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { apart, nearest, tellingWords, wordToFind } from "../../../dashboard/enforcement/near_names.ts";

const named = (name: string | null) => ({ plaintiff_id: name ?? "nobody", name });

Deno.test("tellingWords() leaves out what kind of house it is, but never everything", () => {
  assertEquals(tellingWords("Acme Capital, L.P. & Co. of New-York"), [
    "acme",
    "capital",
    "l",
    "p",
    "new",
    "york",
  ]);
  assertEquals(tellingWords("The Holdings Company"), ["the", "holdings", "company"]);
  assertEquals(wordToFind("Müller Brothers LLC"), "brothers");
  assertEquals(wordToFind(" & "), "&");
});

Deno.test("apart() is nothing for the same words in any order, and grows with what differs", () => {
  assertEquals(apart("ACME Capital Inc.", "Capital Acme, LLC"), 0);
  assert(apart("Acme Capital", "Acme Capitol") < apart("Acme Capital", "Acme Funding"));
  assertEquals(apart("abc", "xyz"), 1);
});

Deno.test("nearest() has the near ones, the nearest first, and neither the one itself nor who has no name", () => {
  const to = named("Midland Funding LLC");
  const others = ["Portfolio Recovery", "Midland Fundng", "MIDLAND FUNDING INC", "Midland Funding LLC", null]
    .map(named);
  assertEquals(nearest(to, others).map(({ name }) => name), ["MIDLAND FUNDING INC", "Midland Fundng"]);
});
