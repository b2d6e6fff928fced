/** Plaintiffs whose names are near to one: what a person looks at before saying that two are one. Pure. */
import { distance } from "fastest-levenshtein";

/** Words that say what kind of house it is, not which. */
const KINDS = new Set([
  ..."inc incorporated corp corporation co company llc llp lp ltd limited plc pc pllc na".split(" "),
  ..."the of and a an bank trust group holdings".split(" "),
]);

/** Share of letters that may differ between two names that are called near. */
const MOST_DIFFERENT = 0.34;

/** The words that tell a name from others, in lower case; all of it where nothing else is left. */
export function tellingWords(name: string): string[] {
  const words = name.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  const telling = words.filter((word) => !KINDS.has(word));
  return telling.length === 0 ? words : telling;
}

/** What to look for in the list of plaintiffs to find those near to this name: its longest telling word. */
export function wordToFind(name: string): string {
  return tellingWords(name).toSorted((one, other) => other.length - one.length)[0] ?? name.trim();
}

/** How far two names are apart: 0 for the same words in any order, 1 for nothing in common. */
export function apart(one: string, other: string): number {
  const [a, b] = [one, other].map((name) => tellingWords(name).toSorted().join(" "));
  if (a === undefined || b === undefined || a === b) return 0;
  return distance(a, b) / Math.max(a.length, b.length);
}

/** Those with a near name, the nearest first; without the one itself. */
export function nearest<P extends { readonly plaintiff_id: string; readonly name: string | null }>(
  to: { readonly plaintiff_id: string; readonly name: string | null },
  others: readonly P[],
): P[] {
  return others
    .filter(({ plaintiff_id, name }) => plaintiff_id !== to.plaintiff_id && name !== null)
    .map((other) => ({ other, far: apart(to.name ?? "", other.name ?? "") }))
    .toSorted((one, two) => one.far - two.far)
    .flatMap(({ other, far }) => far <= MOST_DIFFERENT ? [other] : []);
}
