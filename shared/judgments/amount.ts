/** Amounts of money in dollars. Text from end to end: no float ever holds one. */
import { MISSING, NEGATIVE, NO_AMOUNT, OUT_OF_RANGE, type Refusal } from "./refusal.ts";
import { presentText } from "./text.ts";

// Already in the form we keep.
const CLEAN = /^(?:0|[1-9][0-9]{0,8})\.[0-9][0-9]$/;

// Where white space may stand. It is packed first: a plain space is one single space (a no-break one too), a tab is
// anything wider, so that no pattern ever repeats.
const GAP = String.raw`[ \t]?`;
const CURRENCY = String.raw`(?:\$(?:${GAP}USD)?|USD(?:${GAP}\$)?)?`;
// Groups of three: by commas, or by single spaces. Any other white space between digits makes two numbers of them.
const WHOLE = String.raw`([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)`;
const NUMBER = String.raw`(?:${WHOLE}(?:\.([0-9]{1,2}))?|\.([0-9]{1,2}))`;
// The sign stands before the currency (-$5) or behind it ($-5).
const SIGNED = new RegExp(
  `^(?:${CURRENCY}${GAP}([+-]?)|([+-])${GAP}${CURRENCY})${GAP}${NUMBER}${GAP}${CURRENCY}$`,
  "i",
);
// Accountants write a negative amount in brackets.
const BRACKETED = new RegExp(`^${CURRENCY}${GAP}\\(${GAP}(.+?)${GAP}\\)${GAP}${CURRENCY}$`, "i");

// numeric(12,2) would hold one digit more; the contract stops at 999,999,999.99.
const LARGEST_WHOLE_DIGITS = 9;

/**
 * A plain decimal with exactly two decimals ("1234.50"). `$` and `USD` around the number, white space beside them,
 * well-placed thousands commas or single spaces are taken out. What is not plain decimal notation with at most two
 * decimals is refused, never rounded, and two numbers in a cell are never joined.
 */
export function readAmount(raw: string): string | Refusal {
  if (CLEAN.test(raw)) return raw;
  const signed = SIGNED.exec(raw);
  return signed === null ? readOddAmount(raw) : settle(signed, false);
}

const SINGLE_SPACE = /^\p{Zs}$/u;

// White space, brackets, or no amount at all.
function readOddAmount(raw: string): string | Refusal {
  const text = presentText(raw);
  if (typeof text !== "string") return text;
  if (text === "") return MISSING;
  const packed = text.replace(/\s+/g, (gap) => SINGLE_SPACE.test(gap) ? " " : "\t");
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
  const whole = /[, ]/.test(digits) ? digits.replace(/[, ]/g, "") : digits;
  return whole.startsWith("0") || whole === "" ? whole.replace(/^0+(?=[0-9])/, "") || "0" : whole;
}
