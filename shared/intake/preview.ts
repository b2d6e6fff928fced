/** How the first rows of a file would fare, by the rules of rows. */
import { compileRowChecker, type HeaderMap } from "../judgments/mod.ts";

/** How the first rows of a file fare under a choice of columns. */
export interface Preview {
  readonly rows: number;
  readonly good: number;
  /** What the first bad row lacks; null when all are good. */
  readonly trouble: string | null;
}

/** Checks sample rows by the rules of rows. header: what its columns would be read as. */
export function previewOf(
  rows: readonly (readonly string[])[],
  header: Pick<HeaderMap, "columns" | "filingDateAsJudgmentDate">,
  latestDate: string,
): Preview {
  const checker = compileRowChecker({ header, latestDate, compile: false });
  let good = 0;
  let trouble: string | null = null;
  for (const cells of rows) {
    if (checker.check(cells) !== null) good++;
    else trouble ??= checker.explain(cells).issues[0]?.message ?? null;
  }
  return { rows: rows.length, good, trouble };
}
