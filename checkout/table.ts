/** Tables for people. */

/** A whole number as a person reads it: `1,234,567`. */
export function grouped(value: number): string {
  return value.toLocaleString("en-US");
}

/** A cell as text: null is a dash, numbers are grouped, times lose their fractions, control characters are spaces. */
export function cell(value: unknown): string {
  if (value === null || value === undefined || value === "") return "-";
  if (typeof value === "number") return grouped(value);
  if (value instanceof Date) return value.toISOString().replace(/\.\d+Z$/, "Z");
  return plain(typeof value === "object" ? JSON.stringify(value) : String(value));
}

// What a terminal obeys, and the signs that make it write from the right: a name must not look like another one.
const OBEYED = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** What vendors wrote, on one line: nothing in it moves a terminal's cursor or turns its direction. */
export function plain(text: string): string {
  return text.replaceAll(OBEYED, " ");
}

/** JSON with everything a terminal obeys written as an escape, which means the same. */
export function plainJson(data: unknown): string {
  return JSON.stringify(data).replaceAll(
    OBEYED,
    (signs) => [...signs].map((sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""),
  );
}

/**
 * Columns as wide as their widest cell, two spaces between, the heads above; numbers stand to the right.
 * @param empty what to say when there are no rows.
 * @param below what to say under a row, by its place; null for nothing.
 */
export function table(
  heads: readonly string[],
  rows: readonly (readonly unknown[])[],
  empty: string,
  below: (place: number) => string | null = () => null,
): string {
  if (rows.length === 0) return empty;
  const lines = [heads, ...rows].map((row) => row.map(cell));
  const widths = heads.map((_, at) => Math.max(...lines.map((line) => (line[at] ?? "").length)));
  const right = heads.map((_, at) => isNumeric(rows.map((row) => row[at])));
  const format = (line: readonly string[]) =>
    line.map((text, at) => right[at] ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0))
      .join("  ").trimEnd();
  return lines.flatMap((line, at) => {
    const more = at === 0 ? null : below(at - 1);
    return more === null ? [format(line)] : [format(line), `    ${more}`];
  }).join("\n");
}

function isNumeric(column: readonly unknown[]): boolean {
  const known = column.filter((value) => value !== null && value !== undefined);
  return known.length > 0 && known.every((value) => typeof value === "number");
}

/** As much of a text as there is room for, from both its ends: what tells file names apart stands there. */
export function fitted(text: string, room: number): string {
  const signs = [...plain(text)];
  if (signs.length <= room) return signs.join("");
  const behind = Math.max(0, Math.floor((room - 1) / 2));
  const before = Math.max(0, room - 1 - behind);
  return [...signs.slice(0, before), "…", ...signs.slice(signs.length - behind)].join("");
}

/** A text in lines of so many signs at most, broken between words; a longer word stands alone. */
export function folded(text: string, room: number): string[] {
  const lines: string[] = [];
  for (const word of plain(text).split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** Seconds as a person says them: `45 s`, `12 min`, `3 h`, `2 d`. */
export function age(seconds: number | null): string {
  if (seconds === null) return "-";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}
