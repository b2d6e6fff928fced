/**
 * A reader turns one cell into its normalised text, or refuses it. Refusals are values, one
 * shared object per code: a file of a million bad rows must cost no more than a good one.
 */
import type { RowCode } from "./codes.ts";

/** Why a value was refused. */
export interface Refusal {
  readonly code: RowCode;
}

/** Reads one cell as the file has it. "" is an absent value. */
export type ValueReader = (raw: string) => string | Refusal;

const refusal = (code: RowCode): Refusal => Object.freeze({ code });

export const MISSING = refusal("MISSING_REQUIRED_FIELD");
export const INVISIBLE_CHARACTER = refusal("INVALID_CHARACTER");
export const TOO_LONG = refusal("VALUE_TOO_LONG");
export const NO_CASE_NUMBER = refusal("INVALID_CASE_NUMBER");
export const NO_AMOUNT = refusal("INVALID_AMOUNT");
export const NEGATIVE = refusal("NEGATIVE_AMOUNT");
export const OUT_OF_RANGE = refusal("AMOUNT_OUT_OF_RANGE");
export const NO_DATE = refusal("INVALID_DATE_FORMAT");
export const FUTURE = refusal("FUTURE_DATE");
export const TOO_EARLY = refusal("DATE_OUT_OF_RANGE");
