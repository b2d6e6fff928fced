import { assertEquals } from "deno-std/assert/mod.js";
import * as fc from "fast-check";
import { asSent, recorded, shown } from "../../../shared/intake/recorded.ts";

Deno.test("recorded() shows U+0000, which Postgres cannot hold, as its symbol", () => {
  assertEquals(recorded("A\0B"), "A␀B");
  assertEquals(asSent("A␀B"), "A\0B");
});

Deno.test("recorded() marks a symbol the file has itself, and asSent() takes the mark off", () => {
  assertEquals(recorded("A␀B␛"), "A␛␀B␛␛");
  assertEquals(asSent("A␛␀B␛␛"), "A␀B␛");
});

Deno.test("asSent() leaves a symbol for escape alone that somebody typed before other text", () => {
  assertEquals(asSent("␛x ␛"), "␛x ␛");
});

Deno.test("asSent() gives back every cell recorded() kept, and what is kept has no U+0000", () => {
  const text = fc.string({ unit: fc.constantFrom("\0", "␀", "␛", "a", "'") });
  fc.assert(fc.property(text, (cell) => {
    assertEquals(asSent(recorded(cell)), cell);
    assertEquals(recorded(cell).includes("\0"), false);
  }));
});

Deno.test("shown() changes U+0000 only", () => {
  assertEquals(shown("a\0␀␛"), "a␀␀␛");
});
