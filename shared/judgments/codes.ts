/**
 * The closed catalogue of what can be wrong with a row. `intake.error_codes` is seeded
 * with the same words; a test compares the two. Written for an operator who knows
 * spreadsheets and not programs.
 */

/** Where a row was refused: while reading the file, checking its values, or inserting. */
export type RowStage = "parse" | "validate" | "insert";

/** One entry: the code, where it arises, why it does, and what the operator does about it. */
export interface RowCodeEntry {
  readonly code: string;
  readonly stage: RowStage;
  readonly cause: string;
  readonly fix: string;
}

/** Every row code, in the order of the public contract. */
export const ROW_CODES = [
  {
    code: "MISSING_REQUIRED_FIELD",
    stage: "validate",
    cause: "A value that every judgment needs is empty in this row.",
    fix:
      "Fill in the empty cell. Case number, plaintiff, defendant, amount and judgment date are always needed.",
  },
  {
    code: "INVALID_AMOUNT",
    stage: "validate",
    cause: "The amount is not written as a plain dollar amount.",
    fix: "Write digits with at most two decimals, for example 1234.50 or $1,234.50.",
  },
  {
    code: "NEGATIVE_AMOUNT",
    stage: "validate",
    cause: "The amount is negative: it has a minus sign or stands in brackets.",
    fix: "Write what was awarded as a positive amount. Take out rows that are credits or corrections.",
  },
  {
    code: "AMOUNT_OUT_OF_RANGE",
    stage: "validate",
    cause: "The amount is above 999,999,999.99.",
    fix: "Check for a missing decimal point or two amounts run together, and write the right amount.",
  },
  {
    code: "INVALID_DATE_FORMAT",
    stage: "validate",
    cause: "The date is in a form that is not read, or no such day exists.",
    fix: "Write year-month-day, for example 2024-01-31, or month/day/year, for example 01/31/2024.",
  },
  {
    code: "FUTURE_DATE",
    stage: "validate",
    cause: "The date has not come yet anywhere on Earth.",
    fix: "Check the year. A year of two digits from 00 to 68 is read as 2000 to 2068.",
  },
  {
    code: "DATE_OUT_OF_RANGE",
    stage: "validate",
    cause: "The date is before the year 1900.",
    fix: "Check the year and write it with four digits.",
  },
  {
    code: "INVALID_CASE_NUMBER",
    stage: "validate",
    cause:
      "The case number has no digit, holds a character that case numbers do not have, or a spreadsheet damaged it.",
    fix: "Write it on one line as the court does: unaccented letters, digits, spaces and - / # . : ( ) only.",
  },
  {
    code: "INVALID_CHARACTER",
    stage: "validate",
    cause: "The value holds an invisible character, often left by a faulty export or a copy from a web page.",
    fix: "Type the value again by hand, or export the file again.",
  },
  {
    code: "VALUE_TOO_LONG",
    stage: "validate",
    cause: "The value is longer than its field may be. It is never cut.",
    fix: "Shorten the value, and check that two cells did not run together.",
  },
  {
    code: "TOO_FEW_FIELDS",
    stage: "parse",
    cause: "The row has fewer cells than the header.",
    fix: "Add the missing cells. An empty cell still needs its separator.",
  },
  {
    code: "TOO_MANY_FIELDS",
    stage: "parse",
    cause: "The row has more cells than the header, often because a value holds the separator itself.",
    fix: 'Put values that hold the separator between quotes, for example "1,234.50".',
  },
  {
    code: "UNCLOSED_QUOTE",
    stage: "parse",
    cause: "A quoted value was opened and never closed.",
    fix: "Close the quote, and write a quote inside a quoted value twice.",
  },
  {
    code: "INVALID_ENCODING",
    stage: "parse",
    cause: "The row holds bytes that are no text in the encoding the file claims to have.",
    fix: "Save the file again as CSV UTF-8.",
  },
  {
    code: "PARSE_ERROR",
    stage: "parse",
    cause: "The row could not be read as CSV.",
    fix: "Compare the row with its neighbours: quotes and separators must follow the same pattern.",
  },
  {
    code: "VALIDATION_ERROR",
    stage: "validate",
    cause: "The row was refused for a reason that has no code of its own.",
    fix: "Read the message of the row. If it does not help, hand the row to support.",
  },
  {
    code: "DUPLICATE_CASE_NUMBER",
    stage: "insert",
    cause: "A judgment with this case number is already kept, from this file or an earlier one.",
    fix: "Nothing if it is the same judgment. If it is another one, correct the case number.",
  },
] as const satisfies readonly RowCodeEntry[];

/** A code of the catalogue. */
export type RowCode = (typeof ROW_CODES)[number]["code"];
