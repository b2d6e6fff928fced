/** What the bucket takes is what the door takes: config.toml against the list in code. */
import { assertEquals } from "deno-std/assert/equals.js";
import { readConfig } from "../../checkout/config.ts";
import { CONTENT_TYPES } from "../../shared/intake/arriving.ts";

Deno.test("the bucket intake allows the content types of a CSV, a form's among them, and no other", async () => {
  const { storage } = await readConfig();
  assertEquals(storage.buckets.intake?.allowed_mime_types, [...CONTENT_TYPES, "multipart/form-data"]);
});
