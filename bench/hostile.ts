/**
 * Files that are written to be dear to read, or are by accident: a short pattern over and over below a header. What
 * the tests hold the reader's work to, and what `deno task bench:reader --hostile` measures.
 */

const HEADER = "case_number,plaintiff_name,defendant_name,amount,judgment_date";

/** Whether a cell is one of the header's own names. */
export function isHostileHeader(cell: string): boolean {
  return HEADER.split(",").includes(cell);
}

function wide(columns: number): string {
  const more = Array.from({ length: columns - 5 }, (_, at) => `x${String.fromCharCode(97 + at % 26)}y${at}z`);
  return [HEADER, ...more.map((name) => name.replace(/\d+/g, (digits) => "abcdefghij".charAt(+digits % 10)))]
    .join(",");
}

/** A kind of file: its header line, and its lines by number. */
export interface Shape {
  readonly header: string;
  readonly line: (at: number) => string;
}

/** Kinds of files, by what their lines are. */
export const HOSTILE: Readonly<Record<string, Shape>> = {
  'b","c under 5 columns': { header: HEADER, line: () => 'b","c\n' },
  'b","c under 25 columns': { header: wide(25), line: () => 'b","c\n' },
  'b","c under 1,000 columns': { header: wide(1_000), line: () => 'b","c\n' },
  '"a': { header: HEADER, line: () => '"a\n' },
  '"a under 1,000 columns': { header: wide(1_000), line: () => '"a\n' },
  '"x"y': { header: HEADER, line: () => '"x"y\n' },
  "a quote alone": { header: HEADER, line: () => '"\n' },
  '","': { header: HEADER, line: () => '","\n' },
  "quotes of both kinds by turns": { header: HEADER, line: (at) => at % 2 === 0 ? `"a'b\n` : `'a"b\n` },
  "unclosed beyond ASCII": { header: HEADER, line: () => 'é","ç\n' },
  "a row among 63 quotes": { header: HEADER, line: (at) => at % 64 === 0 ? "1,a,b,2,3\n" : '"\n' },
  "a quote and forty spaces": { header: HEADER, line: () => `"a"${" ".repeat(40)}x\n` },
  "backslashes before quotes": { header: HEADER, line: () => '"a\\"b\\\n' },
  "words between blank lines": { header: HEADER, line: () => "\nab,cd\n" },
  ",,,,x": { header: HEADER, line: () => ",,,,x\n" },
  "a,b": { header: HEADER, line: () => "a,b\n" },
  "a quote lost in every row": {
    header: HEADER,
    line: (at) => `24-CV-${at},"Acme Inc,Bob,10.00,2024-01-15\n`,
  },
  "one quote lost in a thousand rows": {
    header: HEADER,
    line: (at) => at % 1000 === 0 ? `24-${at},"Acmé\n` : `24-${at},Acmé Inc,Bob,10.00,2024-01-15\n`,
  },
};

/** A file of about so many bytes. */
export function hostileFile({ header, line }: Shape, bytes: number): Uint8Array {
  const lines = [`${header}\n`];
  let size = header.length;
  for (let at = 0; size < bytes; at++) {
    const next = line(at);
    lines.push(next);
    size += next.length;
  }
  return new TextEncoder().encode(lines.join(""));
}

/** What generated patterns are made of: everything a reader may stumble over, quotes above all. */
export const PIECES = [
  '"',
  '"',
  '""',
  "'",
  ",",
  ",",
  "\n",
  "\n",
  "\r\n",
  "a",
  "é",
  " ",
  "\\",
  ";",
  '","',
  '"\n',
  "1,a,b,2,3\n",
];

/** A pattern of quotes made of a seed, the same each time: a line over and over, and another every so often. */
export function quotePattern(seed: number): Shape {
  const next = numbersFrom(seed);
  const lineOf = (most: number) =>
    `${Array.from({ length: 1 + next(most) }, () => PIECES[next(PIECES.length)] ?? "").join("")}\n`;
  const columns = [2, 5, 25, 200][next(4)] ?? 5;
  const header = Array.from(
    { length: columns },
    (_, at) => at === 0 ? "case_number" : `c${"x".repeat(at % 40)}`,
  );
  const [unit, other, every] = [lineOf(10), lineOf(6), 2 + next(69)];
  return { header: header.join(","), line: (at) => at % every === 1 ? other : unit };
}

/** Numbers below a bound, by a seed (mulberry32). */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
