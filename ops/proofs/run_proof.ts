/** How a proof command runs: reached, tidied before and after, every line looked at, one verdict. */
import { type Check, type CheckRow, runChecks, type Verdict, verdictOf } from "../checks/check.ts";
import { type Context, EXIT, type Report } from "../command.ts";
import { closeProof, type IntakeProof, openProof } from "./intake_proof.ts";

/** A row with the time it took. */
export interface TimedRow extends CheckRow {
  readonly seconds: number;
}

/** A verdict whose rows say how long they took. */
export interface TimedVerdict extends Verdict {
  readonly checks: readonly TimedRow[];
}

/**
 * Looks at everything and tidies up, whatever was seen.
 *
 * @param what is asked before it is done on prod.
 * @param look the checks of this run.
 * @returns the exit code. @throws CannotRun when nothing could be proven, or something was left behind.
 */
export async function runProof(
  context: Context,
  report: Report<TimedVerdict>,
  what: string,
  look: (proof: IntakeProof) => readonly Check[],
): Promise<number> {
  const proof = await openProof(context, what);
  const rows = await timed(look(proof), context.stopping);
  const verdict = { ...verdictOf(context.target.environment, rows), checks: rows };
  try {
    await closeProof(proof);
  } finally {
    report(verdict); // what was seen is told in any case
  }
  return verdict.passed ? EXIT.fine : EXIT.notFine;
}

async function timed(checks: readonly Check[], stopping: AbortSignal): Promise<TimedRow[]> {
  const rows: TimedRow[] = [];
  let before = performance.now();
  await runChecks(checks, {
    stopping,
    onRow: (row) => {
      const now = performance.now();
      rows.push({ ...row, seconds: Math.round((now - before) / 10) / 100 });
      before = now;
    },
  });
  return rows;
}
