/** The committed database types are those of the migrations. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import { generateTypes, TYPES_FILE } from "./generated_types.ts";

Deno.test("database.types.ts is what the migrations make; else run `deno task types`", async () => {
  const fresh = await generateTypes();
  assertStringIncludes(fresh, "simplicity_batches");
  assertEquals(await Deno.readTextFile(TYPES_FILE), fresh);
});
