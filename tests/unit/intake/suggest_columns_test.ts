/** What is suggested for the columns of files whose names nobody has told us. */
import { assertEquals } from "deno-std/assert/equals.js";
import * as fc from "fast-check";
import { suggestColumns } from "../../../shared/intake/suggest_columns.ts";
import { type Field, FIELDS } from "../../../shared/judgments/mod.ts";

const LATEST = "2026-11-22";

/** Suggestions for a table whose first line holds the names; null for a file without them. */
function suggest(
  names: readonly string[] | null,
  rows: readonly (readonly string[])[],
  known?: (Field | null)[],
) {
  const width = names?.length ?? rows[0]?.length ?? 0;
  const columns = Array.from({ length: width }, (_, at) => ({
    name: names?.[at] ?? null,
    values: rows.map((cells) => cells[at] ?? ""),
  }));
  return suggestColumns(columns, { known: known ?? columns.map(() => null), latestDate: LATEST });
}

const fieldsOf = (...given: Parameters<typeof suggest>) => suggest(...given).map(({ field }) => field);

const ROWS = [
  ["2024-CV-001", "Midland Funding LLC", "Ann Lee", "1,234.50", "2024-01-31"],
  ["2024-CV-002", "Capital One Bank", "Bob Roe", "$99.00", "02/15/2024"],
  ["2024-CV-003", "Midland Funding LLC", "Carl Poe", "12500.75", "2023-12-01"],
];
const FIVE: (Field | null)[] = ["case_number", "plaintiff_name", "defendant_name", "amount", "judgment_date"];

Deno.test("names in the words vendors use are recognised", () => {
  for (
    const names of [
      ["CaseNbr", "PlntfName", "Deft", "Award Amt", "JdgDt"],
      ["DKT_NUM", "Claimant", "Borrower", "Balance Owed (USD)", "Disposition Date"],
      ["cause id", "Pltff", "dfdt name", "amt_awarded", "judgmentEnteredDate"],
      ["Index Nr.", "Original Creditor", "Consumer Name", "Judgment Total", "Date Rendered"],
    ]
  ) assertEquals(fieldsOf(names, ROWS), FIVE, names.join());
});

Deno.test("names in no language we know are told by what stands in the columns", () => {
  assertEquals(fieldsOf(["Aktenzeichen", "Klägerin", "Beklagter", "Betrag", "Datum"], ROWS), FIVE);
  assertEquals(
    suggest(["a", "b", "c", "d", "e"], ROWS).map(({ why }) => why),
    ["values", "values", "values", "values", "values"],
  );
});

Deno.test("a short number is no name, and a company with a figure in its name is one", () => {
  const rows = [["MAP-1", "1st City Bank", "Ann Lee", "5.00", "2024-01-31"], [
    "MAP-2",
    "3M Credit Union",
    "Bob Roe",
    "6.00",
    "2024-02-01",
  ]];
  assertEquals(fieldsOf(["a", "b", "c", "d", "e"], rows), FIVE);
});

Deno.test("a file without names is told by its values: companies sue, cases are filed before they are judged", () => {
  const rows = ROWS.map(([number = "", company = "", person = "", amount = "", date = ""]) => [
    person,
    date,
    "2022-05-05",
    amount,
    company,
    number,
    "NY",
    "Kings County Civil Court",
  ]);
  assertEquals(fieldsOf(null, rows), [
    "defendant_name",
    "judgment_date",
    "filing_date",
    "amount",
    "plaintiff_name",
    "case_number",
    "state",
    "court",
  ]);
});

Deno.test("who else stands in a file is no party, and what else is paid no judgment", () => {
  const rows = ROWS.map((cells) => [...cells, "Smith & Sons LLP", "25.00", "1970-02-03", "Kim Judge"]);
  const names = ["Ref", "P", "D", "X", "Y", "Plaintiff Attorney", "Filing Fee", "Date of Birth", "Judge"];
  assertEquals(fieldsOf(names, rows), [...FIVE, null, null, null, null]);
});

Deno.test("an address whose owner is not said is nobody's", () => {
  const rows = ROWS.map((cells) => [...cells, "12 Elm Street", "(718) 555-1111", "12 Oak Street"]);
  assertEquals(
    fieldsOf(["Case", "Plaintiff", "Def", "Amt", "Entered Date", "Address", "Phone", "Debtor Addr."], rows),
    [...FIVE, null, null, "defendant_address"],
  );
});

Deno.test("values that are none of the field speak against its name", () => {
  const rows = [["pending", "1,200.00"], ["closed", "900.00"]];
  assertEquals(fieldsOf(["Amount Status", "Figure"], rows), [null, "amount"]);
});

Deno.test("what is known stays, and what took its place before comes first", () => {
  const known: (Field | null)[] = [null, "plaintiff_name", null, null, "judgment_date"];
  const columns = ["Colour", "Plaintiff", "Weight", "Amt2", "Judgment Date"].map((name, at) => ({
    name,
    values: ROWS.map((cells) => cells[at] ?? ""),
  }));
  const before: (Field | null)[] = ["case_number", null, "amount", null, null];
  const told = suggestColumns(columns, { known, before, latestDate: LATEST });
  assertEquals(told.map(({ field, why }) => [field, why]), [
    ["case_number", "before"],
    ["plaintiff_name", "known"],
    ["defendant_name", "values"], // names of people are no amount, whatever stood there
    ["amount", "name"],
    ["judgment_date", "known"],
  ]);
});

Deno.test("no field is suggested twice, and every column has an answer", () => {
  const word = fc.constantFrom(
    "case",
    "plaintiff",
    "defendant",
    "date",
    "filed",
    "amount",
    "no",
    "court",
    "x",
    "",
  );
  const name = fc.array(word, { maxLength: 3 }).map((words) => words.join(" "));
  const cell = fc.constantFrom(
    "",
    "2024-01-31",
    "12.50",
    "Ann Lee",
    "Big Bank Inc",
    "CV-1",
    "NY",
    "7",
    "Civil Court",
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, fc.array(cell, { minLength: 3, maxLength: 3 })), { maxLength: 12 }),
      (columns) => {
        const told = suggestColumns(columns.map(([name, values]) => ({ name, values })), {
          known: [],
          latestDate: LATEST,
        });
        const fields = told.flatMap(({ field }) => field ?? []);
        assertEquals([told.length, new Set(fields).size], [columns.length, fields.length]);
        assertEquals(fields.every((field) => FIELDS.includes(field)), true);
      },
    ),
    { numRuns: 30 },
  );
});
