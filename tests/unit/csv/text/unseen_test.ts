/** What no eye sees makes no row, in every encoding, and whatever other bytes stand in the block. */
import { assertEquals } from "deno-std/assert/equals.js";
import fc from "fast-check";
import { UNSEEN } from "../../../../shared/csv/mod.ts";
import { bytewiseText } from "../../../../shared/csv/text/bytewise.ts";
import { isBlank } from "../../../../shared/csv/records/grammar.ts";
import { join, latin1, read, utf16, utf8 } from "../reading.ts";

// All of them, found by asking every character there is.
const ALL = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code)).filter((sign) => UNSEEN.test(sign));
const SIGNS = ALL.filter((sign) => !"\r\n\t".includes(sign));
const unseen = fc.array(fc.constantFrom(...SIGNS), { maxLength: 3 }).map((signs) => signs.join(""));
const HEADER = "Case Number,Plaintiff,Defendant,Amount,Judgment Date\n";
const GOOD = "2024-1,Acme,Dana Quill,5.00,2024-01-02\n";

Deno.test("every sign that cannot be seen is blank as text and as bytes, and no other is (all of Unicode)", () => {
  for (const sign of ALL) {
    assertEquals([isBlank(sign, false), isBlank(bytewiseText(utf8(sign)), true)], [true, true], sign);
  }
  for (let code = 0x21; code < 0x3100; code++) {
    const sign = String.fromCodePoint(code);
    const expected = UNSEEN.test(sign);
    assertEquals([isBlank(sign, false), isBlank(bytewiseText(utf8(sign)), true)], [expected, expected], sign);
  }
});

Deno.test("rows of nothing but what cannot be seen are no rows, damaged bytes nearby or not (seed 184, 1,000)", () => {
  const cells = fc.array(unseen, { minLength: 1, maxLength: 7 });
  fc.assert(
    fc.property(cells, fc.boolean(), fc.constantFrom("utf-8", "damaged", "utf-16"), (blank, quoted, way) => {
      const row = blank.map((cell) => quoted ? `"${cell}"` : cell).join(",");
      const text = `${HEADER}${GOOD}${row}\n${GOOD}`;
      const bytes = way === "utf-16"
        ? utf16(text, true)
        : way === "utf-8"
        ? utf8(text)
        : join(utf8(text), utf8("2024-2,ñandú ñandú,"), latin1("ñ"), utf8(",5.00,2024-01-02\n"));
      const { rows } = read(bytes);
      const good = rows.filter(({ code }) => code === null);
      assertEquals([good.length, rows.length], [2, way === "damaged" ? 3 : 2], row);
    }),
    { seed: 184, numRuns: 1_000 },
  );
});

Deno.test("cells beyond the header that hold nothing to see are dropped (seed 185, 1,000)", () => {
  fc.assert(
    fc.property(fc.array(unseen, { minLength: 1, maxLength: 4 }), fc.boolean(), (beyond, quoted) => {
      const more = beyond.map((cell) => quoted ? `,"${cell}"` : `,${cell}`).join("");
      const { rows } = read(utf8(HEADER + GOOD.replace("\n", `${more}\n`)));
      assertEquals(rows.map(({ code, cells }) => [code, cells.length]), [[null, 5]]);
    }),
    { seed: 185, numRuns: 1_000 },
  );
});
