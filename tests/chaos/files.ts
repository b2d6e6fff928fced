/**
 * Files for chaos runs, and what must become of every row. Raw text and expectation are made side by side, so that
 * nothing of the code under test is asked what is right.
 */
import type { Chance } from "./random.ts";

/** A good row as it must stand in public.judgments; text as Postgres prints it. */
export interface ExpectedValues {
  readonly case_number: string;
  readonly plaintiff_name: string;
  readonly defendant_name: string;
  readonly amount: string;
  readonly judgment_date: string;
  readonly court: string | null;
  readonly county: string | null;
}

/** One data row: its values when it is good, else the code it must be rejected with. */
export interface ExpectedRow {
  readonly index: number;
  /** Physical line, from 1. */
  readonly line: number;
  readonly values: ExpectedValues | null;
  readonly code: string | null;
}

export interface ChaosFile {
  readonly name: string;
  readonly text: string;
  readonly rows: readonly ExpectedRow[];
}

const HEADER = "Case Number,Plaintiff,Defendant,Amount,Judgment Date,Court,County";
const NAMES = [
  "Metro Judgment Solutions",
  "Allied Financial Group",
  "Empire Funding Corp",
  "Acme, Sons & Co",
];
const COUNTIES = ["Kings", "Queens", "Bronx", "Richmond"];

/** How many rows, and what is odd about them: shares from 0 to 1. */
export interface FileShape {
  readonly rows: number;
  readonly bad: number;
  /** Repeats a case number from earlier in the file. */
  readonly repeated: number;
  /** Takes a case number that files of the same run share. */
  readonly shared: number;
}

/** @param prefix of its own case numbers. @param pool the prefix of the shared ones. */
export function makeFile(
  chance: Chance,
  name: string,
  prefix: string,
  pool: string,
  shape: FileShape,
): ChaosFile {
  const lines = [HEADER];
  const rows: ExpectedRow[] = [];
  const used: string[] = [];
  let line = 2;
  for (let index = 0; index < shape.rows; index++) {
    const earlier = used.length > 0 && chance.hit(shape.repeated) ? chance.pick(used) : null;
    const shared = chance.hit(shape.shared) ? `${pool}-${chance.whole(1, 400)}` : null;
    const caseNumber = earlier ?? shared ?? `${prefix}-${index}`;
    const code = chance.hit(shape.bad) ? chance.pick(BAD_CODES) : null;
    const { raw, values } = writeRow(chance, caseNumber, code);
    lines.push(raw);
    rows.push({ index, line, values, code });
    used.push(caseNumber);
    line += raw.split("\n").length;
  }
  return { name, text: lines.join("\n") + "\n", rows };
}

const BAD_CODES = [
  "INVALID_AMOUNT",
  "NEGATIVE_AMOUNT",
  "INVALID_DATE_FORMAT",
  "MISSING_REQUIRED_FIELD",
  "INVALID_CASE_NUMBER",
  "TOO_FEW_FIELDS",
] as const;
type BadCode = (typeof BAD_CODES)[number];

function writeRow(
  chance: Chance,
  caseNumber: string,
  code: BadCode | null,
): { raw: string; values: ExpectedValues | null } {
  const cents = chance.whole(0, 99_999_999);
  const date = new Date(Date.UTC(2000, 0, 1 + chance.whole(0, 9_000)));
  const plaintiff = chance.pick(NAMES);
  const defendant = chance.pick([["James  Garcia", "James Garcia"], ["Maria Lopez", "Maria Lopez"], [
    '"Daniel\nMiller"',
    "Daniel Miller",
  ], ['"Emily ""Em"" Chen"', 'Emily "Em" Chen']]);
  const county = chance.hit(0.2) ? null : chance.pick(COUNTIES);
  const cells = [
    chance.hit(0.3) ? caseNumber.toLowerCase() : caseNumber,
    quotedIfNeeded(plaintiff),
    defendant[0] ?? "",
    writeAmount(chance, cents),
    writeDate(chance, date),
    county === null ? "" : `${county} Civil Court`,
    county ?? "",
  ];
  if (code === null) {
    const values = {
      case_number: caseNumber,
      plaintiff_name: plaintiff,
      defendant_name: defendant[1] ?? "",
      amount: (cents / 100).toFixed(2),
      judgment_date: date.toISOString().slice(0, 10),
      court: county === null ? null : `${county} Civil Court`,
      county,
    };
    return { raw: cells.join(","), values };
  }
  return { raw: spoil(cells, code).join(","), values: null };
}

function spoil(cells: string[], code: BadCode): string[] {
  switch (code) {
    case "INVALID_AMOUNT":
      return cells.with(3, "twelve hundred");
    case "NEGATIVE_AMOUNT":
      return cells.with(3, "(50.00)");
    case "INVALID_DATE_FORMAT":
      return cells.with(4, "13/45/2024");
    case "MISSING_REQUIRED_FIELD":
      return cells.with(1, "");
    case "INVALID_CASE_NUMBER":
      return cells.with(0, `${cells[0]}~`);
    case "TOO_FEW_FIELDS":
      return cells.slice(0, 5);
  }
}

function writeAmount(chance: Chance, cents: number): string {
  const plain = (cents / 100).toFixed(2);
  const [whole = "", fraction = ""] = plain.split(".");
  return chance.hit(0.5) ? plain : `"$${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${fraction}"`;
}

function writeDate(chance: Chance, date: Date): string {
  const iso = date.toISOString().slice(0, 10);
  return chance.hit(0.5) ? iso : `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()}`;
}

function quotedIfNeeded(text: string): string {
  return text.includes(",") ? `"${text}"` : text;
}
