/**
 * Good files after what spreadsheets and editors do to them: 500 of them, from one seed. What is completed has no value
 * that the good file does not have; what would have one is refused, as a row or whole. Prints what became of each kind.
 */
import { assertEquals } from "deno-std/assert/equals.js";
import { readCsv } from "../../shared/csv/mod.ts";
import { holdAgainst } from "../../shared/intake/original_reject.ts";
import { knownColumns } from "../../shared/intake/known_columns.ts";
import { compileRowChecker, FIELDS, mapHeader } from "../../shared/judgments/mod.ts";

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

type Table = readonly (readonly string[])[];
type Random = (below: number) => number;

const HEADER = ["Case Number", "Plaintiff", "Defendant", "Amount", "Judgment Date", "County"];

/** Numbers from a seed (mulberry32), the same in every run. */
function randomOf(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const PARTIES = [
  "Muñoz, N.A.",
  'Joe\'s "Grill"',
  "O'Hara & Sons",
  "Harbor Lane Credit LLC",
  "-Minus Inc",
  "Null Corp",
];
const party = (random: Random) => `${PARTIES[random(PARTIES.length)]} ${random(1000)}`;
const two = (number: number) => String(number).padStart(2, "0");

/** Twenty to fifty rows in the plainest writing. */
function goodTable(random: Random): Table {
  const rows = Array.from({ length: 20 + random(31) }, (_, i) => [
    `${2000 + random(24)}-CV-${String(i).padStart(4, "0")}`,
    party(random),
    party(random),
    `${1000 + random(900_000)}.${two(random(100))}`,
    `${2000 + random(24)}-${two(1 + random(12))}-${two(1 + random(28))}`,
    ["Kings", "Queens", ""][random(3)] ?? "",
  ]);
  return [HEADER, ...rows];
}

function csv(table: Table, delimiter = ",", newline = "\n", quoteAll = false): string {
  const cell = (text: string) =>
    quoteAll || /["\r\n']/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
  return table.map((row) => row.map(cell).join(delimiter) + newline).join("");
}

const encode = (text: string) => new TextEncoder().encode(text);
const rowsOf = (table: Table, change: (row: readonly string[], at: number) => readonly string[]): Table =>
  table.map((row, at) => at === 0 ? row : change(row, at));
const withCell = (column: number, change: (cell: string, at: number) => string) => (table: Table) =>
  rowsOf(table, (row, at) => row.with(column, change(row[column] ?? "", at)));

/** What happens to files. Each gives the bytes as they are sent afterwards. */
const HARMS: Readonly<Record<string, (table: Table, random: Random) => Uint8Array<ArrayBuffer>>> = {
  "saved again with another delimiter": (table, random) =>
    encode(csv(table, [",", ";", "\t", "|"][random(4)], random(2) === 0 ? "\r\n" : "\n", random(2) === 0)),
  "a mark added": (table) => encode(`\ufeff${csv(table, ",", "\r\n")}`),
  "saved as UTF-16": (table) => {
    const text = `\ufeff${csv(table, "\t", "\r\n")}`;
    return Uint8Array.from([...text].flatMap((sign) => [sign.charCodeAt(0) & 0xff, sign.charCodeAt(0) >> 8]));
  },
  "sorted": (table, random) => {
    const column = random(HEADER.length);
    return encode(
      csv([HEADER, ...table.slice(1).toSorted((a, b) => (a[column] ?? "") < (b[column] ?? "") ? -1 : 1)]),
    );
  },
  "a column inserted": (table, random) => {
    const at = random(HEADER.length + 1);
    return encode(csv(table.map((row, n) => row.toSpliced(at, 0, n === 0 ? "Remarks" : "seen"))));
  },
  "columns in another order": (table, random) => {
    const order = HEADER.map((_, column) => column).toSorted(() => random(3) - 1);
    return encode(csv(table.map((row) => order.map((column) => row[column] ?? ""))));
  },
  "pages joined": (table, random) => {
    const at = 2 + random(table.length - 3);
    return encode(csv([...table.slice(0, at), HEADER, ...table.slice(at)]));
  },
  "a second table of other columns appended": (table) => {
    const other = table.slice(1, 6).map((
      [number = "", a = "", b = "", ...rest],
    ) => [`${number}X`, b, a, ...rest]);
    const header = ["Docket", "Defendant", "Plaintiff", ...HEADER.slice(3)];
    return encode(csv([...table, header, ...other]));
  },
  "dates turned, day first": (table) =>
    encode(csv(withCell(4, (date) => date.split("-").toReversed().join("."))(table))),
  "dates as day numbers": (table) =>
    encode(csv(withCell(4, (date) => String(Date.parse(date) / 86_400_000 + 25_569))(table))),
  "amounts with a decimal comma or lost zeros": (table, random) => {
    const isComma = random(2) === 0;
    const change = (amount: string) => isComma ? amount.replace(".", ",") : String(Number(amount));
    return encode(csv(withCell(3, change)(table), ";"));
  },
  "cells joined in one": (table, random) => {
    const at = 1 + random(table.length - 2);
    const next = table[at + 1] ?? [];
    const joined = rowsOf(
      table,
      (row, n) => n === at ? row.map((cell, column) => `${cell}\n${next[column]}`) : row,
    );
    return encode(csv(joined.toSpliced(at + 1, 1)));
  },
  "placeholders and invisible signs put in": (table, random) => {
    const at = 1 + random(table.length - 1);
    return encode(
      csv(
        rowsOf(
          table,
          (row, n) => n === at ? row.with(random(3), "#N/A") : row.map((c) => `\u200b${c}\u00a0`),
        ),
      ),
    );
  },
  "blank lines and a total below": (table) => encode(`${csv(table)}\n,,,,,\nTotal: ${table.length - 1}\n`),
};

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
