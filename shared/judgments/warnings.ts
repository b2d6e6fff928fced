/** Values that look wrong but are kept as written: a bad phone number must not cost a judgment. */
import type { Field } from "./fields.ts";
import { quoteValue } from "./issues.ts";

/** What looks wrong. PLACEHOLDER counts cells, the others rows. */
export type WarningCode = "MALFORMED_PHONE" | "MALFORMED_EMAIL" | "PLACEHOLDER";

/** A value that looks wrong; the row is accepted all the same. */
export interface RowWarning {
  readonly code: WarningCode;
  readonly field: Field;
  readonly rawValue: string;
  readonly message: string;
}

const PHONE_SHAPE = /^\+?[0-9(][0-9 ().\-/]*(?:(?:x|ext\.?|#) ?[0-9]{1,6})?$/i;
const EMAIL_SHAPE = /^[^\s@,;]+@[^\s@,;.]+(?:\.[^\s@,;.]+)+$/;

// Seven without an area code; fifteen is the most a telephone number can have (E.164), six for an extension.
const FEWEST_PHONE_DIGITS = 7;
const MOST_PHONE_DIGITS = 21;

/** The warning a phone number deserves, or null. Takes normalised text; "" is no number and fine. */
export function phoneWarning(phone: string): RowWarning | null {
  if (phone === "") return null;
  const digits = phone.replace(/[^0-9]/g, "").length;
  if (PHONE_SHAPE.test(phone) && digits >= FEWEST_PHONE_DIGITS && digits <= MOST_PHONE_DIGITS) return null;
  return {
    code: "MALFORMED_PHONE",
    field: "defendant_phone",
    rawValue: phone,
    message:
      `defendant_phone ${quoteValue(phone)} does not look like a phone number such as (718) 555-1111;` +
      " it is kept as written.",
  };
}

/** The warning an e-mail address deserves, or null. Takes normalised text; "" is no address and fine. */
export function emailWarning(email: string): RowWarning | null {
  if (email === "" || EMAIL_SHAPE.test(email)) return null;
  return {
    code: "MALFORMED_EMAIL",
    field: "defendant_email",
    rawValue: email,
    message: `defendant_email ${quoteValue(email)} does not look like one address such as` +
      " john.doe@example.com; it is kept as written.",
  };
}
