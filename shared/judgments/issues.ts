/** What is wrong with a row, in words for the person who repairs it. */
import type { RowCode } from "./codes.ts";
import { type Field, LENGTH_LIMITS } from "./fields.ts";

/** One problem of a row. */
export interface RowIssue {
  readonly code: RowCode;
  /** Null when the problem is the row's and not one value's. */
  readonly field: Field | null;
  /** The cell as the file has it. */
  readonly rawValue: string;
  /** Names field, value, rule and an example of what is right. */
  readonly message: string;
}

// Enough to recognise a value by; whole values are kept beside the message.
const SHOWN_CHARACTERS = 80;

const EXAMPLES: Readonly<Record<Field, string>> = {
  case_number: "2024-CV-001",
  plaintiff_name: "ABC Collections LLC",
  defendant_name: "John Doe",
  amount: "1,234.50",
  judgment_date: "2024-01-31 or 01/31/2024",
  filing_date: "2024-01-31 or 01/31/2024",
  court: "New York Civil Court",
  county: "Kings",
  state: "NY",
  defendant_address: "456 Pine St, Albany, NY",
  defendant_phone: "(718) 555-1111",
  defendant_email: "john.doe@example.com",
  source_reference: "EXPORT-2024-01",
};

/** The value between quotes, cut to 80 characters, with control characters made visible. */
export function quoteValue(value: string): string {
  const characters = Array.from(value.slice(0, 4 * SHOWN_CHARACTERS));
  const cut = characters.length > SHOWN_CHARACTERS || value.length > 4 * SHOWN_CHARACTERS;
  const shown = characters.slice(0, SHOWN_CHARACTERS).join("").replace(/\p{Cc}/gu, escapeControl);
  return `"${shown}${cut ? "…" : ""}"`;
}

function escapeControl(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** The issue for a value that was refused with `code`. */
export function describeIssue(code: RowCode, field: Field, rawValue: string): RowIssue {
  const message = `${field} ${wording(code, field, rawValue)}, for example ${EXAMPLES[field]}.`;
  return { code, field, rawValue, message };
}

function wording(code: RowCode, field: Field, rawValue: string): string {
  const value = quoteValue(rawValue);
  switch (code) {
    case "MISSING_REQUIRED_FIELD":
      return "is empty: every row needs a value";
    case "INVALID_CHARACTER":
      return `${value} holds an invisible control character (${
        controlIn(rawValue)
      }): only printable text is kept`;
    case "VALUE_TOO_LONG":
      return `${value} is longer than ${
        limitOf(field)
      } characters: values are never cut, so write a shorter one`;
    case "INVALID_CASE_NUMBER":
      return `${value} holds ${
        foreignIn(rawValue)
      }: unaccented letters, digits, spaces and - / # . : ( ) are allowed`;
    case "INVALID_AMOUNT":
      return `${value} is no plain dollar amount: digits with at most two decimals, commas only between thousands`;
    case "NEGATIVE_AMOUNT":
      return `${value} is negative: write the amount awarded, 0 or more`;
    case "AMOUNT_OUT_OF_RANGE":
      return `${value} is above 999,999,999.99, the largest amount kept: check the decimal point`;
    case "INVALID_DATE_FORMAT":
      return `${value} ${dateTrouble(rawValue)}`;
    case "FUTURE_DATE":
      return `${value} has not come yet anywhere on Earth: write a day up to today`;
    case "DATE_OUT_OF_RANGE":
      return `${value} is before 1900: write the year with four digits, 1900 or later`;
    default:
      return `${value} was refused (${code}): write it as other rows do`;
  }
}

function limitOf(field: Field): number | string {
  return field in LENGTH_LIMITS ? LENGTH_LIMITS[field as keyof typeof LENGTH_LIMITS] : "allowed";
}

function controlIn(value: string): string {
  return codePoint(/[^\P{Cc}\t\n\r]/u.exec(value)?.[0] ?? "");
}

function foreignIn(value: string): string {
  const found = /[^A-Za-z0-9\s\-/#.:()]/u.exec(value)?.[0];
  return found === undefined ? "a character case numbers do not have" : `"${found}" (${codePoint(found)})`;
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

// The commonest ways a date goes wrong, each told apart so that the repair is plain.
function dateTrouble(value: string): string {
  const text = value.trim();
  const monthFirst = /^(\d{1,2})([-/])(\d{1,2})\2\d/.exec(text);
  if (monthFirst !== null && Number(monthFirst[1]) > 12) {
    return `has no month ${monthFirst[1]}: the month comes first and is never guessed; write month/day/year`;
  }
  if (/^\d{5}$/.test(text)) return "is a spreadsheet's day number: format the column as a date";
  if (/\d:\d/.test(text)) return "carries a time or is no real day: write the day alone";
  return "is in a form that is not read, or no such day exists: write year-month-day or month/day/year";
}
