/**
 * Searches for whole kinds of cells and headers that were once read as something their writer did not mean. Each test
 * says its seed and how many it tries; what is right is decided here by other means than in the code.
 */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import * as fc from "fast-check";
import {
  acceptedHeaders,
  type Field,
  FIELDS,
  mapHeader,
  REQUIRED_FIELDS,
} from "../../../shared/judgments/mod.ts";
import { checkerForAllFields, goodRow } from "./rows.ts";

const checker = checkerForAllFields();

/** The value a cell becomes, or the code it is refused with. */
function read(field: Field, cell: string): string {
  const cells = goodRow({ [field]: cell });
  const values = checker.check(cells);
  return values === null ? checker.firstCode(cells) ?? "" : values[FIELDS.indexOf(field)] ?? "";
}

function messageOf(field: Field, cell: string): string {
  return checker.explain(goodRow({ [field]: cell })).issues[0]?.message ?? "";
}

// Every kind of white space, and every single space of Unicode.
const SPACES = [
  ..."\u0020\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
];
const WHITE = [...SPACES, "\t", "\n", "\r", "\u2028", "\u2029", "  ", " \t", "\r\n", " \n "];

// All format characters there are, in blocks: what no eye sees and no value may hold.
const FORMAT = [
  [0xad, 0xad],
  [0x600, 0x605],
  [0x61c, 0x61c],
  [0x180e, 0x180e],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x2064],
  [0x2066, 0x206f],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0xe0020, 0xe007f],
].flatMap(([from = 0, to = 0]) =>
  Array.from({ length: to - from + 1 }, (_, i) => String.fromCodePoint(from + i))
);
const CONTROLS = Array.from({ length: 0xa0 }, (_, unit) => String.fromCharCode(unit)).filter((sign) =>
  /\p{Cc}/u.test(sign)
);
const INNER_CONTROLS = CONTROLS.filter((sign) => !"\t\n\r".includes(sign));

const digits = (most: number) => fc.stringMatching(new RegExp(`^\\d{1,${most}}$`));

Deno.test("an amount never joins what white space separates, but thousands by one single space (seed 161, 5,000)", () => {
  const parts = fc.array(digits(4), { minLength: 2, maxLength: 3 });
  fc.assert(
    fc.property(
      parts,
      fc.constantFrom(...WHITE),
      fc.constantFrom("", ".5", ".50"),
      (groups, white, cents) => {
        const outcome = read("amount", groups.join(white) + cents);
        const [first = "", ...rest] = groups;
        const areThousands = SPACES.includes(white) && first.length <= 3 &&
          rest.every((group) => group.length === 3);
        if (!areThousands) return assertEquals(outcome, "INVALID_AMOUNT");
        assertEquals(outcome, `${BigInt(groups.join(""))}${cents === "" ? ".00" : ".50"}`);
      },
    ),
    { seed: 161, numRuns: 5_000 },
  );
});

Deno.test("white space beside currency and at the ends costs no amount (seed 162, 2,000)", () => {
  const white = fc.constantFrom("", ...WHITE);
  const cents = fc.bigInt({ min: 0n, max: 99_999_999_999n });
  fc.assert(
    fc.property(
      cents,
      white,
      white,
      white,
      fc.constantFrom("$", "USD", "usd", "$USD"),
      (amount, a, b, c, sign) => {
        const written = `${amount / 100n}.${String(amount % 100n).padStart(2, "0")}`;
        assertEquals(read("amount", `${a}${sign}${b}${written}${c}`), written);
        assertEquals(read("amount", `${a}${written}${b}${sign}${c}`), written);
      },
    ),
    { seed: 162, numRuns: 2_000 },
  );
});

