/**
 * What became of a source's columns since its last file. `intake.compare_headers` says the same of a file that has
 * arrived, and a test compares the two; this says it before anything is sent.
 */
import { type Field, foldHeader } from "../judgments/mod.ts";

/** The columns of a file and the field each is read as. */
export interface NamedColumns {
  readonly header: readonly string[];
  readonly fields: readonly (Field | null)[];
}

/** A column that went and the one that came in its place: read as the same field, or standing where it stood. */
export interface Renamed {
  readonly from: string;
  readonly to: string;
  /** What the old one was read as. */
  readonly field: Field | null;
  /** Where the new one stands, from 0. */
  readonly column: number;
}

/** Order, and spelling that is folded anyway, are no change. */
export interface HeaderDrift {
  readonly added: readonly string[];
  readonly missing: readonly string[];
  readonly renamed: readonly Renamed[];
}

interface Place {
  readonly name: string;
  readonly folded: string;
  readonly column: number;
  readonly field: Field | null;
}

/** @returns null when nothing changed. */
export function headerDrift(before: NamedColumns, after: NamedColumns): HeaderDrift | null {
  const [old, now] = [placesOf(before), placesOf(after)];
  const gone = old.filter(({ folded }) => !now.some((place) => place.folded === folded));
  const come = now.filter(({ folded }) => !old.some((place) => place.folded === folded));
  if (gone.length === 0 && come.length === 0) return null;
  const pairs = pairsOf(gone, come);
  return {
    added: come.filter((place) => !pairs.some((pair) => pair.come === place)).map(({ name }) => name),
    missing: gone.filter((place) => !pairs.some((pair) => pair.gone === place)).map(({ name }) => name),
    renamed: pairs.map(({ gone: { name, field }, come: { name: to, column } }) => ({
      from: name,
      to,
      field,
      column,
    })),
  };
}

function placesOf({ header, fields }: NamedColumns): Place[] {
  return header.map((name, column) => ({
    name,
    folded: foldHeader(name),
    column,
    field: fields[column] ?? null,
  }))
    .filter(({ name }) => name.trim() !== "");
}

interface Pair {
  readonly gone: Place;
  readonly come: Place;
}

/** For each that went the first that came with its field, else the one in its place; each that came only once. */
function pairsOf(gone: readonly Place[], come: readonly Place[]): readonly Pair[] {
  const pairs: Pair[] = [];
  for (const one of gone) {
    const sameField = come.find(({ field }) => one.field !== null && field === one.field);
    const inPlace = come.find(({ column, field }) =>
      column === one.column && (field === null || one.field === null)
    );
    const other = sameField ?? inPlace;
    if (other !== undefined && !pairs.some((pair) => pair.come === other)) {
      pairs.push({ gone: one, come: other });
    }
  }
  return pairs;
}
