/**
 * Two files and more for every kind of fault that the hunt found, others than its own. All that is decided by reading is
 * held in process, in slices of several lengths; the rest goes through the pipeline, in `kinds_pipeline_test.ts`.
 */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import { z } from "zod";
import { type Case, says, withWords } from "./hunt.ts";
import { type Outcome, readInProcess } from "../../ops/evaluation/in_process.ts";
import { isDecidedAtTheDoor, KINDS } from "./kinds.ts";

const LATEST_DATE = "2026-11-22";
const SLICE_BYTES = [1, 300, 8_388_608];

Deno.test("every kind has two files at least, and each a name of its own", () => {
  const kinds = Map.groupBy(KINDS, ({ kind }) => kind);
  for (const [kind, cases] of kinds) assert(cases.length >= 2, kind);
  assertEquals(new Set(KINDS.map(({ name }) => name)).size, KINDS.length);
});

function checkReading({ expect }: Case, outcome: Outcome): void {
  const { plan } = outcome;
  assertEquals(outcome.status, expect.status, outcome.reason ?? "");
  assert((outcome.reason ?? "").startsWith(expect.rejection_begins ?? ""), outcome.reason ?? "");
  if (expect.total !== undefined) assertEquals(outcome.total, expect.total);
  if (expect.invalid !== undefined) assertEquals(outcome.invalid, expect.invalid);
  if (expect.unread !== undefined) assertEquals(plan.unread_lines, expect.unread);
  if (expect.codes !== undefined) assertEquals(outcome.codes, expect.codes);
  const notes = [...plan.notes, `${outcome.placeholders} placeholders`].join("\n");
  for (const words of expect.notes_contain) assert(says(notes, words), `"${words}" in ${notes}`);
  for (const words of expect.message_contains) assertStringIncludes(outcome.reason ?? "", words);
  const messages = expect.messages_differ.map((row) => outcome.messages[row]?.replace(/"[^"]*"/g, '""'));
  assertEquals(new Set(messages).size, messages.length);
  for (const values of expect.values) assertEquals(outcome.values.get(values.case_number ?? ""), values);
  for (const number of expect.absent) assert(!outcome.values.has(number), number);
  const dialect = z.record(z.string(), z.unknown()).parse(plan.dialect ?? {});
  for (const [part, value] of Object.entries(expect.dialect)) assertEquals(dialect[part], value, part);
}

const Columns = z.object({ columns: z.array(z.string().nullable()).optional() });

for (const known of KINDS.filter((written) => !isDecidedAtTheDoor(written))) {
  Deno.test(`${known.name}: ${known.why}`, () => {
    for (const sliceBytes of SLICE_BYTES) {
      const { filled, bytes } = withWords(known);
      const { columns } = Columns.parse(filled.source_settings ?? {});
      checkReading(filled, readInProcess(bytes, { latestDate: LATEST_DATE, columns, sliceBytes }));
    }
  });
}
