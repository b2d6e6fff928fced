import { assertEquals, assertThrows } from "deno-std/assert/mod.js";
import type { Scan } from "../../../shared/csv/mod.ts";
import { parseLayout, planFile, planUnsupported } from "../../../shared/intake/plan.ts";
import { parseDialect } from "../../../shared/intake/read_dialect.ts";

const FILE = { hash: "a".repeat(64), bytes: 100 };
const SCAN: Scan = {
  dialect: {
    encoding: "utf-8",
    bom: false,
    delimiter: ",",
    quote: '"',
    escape: '"',
    newline: "\n",
    header_line: 1,
    preamble_lines: 0,
  },
  header: ["Case Number", "Plaintiff", "Defendant", "Amount", "Filing Date", "Colour"],
  headerWidth: 6,
  headerLines: 1,
  headerCells: { lines: [["case number"]], fields: ["case_number"] },
  bytes: 100,
  lines: 3,
  rows: 2,
  blankRows: 0,
  slices: [{ no: 0, firstByte: 50, endByte: 100, firstRow: 0, rows: 2, firstLine: 2 }],
  unread: null,
  notes: ["seen"],
  problem: null,
};

Deno.test("planFile() turns a scan into slices, ignored columns and notes", () => {
  const plan = planFile(FILE, SCAN, {});
  assertEquals(plan.problem, null);
  assertEquals(plan.ignored_columns, ["Colour"]);
  assertEquals(plan.notes.length, 2, "the scan's note, and that the filing date stands in");
  assertEquals(plan.slices, [{
    no: 0,
    first_byte: 50,
    end_byte: 100,
    first_row: 0,
    row_count: 2,
    first_line: 2,
  }]);
  assertEquals(parseLayout(plan.layout), {
    header: SCAN.header,
    header_width: 6,
    header_cells: { lines: [["case number"]], fields: ["case_number"] },
    columns: SCAN.header,
    fields: ["case_number", "plaintiff_name", "defendant_name", "amount", "judgment_date", null],
    filing_date_as_judgment_date: true,
  });
});

Deno.test("planFile() refuses a header without rows at once, unless unread lines have to be weighed first", () => {
  const bare = { ...SCAN, rows: 0, slices: [] };
  const plan = planFile(FILE, bare, {});
  assertEquals([plan.problem, plan.problem_code], ["Empty file: a header and no rows", "EMPTY_FILE"]);
  assertEquals(planFile(FILE, { ...bare, unread: { line: 2, lines: 20, table: true } }, {}).problem, null);
  const { problem_code } = planFile(FILE, { ...bare, header: ["Amount"] }, {});
  assertEquals(problem_code, "MISSING_FIELDS");
});

Deno.test("planFile() says how many lines are unread, and from where", () => {
  const { unread_lines, first_unread_line } = planFile(FILE, {
    ...SCAN,
    unread: { line: 4, lines: 7, table: true },
  }, {});
  assertEquals([unread_lines, first_unread_line], [7, 4]);
});

Deno.test("planFile() keeps a header with U+0000 in a form the database can hold", () => {
  const plan = planFile(FILE, { ...SCAN, header: [...SCAN.header.slice(0, 5), "Co\0lour"] }, {});
  assertEquals(plan.problem, null);
  assertEquals(plan.ignored_columns, ["Co␀lour"]);
  assertEquals(JSON.stringify(plan).includes("\\u0000"), false);
});

Deno.test("planFile() follows a source's own names for columns", () => {
  const scan = {
    ...SCAN,
    header: ["Aktenzeichen", "Plaintiff", "Defendant", "Amount", "Judgment Date", "Colour"],
  };
  assertEquals(planFile(FILE, scan, {}).problem, "Missing required fields: case_number");
  assertEquals(planFile(FILE, scan, { Aktenzeichen: "case_number" }).problem, null);
});

