/** How worth collecting a judgment is, by amount and age. The SQL view computes the same when read. */

/** A is worth most. */
export type CollectabilityTier = "A" | "B" | "C";

/** A tier, and why, in words for the person who decides. */
export interface TierChoice {
  readonly tier: CollectabilityTier;
  readonly reason: string;
}

/**
 * A: 10,000 or more and younger than 5 years. B: 5,000 or more, or 2,000 or more and younger
 * than 3 years. Else C. A judgment exactly n years old is no longer younger than n years.
 *
 * @param amount decimal text in dollars, as a checked row has it ("1234.50")
 * @param judgmentDate YYYY-MM-DD
 * @param today YYYY-MM-DD
 */
export function chooseTier(amount: string, judgmentDate: string, today: string): TierChoice {
  // All limits are whole dollars, so cents never decide and no float is needed.
  const dollars = Number.parseInt(amount, 10);
  const isYounger = (years: number) => judgmentDate > yearsBefore(today, years);
  if (dollars >= 10_000) {
    return isYounger(5)
      ? { tier: "A", reason: "$10,000 or more, and younger than 5 years" }
      : { tier: "B", reason: "$10,000 or more, but 5 years old or older" };
  }
  if (dollars >= 5_000) return { tier: "B", reason: "$5,000 or more, and less than $10,000" };
  if (dollars < 2_000) return { tier: "C", reason: "less than $2,000" };
  return isYounger(3)
    ? { tier: "B", reason: "$2,000 or more, and younger than 3 years" }
    : { tier: "C", reason: "less than $5,000, and 3 years old or older" };
}

/** The tier alone. */
export function collectabilityTier(amount: string, judgmentDate: string, today: string): CollectabilityTier {
  return chooseTier(amount, judgmentDate, today).tier;
}

/**
 * The same day `years` earlier, for comparing only: a 29 February may come out in a year that has none, where
 * it sorts after the 28th and before 1 March, as Postgres' 28th does for "later than".
 */
function yearsBefore(date: string, years: number): string {
  return String(Number(date.slice(0, 4)) - years).padStart(4, "0") + date.slice(4);
}
