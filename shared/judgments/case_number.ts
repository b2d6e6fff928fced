/** Case numbers: the key by which a judgment is known, so one spelling for each. */
import { LENGTH_LIMITS } from "./fields.ts";
import { trimInvisible } from "./invisible.ts";
import { isPlaceholder } from "./placeholder.ts";
import { MISSING, NO_CASE_NUMBER, type Refusal, TOO_LONG } from "./refusal.ts";
import { isLonger, presentText, toOneSpace } from "./text.ts";

const CLEAN = /^[0-9A-Z\-/#.:()]+(?: [0-9A-Z\-/#.:()]+)*$/;
const ALLOWED = /^[0-9A-Za-z\-/#.:() ]+$/;
const DIGIT = /[0-9]/;
// LF, CR, line and paragraph separator: two lines of a cell are two numbers.
const LINE_BREAK = /[\n\r\u2028\u2029]/;

// 123.0, and 1.5E-05 or 2.02E+11: what a spreadsheet makes of a number that was only digits.
const MADE_DECIMAL = /^[0-9]+\.0+$/;
const MADE_EXPONENT = /^[0-9](?:\.[0-9]+)?E\+[0-9]+$|^[0-9]\.[0-9]+E-[0-9]+$/i;

/** What is wrong with a case number that is refused, each with words of its own. */
export type CaseNumberTrouble = "line_break" | "character" | "no_digit" | "decimal" | "exponent";

/**
 * Upper case, inner white space to one space, at most 100 characters; ASCII letters, digits, space and
 * `- / # . : ( )` only, at least one digit, on one line. Leading zeros stay. What a spreadsheet has turned into a
 * number (`123.0`, `2.02E+11`) is refused: the digits that were lost cannot be known.
 */
export function readCaseNumber(raw: string): string | Refusal {
  if (raw.length <= LENGTH_LIMITS.case_number && CLEAN.test(raw)) {
    return isPlaceholder(raw) ? MISSING : settle(raw);
  }
  const text = presentText(raw);
  if (typeof text !== "string") return text;
  if (text === "") return MISSING;
  if (LINE_BREAK.test(text)) return NO_CASE_NUMBER;
  const value = toOneSpace(text);
  if (isLonger(value, LENGTH_LIMITS.case_number)) return TOO_LONG;
  // Before upper-casing, which would turn ß into SS and ı into I and so invent a number.
  return ALLOWED.test(value) ? settle(value.toUpperCase()) : NO_CASE_NUMBER;
}

function settle(value: string): string | Refusal {
  return DIGIT.test(value) && !MADE_DECIMAL.test(value) && !MADE_EXPONENT.test(value)
    ? value
    : NO_CASE_NUMBER;
}

/** Why `readCaseNumber` refused a cell with INVALID_CASE_NUMBER. */
export function caseNumberTrouble(raw: string): CaseNumberTrouble {
  const text = trimInvisible(raw);
  if (LINE_BREAK.test(text)) return "line_break";
  if (MADE_EXPONENT.test(text)) return "exponent";
  if (MADE_DECIMAL.test(text)) return "decimal";
  return ALLOWED.test(toOneSpace(text)) ? "no_digit" : "character";
}
