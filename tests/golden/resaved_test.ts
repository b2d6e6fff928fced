/**
 * Good files after what spreadsheets and editors do to them: 500 of them, from one seed. What is completed has no value
 * that the good file does not have; what would have one is refused, as a row or whole. Prints what became of each kind.
 */
import { assertEquals } from "deno-std/assert/equals.js";
import { readCsv } from "../../shared/csv/mod.ts";
import { holdAgainst } from "../../shared/intake/original_reject.ts";
import { knownColumns } from "../../shared/intake/known_columns.ts";
import { compileRowChecker, FIELDS, mapHeader } from "../../shared/judgments/mod.ts";
import { csv, encode, goodTable, HARMS, HEADER, randomOf } from "./resaved.ts";

const SEED = 500;
const FILES = 500;
const THRESHOLD_PERCENT = 10;
const LATEST_DATE = "2026-11-22";

// What these do changes no value, so all of it is read.
const HARMLESS = [
  "saved again",
  "a mark",
  "saved as",
  "sorted",
  "a column",
  "columns in",
  "pages",
  "a second",
  "blank",
];

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Rows of a file as the pipeline would insert them, by case number; null when the file is refused whole. */
async function taken(bytes: Uint8Array<ArrayBuffer>) {
  const reading = await readCsv(new Blob([bytes]), { names: knownColumns("drop") });
  if (reading.problem !== null) return null;
  const header = mapHeader(reading.header);
  if (header.missing.length > 0) return null;
  const checker = compileRowChecker({ header, latestDate: LATEST_DATE });
  const rows = new Map<string, string[]>();
  let total = 0;
  let invalid = 0;
  for await (const record of reading.records) {
    total++;
    const values = record.problem === null ? checker.check(record.cells) : null;
    if (values === null) invalid++;
    else if (!rows.has(values[0] ?? "")) rows.set(values[0] ?? "", values);
  }
  return 100 * invalid > THRESHOLD_PERCENT * total ? null : { rows, invalid };
}

Deno.test(`${FILES} files that went through spreadsheets and editors bring no value of their own (seed ${SEED})`, async () => {
  const random = randomOf(SEED);
  const kinds = Object.entries(HARMS);
  const outcomes = new Map(kinds.map(([kind]) => [kind, { completed: 0, refused: 0, rejects: 0, rows: 0 }]));
  for (let n = 0; n < FILES; n++) {
    const [kind = "", harm] = kinds[n % kinds.length] ?? [];
    const table = goodTable(random);
    const good = await taken(encode(csv(table)));
    if (good === null || harm === undefined) throw new Error(`file ${n} is not good to begin with`);
    assertEquals([good.rows.size, good.invalid], [table.length - 1, 0]);
    const outcome = outcomes.get(kind);
    const result = await taken(harm(table, random));
    if (outcome === undefined) continue;
    if (result === null) {
      outcome.refused++;
      continue;
    }
    outcome.completed++;
    outcome.rejects += result.invalid;
    outcome.rows += result.rows.size;
    for (const [number, values] of result.rows) {
      assertEquals(values, good.rows.get(number), `${kind}, file ${n}`);
    }
  }
  for (const [kind, { refused, rejects }] of outcomes) {
    if (HARMLESS.some((name) => kind.startsWith(name))) assertEquals([kind, refused, rejects], [kind, 0, 0]);
  }
  console.table(Object.fromEntries(outcomes));
});

Deno.test(`numbers that lost their zeros or became dates on the way through errors.csv stay as they were (seed ${SEED})`, () => {
  const random = randomOf(SEED);
  const header = mapHeader(HEADER);
  const { isSameValue } = compileRowChecker({ header, latestDate: LATEST_DATE });
  for (let n = 0; n < FILES; n++) {
    const row = goodTable(random)[1] ?? [];
    const digits = 1 + random(99_999);
    const [month, day] = [1 + random(12), 13 + random(16)];
    const [original = "", now = ""] = random(2) === 0
      ? [`000${digits}`, String(digits)]
      : [`${month}-${day}`, `${day}-${MONTHS[month - 1]}`];
    const cells = Object.fromEntries(
      FIELDS.map((field) => [field, row[header.columns[field] ?? -1] ?? null]),
    );
    const reject = { row_index: n, cells: { ...cells, case_number: original }, problems: ["amount"] };
    const held = holdAgainst(reject, row.with(0, now), { header, isSameValue });
    assertEquals([held.cells[0], held.issue], [original, null], now);
  }
});
