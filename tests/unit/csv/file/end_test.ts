/** What stands at the very end of a file and is no row of it, wherever the file is cut. */
import { assertEquals } from "deno-std/assert/equals.js";
import fc from "fast-check";
import { FileScanner } from "../../../../shared/csv/mod.ts";
import { chunksOf, HEADER, isKnownHeader, join, latin1, readSlices, scan, utf16 } from "../reading.ts";

const ROW = "1,Acme,Bob,10.00,2024-01-15";
const TEXT = `${HEADER}\n${ROW}\n${ROW}`;

/** Ends, and how many rows a file of two rows has with them. */
const ENDS: Readonly<Record<string, readonly [end: string, rows: number]>> = {
  "nothing": ["", 2],
  "an end mark behind the last row": ["\x1a", 2],
  "an end mark on a line of its own": ["\n\x1a", 2],
  "an end mark and a line end": ["\r\n\x1a\r\n", 2],
  "NUL padding": ["\n" + "\0".repeat(600), 2],
  "NUL padding longer than a record may be": ["\n" + "\0".repeat(700_000), 2],
  "an end mark and NUL padding": ["\n\x1a" + "\0".repeat(100), 2],
  "the end of COPY": ["\n\\.\n", 2],
  "the end of COPY without a line end": ["\n\\.", 2],
  "the end of COPY, CRLF, an end mark and padding": ["\r\n\\.\r\n\x1a\0\0\0", 2],
  "a cell that ends with a backslash and a point": ["\\.\n", 2],
  "a backslash and a point, and a row": [`\n\\.\n${ROW}\n`, 4],
  "an end mark, and a row": [`\n\x1a\n${ROW}\n`, 4],
  "a NUL byte, and a row": [`\n\0\n${ROW}\n`, 4],
  "points": ["\n...\n", 3],
  "two backslashes and a point": ["\n\\\\.\n", 3],
  "blank lines": ["\n\n\n\n", 2],
};

for (const [name, [end, rows]] of Object.entries(ENDS)) {
  Deno.test(`a file that ends with ${name} has ${rows} rows`, () => {
    for (const bytes of [latin1(TEXT + end), join([0xef, 0xbb, 0xbf], latin1(TEXT + end))]) {
      const found = scan(bytes, { isKnownHeader });
      assertEquals([found.rows, found.bytes, found.problem], [rows, bytes.length, null]);
      const read = readSlices(bytes, found).flat();
      assertEquals(read.length, rows);
      const last = read.at(-1)?.cells.join(",");
      const isKept = name.startsWith("a cell") || rows === 3;
      if (!isKept) assertEquals(last, ROW);
      assertEquals(found.blankRows, name === "blank lines" ? 3 : 0);
    }
  });
}

for (const little of [true, false]) {
  Deno.test(`a file of UTF-16 that ends with padding has no row of it, ${little ? "little" : "big"} end first`, () => {
    for (const end of ["", "\n", "\n\x1a", "\n" + "\0".repeat(100), "\x1a\0\0", "\u0100\n"]) {
      const bytes = utf16(TEXT + end, little);
      const found = scan(bytes, { isKnownHeader });
      assertEquals([found.rows, found.bytes], [2, bytes.length], JSON.stringify(end));
      const last = readSlices(bytes, found).flat().at(-1)?.cells.join(",");
      assertEquals(last, end.startsWith("\u0100") ? `${ROW}\u0100` : ROW);
    }
  });
}

const tails = fc.array(
  fc.constantFrom("\0", "\x1a", "\n", "\r\n", "\\.", "\\", ".", "\0\0\0", "a", `\n${ROW}\n`, "\\.\n"),
  { maxLength: 90 },
).map((parts) => latin1(`${TEXT}${parts.join("")}`));

Deno.test("FileScanner finds the same end wherever chunks end, and when it is resumed", () => {
  fc.assert(
    fc.property(tails, fc.array(fc.nat(400), { maxLength: 8 }), (bytes, places) => {
      const whole = JSON.stringify(scan(bytes, { isKnownHeader }));
      const cuts = places.map((place) => Math.min(bytes.length, place));
      assertEquals(JSON.stringify(scan(bytes, { isKnownHeader }, cuts)), whole);
      let scanner = new FileScanner({ isKnownHeader });
      for (const chunk of chunksOf(bytes, cuts)) {
        scanner.push(chunk);
        const state = JSON.parse(JSON.stringify(scanner.state()));
        scanner = FileScanner.resume(state, { isKnownHeader });
      }
      assertEquals(JSON.stringify(scanner.finish()), whole);
    }),
    { numRuns: 400, seed: 16_014 },
  );
});