Deno.test("planFile() names missing fields in the order of the field table", () => {
  const scan = { ...SCAN, header: ["Amount", "Case Number"] };
  assertEquals(
    planFile(FILE, scan, {}).problem,
    "Missing required fields: plaintiff_name, defendant_name, judgment_date",
  );
});

Deno.test("planFile() refuses an empty file by name and an unreadable one with its place", () => {
  const empty = { ...SCAN, slices: [], problem: { reason: "empty", detail: "nothing" } } as const;
  const unreadable = {
    ...SCAN,
    slices: [],
    problem: { reason: "unreadable", detail: "no header in 20 lines" },
  } as const;
  assertEquals(planFile(FILE, { ...empty, slices: [] }, {}).problem, "Empty file");
  assertEquals(
    planFile(FILE, { ...unreadable, slices: [] }, {}).problem,
    "Parse error: no header in 20 lines",
  );
});

Deno.test("planUnsupported() keeps the hash and names the type", () => {
  const plan = planUnsupported(FILE, "zip");
  assertEquals([plan.file_hash, plan.problem, plan.slices.length], [
    FILE.hash,
    "Unsupported file type: zip",
    0,
  ]);
});

Deno.test("parseDialect() and parseLayout() refuse what was not stored by a plan", () => {
  assertEquals(parseDialect(SCAN.dialect), SCAN.dialect);
  assertThrows(() => parseDialect({ ...SCAN.dialect, encoding: "ebcdic" }));
  assertThrows(() => parseLayout(null));
});

Deno.test("planFile() of a replay keeps the original's header and where its columns stand", () => {
  const header = ["row_number", "error_code", "error_message", "field", "raw_value", ...SCAN.header];
  const plan = planFile(FILE, { ...SCAN, header, headerWidth: 11 }, {}, "replay");
  assertEquals([plan.problem, plan.ignored_columns], [null, ["Colour"]]);
  const { replay, ...layout } = parseLayout(plan.layout);
  assertEquals([layout.header, layout.header_width], [SCAN.header, 11]);
  assertEquals(replay, { columns: [5, 6, 7, 8, 9, 10], row_number: 0 });
});

Deno.test("planFile() refuses a replay that does not say which rows it repairs", () => {
  assertEquals(planFile(FILE, SCAN, {}, "replay").problem, "Missing required fields: row_number");
});

const HEADLESS: Scan = {
  ...SCAN,
  header: [],
  problem: {
    reason: "no_header",
    detail: "no header found: line 1, the first with text, holds no column names",
  },
};

Deno.test("planFile() refuses a file without a header, and reads it with the columns of its source", () => {
  const refused = planFile(FILE, HEADLESS, {});
  assertEquals([refused.problem_code, refused.slices, refused.layout], ["PARSE_ERROR", [], null]);
  const columns = ["case_number", null, "defendant_name", "plaintiff_name", "amount", "judgment_date"];
  const plan = planFile(FILE, HEADLESS, {}, "drop", columns);
  assertEquals([plan.problem, plan.problem_code, plan.slices.length], [null, null, 1]);
  assertEquals(parseLayout(plan.layout).fields, columns);
});

Deno.test("planFile() holds a source's columns against what a judgment needs", () => {
  const plan = planFile(FILE, HEADLESS, {}, "drop", ["case_number", "amount"]);
  assertEquals(plan.problem, "Missing required fields: plaintiff_name, defendant_name, judgment_date");
});

Deno.test("planFile() reads a file that has a header by it, whatever columns its source names", () => {
  const plan = planFile(FILE, SCAN, {}, "drop", ["amount", "case_number"]);
  assertEquals(plan.problem, null);
  assertEquals(parseLayout(plan.layout).header, SCAN.header);
});

Deno.test("planFile() gives a file that is too costly to read a code of its own", () => {
  const problem = { reason: "too_costly", detail: "too costly to read near line 7" } as const;
  const plan = planFile(FILE, { ...SCAN, slices: [], problem }, {});
  assertEquals([plan.problem, plan.problem_code], [
    "Parse error: too costly to read near line 7",
    "TOO_COSTLY",
  ]);
});
