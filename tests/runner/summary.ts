/** What a person reads at the end of a run: a line a group, every failure once more, the sums. */
import type { Outcome } from "./run_group.ts";

/** One line about a group that has ended, and one for each test that was left out for a reason. */
export function linesOf(outcome: Outcome): string[] {
  const skipped = outcome.skipped === 0 ? "" : `, ${outcome.skipped} skipped`;
  const sums = `${outcome.passed} passed, ${outcome.failures.length} failed${skipped}`;
  return [
    `── ${outcome.group}: ${sums} in ${outcome.seconds.toFixed(1)} s`,
    ...outcome.leftOut.map((name) => `   left out: ${name}`),
  ];
}

/**
 * Prints failures, warnings and, as the last line, `N passed, N failed` over all groups.
 * @returns whether there is something that passed and nothing that failed.
 */
export function printEnd(outcomes: readonly Outcome[], warnings: readonly string[]): boolean {
  const failures = outcomes.flatMap((outcome) => outcome.failures);
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  console.log("");
  if (outcomes.length > 1) outcomes.flatMap(linesOf).forEach((line) => console.log(line));
  for (const { file, test, message } of failures) console.log(`FAILED ${file}: ${test}\n       ${message}`);
  for (const warning of warnings) console.log(`!!!!!! ${warning}`);
  if (passed === 0 && failures.length === 0) console.log("!!!!!! no test ran: nothing is proved");
  console.log(`${passed} passed, ${failures.length} failed`);
  return passed > 0 && failures.length === 0;
}
