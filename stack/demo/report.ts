/** The end of the demo: a table for a person, or one JSON object for a program. */
import { fitted, folded, table } from "../../checkout/table.ts";
import type { Outcome } from "./drops.ts";

const COLUMNS = ["file", "outcome", "total", "valid", "invalid", "inserted", "seconds"] as const;

/** Signs of all columns but the file's, and the space between. */
const FIGURES_WIDTH = 54;
const LEAST_NAME = 20;

/** The outcomes as one JSON object: `batches` and the `seconds` the whole demo took. */
export function asJson(outcomes: readonly Outcome[], seconds: number): string {
  return JSON.stringify({ batches: outcomes.map((outcome) => outcome.batch), seconds });
}

/** The outcomes as a table, with the reason below every file that was not taken in. @param width of the terminal; null without one. */
export function outcomeTable(outcomes: readonly Outcome[], seconds: number, width: number | null): string {
  const room = width === null ? Infinity : Math.max(LEAST_NAME, width - FIGURES_WIDTH);
  const rows = outcomes.map(({ batch }) => [
    fitted(batch.filename, room),
    batch.status,
    batch.row_count_total,
    batch.row_count_valid,
    batch.row_count_invalid,
    batch.row_count_inserted,
    batch.seconds.toFixed(1).padStart("seconds".length),
  ]);
  const listed = table(COLUMNS, rows, "", (at) => {
    const reason = outcomes[at]?.batch.rejection_reason ?? null;
    return reason === null ? null : folded(reason, (width ?? Infinity) - 4).join("\n    ");
  });
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
