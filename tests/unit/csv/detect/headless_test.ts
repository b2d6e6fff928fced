/** Files without a header, hints for spreadsheets, and header cells that are damaged. */
import { assertEquals } from "deno-std/assert/equals.js";
import { HEADER, isKnownHeader, join, PADDING, read, utf8 } from "../reading.ts";
import { assertGreater } from "deno-std/assert/greater.js";

const ROW = ["2024-1", "Acme", "Bob", "10.00", "2024-01-15"];

for (
  const [name, delimiter] of Object.entries({
    commas: ",",
    semicolons: ";",
    tabs: "\t",
    bars: "|",
    spaces: " ",
  })
) {
  Deno.test(`a file without a header, written with ${name}, has its rows and an empty header`, () => {
    const { found, rows } = read(`${ROW.join(delimiter)}\n${ROW.join(delimiter)}\n`);
    assertEquals([found.problem?.reason, found.header, found.headerWidth], ["no_header", [], 5]);
    assertEquals([found.dialect.delimiter, found.dialect.header_line, found.headerLines], [delimiter, 0, 0]);
    assertEquals(rows.map(({ cells, code, line }) => [cells, code, line]), [[ROW, null, 1], [ROW, null, 2]]);
  });
}

Deno.test("columns that are known beforehand say how wide a file without a header is", () => {
  const file = "Acme,Bob\nAcme,Bob,Carl\nAcme,Bob,Carl\n";
  const guessed = read(file).rows.map(({ code }) => code);
  const told = read(file, { isKnownHeader, columns: 2 }).rows.map(({ code }) => code);
  assertEquals(guessed, ["TOO_MANY_FIELDS", "TOO_MANY_FIELDS"], "the first line looks like unknown names");
  assertEquals(told, [null, "TOO_MANY_FIELDS", "TOO_MANY_FIELDS"]);
});

Deno.test("a header of known names is one, whatever columns are said to be there", () => {
  const { found, rows } = read(`${HEADER}\n${ROW.join(",")}\n`, { isKnownHeader, columns: 6 });
  assertEquals([found.header, found.problem, rows.length], [HEADER.split(","), null, 1]);
});

Deno.test("a file without a header is read in slices like any other", () => {
  const { found, rows } = read(PADDING, { isKnownHeader, columns: 5, sliceBytes: 5_000 });
  assertGreater(found.slices.length, 5);
  assertEquals(rows.length, 2300);
});

const SEMICOLONS = `${HEADER.replaceAll(",", ";")}\n${ROW.join(";")}\n`;
const COMMAS = `${HEADER}\n${ROW.join(",")}\n`;

/** First lines for spreadsheets, what follows, and the delimiter it is read with. */
const HINTS: readonly [hint: string, file: string, delimiter: string][] = [
  ["sep=;\n", SEMICOLONS, ";"],
  ['"sep=;"\r\n', SEMICOLONS, ";"],
  ["SEP=\t\n", SEMICOLONS.replaceAll(";", "\t"), "\t"],
  ["sep=~\n", SEMICOLONS.replaceAll(";", "~"), "~"],
  ["sep=,\n", SEMICOLONS, ";"],
  ["sep=;\n", COMMAS, ","],
  ["sep=;\r", COMMAS.replaceAll("\n", "\r"), ","],
  ["sep=;\n", `${HEADER}\n${ROW.join(",").replace("Acme", "Acme; Beta; Gamma")}\n`, ","],
  ["sep=;\n", `${HEADER.replaceAll(",", ";")}\n1;Acme, Inc;B, C;1,5;2024-01-15\n`, ";"],
];

for (const [hint, file, delimiter] of HINTS) {
  Deno.test(`${JSON.stringify(hint)} above ${JSON.stringify(file.slice(0, 20))} reads with ${JSON.stringify(delimiter)}`, () => {
    const { found, rows } = read(hint + file);
    assertEquals([found.dialect.delimiter, found.dialect.header_line], [delimiter, 2]);
    assertEquals(rows.map(({ code }) => code), [null]);
    assertEquals(found.headerWidth, 5);
  });
}

Deno.test("a hint above a file without a header is no row of it", () => {
  const { found, rows } = read("sep=;\n1;2;3\n4;5;6\n");
  assertEquals([found.dialect.delimiter, found.slices[0]?.firstLine], [";", 2]);
  assertEquals(rows.map(({ cells }) => cells), [["1", "2", "3"], ["4", "5", "6"]]);
});

const NAMES = HEADER.split(",");

/** Header lines that are damaged, and are read as rows with the same damage are. */
const DAMAGED: Readonly<Record<string, string>> = {
  "spaces before its quotes": 'case_number, "plaintiff_name", "defendant_name",amount,judgment_date',
  "spaces before and behind its quotes":
    'case_number, "plaintiff_name" ,"defendant_name" , "amount",judgment_date',
  "a quote that is never closed": 'case_number,"plaintiff_name,defendant_name,amount,judgment_date',
  "a quote that is never opened": 'case_number,plaintiff_name",defendant_name,amount,judgment_date',
  "quotes that are doubled": 'case_number,""plaintiff_name"",defendant_name,amount,judgment_date',
  "quotes that are tripled": 'case_number,"""plaintiff_name""",defendant_name,amount,judgment_date',
};

for (const [name, header] of Object.entries(DAMAGED)) {
  Deno.test(`FileScanner finds a header with ${name}`, () => {
    const { found, rows } = read(`${header}\n${ROW.join(",")}\n`);
    assertEquals([found.problem, found.header], [null, NAMES]);
    assertEquals(rows.map(({ cells }) => cells), [ROW]);
  });
}

Deno.test("FileScanner finds a header with a mark before its first quote, below a title", () => {
  const file = join("Report\n", [0xef, 0xbb, 0xbf], `"${NAMES.join('","')}"\n${ROW.join(",")}\n`);
  const { found, rows } = read(file);
  assertEquals([found.header, found.dialect.header_line, rows.length], [NAMES, 2, 1]);
});

Deno.test("RowReader takes quotes behind spaces off a cell that has nothing else, and no others", () => {
  const { rows } = read(utf8(`${HEADER}\n1, "Acme" ,"Bob", 5" pipe,"x"\n2, "A" "B", "C"D,"E", ""\n`));
  assertEquals(rows.map(({ cells }) => cells), [
    ["1", "Acme", "Bob", ' 5" pipe', "x"],
    ["2", ' "A" "B"', ' "C"D', "E", ""],
  ]);
});
