/** The end of the demo: a table for a person, or one JSON object for a program. */
import { table } from "../../checkout/table.ts";
import type { Outcome } from "./drops.ts";

const COLUMNS = ["file", "outcome", "total", "valid", "invalid", "inserted", "seconds"] as const;

/** The outcomes as one JSON object: `batches` and the `seconds` the whole demo took. */
export function asJson(outcomes: readonly Outcome[], seconds: number): string {
  return JSON.stringify({ batches: outcomes.map((outcome) => outcome.batch), seconds });
}

/** The outcomes as a table, with the reason below every file that was not taken in. */
export function outcomeTable(outcomes: readonly Outcome[], seconds: number): string {
  const rows = outcomes.map(({ batch }) => [
    batch.filename,
    batch.status,
    batch.row_count_total,
    batch.row_count_valid,
    batch.row_count_invalid,
    batch.row_count_inserted,
    batch.seconds.toFixed(1).padStart("seconds".length),
  ]);
  const listed = table(COLUMNS, rows, "", (at) => outcomes[at]?.batch.rejection_reason ?? null);
  const wrong = outcomes.filter((outcome) => !outcome.asExpected).length;
  return [
    "",
    listed,
    "",
    wrong === 0
      ? `${outcomes.length} files dropped, each ended as it must. ${seconds.toFixed(1)} s in all.`
      : `${wrong} of ${outcomes.length} files did NOT end as they must. ${seconds.toFixed(1)} s in all.`,
  ].join("\n");
}
