/** What is said of a share of rejects. */

/** The words of `intake.budget_reason`: one decimal, more only where one would print the budget itself. */
export function budgetReason(
  invalid: number,
  total: number,
  budget: number,
  what = "invalid",
): string | null {
  if (total === 0 || 100 * invalid <= budget * total) return null;
  return `Error budget exceeded: ${
    percentBeside(invalid, total, budget, 1)
  }% ${what} rows (threshold: ${budget}%)`;
}

/** A percentage to so many decimals, and to more where it would look like the budget it is above. */
export function percentBeside(part: number, whole: number, budget: number, decimals: number): string {
  const percent = 100 * part / whole;
  let digits = decimals;
  while (Number(percent.toFixed(digits)) === budget && digits < 12) digits++;
  return percent.toFixed(digits);
}
