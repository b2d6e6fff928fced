/** Evidence for and against UTF-8, byte by byte, against the platform's own decoder. */
import { assertEquals } from "deno-std/assert/equals.js";
import fc from "fast-check";
import {
  countCharacters,
  countSequences,
  firstInvalidByte,
  readMark,
} from "../../../../shared/csv/text/encoding.ts";
import { join, utf8 } from "../reading.ts";

const SEED = 16_004;
const RUNS = 5_000;
/** Bytes near every boundary of the rules of UTF-8. */
const byte = fc.constantFrom(
  ...[
    0x41,
    0x7f,
    0x80,
    0x8f,
    0x90,
    0x9f,
    0xa0,
    0xbf,
    0xc1,
    0xc2,
    0xdf,
    0xe0,
    0xe1,
    0xed,
    0xee,
    0xef,
    0xf0,
    0xf1,
    0xf4,
  ],
  0xf5,
  0xff,
);
const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const LENIENT = new TextDecoder("utf-8", { ignoreBOM: true });

function isValid(bytes: Uint8Array): boolean {
  try {
    STRICT.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

Deno.test(`firstInvalidByte() and countSequences() see what a decoder sees, in ${RUNS} strings of bytes`, () => {
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 12 }).map((bytes) => Uint8Array.from(bytes)), (bytes) => {
      const first = firstInvalidByte(bytes);
      assertEquals(first < 0, isValid(bytes));
      if (first >= 0) assertEquals(isValid(bytes.subarray(0, first)), true);
      const counted = { valid: 0, invalid: 0 };
      countSequences(bytes, counted);
      const text = [...LENIENT.decode(bytes)];
      assertEquals(counted, {
        valid: text.filter((character) => character > "\u007f" && character !== "\ufffd").length,
        invalid: text.filter((character) => character === "\ufffd").length,
      });
    }),
    { numRuns: RUNS, seed: SEED },
  );
});

Deno.test("readMark() passes over a mark that stands there twice, and over no other", () => {
  assertEquals(readMark(join([0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf], "a"), {}).length, 6);
  assertEquals(readMark(Uint8Array.of(0xff, 0xfe, 0xff, 0xfe, 0x41, 0), {}), {
    encoding: "utf-16le",
    bom: true,
    length: 4,
  });
  assertEquals(readMark(utf8("\ufeffa"), { encoding: "windows-1252", bom: false }), {
    encoding: "windows-1252",
    bom: false,
    length: 3,
  });
});

Deno.test(`characters of several bytes are counted four bytes at a time as one by one, wherever they lie (seed ${SEED})`, () => {
  const sign = fc.constantFrom("a", "é", "€", "😀", "\u0000", "\u07ff", "\uffff");
  fc.assert(
    fc.property(fc.array(sign, { maxLength: 40 }), fc.nat(7), (signs, before) => {
      const bytes = new Uint8Array([...new Uint8Array(before), ...utf8(signs.join(""))]).subarray(before);
      const counted = { valid: 0, invalid: 0 };
      countSequences(bytes, counted);
      assertEquals([countCharacters(bytes), 0], [counted.valid, counted.invalid]);
    }),
    { seed: SEED, numRuns: RUNS },
  );
});
