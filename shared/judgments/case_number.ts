/** Case numbers: the key by which a judgment is known, so one spelling for each. */
import { LENGTH_LIMITS } from "./fields.ts";
import { MISSING, NO_CASE_NUMBER, type Refusal, TOO_LONG } from "./refusal.ts";
import { isLonger, toOneSpace, trimText } from "./text.ts";

const CLEAN = /^[0-9A-Z\-/#.:()]+(?: [0-9A-Z\-/#.:()]+)*$/;
const ALLOWED = /^[0-9A-Za-z\-/#.:() ]+$/;

/**
 * Upper case, inner white space to one space, at most 100 characters; ASCII letters, digits, space and
 * `- / # . : ( )` only. Leading zeros stay.
 */
export function readCaseNumber(raw: string): string | Refusal {
  if (raw.length <= LENGTH_LIMITS.case_number && CLEAN.test(raw)) return raw;
  const text = trimText(raw);
  if (typeof text !== "string") return text;
  if (text === "") return MISSING;
  const value = toOneSpace(text);
  if (isLonger(value, LENGTH_LIMITS.case_number)) return TOO_LONG;
  // Before upper-casing, which would turn ß into SS and ı into I and so invent a number.
  return ALLOWED.test(value) ? value.toUpperCase() : NO_CASE_NUMBER;
}
