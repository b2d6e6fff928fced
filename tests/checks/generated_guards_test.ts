/** The committed hashes of guards are those of the migrations. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import { generateGuards, GUARDS_FILE } from "./generated_guards.ts";

Deno.test("guard_hashes.ts is what the migrations make; else run `deno task types`", async () => {
  const fresh = await generateGuards();
  assertStringIncludes(fresh, "_100_protect_events");
  assertEquals(await Deno.readTextFile(GUARDS_FILE), fresh);
});
