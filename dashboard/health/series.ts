/** What charts draw, out of what the functions answer. Pure: the time is given. */
import type * as z from "zod";
import type { Performance, Quality } from "../../shared/http/answers/system.ts";

export type Hour = z.infer<typeof Performance>["performance"][number];
export type QualityRow = z.infer<typeof Quality>["quality"][number];

const HOUR_MS = 3_600_000;
/** Hours that are told of: seven days. */
const HOURS = 7 * 24;

/** A line or a row of bars: one value a moment, null where there is none. */
export interface Series {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

/** What one chart draws. */
export interface Drawn {
  /** Seconds since 1970. */
  readonly moments: readonly number[];
  readonly series: readonly Series[];
}

/** The last seven days hour by hour, also those in which nothing came: without rows, and without times. */
export function byHour(hours: readonly Hour[], now: Date): { readonly rows: Drawn; readonly times: Drawn } {
  const known = new Map(hours.map((hour) => [Date.parse(hour.hour_bucket), hour]));
  const last = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS;
  const starts = Array.from({ length: HOURS }, (_, at) => last - (HOURS - 1 - at) * HOUR_MS);
  const moments = starts.map((start) => start / 1000);
  const of = (pick: (hour: Hour) => number | null, otherwise: number | null) =>
    starts.map((start) => {
      const hour = known.get(start);
      return hour === undefined ? otherwise : pick(hour);
    });
  return {
    rows: {
      moments,
      series: [
        { name: "Rows", values: of((hour) => hour.total_rows, 0) },
        { name: "Errors", values: of((hour) => hour.error_rows, 0) },
      ],
    },
    times: {
      moments,
      series: [
        { name: "Parse", values: of((hour) => hour.avg_parse_ms, null) },
        { name: "DB", values: of((hour) => hour.avg_db_ms, null) },
      ],
    },
  };
}

/** Sources that are drawn, those with the most rows; a table has them all. */
export const MOST_SOURCES = 6;

/** A source's week or month. */
export interface Span {
  /** The day it begins with. */
  readonly begins: string;
  readonly source: string;
  readonly rows: number;
  /** Rejected rows in percent of all; null where there were no rows. */
  readonly rate: number | null;
  /** The code most rejects had; null for a month, of which only its weeks are known. */
  readonly topCode: string | null;
}

/** Error rates by source, newest first. Parts of a week in two months are put together, as are the weeks of a month. */
export function qualityBy(rows: readonly QualityRow[], unit: "week" | "month"): Span[] {
  const parts = Map.groupBy(rows, (row) => `${row[unit]} ${row.source}`);
  return [...parts.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const total = group.reduce((sum, row) => sum + row.total_rows, 0);
    const errors = group.reduce((sum, row) => sum + row.total_rows * (row.error_rate_pct ?? 0), 0);
    const [only] = group.length === 1 ? group : [];
    const rate = only === undefined ? total === 0 ? null : errors / total : only.error_rate_pct;
    return [{
      begins: first[unit],
      source: first.source,
      rows: total,
      rate,
      topCode: unit === "week" ? mostOf(group) : null,
    }];
  }).toSorted((one, other) =>
    other.begins.localeCompare(one.begins) || one.source.localeCompare(other.source)
  );
}

/** Of a week that two months share: the code of its part with the more rows. */
function mostOf(group: readonly QualityRow[]): string | null {
  return group.toSorted((one, other) => other.total_rows - one.total_rows)[0]?.top_error_code ?? null;
}

/** A line of error rates for each of the greatest sources. */
export function rateLines(spans: readonly Span[]): Drawn {
  const sizes = Map.groupBy(spans, ({ source }) => source);
  const rowsOf = (source: string) => (sizes.get(source) ?? []).reduce((sum, { rows }) => sum + rows, 0);
  const sources = [...sizes.keys()].toSorted((one, other) => rowsOf(other) - rowsOf(one)).slice(
    0,
    MOST_SOURCES,
  );
  const days = [...new Set(spans.map(({ begins }) => begins))].toSorted();
  return {
    moments: days.map((day) => Date.parse(day) / 1000),
    series: sources.map((source) => {
      const rates = new Map((sizes.get(source) ?? []).map(({ begins, rate }) => [begins, rate]));
      return { name: source, values: days.map((day) => rates.get(day) ?? null) };
    }),
  };
}
