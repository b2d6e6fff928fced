/**
 * What a spreadsheet does to a case number it takes for a quantity or a date, so that a corrected file that went
 * through one can be told from a file that names another case.
 */
import { trimInvisible } from "./invisible.ts";

// A spreadsheet keeps fifteen digits of a number and writes zeros for the rest.
const KEPT_DIGITS = 15;

const DAY_SECONDS = 86_400;

// Day 0 of spreadsheets' day numbers (for days from March 1900 on, the only ones that matter here).
const DAY_ZERO = Date.UTC(1899, 11, 30);

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

// 1-24, 3/4/2024, 12.11.20, MAR-24, SEP2: what a spreadsheet reads as a day or a month.
const DATE_LIKE =
  /^(?:\d{1,4}[-/. ]\d{1,2}(?:[-/. ]\d{1,4})?|[a-z]{3,9}[-/. ]?\d{1,4}|\d{1,4}[-/. ]?[a-z]{3,9}(?:[-/. ]\d{1,4})?)$/i;

// 24-Jan, Jan-24, 1/24/2026, 2026-01-24, each with a midnight.
const DATE_WRITTEN =
  /^(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}[- ][a-z]{3,9}(?:[- ]\d{2,4})?|[a-z]{3,9}[- ]\d{1,4}(?:,? \d{4})?)(?:[T ]0?0:00(?::00(?:\.0+)?)?)?$/i;

// 123, 00123.40, 12E3: what a spreadsheet reads as a quantity.
const QUANTITY = /^(\d+)(?:\.(\d+))?(?:E([+-]?\d{1,3}))?$/i;

// 5:24, 12:30:00, 5:24 AM: what it reads as a time of day.
const TIME = /^(\d{1,3}):(\d{2})(?::(\d{2}))?(?: ?([AP])M)?$/i;

/** Whether `now` is what a spreadsheet makes of `original`: zeros lost, digits lost, an exponent, a date, a time. */
export function isSpreadsheetDamage(original: string, now: string): boolean {
  const before = trimInvisible(original);
  const after = trimInvisible(now);
  const quantity = quantityOf(before);
  if (quantity !== null) return isSameQuantity(quantity, after);
  if (TIME.test(before)) return isSameTime(before, after);
  return DATE_LIKE.test(before) && isSameDay(before, after);
}

/** Digits without zeros around them, and the power of ten of the first: 0.0120 is 12 and -2. */
interface Quantity {
  readonly digits: string;
  readonly power: number;
}

function quantityOf(text: string): Quantity | null {
  const parts = QUANTITY.exec(text);
  if (parts === null) return null;
  const [, whole = "", decimals = "", exponent = "0"] = parts;
  const written = whole + decimals;
  const significant = written.replace(/^0+/, "");
  if (significant === "") return { digits: "", power: 0 };
  const power = whole.length - 1 - (written.length - significant.length) + Number(exponent);
  return { digits: significant.replace(/0+$/, ""), power };
}

function isSameQuantity(quantity: Quantity, written: string): boolean {
  const isExponent = /E/i.test(written);
  // Cells are also shown with commas between thousands: 12,345.
  const now = quantityOf(
    /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(written) ? written.replaceAll(",", "") : written,
  );
  if (now === null || (now.power !== quantity.power && !isExponent)) return false;
  if (now.digits === quantity.digits) return now.power === quantity.power;
  if (isExponent) return isRounded(quantity, now, written);
  return now.digits === quantity.digits.slice(0, KEPT_DIGITS).replace(/0+$/, "");
}

// 2.02E+11 for 202412345678: as many digits as it shows, the last one rounded.
function isRounded(quantity: Quantity, now: Quantity, written: string): boolean {
  const shown = (/^\d(?:\.(\d+))?E/i.exec(written)?.[1] ?? "").length;
  const rounded = quantityOf(
    Number(`0.${quantity.digits || "0"}`).toExponential(Math.min(shown, KEPT_DIGITS - 1)),
  );
  return rounded !== null && rounded.digits === now.digits &&
    rounded.power + 1 + quantity.power === now.power;
}

// A time may be shown in full, or as the share of a day that it is.
function isSameTime(original: string, written: string): boolean {
  const seconds = secondsOf(original);
  if (seconds === null) return false;
  const time = secondsOf(written.replace(/^1\/[01]\/1900 /, ""));
  if (time !== null) return time === seconds || time === seconds % DAY_SECONDS;
  return /^\d+(?:\.\d+)?$/.test(written) && Math.round(Number(written) * DAY_SECONDS) === seconds;
}

function secondsOf(text: string): number | null {
  const parts = TIME.exec(text);
  if (parts === null) return null;
  const [, hours, minutes, seconds = "0", half] = parts;
  const hour = half === undefined
    ? Number(hours)
    : Number(hours) % 12 + (half.toUpperCase() === "P" ? 12 : 0);
  return hour * 3600 + Number(minutes) * 60 + Number(seconds);
}

function isSameDay(original: string, written: string): boolean {
  const parts = partsOf(original);
  if (parts === null) return false;
  const day = /^\d{5}(?:\.0+)?$/.test(written) ? partsOfDayNumber(Number(written)) : writtenParts(written);
  if (day === null) return false;
  const isShort = day.every((part) => part < 100); // a year is shown by its last two digits
  return parts.every((part) => day.includes(part) || (isShort && part > 99 && day.includes(part % 100)));
}

function writtenParts(written: string): number[] | null {
  if (!DATE_WRITTEN.test(written)) return null;
  const parts = partsOf(written.replace(/[T ]0?0:00.*$/, ""));
  return parts === null ? null : [...parts, ...parts.map((part) => part % 100)];
}

function partsOfDayNumber(dayNumber: number): number[] {
  const day = new Date(DAY_ZERO + Math.floor(dayNumber) * DAY_SECONDS * 1000);
  const year = day.getUTCFullYear();
  return [year, year % 100, day.getUTCMonth() + 1, day.getUTCDate()];
}

// Its numbers, a month's name as its number; null where a word is no month.
function partsOf(text: string): number[] | null {
  const parts: number[] = [];
  for (const [part] of text.matchAll(/\d+|[a-z]+/gi)) {
    const number = /\d/.test(part) ? Number(part) : MONTHS.indexOf(part.slice(0, 3).toLowerCase()) + 1;
    if (number === 0 && !/\d/.test(part)) return null;
    parts.push(number);
  }
  return parts;
}
