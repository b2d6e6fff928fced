/** The files that are measured: the same bytes for everybody, made from a seed, nobody's data. */

/** Bytes of a row, its line end included. */
export const ROW_BYTES = 162;

/** Columns of the file, in order, as the database names them: every way reads this header. */
export const COLUMNS = [
  "case_number",
  "plaintiff_name",
  "defendant_name",
  "amount",
  "judgment_date",
  "filing_date",
  "court",
  "county",
  "state",
  "defendant_address",
  "defendant_phone",
] as const;

const PLAINTIFFS = ["Metro Judgment Solutions", "Allied Financial Group", "Empire Funding Corp", "ACME LLC"];
const FIRST = ["James", "Maria", "Daniel", "Emily", "Amanda", "Robert", "Linda", "Kevin"];
const LAST = ["Garcia", "Rodriguez", "Miller", "Lopez", "Williams", "Chen", "Okafor", "Novak"];
const COUNTIES = ["Kings", "Queens", "Bronx", "Richmond", "Nassau"];

/**
 * Writes `rows` data rows of exactly ROW_BYTES: unique case numbers in random order, every fifth row with a quoted
 * value, `badPercent` of them wrong in one of three ways, spread evenly.
 *
 * @param keep which rows to write: all, or the good ones alone (COPY takes nothing else).
 * @param firstNumber the lowest case number: files whose ranges do not meet share none.
 * @param plaintiffs how many different ones there are, where there are rows enough; a multiple of four.
 * @returns how many rows and bytes the file has.
 */
export async function writeFile(
  path: string,
  rows: number,
  badPercent: number,
  keep: "all" | "good",
  firstNumber = 0,
  plaintiffs = PLAINTIFFS.length,
): Promise<{ rows: number; bytes: number }> {
  const file = await Deno.open(path, { create: true, write: true, truncate: true });
  const encoder = new TextEncoder();
  const numbers = shuffled(rows);
  let written = 0;
  let bytes = 0;
  let lines = [COLUMNS.join(",")];
  const flush = async () => {
    const block = encoder.encode(lines.join("\n") + "\n");
    bytes += block.length;
    for (let at = 0; at < block.length;) at += await file.write(block.subarray(at));
    lines = [];
  };
  for (let i = 0; i < rows; i++) {
    const bad = isBad(i, badPercent);
    if (bad && keep === "good") continue;
    lines.push(line(firstNumber + (numbers[i] ?? 0), i, bad, plaintiffs));
    written += 1;
    if (lines.length === 20_000) await flush();
  }
  if (lines.length > 0) await flush();
  file.close();
  return { rows: written, bytes };
}

function isBad(i: number, percent: number): boolean {
  return Math.floor(((i + 1) * percent) / 100) > Math.floor((i * percent) / 100);
}

function line(number: number, i: number, bad: boolean, plaintiffs: number): string {
  const day = (offset: number) => new Date(Date.UTC(2016, 0, 1 + (number * 7 + offset) % 2800)).toISOString();
  const county = pick(COUNTIES, number);
  const cells = [
    `${2010 + number % 15}-CV-${String(number).padStart(8, "0")}`,
    bad && i % 3 === 0 ? "" : plaintiff(number % plaintiffs),
    `${pick(FIRST, number >> 2)} ${pick(LAST, number >> 5)}`,
    bad && i % 3 === 1 ? "twelve hundred" : `${100 + (number * 37) % 90_000}.${10 + number % 90}`,
    bad && i % 3 === 2 ? "13/45/2024" : day(400).slice(0, 10),
    day(0).slice(0, 10),
    `${county} County Civil Court`,
    county,
    "NY",
  ];
  const phone = `555-${String(100 + number % 900)}-${String(1000 + number % 9000)}`;
  const quoted = i % 5 === 0;
  const room = ROW_BYTES - 1 - cells.join(",").length - phone.length - 2 - (quoted ? 2 : 0);
  const address = `${1 + number % 9999} ${quoted ? "Ocean Avenue, Apt 7" : "Ocean Avenue"} `.padEnd(
    room,
    "N",
  );
  return `${cells.join(",")},${quoted ? `"${address.slice(0, room)}"` : address.slice(0, room)},${phone}`;
}

/** The first four have no number. */
function plaintiff(n: number): string {
  const name = pick(PLAINTIFFS, n);
  return n < PLAINTIFFS.length ? name : `${name} ${n}`;
}

/** 0 to n - 1 in an order that is random and always the same. */
function shuffled(n: number): Uint32Array {
  const numbers = Uint32Array.from({ length: n }, (_, i) => i);
  let state = 0x9e3779b9;
  for (let i = n - 1; i > 0; i--) {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + i) >>> 0;
    const j = state % (i + 1);
    const kept = numbers[i] ?? 0;
    numbers[i] = numbers[j] ?? 0;
    numbers[j] = kept;
  }
  return numbers;
}

function pick(list: readonly string[], i: number): string {
  return list[i % list.length] ?? "";
}
