/** What the station says, and how figures are written. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import type { Station } from "../../../dashboard/intake/station.ts";
import { duplicatesOf, forecastOf, outcomeOf, sayOf } from "../../../dashboard/intake/words.ts";
import { moment, percent, size, span } from "../../../dashboard/look/figures.ts";
import { FORECAST, KNOWN, makeBatch } from "./records.ts";

Deno.test("outcomeOf() uses the words operators know", () => {
  const said = (part: Parameters<typeof makeBatch>[0]) => outcomeOf(makeBatch(part));
  assertEquals(said({ row_count_inserted: 5000 }), "Batch Complete. 5,000 Rows Ingested.");
  assertEquals(said({ row_count_inserted: 1 }), "Batch Complete. 1 Row Ingested.");
  assertEquals(
    said({ row_count_inserted: 4950, row_count_invalid: 50 }),
    "Batch Complete with Warnings. 4,950 Ingested, 50 Errors.",
  );
  assertEquals(
    said({ row_count_inserted: 9, row_count_unread: 1 }),
    "Batch Complete with Warnings. 9 Ingested, 1 Line Not Read.",
  );
  const over = { status: "failed", rejection_code: "ERROR_BUDGET_EXCEEDED" } as const;
  assertEquals(
    said({ ...over, row_count_total: 100, row_count_invalid: 15 }),
    "Batch Rejected. Error Rate 15% > 10% Budget.",
  );
  assertEquals(
    said({ ...over, row_count_total: 10_000, row_count_invalid: 1004 }),
    "Batch Rejected. Error Rate 10.04% > 10% Budget.",
    "never the budget itself",
  );
  assertEquals(
    said({ status: "failed", rejection_code: "EMPTY_FILE", rejection_reason: "Empty file" }),
    "Batch Rejected. Empty file.",
  );
  assertEquals(
    said({ dry_run: true, row_count_valid: 9, row_count_invalid: 1, row_count_inserted: 0 }),
    "Trial Complete. 9 Rows Would Pass, 1 Error.",
  );
});

Deno.test("duplicatesOf() tells of rows that were left out for being known", () => {
  assertEquals(duplicatesOf(makeBatch()), null);
  assertEquals(
    duplicatesOf(makeBatch({ row_count_duplicate: 1 })),
    "1 row was already known and left as it was.",
  );
  assertEquals(
    duplicatesOf(makeBatch({ row_count_duplicate: 1200 })),
    "1,200 rows were already known and left as they were.",
  );
});

Deno.test("forecastOf() says beforehand what the batch will become", () => {
  assertEquals(
    forecastOf({ ...FORECAST, total: 9412, invalid: 31 }),
    "9,412 rows, 31 will be rejected (0.3%), within the budget of 10%.",
  );
  assertEquals(forecastOf(FORECAST), "10 rows, all of them good.");
  const over = { status: "failed", code: "ERROR_BUDGET_EXCEEDED", reason: "…" } as const;
  assertEquals(
    forecastOf({ ...FORECAST, invalid: 5, verdict: over }),
    "10 rows, 5 will be rejected (50%), over the budget of 10%.",
  );
  const missing = {
    status: "failed",
    code: "MISSING_FIELDS",
    reason: "Missing required fields: amount",
  } as const;
  assertEquals(
    forecastOf({ ...FORECAST, total: 0, verdict: missing }),
    "This file would be refused. Missing required fields: amount.",
  );
  assertEquals(
    forecastOf({ ...FORECAST, verdict: { status: "awaiting_approval", code: null, reason: null } }),
    "10 rows, all of them good. It will wait for approval.",
  );
});

Deno.test("figures are short, and never say nothing of something", () => {
  assertEquals([percent(15, 100), percent(1, 3), percent(1, 10_000), percent(0, 0)], [
    "15%",
    "33.3%",
    "<0.1%",
    "0%",
  ]);
  assertEquals(percent(99_999, 100_000), ">99.9%");
  assertEquals([size(0), size(999), size(48_211), size(104_857_600)], ["0 B", "999 B", "48.2 kB", "105 MB"]);
  assertEquals([span(45), span(1234), span(59_960), span(7_500_000)], [
    "45 ms",
    "1.2 s",
    "1 min 0 s",
    "2 h 5 min",
  ]);
  assertEquals(moment("2026-11-27T13:20:47.123Z", "UTC"), "2026-11-27 13:20:47");
  assertEquals(moment("2026-11-27T00:00:01Z", "America/New_York"), "2026-11-26 19:00:01");
});

Deno.test("sayOf() has a sentence of its own for every state but the idle one, for who listens", () => {
  const file = { filename: "march.csv", size: 1000 };
  const batch = makeBatch();
  const stations: readonly Station[] = [
    { at: "checking", file, share: 0 },
    { at: "duplicate", file, forecast: FORECAST, known: KNOWN },
    { at: "checked", file, forecast: FORECAST },
    { at: "uploading", file, forecast: FORECAST, sent: 0, again: false },
    { at: "away", file, forecast: FORECAST, again: false },
    { at: "processing", filename: file.filename, batchId: "b1", batch: null },
    { at: "waiting", filename: file.filename, batchId: "b1", batch: null },
    { at: "success", filename: file.filename, batch },
    { at: "partial", filename: file.filename, batch: makeBatch({ row_count_invalid: 1 }) },
    { at: "failed", filename: file.filename, batch: makeBatch({ status: "failed" }) },
    { at: "stopped", filename: file.filename, why: "It is empty.", isSure: true },
    { at: "stopped", filename: file.filename, why: "You have cancelled it.", isSure: false },
  ];
  const said = stations.map(sayOf);
  assertEquals(new Set(said).size, stations.length);
  for (const sentence of said) assertMatch(sentence, /\.$/);
  assertEquals(sayOf({ at: "idle" }), "");
});
