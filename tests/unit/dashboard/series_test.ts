/** What charts draw. */
import { assertEquals } from "deno-std/assert/equals.js";
import {
  byHour,
  type Hour,
  MOST_SOURCES,
  qualityBy,
  type QualityRow,
  rateLines,
} from "../../../dashboard/health/series.ts";

const NOW = new Date("2026-11-27T12:40:00Z");

function hour(hour_bucket: string, part: Partial<Hour> = {}): Hour {
  return {
    hour_bucket,
    total_batches: 1,
    completed_batches: 1,
    failed_batches: 0,
    avg_parse_ms: 40,
    avg_db_ms: 60,
    avg_total_ms: 100,
    total_rows: 10,
    inserted_rows: 9,
    skipped_rows: 0,
    error_rows: 1,
    dedupe_rate_pct: 0,
    error_rate_pct: 10,
    ...part,
  };
}

function quality(
  week: string,
  source: string,
  total_rows: number,
  error_rate_pct: number | null,
): QualityRow {
  return {
    week,
    month: `${week.slice(0, 7)}-01`,
    source,
    total_rows,
    error_rate_pct,
    top_error_code: "FUTURE_DATE",
  };
}

Deno.test("byHour() has every hour of seven days: without rows and times where nothing came", () => {
  const { rows, times } = byHour(
    [hour("2026-11-27T12:00:00+00:00"), hour("2026-11-20T13:00:00Z", { total_rows: 7 })],
    NOW,
  );
  assertEquals(rows.moments.length, 168);
  assertEquals(rows.moments[0], Date.parse("2026-11-20T13:00:00Z") / 1000);
  assertEquals(rows.series.map(({ name, values }) => [name, values[0], values[1], values[167]]), [
    ["Rows", 7, 0, 10],
    ["Errors", 1, 0, 1],
  ]);
  assertEquals(times.series.map(({ name, values }) => [name, values[1], values[167]]), [
    ["Parse", null, 40],
    ["DB", null, 60],
  ]);
});

Deno.test("qualityBy() puts the two halves of a week together, and the weeks of a month, by their rows", () => {
  const parts = [
    quality("2026-11-30", "acme", 300, 1),
    { ...quality("2026-11-30", "acme", 100, 5), month: "2026-12-01", top_error_code: "INVALID_AMOUNT" },
    quality("2026-11-23", "acme", 100, 3),
    quality("2026-11-23", "blue", 0, null),
  ];
  assertEquals(
    qualityBy(parts, "week").map((one) => [one.begins, one.source, one.rows, one.rate, one.topCode]),
    [
      ["2026-11-30", "acme", 400, 2, "FUTURE_DATE"],
      ["2026-11-23", "acme", 100, 3, "FUTURE_DATE"],
      ["2026-11-23", "blue", 0, null, "FUTURE_DATE"],
    ],
  );
  assertEquals(
    qualityBy(parts, "month").map((one) => [one.begins, one.source, one.rows, one.rate, one.topCode]),
    [
      ["2026-12-01", "acme", 100, 5, null],
      ["2026-11-01", "acme", 400, 1.5, null],
      ["2026-11-01", "blue", 0, null, null],
    ],
  );
});

Deno.test("rateLines() draws the sources with the most rows, oldest day first, and gaps where a source sent nothing", () => {
  const many = Array.from(
    { length: MOST_SOURCES + 2 },
    (_, at) => quality("2026-11-23", `s${at}`, at + 1, at),
  );
  const lines = rateLines(qualityBy([...many, quality("2026-11-16", "s7", 1, 50)], "week"));
  assertEquals(lines.moments, [Date.parse("2026-11-16") / 1000, Date.parse("2026-11-23") / 1000]);
  assertEquals(lines.series.map(({ name, values }) => [name, ...values]), [
    ["s7", 50, 7],
    ["s6", null, 6],
    ["s5", null, 5],
    ["s4", null, 4],
    ["s3", null, 3],
    ["s2", null, 2],
  ]);
});
