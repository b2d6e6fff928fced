/**
 * What the browser says of a file beforehand, for every file whose fate reading alone decides: the project's own cases,
 * the hunt's, damaged files, several tables, vendors' samples, and what spreadsheets make of good ones. Batches of the
 * pipeline are held against it where they are run, in `hunt.ts` and `resaved_pipeline_test.ts`.
 */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { z } from "zod";
import { FIELDS } from "../../shared/judgments/fields.ts";
import { readInProcess } from "../../ops/evaluation/in_process.ts";
import { foretell, foretoldCodes } from "./foretold.ts";
import { type Case, CASES, withWords } from "./hunt.ts";
import { isDecidedAtTheDoor, KINDS } from "./kinds.ts";
import { goodTable, HARMS, randomOf } from "./resaved.ts";

const NOW = new Date("2026-11-22T10:00:00Z"); // the same day from here to UTC+14, less one
const LATEST_DATE = "2026-11-23";
const FEWEST_FILES = 200;
const Settings = z.looseObject({ columns: z.array(z.enum(FIELDS).nullable()).nullable().optional() });

/** Settings that are more than columns change what is read; those cases go through the pipeline. */
function isPlain({ source_settings, content_type, via, before, expect }: Case): boolean {
  const others = Object.keys(source_settings ?? {}).filter((name) => name !== "columns");
  return others.length === 0 && content_type === "text/csv" && via === "bucket" && before.length === 0 &&
    (expect.status === "completed" || expect.status === "failed");
}

const WRITTEN = [...KINDS.filter((one) => !isDecidedAtTheDoor(one)), ...CASES].filter(isPlain);

interface Plain {
  readonly name: string;
  readonly bytes: () => Uint8Array<ArrayBuffer>;
}

/** The files of a folder of fixtures. */
function filesOf(folder: string): Plain[] {
  const url = new URL(`../fixtures/${folder}/`, import.meta.url);
  const names = [...Deno.readDirSync(url)].map(({ name }) => name).filter((name) => name.endsWith(".csv"));
  return names.sort().map((name) => ({
    name: `${folder}/${name}`,
    bytes: () => Deno.readFileSync(new URL(name, url)),
  }));
}

/** A good table after each thing that spreadsheets and editors do. */
function resaved(): Plain[] {
  return Object.entries(HARMS).map(([kind, harm], k) => ({
    name: `resaved: ${kind}`,
    bytes: () => {
      const random = randomOf(27 + k);
      return harm(goodTable(random), random);
    },
  }));
}

const PLAIN = [...filesOf("damaged"), ...filesOf("tables"), ...filesOf("vendor"), ...resaved()];

Deno.test(`there are at least ${FEWEST_FILES} files to foretell`, () =>
  assert(WRITTEN.length + PLAIN.length >= FEWEST_FILES, String(WRITTEN.length + PLAIN.length)));

type Columns = z.infer<typeof Settings>["columns"];

/** Holds what is foretold against the reading in process. @returns what is foretold. */
async function holdAgainstReading(bytes: Uint8Array<ArrayBuffer>, columns: Columns = null) {
  const told = await foretell(bytes, { columns }, NOW);
  const read = readInProcess(bytes, { latestDate: LATEST_DATE, columns });
  assertEquals(told.verdict.status, read.status);
  assertEquals([told.verdict.code, told.verdict.reason?.startsWith(read.reason ?? "")], [
    read.reasonCode,
    read.reason === null ? undefined : true,
  ]);
  assertEquals([told.total, told.invalid, told.repeated], [read.total, read.invalid, read.duplicates]);
  assertEquals([told.unread, told.ignored_columns, told.notes], [
    read.plan.unread_lines,
    read.plan.ignored_columns,
    read.plan.notes,
  ]);
  assertEquals(foretoldCodes(told), read.codes);
  return told;
}

for (const [at, known] of WRITTEN.entries()) {
  Deno.test(`${at} ${known.name} is foretold`, async () => {
    const { filled, bytes } = withWords(known);
    const { expect } = filled;
    const told = await holdAgainstReading(bytes, Settings.parse(filled.source_settings ?? {}).columns);
    assertEquals(told.verdict.status, expect.status, told.verdict.reason ?? "");
    assertEquals((told.verdict.reason ?? "").startsWith(expect.rejection_begins ?? ""), true);
    for (const part of ["total", "valid", "invalid", "unread"] as const) {
      if (expect[part] !== undefined) assertEquals(told[part], expect[part], part);
    }
    if (expect.rejection_code !== undefined) assertEquals(told.verdict.code, expect.rejection_code);
  });
}

for (const { name, bytes } of PLAIN) {
  Deno.test(`${name} is foretold`, async () => {
    await holdAgainstReading(bytes());
  });
}

Deno.test("rows are shown of a file whose columns are not understood, with names and without", async () => {
  const rows = "CV-1,Ann,Bob,5.00,2024-01-31\nCV-2,Ann,Bob,6.00,2024-01-31\n";
  const cells = rows.trim().split("\n").map((line) => line.split(","));
  const bytes = (text: string) => new TextEncoder().encode(text);
  const named = await foretell(bytes(`Zahl,Wer,Wen,Wieviel,Wann\n${rows}`), {}, NOW);
  assertEquals([named.verdict.code, named.has_header, named.header[0]], ["MISSING_FIELDS", true, "Zahl"]);
  assertEquals([named.first_rows, named.fields], [cells, [null, null, null, null, null]]);
  const unnamed = await foretell(bytes(rows), {}, NOW);
  assertEquals([unnamed.verdict.code, unnamed.has_header, unnamed.first_rows], ["PARSE_ERROR", false, cells]);
  assertEquals(unnamed.fields.length, 5);
  const binary = await foretell(new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]), {}, NOW);
  assertEquals(binary.first_rows, []);
});