Deno.test("a case number is one line with a digit, and no quantity a spreadsheet made (seed 163, 5,000)", () => {
  const sign = fc.constantFrom(..."09AEe-/#.:() +\n\r\u2028\t_é".split(""));
  fc.assert(
    fc.property(fc.string({ unit: sign, minLength: 1, maxLength: 12 }), (cell) => {
      const text = cell.trim();
      const outcome = read("case_number", cell);
      if (text === "" || /^#+$|^-{1,2}$/.test(text)) return assertEquals(outcome, "MISSING_REQUIRED_FIELD");
      const value = text.replace(/\s+/g, " ").toUpperCase();
      const isNumber = /^[0-9A-Z\-/#.:() ]+$/.test(value) && /\d/.test(value) && !/[\n\r\u2028]/.test(text) &&
        !/^\d+\.0+$/.test(value) && !/^\d\.\d+E-\d+$/.test(value);
      assertEquals(outcome, isNumber ? value : "INVALID_CASE_NUMBER");
    }),
    { seed: 163, numRuns: 5_000 },
  );
});

Deno.test("a number in scientific notation or with .0 says so, in words of its own (seed 164, 1,000)", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1_000_000, max: 999_999_999_999 }), fc.nat(5), (number, decimals) => {
      const exponent = number.toExponential(decimals).replace("e", "E");
      assertEquals(read("case_number", exponent), "INVALID_CASE_NUMBER");
      assertStringIncludes(messageOf("case_number", exponent), "scientific notation");
      assertEquals(read("case_number", `${number}.0`), "INVALID_CASE_NUMBER");
      assertStringIncludes(messageOf("case_number", `${number}.0`), "decimal point");
      assertStringIncludes(messageOf("amount", exponent), "scientific notation");
    }),
    { seed: 164, numRuns: 1_000 },
  );
});

Deno.test("a spreadsheet's day number is no date, and is called what it is (seed 165, 1,000)", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 10_000, max: 99_999 }),
      fc.constantFrom("", ".0", ".5", ".041666"),
      (day, rest) => {
        assertEquals(read("judgment_date", `${day}${rest}`), "INVALID_DATE_FORMAT");
        assertStringIncludes(messageOf("judgment_date", `${day}${rest}`), "day number");
      },
    ),
    { seed: 165, numRuns: 1_000 },
  );
});

const VISIBLE: Partial<Record<Field, string>> = {
  case_number: "2024-CV-001",
  plaintiff_name: "Acme Credit",
  amount: "1234.50",
  judgment_date: "2024-03-15",
  court: "Civil Court",
  defendant_phone: "718 555 0107",
};
const visibleField = fc.constantFrom(...FIELDS.filter((field) => field in VISIBLE));
const around = fc.array(fc.constantFrom(...FORMAT, ...WHITE, "\v", "\f"), { maxLength: 4 }).map((signs) =>
  signs.join("")
);

Deno.test("what no eye sees around a value changes nothing (seed 166, 3,000)", () => {
  fc.assert(
    fc.property(visibleField, around, around, (field, before, after) => {
      assertEquals(read(field, before + VISIBLE[field] + after), VISIBLE[field]);
    }),
    { seed: 166, numRuns: 3_000 },
  );
});

