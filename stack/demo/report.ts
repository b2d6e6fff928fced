/** The end of the demo: a table for a person, or one JSON object for a program. */
import type { Outcome } from "./drops.ts";

const COLUMNS = ["file", "outcome", "total", "valid", "invalid", "inserted", "seconds"] as const;

/** The outcomes as one JSON object: `batches` and the `seconds` the whole demo took. */
export function asJson(outcomes: readonly Outcome[], seconds: number): string {
  return JSON.stringify({ batches: outcomes.map((outcome) => outcome.batch), seconds });
}

/** The outcomes as a table, with the reason below every file that was not taken in. */
export function table(outcomes: readonly Outcome[], seconds: number): string {
  const rows = outcomes.map(({ batch }) => [
    batch.filename,
    batch.status,
    `${batch.row_count_total}`,
    `${batch.row_count_valid}`,
    `${batch.row_count_invalid}`,
    `${batch.row_count_inserted}`,
    batch.seconds.toFixed(1),
  ]);
  const widths = COLUMNS.map((name, i) => Math.max(name.length, ...rows.map((row) => (row[i] ?? "").length)));
  const format = (cells: readonly string[]) =>
    cells.map((cell, i) => i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)).join("  ");
  const lines = rows.flatMap((row, i) => {
    const reason = outcomes[i]?.batch.rejection_reason;
    return [format(row), ...(reason ? [`    ${reason}`] : [])];
  });
  const wrong = outcomes.filter((outcome) => !outcome.asExpected).length;
  return [
    "",
    format(COLUMNS),
    widths.map((width) => "-".repeat(width)).join("  "),
    ...lines,
    "",
    wrong === 0
      ? `${outcomes.length} files dropped, each ended as it must. ${seconds.toFixed(1)} s in all.`
      : `${wrong} of ${outcomes.length} files did NOT end as they must. ${seconds.toFixed(1)} s in all.`,
  ].join("\n");
}
