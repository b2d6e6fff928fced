/** What is wrong with a row, in words for the person who repairs it. */
import { caseNumberTrouble } from "./case_number.ts";
import type { RowCode } from "./codes.ts";
import { type Field, LENGTH_LIMITS } from "./fields.ts";
import { codePointOf, forbiddenIn, showInvisible, trimInvisible } from "./invisible.ts";

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

/** The value between quotes, cut to 80 characters, with invisible characters written as their codes. */
export function quoteValue(value: string): string {
  const characters = Array.from(value.slice(0, 4 * SHOWN_CHARACTERS));
  const cut = characters.length > SHOWN_CHARACTERS || value.length > 4 * SHOWN_CHARACTERS;
  const shown = showInvisible(characters.slice(0, SHOWN_CHARACTERS).join(""));
  return `"${shown}${cut ? "…" : ""}"`;
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
      return `${value} holds an invisible character (${
        forbiddenNameIn(rawValue)
      }): type the value again, only what can be seen is kept`;
    case "VALUE_TOO_LONG":
      return `${value} is longer than ${
        limitOf(field)
      } characters: values are never cut, so write a shorter one`;
    case "INVALID_CASE_NUMBER":
      return `${value} ${caseNumberWords(rawValue)}`;
    case "INVALID_AMOUNT":
      return `${value} ${amountTrouble(rawValue)}`;
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

// Those that people meet, by the names their programs give them.
const INVISIBLE_NAMES: Readonly<Record<string, string>> = {
  "\u00ad": "soft hyphen",
  "\u200b": "zero width space",
  "\u200c": "zero width non-joiner",
  "\u200d": "zero width joiner",
  "\u200e": "left-to-right mark",
  "\u200f": "right-to-left mark",
  "\u2060": "word joiner",
  "\ufeff": "byte order mark",
};

function forbiddenNameIn(value: string): string {
  const found = forbiddenIn(trimInvisible(value)) ?? "";
  const name = INVISIBLE_NAMES[found];
  return name === undefined ? codePointOf(found) : `${codePointOf(found)}, ${name}`;
}

function caseNumberWords(value: string): string {
  switch (caseNumberTrouble(value)) {
    case "line_break":
      return "stands on more than one line: two numbers in one cell are two cases, so give each a row of its own";
    case "exponent":
      return "is scientific notation: a spreadsheet took the number for a quantity and dropped digits; " +
        "take it from the original file, and format the column as text";
    case "decimal":
      return "is a number with a decimal point: a spreadsheet took the case number for a quantity; " +
        "write it as the court does, and format the column as text";
    case "no_digit":
      return "has no digit: a case number has at least one";
    case "character":
      return `holds ${foreignIn(value)}: unaccented letters, digits, spaces and - / # . : ( ) are allowed`;
  }
}

function amountTrouble(value: string): string {
  const text = trimInvisible(value);
  if (/[0-9]\s+[.0-9]|\.\s+[0-9]/.test(text)) {
    return "has white space between its digits that separates no thousands: two numbers are never joined into one, " +
      "so write one amount";
  }
  if (/^[0-9.]+E[+-]?[0-9]+$/i.test(text)) return "is scientific notation: write all digits of the amount";
  return "is no plain dollar amount: digits with at most two decimals, commas or single spaces only between thousands";
}

function foreignIn(value: string): string {
  const found = /[^A-Za-z0-9\s\-/#.:()]/u.exec(value)?.[0];
  return found === undefined ? "a character case numbers do not have" : `"${found}" (${codePointOf(found)})`;
}

// The commonest ways a date goes wrong, each told apart so that the repair is plain.
function dateTrouble(value: string): string {
  const text = trimInvisible(value);
  const monthFirst = /^(\d{1,2})([-/])(\d{1,2})\2\d/.exec(text);
  if (monthFirst !== null && Number(monthFirst[1]) > 12) {
    return `has no month ${monthFirst[1]}: the month comes first and is never guessed; write month/day/year`;
  }
  if (/^\d{5}(?:\.\d+)?$/.test(text)) {
    return "is a spreadsheet's day number: format the column as a date and export it again";
  }
  if (/^\d(?:\.\d+)?E\+\d+$/i.test(text)) return "is scientific notation: format the column as a date";
  if (/\d:\d/.test(text)) return "carries a time or is no real day: write the day alone";
  return "is in a form that is not read, or no such day exists: write year-month-day or month/day/year";
}
