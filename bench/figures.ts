/** Numbers out of repeated runs. Runs are noisy: never a mean, always the median with its span. */

export interface Span {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** @returns null when there is nothing. */
export function spanOf(values: readonly number[]): Span | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  const min = sorted[0];
  const max = sorted.at(-1);
  if (upper === undefined || min === undefined || max === undefined) return null;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
  return { min, median, max };
}

/** Ratios run by run, so that a slow minute of the machine weighs on both. */
export function ratioOf(over: readonly number[], under: readonly number[]): Span | null {
  return spanOf(over.flatMap((value, i) => {
    const other = under[i];
    return other === undefined || other === 0 ? [] : [value / other];
  }));
}
