/** In 80 columns no line is longer, whatever is in it; in a pipe nothing is cut. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import { folded } from "../../../checkout/table.ts";
import { monitorIngest } from "../../../ops/commands/monitor_ingest.ts";
import { plainPen } from "../../../ops/pen.ts";
import { outcomeTable } from "../../../stack/demo/report.ts";

const NAME = `${"long-name-of-a-court-".repeat(6)}2024.csv`;
const BATCH = {
  batch_id: "3efdf133-fad3-4150-b01c-04202a9fe561",
  filename: NAME,
  valid: 1,
  invalid: 1,
  inserted: 0,
};

/** What `monitor-ingest` shows of one batch. */
async function shown(batch: Record<string, unknown>, width: number | null): Promise<string> {
  let text = "";
  const figures = {
    states: () => Promise.resolve([{ status: batch.status, batch_count: 1, oldest_seconds: 10 }]),
    newestBatches: () => Promise.resolve([{ ...BATCH, seconds: 90_000, ...batch }]),
  };
  const context: Record<string, unknown> = {
    target: { figures: () => Promise.resolve(figures) },
    typed: { on: () => false },
    stopping: new AbortController().signal,
  };
  await Reflect.apply(monitorIngest.run, monitorIngest, [
    context,
    (_: unknown, show: (pen: unknown) => string) => void (text = show({ ...plainPen, width })),
  ]);
  return text;
}

const longest = (text: string) => Math.max(...text.split("\n").map((line) => line.length));

Deno.test("monitor-ingest fits 80 columns: a name is cut in its middle, or stands below its line", async () => {
  const usual = await shown({ status: "completed", total: 1500 }, 80);
  assertEquals([longest(usual) <= 80, /file$/m.test(usual), / {2}long-na.*….*2024\.csv$/m.test(usual)], [
    true,
    true,
    true,
  ]);
  const wide = await shown({
    status: "awaiting_approval",
    total: 12_345_678,
    valid: 12_345_678,
    inserted: 12_345_678,
  }, 80);
  assertEquals([longest(wide) <= 80, /^ {4}long-name.*…/m.test(wide)], [true, true], wide);
  assertStringIncludes(await shown({ status: "completed", total: 1 }, null), NAME);
});

Deno.test("the demo's table fits 80 columns, reasons too, and a pipe has them on one line", () => {
  const reason = `Missing required fields: ${
    ["amount", "judgment_date", "plaintiff_name", "defendant_name", "case_number"].join(", ")
  }`;
  const batch = {
    batch_id: "b",
    filename: NAME,
    status: "failed",
    row_count_total: 12_345,
    row_count_valid: 12_345,
    row_count_invalid: 1_234,
    row_count_inserted: 12_345,
    rejection_reason: reason,
    seconds: 12.3,
  };
  const outcomes = [{ batch, asExpected: true }];
  const table = (width: number | null) => String(Reflect.apply(outcomeTable, null, [outcomes, 1.5, width]));
  assertEquals(longest(table(80)) <= 80, true, table(80));
  assertStringIncludes(table(null), reason);
  assertStringIncludes(table(null), NAME);
});

Deno.test("folded() breaks between words, and leaves a word that is too long alone", () => {
  assertEquals(folded("one two three", 7), ["one two", "three"]);
  assertEquals(folded("a-very-long-word b", 5), ["a-very-long-word", "b"]);
  assertEquals(folded("one two", Infinity), ["one two"]);
});
