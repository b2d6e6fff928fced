/** Files of several tables, pages and remarks: which lines are rows, which are passed over, and which are unread. */
import { assertEquals } from "deno-std/assert/equals.js";
import { z } from "zod";
import { FileScanner, RowReader } from "../../shared/csv/mod.ts";
import { knownColumns } from "../../shared/intake/known_columns.ts";
import { planFile, storedHeaderMap } from "../../shared/intake/plan.ts";
import { compileRowChecker } from "../../shared/judgments/mod.ts";

const FOLDER = new URL("../fixtures/tables/", import.meta.url);
const NAMES = knownColumns("drop");

/** What was written down. Rows without a code are good; `?` stands for any code. */
const Expectations = z.record(
  z.string(),
  z.strictObject({
    kind: z.string(),
    why: z.string().min(5),
    rows: z.int(),
    unread: z.int(),
    header_line: z.int().default(1),
    codes: z.record(z.string(), z.string()).default({}),
    notes: z.array(z.string()).default([]),
  }),
);
const expectations = Expectations.parse(
  JSON.parse(Deno.readTextFileSync(new URL("expectations.json", FOLDER))),
);

/** Reads a file as the worker does, slices of a given length. */
function readFile(bytes: Uint8Array, sliceBytes: number) {
  const scanner = new FileScanner({ names: NAMES, sliceBytes });
  scanner.push(bytes);
  const plan = planFile({ hash: "", bytes: bytes.length }, scanner.finish(), {});
  const { layout, dialect } = plan;
  if (layout === null || dialect === null) throw new Error(`Cannot read the file: ${plan.problem}`);
  const checker = compileRowChecker({ header: storedHeaderMap(layout), latestDate: "2024-12-31" });
  const codes: Record<string, string> = {};
  let rows = 0;
  for (const slice of plan.slices) {
    const reader = new RowReader({
      dialect,
      headerWidth: layout.header_width,
      headerCells: layout.header_cells,
      names: NAMES,
      firstByte: slice.first_byte,
      firstRow: slice.first_row,
      firstLine: slice.first_line,
      rows: slice.row_count,
    });
    const batches = [...reader.push(bytes.subarray(slice.first_byte, slice.end_byte)), ...reader.finish()];
    for (const batch of batches) {
      batch.rows.forEach((cells, at) => {
        const code = batch.problems.get(at)?.code ?? checker.firstCode(cells);
        if (code !== null) codes[batch.firstRow + at + 1] = code;
      });
    }
    rows += reader.rows;
  }
  return { plan, rows, codes };
}

Deno.test("every file of tables has its expectations", () => {
  const files = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).filter((name) => name.endsWith(".csv"));
  assertEquals(files.sort(), Object.keys(expectations).sort());
});

for (const [name, expected] of Object.entries(expectations)) {
  Deno.test(`${name}: ${expected.why}`, () => {
    for (const sliceBytes of [1, 200, 8_388_608]) {
      const { plan, rows, codes } = readFile(Deno.readFileSync(new URL(name, FOLDER)), sliceBytes);
      assertEquals(plan.problem, null);
      assertEquals([rows, plan.unread_lines], [expected.rows, expected.unread]);
      assertEquals(plan.dialect?.header_line, expected.header_line);
      assertEquals(Object.keys(codes), Object.keys(expected.codes));
      for (const [row, code] of Object.entries(expected.codes)) {
        if (code !== "?") assertEquals(codes[row], code);
      }
      for (const note of expected.notes) assertEquals(plan.notes.includes(note), true, `${plan.notes}`);
    }
  });
}
