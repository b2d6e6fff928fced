/** How worth collecting a judgment is, by amount and age. The SQL view computes the same when read. */

/** A is worth most. */
export type CollectabilityTier = "A" | "B" | "C";

/**
 * A: 10,000 or more and younger than 5 years. B: 5,000 or more, or 2,000 or more and younger
 * than 3 years. Else C. A judgment exactly n years old is no longer younger than n years.
 *
 * @param amount decimal text in dollars, as a checked row has it ("1234.50")
 * @param judgmentDate YYYY-MM-DD
 * @param today YYYY-MM-DD
 */
export function collectabilityTier(amount: string, judgmentDate: string, today: string): CollectabilityTier {
  // All limits are whole dollars, so cents never decide and no float is needed.
  const dollars = Number.parseInt(amount, 10);
  if (dollars >= 10_000 && judgmentDate > yearsBefore(today, 5)) return "A";
  if (dollars >= 5_000) return "B";
  if (dollars >= 2_000 && judgmentDate > yearsBefore(today, 3)) return "B";
  return "C";
}

/**
 * The same day `years` earlier, for comparing only: a 29 February may come out in a year that has none, where
 * it sorts after the 28th and before 1 March, as Postgres' 28th does for "later than".
 */
function yearsBefore(date: string, years: number): string {
  return String(Number(date.slice(0, 4)) - years).padStart(4, "0") + date.slice(4);
}
