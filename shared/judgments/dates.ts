/** Days as vendors write them. Month first, never guessed. */
import { FUTURE, MISSING, NO_DATE, type Refusal, TOO_EARLY, type ValueReader } from "./refusal.ts";
import { presentText } from "./text.ts";

/** The earliest day that is kept. */
const EARLIEST_DATE = "1900-01-01";

// Exports repeat their days: as many as fit in ten years are remembered, then all forgotten at once.
const REMEMBERED_DATES = 4096;

// The longest form with the longest midnight is shorter; what is longer is neither matched nor remembered.
const LONGEST_DATE = 60;

const YEAR_FIRST = /^([0-9]{4})([-/])([0-9]{2})\2([0-9]{2})$/;
const MONTH_FIRST = /^([0-9]{1,2})([-/])([0-9]{1,2})\2([0-9]{4})$/;
const MONTH_FIRST_SHORT_YEAR = /^([0-9]{1,2})\/([0-9]{1,2})\/([0-9]{2})$/;
const NAMED_MONTH = /^([0-9]{1,2})-([A-Za-z]{3})-([0-9]{4})$/;

// 00:00, 0:00:00, 00:00:00.000, with Z or a zero offset, or 12:00:00 AM: what date-time columns add to a day.
const MIDNIGHT =
  /(?:T|\s+)(?:0?0:00(?::00(?:\.0+)?)?(?:\s?(?:Z|[+-]00(?::?00)?|AM))?|12:00(?::00(?:\.0+)?)?\s?AM)$/i;

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/** What two-digit years mean: 69–99 are 1969–1999, 00–68 are 2000–2068 (POSIX). */
const CENTURY_PIVOT = 69;

/**
 * The latest day it can be anywhere on Earth: the date at UTC+14 (Kiribati). A later one is in the
 * future for everybody.
 *
 * @returns YYYY-MM-DD
 */
export function latestDateAnywhere(now: Date): string {
  return new Date(now.getTime() + 14 * 60 * 60 * 1000).toISOString().slice(0, 10);
}

/**
 * The reader for days: `YYYY-MM-DD`, `YYYY/MM/DD`, `M/D/YYYY`, `M-D-YYYY`, `M/D/YY`, `D-Mon-YYYY`, each also
 * with a midnight time. Gives `YYYY-MM-DD`, or refuses what is no real day, before 1900 or after `latestDate`.
 */
export function dateReader(rule: { latestDate: string; required: boolean }): ValueReader {
  const absent = rule.required ? MISSING : "";
  const remembered = new Map<string, string | Refusal>();
  const bound = (day: string | null): string | Refusal => {
    if (day === null) return NO_DATE;
    if (day < EARLIEST_DATE) return TOO_EARLY;
    return day > rule.latestDate ? FUTURE : day;
  };
  return (raw) => {
    if (raw === "") return absent;
    if (isRealIsoDay(raw)) return bound(raw);
    const known = remembered.get(raw);
    if (known !== undefined) return known;
    const text = presentText(raw);
    if (typeof text !== "string") return text;
    if (text === "") return absent;
    if (text.length > LONGEST_DATE) return NO_DATE;
    const value = bound(toIsoDay(text));
    if (remembered.size >= REMEMBERED_DATES) remembered.clear();
    if (raw.length <= LONGEST_DATE) remembered.set(raw, value);
    return value;
  };
}

// The form most files use, read without a regular expression or a new string.
function isRealIsoDay(text: string): boolean {
  if (text.length !== 10 || text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d) return false;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  return year >= 0 && isRealDay(year, month, day);
}

/** The number written in text[from, to), or -1 where something is no ASCII digit. */
function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

function toIsoDay(written: string): string | null {
  const text = written.replace(MIDNIGHT, "");
  const yearFirst = YEAR_FIRST.exec(text);
  if (yearFirst !== null) return isoDay(yearFirst[1], yearFirst[3], yearFirst[4]);
  const monthFirst = MONTH_FIRST.exec(text);
  if (monthFirst !== null) return isoDay(monthFirst[4], monthFirst[1], monthFirst[3]);
  const short = MONTH_FIRST_SHORT_YEAR.exec(text);
  if (short !== null) return isoDay(fourDigitYear(Number(short[3])), short[1], short[2]);
  const named = NAMED_MONTH.exec(text);
  if (named !== null) return isoDay(named[3], MONTHS.indexOf((named[2] ?? "").toUpperCase()) + 1, named[1]);
  return null;
}

function fourDigitYear(year: number): number {
  return year < CENTURY_PIVOT ? 2000 + year : 1900 + year;
}

type Written = string | number | undefined;

function isoDay(year: Written, month: Written, day: Written): string | null {
  if (!isRealDay(Number(year), Number(month), Number(day))) return null;
  const padded = (part: Written, width: number) => String(part).padStart(width, "0");
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;
}

function isRealDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  if (month === 2) return day <= (isLeapYear(year) ? 29 : 28);
  return day <= (month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31);
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
