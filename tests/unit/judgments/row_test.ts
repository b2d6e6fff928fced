/** Whole rows: the gate, the words for what it refuses, and what holds for every row there can be. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import * as fc from "fast-check";
import {
  compileRowChecker,
  draftOf,
  FIELD_SEPARATOR,
  FIELDS,
  latestDateAnywhere,
  mapHeader,
  ROW_SEPARATOR,
  writeStagedRow,
} from "../../../shared/judgments/mod.ts";
import { checkerForAllFields, goodRow, LATEST_DATE } from "./rows.ts";

const checker = checkerForAllFields();
const plain = checkerForAllFields({ compile: false });

Deno.test("check() gives normalised values in the order of the fields", () => {
  const values = checker.check(
    goodRow({ case_number: " a-1 ", amount: "$1,000", judgment_date: "3/5/2024" }),
  );
  const expected = goodRow({ case_number: "A-1", amount: "1000.00", judgment_date: "2024-03-05" });
  assertEquals(values, expected);
  assertEquals(draftOf(values ?? []).judgment_date, "2024-03-05");
});

Deno.test("check() finds values wherever the header puts them and leaves absent ones empty", () => {
  const header = mapHeader(["x", "Amount", "Def", "Plf", "Case #", "Entry Date"]);
  const values = compileRowChecker({ header, latestDate: LATEST_DATE })
    .check(["?", "5", "B", "A", "c1", "1/2/2020"]);
  assertEquals(values, ["C1", "A", "B", "5.00", "2020-01-02", "", "", "", "", "", "", "", ""]);
});

Deno.test("check() gives each row an array of its own", () => {
  const first = checker.check(goodRow({ case_number: "A1" }));
  checker.check(goodRow({ case_number: "B1" }));
  assertEquals(first?.[0], "A1");
});

Deno.test("check() keeps the filing date where it also stands in for the judgment date", () => {
  const header = mapHeader(["Case Number", "Plaintiff", "Defendant", "Amount", "Filing Date"]);
  const standIn = compileRowChecker({ header, latestDate: LATEST_DATE });
  assertEquals(draftOf(standIn.check(["1", "A", "B", "5", "1/15/2024"]) ?? []), {
    ...draftOf(FIELDS.map(() => "")),
    case_number: "1",
    plaintiff_name: "A",
    defendant_name: "B",
    amount: "5.00",
    judgment_date: "2024-01-15",
    filing_date: "2024-01-15",
  });
  const problems = (cell: string) =>
    standIn.explain(["1", "A", "B", "5", cell]).issues.map((i) => [i.code, i.field]);
  assertEquals(problems("soon"), [["INVALID_DATE_FORMAT", "judgment_date"]]);
  assertEquals(problems(""), [["MISSING_REQUIRED_FIELD", "judgment_date"]]);
});

Deno.test("explain() lists every problem of a row, one a field, in the order of the fields", () => {
  const cells = goodRow({
    county: "x\u0001",
    filing_date: "?",
    amount: "-1",
    case_number: "",
    state: "y".repeat(51),
  });
  assertEquals(checker.explain(cells).issues.map((issue) => [issue.field, issue.code]), [
    ["case_number", "MISSING_REQUIRED_FIELD"],
    ["amount", "NEGATIVE_AMOUNT"],
    ["filing_date", "INVALID_DATE_FORMAT"],
    ["county", "INVALID_CHARACTER"],
    ["state", "VALUE_TOO_LONG"],
  ]);
  assertEquals(checker.firstCode(cells), "MISSING_REQUIRED_FIELD");
});

Deno.test("explain() refuses a row that is missing cells instead of failing on it", () => {
  assertEquals(checker.explain(["A-1"]).issues.map((issue) => issue.field), [
    "plaintiff_name",
    "defendant_name",
    "amount",
    "judgment_date",
  ]);
});

const MESSAGES: readonly [changes: Parameters<typeof goodRow>[0], words: string[]][] = [
  [{ plaintiff_name: " " }, ["plaintiff_name is empty", "for example ABC Collections LLC."]],
  [{ amount: "1,23" }, ['amount "1,23"', "two decimals", "for example 1,234.50."]],
  [{ amount: "(5)" }, ['amount "(5)" is negative']],
  [{ amount: "1000000000" }, ["above 999,999,999.99"]],
  [{ judgment_date: "13/02/2024" }, ['judgment_date "13/02/2024" has no month 13', "month comes first"]],
  [{ judgment_date: "45306" }, ["spreadsheet's day number"]],
  [{ judgment_date: "2024-01-15 10:30" }, ["carries a time"]],
  [{ judgment_date: "2/30/2024" }, ["no such day exists", "for example 2024-01-31 or 01/31/2024."]],
  [{ filing_date: "2999-01-01" }, ['filing_date "2999-01-01" has not come yet']],
  [{ filing_date: "1850-01-01" }, ["is before 1900"]],
  [{ case_number: "CV_1" }, ['case_number "CV_1" holds "_" (U+005F)', "for example 2024-CV-001."]],
  [{ case_number: "CV–1" }, ["(U+2013)"]],
  [{ court: "a\u0007" }, ['court "a[U+0007]"', "(U+0007)"]],
  [{ court: "a\u200bb" }, ['court "a[U+200B]b"', "(U+200B, zero width space)"]],
  [{ case_number: "2.02E+11" }, ["scientific notation", "format the column as text"]],
  [{ case_number: "123.0" }, ["decimal point"]],
  [{ case_number: "CV-1\nCV-2" }, ["more than one line"]],
  [{ case_number: "SEALED" }, ["has no digit"]],
  [{ amount: "12.50\n13.50" }, ["never joined"]],
  [{ amount: "1.2E+05" }, ["scientific notation"]],
  [{ judgment_date: "45306.5" }, ["spreadsheet's day number"]],
  [{ state: "z".repeat(60) }, ["longer than 50 characters", "never cut"]],
];

for (const [changes, words] of MESSAGES) {
  Deno.test(`explain() names field, value, rule and example for ${JSON.stringify(changes)}`, () => {
    const [issue, ...others] = checker.explain(goodRow(changes)).issues;
    assertEquals(others, []);
    for (const word of words) assertStringIncludes(issue?.message ?? "", word);
  });
}

Deno.test("explain() shows 80 characters of a long value and never half of one", () => {
  const raw = "😀".repeat(600);
  const [issue] = checker.explain(goodRow({ court: raw })).issues;
  assertEquals(issue?.rawValue, raw);
  assertStringIncludes(issue?.message ?? "", `"${"😀".repeat(80)}…"`);
  assert(issue?.message.isWellFormed());
});

const WARNINGS: readonly [changes: Parameters<typeof goodRow>[0], codes: string[]][] = [
  [{}, []],
  [{ defendant_phone: "", defendant_email: "" }, []],
  [{ defendant_phone: "+1 718-555-1111" }, []],
  [{ defendant_phone: "718.555.1111 x42" }, []],
  [{ defendant_phone: " 5551111 " }, []],
  [{ defendant_phone: "555-111" }, ["MALFORMED_PHONE"]],
  [{ defendant_phone: "call mother" }, ["MALFORMED_PHONE"]],
  [{ defendant_phone: "7185551111 / 2125551111 / 3475551111" }, ["MALFORMED_PHONE"]],
  [{ defendant_email: "john" }, ["MALFORMED_EMAIL"]],
  [{ defendant_email: "john@localhost" }, ["MALFORMED_EMAIL"]],
  [{ defendant_email: "a@b.com; c@d.com" }, ["MALFORMED_EMAIL"]],
  [{ defendant_phone: "?", defendant_email: "?" }, ["MALFORMED_PHONE", "MALFORMED_EMAIL"]],
];

for (const [changes, codes] of WARNINGS) {
  Deno.test(`warnings() finds ${codes.join(" and ") || "nothing"} in ${JSON.stringify(changes)}`, () => {
    const cells = goodRow(changes);
    assertEquals(checker.warnings(cells).map((warning) => warning.code), codes);
    assert(checker.check(cells) !== null);
  });
}

Deno.test("compileRowChecker() says when it works compiled and when not", () => {
  assertEquals([checker.compiled, checker.notCompiledReason], [true, null]);
  assertEquals(plain.compiled, false);
});

Deno.test("compileRowChecker() falls back, with the reason, where new Function is forbidden", () => {
  const Original = globalThis.Function;
  globalThis.Function = new Proxy(Original, {
    construct() {
      throw new EvalError("Code generation from strings disallowed");
    },
  });
  try {
    const fallback = checkerForAllFields();
    assertEquals(fallback.compiled, false);
    assertStringIncludes(fallback.notCompiledReason ?? "", "disallowed");
    assertEquals(fallback.check(goodRow()), goodRow());
    assertEquals(fallback.firstCode(goodRow({ amount: "x" })), "INVALID_AMOUNT");
  } finally {
    globalThis.Function = Original;
  }
});

Deno.test("latestDateAnywhere() is the date in Kiribati, fourteen hours ahead", () => {
  assertEquals(latestDateAnywhere(new Date("2026-11-21T09:59:59.999Z")), "2026-11-21");
  assertEquals(latestDateAnywhere(new Date("2026-11-21T10:00:00Z")), "2026-11-22");
  assertEquals(latestDateAnywhere(new Date("2026-12-31T10:00:00Z")), "2027-01-01");
});

// Cells that are often good, sometimes almost good and sometimes anything at all.
const nearlyGood = fc.constantFrom(
  ...["", " ", "5", "1,234.50", "$5", "-5", "(5)", "2024-02-29", "2/29/2024", "1/1/68", "5-Jan-2024 00:00"],
  ...["Jane's  Hardware", " x\u00a0y ", "CV-1", "cv_1", "a\u001fb", "ß", "x".repeat(501), "12:00:00 AM"],
);
const cell = fc.oneof(nearlyGood, fc.string({ unit: "binary", maxLength: 40 }), fc.string({ maxLength: 12 }));
const row = fc.tuple(
  ...goodRow().map((good) => fc.oneof({ weight: 12, arbitrary: fc.constant(good) }, cell)),
);

Deno.test("check() compiled and plain agree on every row", () => {
  fc.assert(
    fc.property(row, (cells) => {
      assertEquals(checker.check(cells), plain.check(cells));
      assertEquals(checker.explain(cells), plain.explain(cells));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("check(), firstCode() and explain() agree on whether a row is good", () => {
  fc.assert(
    fc.property(row, (cells) => {
      const { issues } = checker.explain(cells);
      assertEquals(checker.check(cells) === null, issues.length > 0);
      assertEquals(checker.firstCode(cells), issues[0]?.code ?? null);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("check() changes nothing in what it has normalised", () => {
  fc.assert(
    fc.property(row, (cells) => {
      const once = checker.check(cells);
      if (once !== null) assertEquals(checker.check(once), once);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("check() lets no separator of staged rows through", () => {
  const dirty = fc.tuple(
    ...goodRow().map(() => fc.string({ unit: fc.constantFrom("a", "1", " ", "\u001e", "\u001f") })),
  );
  fc.assert(fc.property(fc.oneof(row, dirty), (cells) => {
    const values = checker.check(cells);
    if (values === null) return;
    const text = writeStagedRow(7, values, 0);
    assertEquals(text.split(FIELD_SEPARATOR), ["7", ...values, "0"]);
    assert(!text.includes(ROW_SEPARATOR));
  }));
});

const group = (digits: string) => digits.replace(/\B(?=(\d{3})+$)/g, ",");

Deno.test("check() reads every amount to the cent, however it is dressed", () => {
  const cents = fc.bigInt({ min: 0n, max: 99_999_999_999n });
  fc.assert(fc.property(cents, (amount) => {
    const whole = String(amount / 100n);
    const rest = String(amount % 100n).padStart(2, "0");
    const written = `${whole}.${rest}`;
    const dressed = [
      written,
      `$${group(whole)}.${rest}`,
      `USD ${written}`,
      `+${written}`,
      `00${written}`,
      `${written} usd`,
    ];
    for (const text of dressed) assertEquals(checker.check(goodRow({ amount: text }))?.[3], written, text);
    for (const text of [`-${written}`, `(${group(whole)}.${rest})`]) {
      assertEquals(checker.firstCode(goodRow({ amount: text })), "NEGATIVE_AMOUNT", text);
    }
    assertEquals(checker.firstCode(goodRow({ amount: `${written}0` })), "INVALID_AMOUNT");
  }));
});

const MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

Deno.test("check() reads every day in every form, with and without midnight", () => {
  const days = fc.date({
    min: new Date("1900-01-01T00:00:00Z"),
    max: new Date(`${LATEST_DATE}T00:00:00Z`),
    noInvalidDate: true,
  });
  const midnights = fc.constantFrom("", "T00:00:00", " 00:00", " 0:00:00", " 12:00:00 AM", "T00:00:00.000Z");
  fc.assert(fc.property(days, midnights, (day, midnight) => {
    const iso = day.toISOString().slice(0, 10);
    const [y, m, d] = [day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate()];
    const forms = [
      iso,
      iso.replaceAll("-", "/"),
      `${m}/${d}/${y}`,
      `${m}-${d}-${y}`,
      `${d}-${MONTH_NAMES[m - 1]}-${y}`,
    ];
    if (y >= 1969) forms.push(`${m}/${d}/${iso.slice(2, 4)}`);
    for (const form of forms) {
      assertEquals(checker.check(goodRow({ judgment_date: form + midnight }))?.[4], iso, form + midnight);
    }
  }));
});

Deno.test("check() forgets remembered dates without mixing them up", () => {
  for (let n = 0; n < 10_000; n++) {
    const [y, m, d] = [1950 + n % 70, 1 + n % 12, 1 + n % 28];
    const iso = `${y}-${String(m).padStart(2, "0")}-${String(d).padStart(2, "0")}`;
    assertEquals(checker.check(goodRow({ judgment_date: `${m}/${d}/${y}` }))?.[4], iso);
  }
});
