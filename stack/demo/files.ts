/** The CSV files of the demo: made here, so that nobody's data is shown. Same content every time. */

const PLAINTIFFS = [
  "Metro Judgment Solutions",
  "Allied Financial Group",
  "Empire Funding Corp",
  "ACME Collections LLC",
];
const DEFENDANTS = ["James Garcia", "Maria Rodriguez", "Daniel Miller", "Emily Lopez", "Amanda Williams"];
const COUNTIES = ["Kings", "Queens", "Bronx", "Richmond", "New York"];
const HEADER = "Case Number,Plaintiff,Defendant,Judgment Amount,Judgment Date,Court,County";

/** A file of `rows` judgments; `bad` of them, spread evenly, are wrong in one of three ways. */
export function judgmentsCsv(prefix: string, rows: number, bad = 0): string {
  const badRows = spread(rows, bad);
  const lines = Array.from(
    { length: rows },
    (_, i) => badRows.has(i) ? badRow(prefix, i) : goodRow(prefix, i),
  );
  return [HEADER, ...lines, ""].join("\n");
}

function goodRow(prefix: string, i: number): string {
  const county = pick(COUNTIES, i);
  const date = new Date(Date.UTC(2019, 0, 1 + (i * 7) % 1800)).toISOString().slice(0, 10);
  return [
    `${prefix}-${String(i + 1).padStart(6, "0")}`,
    pick(PLAINTIFFS, i),
    pick(DEFENDANTS, i * 3),
    `"$${(1000 + (i * 37) % 40_000).toLocaleString("en-US")}.${String(i % 100).padStart(2, "0")}"`,
    date,
    `${county} Civil Court`,
    county,
  ].join(",");
}

function badRow(prefix: string, i: number): string {
  const cells = goodRow(prefix, i).split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/);
  if (i % 3 === 0) cells[3] = "twelve hundred";
  else if (i % 3 === 1) cells[4] = "13/45/2024";
  else cells[1] = "";
  return cells.join(",");
}

/** `count` row numbers spread evenly over `rows`. */
function spread(rows: number, count: number): Set<number> {
  return new Set(Array.from({ length: count }, (_, k) => Math.floor((k * rows) / count)));
}

function pick(list: readonly string[], i: number): string {
  return list[i % list.length] ?? "";
}
