/**
 * Parts of an address, read one by one: what is not understood counts as not said. Pure, and without schemas, since every
 * address is read before the first page is there.
 */

/** What stands behind `?` in an address. */
export type Said = Readonly<Record<string, unknown>>;

/** One of these, or undefined. */
export function oneOf<T extends string>(choices: readonly T[], said: unknown): T | undefined {
  return choices.find((choice) => choice === said);
}

/** Text, also where it looks like a number or a yes; or undefined. */
export function textOf(said: unknown): string | undefined {
  return typeof said === "string" || typeof said === "number" || typeof said === "boolean"
    ? String(said)
    : undefined;
}

/** A page's number, from 1; or undefined. */
export function pageOf(said: unknown): number | undefined {
  const page = Number(textOf(said) || Number.NaN);
  return Number.isSafeInteger(page) && page >= 1 ? page : undefined;
}
