/** Tables for people. */

/** A cell as text: null is a dash, times lose their fractions. */
export function cell(value: unknown): string {
  if (value === null || value === undefined || value === "") return "-";
  if (value instanceof Date) return value.toISOString().replace(/\.\d+Z$/, "Z");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/**
 * Columns as wide as their widest cell, two spaces between, the heads above.
 * @param empty what to say when there are no rows.
 */
export function table(
  heads: readonly string[],
  rows: readonly (readonly unknown[])[],
  empty: string,
): string {
  if (rows.length === 0) return empty;
  const lines = [heads, ...rows].map((row) => row.map(cell));
  const widths = heads.map((_, at) => Math.max(...lines.map((line) => (line[at] ?? "").length)));
  return lines.map((line) => line.map((text, at) => text.padEnd(widths[at] ?? 0)).join("  ").trimEnd()).join(
    "\n",
  );
}

/** Seconds as a person says them: `45 s`, `12 min`, `3 h`, `2 d`. */
export function age(seconds: number | null): string {
  if (seconds === null) return "-";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}
