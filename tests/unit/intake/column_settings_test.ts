/** From what a person says of columns to a source's settings: a file is read as it was said, and no more is written down. */
import { assertEquals } from "deno-std/assert/equals.js";
import * as fc from "fast-check";
import { canBeNamed, fieldsUnder, headerMapFor } from "../../../shared/intake/column_settings.ts";
import { previewOf } from "../../../shared/intake/preview.ts";
import { acceptedHeaders, type Field, FIELDS, foldHeader, mapHeader } from "../../../shared/judgments/mod.ts";

Deno.test("only what the table of names does not say is written down, and other files' names stay", () => {
  const header = ["Case Number", "Sued by", "Defendant", "Amount", "Day"];
  const fields: (Field | null)[] = [
    "case_number",
    "plaintiff_name",
    "defendant_name",
    "amount",
    "judgment_date",
  ];
  assertEquals(
    headerMapFor(header, fields, { "Old Name": "county", "SUED BY": "court", gone: "no such field" }),
    {
      "Old Name": "county",
      "Sued by": "plaintiff_name",
      "Day": "judgment_date",
    },
  );
});

Deno.test("a column can be taken from the one the table would choose, and given to none", () => {
  const header = ["Case Number", "Docket", "Amount"];
  const map = headerMapFor(header, [null, "case_number", null], {});
  assertEquals(fieldsUnder(header, map), [null, "case_number", null]);
  const none = headerMapFor(header, [null, null, "amount"], {});
  assertEquals(fieldsUnder(header, none), [null, null, "amount"]);
});

Deno.test("what might be the judgment date and is said to be none lets the filing date stand in", () => {
  const header = ["Filing Date", "Disposition"];
  assertEquals(mapHeader(header).filingDateAsJudgmentDate, false);
  const map = headerMapFor(header, ["filing_date", null], {});
  assertEquals([map, mapHeader(header, map).filingDateAsJudgmentDate], [{ "Disposition": null }, true]);
});

Deno.test("a column without a name, or with that of one before it, cannot be named", () => {
  const header = ["Amount", " ", "amount", "x".repeat(201), "Judge"];
  assertEquals(header.map((_, column) => canBeNamed(header, column)), [true, false, false, false, true]);
});

Deno.test("whatever is said of columns that can be named is how they are read", () => {
  const name = fc.oneof(
    fc.constantFrom(...FIELDS).chain((field) => fc.constantFrom(...acceptedHeaders(field))),
    fc.stringMatching(/^[A-Za-z]{1,6}$/),
  );
  const override = fc.dictionary(name, fc.constantFrom<Field | null>(...FIELDS, null), { maxKeys: 4 });
  fc.assert(fc.property(
    fc.uniqueArray(name, { selector: foldHeader, maxLength: 12 }),
    fc.shuffledSubarray([...FIELDS]),
    fc.infiniteStream(fc.boolean()),
    override,
    (header, given, coins, overrides) => {
      const fields = [...given];
      const choice = header.map(() => coins.next().value ? fields.pop() ?? null : null);
      assertEquals(fieldsUnder(header, headerMapFor(header, choice, overrides)), choice);
    },
  ));
});

Deno.test("sample rows are judged by the rules of rows", () => {
  const header = mapHeader(["Case Number", "Plaintiff", "Defendant", "Amount", "Judgment Date"]);
  const rows = [["1", "A", "B", "5", "2024-01-31"], ["1", "A", "B", "five", "2024-01-31"]];
  const { rows: all, good, trouble } = previewOf(rows, header, "2026-11-22");
  assertEquals([all, good, trouble?.startsWith(`amount "five"`)], [2, 1, true]);
});
