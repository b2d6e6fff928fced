/** Amounts of money in dollars. Text from end to end: no float ever holds one. */
import { MISSING, NEGATIVE, NO_AMOUNT, OUT_OF_RANGE, type Refusal } from "./refusal.ts";
import { trimText } from "./text.ts";

// Already in the form we keep.
const CLEAN = /^(?:0|[1-9][0-9]{0,8})\.[0-9][0-9]$/;

const CURRENCY = String.raw`(?:\$(?:USD)?|USD\$?)?`;
const NUMBER = String.raw`(?:([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]{1,2}))?|\.([0-9]{1,2}))`;
// The sign stands before the currency (-$5) or behind it ($-5).
const SIGNED = new RegExp(`^(?:${CURRENCY}([+-]?)|([+-])${CURRENCY})${NUMBER}${CURRENCY}$`, "i");
// Accountants write a negative amount in brackets.
const BRACKETED = new RegExp(`^${CURRENCY}\\((.+)\\)${CURRENCY}$`, "i");

// numeric(12,2) would hold one digit more; the contract stops at 999,999,999.99.
const LARGEST_WHOLE_DIGITS = 9;

/**
 * A plain decimal with exactly two decimals ("1234.50"). `$` and `USD` around the number, spaces and
 * well-placed thousands commas are taken out; what is not plain decimal notation with at most two
 * decimals is refused, never rounded.
 */
export function readAmount(raw: string): string | Refusal {
  if (CLEAN.test(raw)) return raw;
  const signed = SIGNED.exec(raw);
  return signed === null ? readOddAmount(raw) : settle(signed, false);
}

// White space, brackets, or no amount at all.
function readOddAmount(raw: string): string | Refusal {
  const text = trimText(raw);
  if (typeof text !== "string") return text;
  if (text === "") return MISSING;
  const packed = text.replace(/\s+/g, "");
  const bracketed = BRACKETED.exec(packed);
  const signed = SIGNED.exec(bracketed?.[1] ?? packed);
  return signed === null ? NO_AMOUNT : settle(signed, bracketed !== null);
}

function settle(signed: RegExpExecArray, bracketed: boolean): string | Refusal {
  if (bracketed || signed[1] === "-" || signed[2] === "-") return NEGATIVE;
  const dollars = plainWhole(signed[3] ?? "");
  if (dollars.length > LARGEST_WHOLE_DIGITS) return OUT_OF_RANGE;
  const decimals = signed[4] ?? signed[5] ?? "";
  return `${dollars}.${decimals.length === 2 ? decimals : decimals.padEnd(2, "0")}`;
}

function plainWhole(digits: string): string {
  const whole = digits.includes(",") ? digits.replaceAll(",", "") : digits;
  return whole.startsWith("0") || whole === "" ? whole.replace(/^0+(?=[0-9])/, "") || "0" : whole;
}
