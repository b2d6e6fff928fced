/** From what a person says of a file's columns to the settings of its source by which such files are read. */
import {
  type Field,
  FIELDS,
  fieldsOfHeader,
  foldHeader,
  type HeaderOverrides,
  mapHeader,
  trimInvisible,
} from "../judgments/mod.ts";

/** Longest header text that settings take, in characters. */
export const LONGEST_NAME = 200;

/** Whether a column can be named in a header map: it has a name, not too long, and no column before it has the same. */
export function canBeNamed(header: readonly string[], column: number): boolean {
  const folded = foldHeader(header[column] ?? "");
  return folded !== "" && (header[column] ?? "").length <= LONGEST_NAME &&
    header.findIndex((cell) => foldHeader(cell) === folded) === column;
}

/** The field each column of a header is read as under a source's names; the filing date stands in for nothing here. */
export function fieldsUnder(header: readonly string[], overrides: HeaderOverrides): (Field | null)[] {
  const map = mapHeader(header, overrides);
  const standsIn = map.filingDateAsJudgmentDate;
  return header.map((_, column) =>
    FIELDS.find((field) => map.columns[field] === column && !(standsIn && field === "judgment_date")) ?? null
  );
}

/**
 * The header map that makes columns what they are said to be, and leaves the rest of a source's map as it is. No more
 * is written into it than the table of names does not say by itself. A column that might be the judgment date, and is
 * said to be none, is written down as such, so that the filing date may stand in.
 *
 * @param fields By column; null for what shall not be read. Columns that cannot be named stay as they are.
 */
export function headerMapFor(
  header: readonly string[],
  fields: readonly (Field | null)[],
  overrides: HeaderOverrides,
): Record<string, Field | null> {
  const here = new Set(header.map(foldHeader));
  const map: Record<string, Field | null> = {};
  for (const [name, field] of Object.entries(overrides)) {
    const known = FIELDS.find((one) => one === field) ?? null;
    if (!here.has(foldHeader(name)) && (field === null || known !== null)) map[name] = known;
  }
  const say = (column: number) => {
    if (canBeNamed(header, column)) map[trimInvisible(header[column] ?? "")] = fields[column] ?? null;
  };
  const bySelf = fieldsOfHeader(header);
  const differing = (read: readonly (Field | null)[]) =>
    [...header.keys()].filter((column) => read[column] !== (fields[column] ?? null));
  differing(bySelf).forEach(say);
  differing(fieldsUnder(header, map)).forEach(say); // a column that was taken away may let another of its name in
  const { judgmentDateDoubts: doubts } = mapHeader(header, map);
  for (const column of header.keys()) if (doubts.includes(trimInvisible(header[column] ?? ""))) say(column);
  return map;
}
