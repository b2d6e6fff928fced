/**
 * The one shape of what a command looks at: doctor, the gates and the proofs all run these and print these. A check
 * looks at one thing and says what it saw; it never throws a run away, and never says well of what it could not see.
 */
import { reasonOf } from "../reason.ts";

/** One line of a verdict, as `--json` prints it. */
export interface CheckRow {
  readonly name: string;
  /** It may stay as it is. A row that passed and has a remedy is a warning: strict gates refuse it. */
  readonly passed: boolean;
  /** What was seen: figures, codes, names of parts. Never a secret. Several lines where several things are wrong. */
  readonly evidence: string;
  /** What to do about it; null where there is nothing to do. */
  readonly remedy: string | null;
}

/** What a check saw. */
export type Seen = Omit<CheckRow, "name">;

/** One thing to look at. */
export interface Check {
  readonly name: string;
  /** What to do when it could not be looked at. */
  readonly remedy: string;
  /** @throws when it cannot be looked at: that is a failed row with the reason as its evidence. */
  look(): Promise<Seen>;
}

/** It is as it should be. */
export const well = (evidence: string): Seen => ({ passed: true, evidence, remedy: null });

/** It may stay so for a while, and somebody should know. */
export const warned = (evidence: string, remedy: string): Seen => ({ passed: true, evidence, remedy });

/** It is not as it should be. */
export const unwell = (evidence: string, remedy: string): Seen => ({ passed: false, evidence, remedy });

/** Well when nothing is wrong; else one line of evidence for each thing that is. */
export function wellUnless(wrong: readonly string[], evidence: string, remedy: string): Seen {
  return wrong.length === 0 ? well(evidence) : unwell(wrong.join("\n"), remedy);
}

/** Passed, and yet with something to do. */
export function isWarning({ passed, remedy }: CheckRow): boolean {
  return passed && remedy !== null;
}

/** A verdict over rows, as `--json` prints it. */
export interface Verdict {
  readonly environment: string;
  readonly passed: boolean;
  readonly checks: readonly CheckRow[];
}

/** @param strict warnings count as failures. */
export function verdictOf(environment: string, checks: readonly CheckRow[], strict = false): Verdict {
  return { environment, passed: checks.every((row) => row.passed && !(strict && isWarning(row))), checks };
}

/**
 * Looks at one after the other.
 *
 * @param onRow hears of each as soon as it is there: long work shows that it goes on.
 * @param stopping no further check is begun after it.
 */
export async function runChecks(
  checks: readonly Check[],
  { onRow = () => {}, stopping }: { onRow?: (row: CheckRow) => void; stopping?: AbortSignal } = {},
): Promise<CheckRow[]> {
  const rows: CheckRow[] = [];
  for (const check of checks) {
    if (stopping?.aborted) break;
    const row = { name: check.name, ...await seenBy(check) };
    onRow(row);
    rows.push(row);
  }
  return rows;
}

async function seenBy(check: Check): Promise<Seen> {
  try {
    return await check.look();
  } catch (error) {
    return unwell(`could not look: ${reasonOf(error)}`, check.remedy);
  }
}