Deno.test("what no eye sees inside a value is refused, named and shown (seed 167, 3,000)", () => {
  const inside = fc.constantFrom(...FORMAT, ...INNER_CONTROLS);
  fc.assert(
    fc.property(visibleField, inside, fc.nat(20), around, (field, sign, at, before) => {
      const text = VISIBLE[field] ?? "";
      const place = 1 + at % (text.length - 1);
      const cell = before + text.slice(0, place) + sign + text.slice(place);
      assertEquals(read(field, cell), "INVALID_CHARACTER");
      const message = messageOf(field, cell);
      const code = `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
      assertStringIncludes(message, code);
      assert(!/[\p{Cc}\p{Cf}]/u.test(message), "a message has nothing invisible in it");
    }),
    { seed: 167, numRuns: 3_000 },
  );
});

const PLACEHOLDERS = [
  ..."NULL|\\N|N/A|#N/A|NaN|(blank)|-|--|#REF!|#VALUE!|#NAME?|#DIV/0!".split("|"),
  ..."#,##,########".split(","),
];

Deno.test("a placeholder is no value of any field, and is counted (seed 168, 2,000)", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...FIELDS),
      fc.constantFrom(...PLACEHOLDERS),
      around,
      around,
      (field, word, a, b) => {
        const isRequired = REQUIRED_FIELDS.some((required) => required === field);
        assertEquals(read(field, a + word + b), isRequired ? "MISSING_REQUIRED_FIELD" : "");
        assertEquals(checker.placeholders(goodRow({ [field]: a + word + b })), 1);
      },
    ),
    { seed: 168, numRuns: 2_000 },
  );
});

Deno.test("words that only look like a placeholder are values (seed 169, 2,000)", () => {
  const change = fc.constantFrom<(word: string) => string>(
    (word) => `${word} LLC`,
    (word) => `A ${word}`,
    (word) => `${word}${word}${word}`,
    (word) => word.toLowerCase(),
    (word) => word.toUpperCase(),
    (word) => `${word}.`,
  );
  fc.assert(
    fc.property(fc.constantFrom(...PLACEHOLDERS), change, (word, changed) => {
      const name = changed(word);
      if (PLACEHOLDERS.includes(name) || /^#+$/.test(name)) return;
      assertEquals(read("plaintiff_name", name), name);
      assertEquals(checker.placeholders(goodRow({ plaintiff_name: name })), 0);
    }),
    { seed: 169, numRuns: 2_000 },
  );
});

// Signs a header may be dressed with, one for each letter's gap.
const dress = fc.array(
  fc.constantFrom("", "", "", ".", "_", "-", "/", "(", ")", "$", " ", "\u00a0", "\u200b", "\ufeff"),
  {
    minLength: 40,
    maxLength: 40,
  },
);
const accepted = FIELDS.flatMap((field) => acceptedHeaders(field).map((header) => ({ field, header })));

Deno.test("a header is what everybody sees, however it is dressed (seed 170, 3,000)", () => {
  fc.assert(
    fc.property(fc.constantFrom(...accepted), dress, fc.boolean(), ({ field, header }, signs, isUpper) => {
      const spelled = header.replace(/judgment/i, isUpper ? "Judgement" : "judgment");
      const dressed = [...spelled].map((letter, i) => letter + (signs[i] ?? "")).join("");
      const written = isUpper ? dressed.toUpperCase() : dressed;
      assertEquals(mapHeader(["nothing", written]).columns[field], 1, written);
    }),
    { seed: 170, numRuns: 3_000 },
  );
});

Deno.test("of two columns of a field the table's order decides, then the file's (seed 171, 3,000)", () => {
  fc.assert(
    fc.property(fc.constantFrom(...accepted), fc.constantFrom(...accepted), (a, b) => {
      if (a.field !== b.field) return;
      const folded = (text: string) =>
        text.toLowerCase().replace(/[\s._\-/()]/g, "").replaceAll("#", "number");
      const ranks = acceptedHeaders(a.field).map(folded);
      const expected = ranks.indexOf(folded(b.header)) < ranks.indexOf(folded(a.header)) ? 1 : 0;
      const map = mapHeader([a.header, b.header]);
      assertEquals([map.columns[a.field], map.ignored.length], [expected, 1], `${a.header} | ${b.header}`);
    }),
    { seed: 171, numRuns: 3_000 },
  );
});

Deno.test("Index, Case and File alone name nothing", () => {
  for (const name of ["Index", "Case", "File", "CASE ", "file.", "index_"]) {
    assertEquals(mapHeader([name]).columns, {});
  }
});

const WITHOUT_DATE = ["Case Number", "Plaintiff", "Defendant", "Amount", "Filing Date"];
const SPEAKING = ["judgment", "Judgement", "jdgmt", "Dispos", "decision", "Decided", "ENTERED", "entry"];

Deno.test("the filing date stands in for no date that another column may hold (seed 172, 2,000)", () => {
  const word = fc.stringMatching(/^[A-Za-z]{0,6}$/);
  fc.assert(
    fc.property(word, fc.constantFrom(...SPEAKING), word, fc.nat(5), (before, speaks, after, at) => {
      const name = [before, speaks, after].join(" ").trim();
      const header = WITHOUT_DATE.toSpliced(at, 0, name);
      const map = mapHeader(header);
      if (Object.values(map.columns).includes(at)) return; // an accepted header: then it is the date
      assertEquals([map.missing, map.judgmentDateDoubts], [["judgment_date"], [name]]);
      assertEquals(map.columns.judgment_date, undefined);
    }),
    { seed: 172, numRuns: 2_000 },
  );
});

Deno.test("the filing date stands in where no name speaks, and the batch says so (seed 173, 2,000)", () => {
  const silent = fc.stringMatching(/^[A-Za-z ]{1,14}$/).filter((name) => {
    const folded = name.toLowerCase().replaceAll(" ", "");
    return folded !== "date" && folded !== "" &&
      !/judge?ment|jdgmt|dispos|decision|decided|entered|entry/.test(folded);
  });
  fc.assert(
    fc.property(silent, (name) => {
      const map = mapHeader([...WITHOUT_DATE, name]);
      if (Object.values(map.columns).includes(WITHOUT_DATE.length)) return;
      assertEquals([map.missing, map.filingDateAsJudgmentDate, map.columns.judgment_date], [[], true, 4]);
      assertStringIncludes(map.notes.join(), "judgment date");
    }),
    { seed: 173, numRuns: 2_000 },
  );
  assertEquals(mapHeader([...WITHOUT_DATE, " DATE "]).missing, ["judgment_date"]);
});
