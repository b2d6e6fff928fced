/** Every case of the hunt through Storage or the endpoint and the whole pipeline, on one stack. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import { z } from "zod";
import { sharedStack } from "../stack/shared_stack.ts";
import { CASES, checkCase } from "./hunt.ts";

/** Cases that are not right yet, by name. One that has come right must be taken out: its test is red until then. */
const PENDING = z.array(z.string()).parse(
  JSON.parse(Deno.readTextFileSync(new URL("../fixtures/hunt/pending.json", import.meta.url))),
);

const shared = sharedStack();

Deno.test("the cases have names of their own, and only they are pending", () => {
  const names = CASES.map((known) => known.name);
  assertEquals(new Set(names).size, names.length);
  for (const name of PENDING) assert(names.includes(name), name);
});

for (const known of CASES) {
  Deno.test(`${known.name}: ${known.why}`, async () => {
    if (PENDING.includes(known.name)) await assertRejects(() => checkCase(shared(), known));
    else await checkCase(shared(), known);
  });
}
