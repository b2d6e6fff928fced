/**
 * Headers below the first one and rows above it, however they are written: what is read never has a value that its own
 * header does not give it, and what is not read is counted. Each test says its seed and how many it tries.
 */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import fc from "fast-check";
import { FileScanner, RowReader } from "../../../../shared/csv/mod.ts";
import { knownColumns } from "../../../../shared/intake/known_columns.ts";
import { fieldsOfHeader } from "../../../../shared/judgments/mod.ts";

const names = knownColumns("drop");
/** Two columns of the first table's are amounts, and two are numbers: the first named here is the field. */
const COLUMNS = [
  "Case Number",
  "File #",
  "Plaintiff",
  "Defendant",
  "Amount",
  "Principal",
  "Judgment Date",
] as const;

type Row = readonly string[];
const rowOf = (n: number): Row => [
  `2024-CV-${1000 + n}`,
  `F-${n}`,
  "Harbor Lane Credit LLC",
  `Dana Quill ${n}`,
  `${500 + n}.50`,
  `${100 + n}.00`,
  `2023-05-${10 + n % 18}`,
];

/** Reads a file; of every good row what stands in the columns of its header, by name. */
function readTable(bytes: Uint8Array, sliceBytes: number) {
  const scanner = new FileScanner({ names, sliceBytes });
  scanner.push(bytes);
  const { dialect, header, headerWidth, headerCells, slices, unread, rows } = scanner.finish();
  const read: Row[] = [];
  for (const slice of slices) {
    const reader = new RowReader({ dialect, headerWidth, headerCells, names, ...slice });
    for (
      const batch of [...reader.push(bytes.subarray(slice.firstByte, slice.endByte)), ...reader.finish()]
    ) {
      batch.rows.forEach((cells, at) => {
        if (batch.problems.has(at)) return;
        const cellOf = (name: string) => cells[header.indexOf(name)] ?? "";
        read.push(COLUMNS.map(cellOf));
      });
    }
  }
  return { read, rows, unread: unread?.lines ?? 0, first: unread?.line ?? 0 };
}

const encode = (text: string) => new TextEncoder().encode(text);
const line = (cells: Row, delimiter: string) => cells.join(delimiter) + "\n";

/** What people and programs put around the names of a header. */
const DRESS: Readonly<Record<string, (name: string, at: number) => string>> = {
  nothing: (name) => name,
  quotes: (name) => `"${name}"`,
  "single quotes": (name) => `'${name}'`,
  "quotes of a word processor": (name) => `\u201c${name}\u201d`,
  "spaces and quotes": (name) => ` "${name}"`,
  "a quote that is never closed": (name, at) => at === 2 ? `"${name}` : name,
  "a quote that was never opened": (name, at) => at === 1 ? `${name}"` : name,
  "capitals and signs nobody sees": (name) => `${name.toUpperCase()}\u200b`,
};
const order = fc.shuffledSubarray([...COLUMNS.keys()], { minLength: COLUMNS.length });
const dress = fc.constantFrom(...Object.values(DRESS));
const delimiters = fc.constantFrom(",", ";", "\t", "|");
const sliceBytes = fc.constantFrom(1, 200, 8_388_608);

Deno.test("rows below the next header are read only where its columns stand as in the first (seed 181, 800)", () => {
  const titled = fc.constantFrom("", "Kings County\n");
  fc.assert(
    fc.property(
      order,
      dress,
      delimiters,
      delimiters,
      titled,
      sliceBytes,
      (places, dressed, first, next, title, length) => {
        const above = Array.from({ length: 12 }, (_, n) => rowOf(n));
        const below = Array.from({ length: 3 }, (_, n) => rowOf(100 + n));
        const turned = (row: Row): Row => places.map((column) => row[column] ?? "");
        const header = turned(COLUMNS);
        const file = line(COLUMNS, first) + above.map((row) => line(row, first)).join("") + title +
          line(header.map(dressed), next) + below.map((row) => line(turned(row), next)).join("");
        const { read, unread } = readTable(encode(file), length);
        const isSame = fieldsOfHeader(header).every((field, at) => field === fieldsOfHeader(COLUMNS)[at]);
        // Read or not, no row below has a value in a column where it does not belong.
        const known = new Set([...above, ...below].map((row) => row.join()));
        for (const row of isSame ? [] : read) assert(known.has(row.join()), row.join());
        if (!isSame) assertEquals([read.length, unread], [12, 4 + (title === "" ? 0 : 1)], file);
        else assertEquals([read.length, unread], [15, 0], file);
      },
    ),
    { seed: 181, numRuns: 800 },
  );
});

Deno.test("rows that stand above their header are counted as unread, wherever it was put (seed 182, 120)", () => {
  fc.assert(
    fc.property(fc.nat(40), fc.integer({ min: 1, max: 40 }), delimiters, (above, below, delimiter) => {
      const rows = Array.from({ length: above + below }, (_, n) => rowOf(n));
      const lines = rows.map((row) => line(row, delimiter)).toSpliced(above, 0, line(COLUMNS, delimiter));
      const { read, unread, first } = readTable(encode(lines.join("")), 8_388_608);
      assertEquals([read, unread, first], [rows.slice(above), above, above === 0 ? 0 : 1]);
    }),
    { seed: 182, numRuns: 120 },
  );
});

Deno.test("a line of all names without rows below it is not the header (seed 183, 200)", () => {
  fc.assert(
    fc.property(
      order,
      delimiters,
      fc.constantFrom("\n", "Kings County\n", ""),
      (places, delimiter, between) => {
        const legend = ["Columns:", ...places.map((column) => COLUMNS[column] ?? "")];
        const rows = Array.from({ length: 5 }, (_, n) => rowOf(n));
        const file = line(legend, delimiter) + between +
          [COLUMNS, ...rows].map((row) => line(row, delimiter)).join("");
        assertEquals(readTable(encode(file), 8_388_608).read, rows);
      },
    ),
    { seed: 183, numRuns: 200 },
  );
});
