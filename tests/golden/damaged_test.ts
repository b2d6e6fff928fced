/** The damaged files: what becomes of every row, against what was written down by hand and why. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { z } from "zod";
import { FileScanner, RowReader } from "../../shared/csv/mod.ts";
import { knownColumns } from "../../shared/intake/known_columns.ts";

const FOLDER = new URL("../fixtures/damaged/", import.meta.url);
const FEWEST_FILES = 60;

/**
 * What was written down. `good` rows read as they stand; `repaired` ones were put right and say so; `repaired_width`
 * ones lost empty cells beyond the header, which is no damage worth a word; others carry their row code.
 */
const Expectations = z.record(
  z.string(),
  z.strictObject({
    why: z.string().min(5),
    dialect: z.record(z.string(), z.unknown()).default({}),
    problem: z.enum(["empty", "no_header", "unreadable"]).nullable().default(null),
    notes: z.array(z.string()).default([]),
    rows: z.array(z.strictObject({
      case: z.string(),
      outcome: z.string(),
      why: z.string().optional(),
      cells: z.array(z.string()).optional(),
    })),
  }),
);

const expectations = Expectations.parse(
  JSON.parse(Deno.readTextFileSync(new URL("expectations.json", FOLDER))),
);

const NAMES = knownColumns("drop");

interface Outcome {
  case: string | undefined;
  outcome: string;
  cells: string[];
  rawLine: string;
}

function readFile(bytes: Uint8Array) {
  const scanner = new FileScanner({ names: NAMES });
  scanner.push(bytes);
  const found = scanner.finish();
  const { dialect, headerWidth, headerCells } = found;
  const outcomes: Outcome[] = [];
  for (const slice of found.slices) {
    const reader = new RowReader({ dialect, headerWidth, headerCells, names: NAMES, ...slice });
    for (
      const batch of [...reader.push(bytes.subarray(slice.firstByte, slice.endByte)), ...reader.finish()]
    ) {
      batch.rows.forEach((cells, at) => {
        const outcome = batch.problems.get(at)?.code ?? (batch.repairs.has(at) ? "repaired" : "good");
        outcomes.push({ case: cells[0], outcome, cells, rawLine: batch.rawLineOf(at) });
      });
    }
  }
  return { found, outcomes };
}

Deno.test("the damaged files are at least sixty, each with its expectations", () => {
  const files = [...Deno.readDirSync(FOLDER)].map((entry) => entry.name).filter((name) =>
    name.endsWith(".csv")
  );
  assert(files.length >= FEWEST_FILES, `${files.length} files`);
  assertEquals(files.sort(), Object.keys(expectations).sort());
});

for (const [name, expected] of Object.entries(expectations)) {
  Deno.test(`${name}: ${expected.why}`, () => {
    const { found, outcomes } = readFile(Deno.readFileSync(new URL(name, FOLDER)));
    assertEquals(found.problem?.reason ?? null, expected.problem);
    assertEquals(found.rows, outcomes.length);
    const told = outcomes.map(({ case: number, outcome }) => ({ case: number, outcome }));
    const wanted = expected.rows.map((row) => ({
      case: row.case,
      outcome: row.outcome === "repaired_width" ? "good" : row.outcome,
    }));
    assertEquals(told, wanted);
    expected.rows.forEach((row, at) => {
      if (row.cells !== undefined) assertEquals(outcomes[at]?.cells, row.cells);
      if (row.outcome === "repaired_width") assertEquals(outcomes[at]?.cells.length, found.headerWidth);
      const damaged = row.outcome !== "good";
      assert(!damaged || (row.why ?? "").length > 5, `row ${at} has no reason`);
    });
    for (const [key, value] of Object.entries(expected.dialect)) {
      assertEquals(Object.entries(found.dialect).find(([name]) => name === key)?.[1], value, key);
    }
    for (const note of expected.notes) {
      assert(found.notes.some((told) => new RegExp(note).test(told)), `${note} in ${found.notes}`);
    }
  });
}
