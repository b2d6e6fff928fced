/** Rows of checks for people: a line each with what was seen, and the cure under every line that needs one. */
import { plain } from "../../checkout/table.ts";
import type { Pen } from "../command.ts";
import { type CheckRow, isWarning, type Verdict } from "./check.ts";

/** How a verdict reads. */
export interface Words {
  /** Between a name and what was seen. */
  readonly between?: string;
  /** The last line when all is well. */
  readonly fine: string;
  /** The last line when it is not; how many of how many are red is said by default. */
  readonly notFine?: string;
}

/** All rows, an empty line, and the verdict: always the last line. */
export function showVerdict({ checks, passed }: Verdict, pen: Pen, words: Words): string {
  return [
    ...checks.map((row) => showRow(row, pen, words.between)),
    "",
    passed ? pen.good(words.fine) : pen.bad(words.notFine ?? redWords(checks)),
  ].join("\n");
}

/** One row; in several lines where there is more to say. */
export function showRow(row: CheckRow, pen: Pen, between = ": "): string {
  const [first = "", ...more] = row.evidence.split("\n").map(plain);
  const mark = isWarning(row) ? "⚠️ " : row.passed ? "✅" : "❌";
  const name = isWarning(row) ? pen.warn(row.name) : row.passed ? row.name : pen.bad(row.name);
  return [
    `${mark} ${name}${first === "" ? "" : `${between}${first}`}`,
    ...more.map((line) => `     ${line}`),
    ...(row.remedy === null ? [] : row.remedy.split("\n").map((line) => `   → ${plain(line)}`)),
  ].join("\n");
}

function redWords(checks: readonly CheckRow[]): string {
  const red = checks.filter(({ passed }) => !passed).length;
  if (red === 0) return `${checks.filter(isWarning).length} warnings, which a strict run does not let pass`;
  return `${red} of ${checks.length} failed`;
}
