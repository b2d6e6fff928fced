/**
 * The fields of a judgment as a vendor's file delivers them, in the one order that
 * everything shares: checked rows, staged text, the columns of the staging table.
 */

/** All fields, in order. Normalised values of a row always stand in this order. */
export const FIELDS = [
  "case_number",
  "plaintiff_name",
  "defendant_name",
  "amount",
  "judgment_date",
  "filing_date",
  "court",
  "county",
  "state",
  "defendant_address",
  "defendant_phone",
  "defendant_email",
  "source_reference",
] as const;

/** The name of a field: the column of `public.judgments` it ends in. */
export type Field = (typeof FIELDS)[number];

/** Without these no row is a judgment, and without their columns no file is one. */
export const REQUIRED_FIELDS = [
  "case_number",
  "plaintiff_name",
  "defendant_name",
  "amount",
  "judgment_date",
] as const satisfies readonly Field[];

/** A checked row by field name. Text throughout, money included; "" is an absent value. */
export type JudgmentDraft = Readonly<Record<Field, string>>;

/** Most characters a value may have after normalisation. Amounts and dates are bounded by their own rules. */
export const LENGTH_LIMITS = {
  case_number: 100,
  plaintiff_name: 500,
  defendant_name: 500,
  court: 200,
  county: 100,
  state: 50,
  defendant_address: 500,
  defendant_phone: 50,
  defendant_email: 320, // 64 before the @, 255 behind it: the longest address mail can carry (RFC 5321)
  source_reference: 200,
} as const satisfies Partial<Record<Field, number>>;

const FIELD_NAMES: ReadonlySet<string> = new Set(FIELDS);
const REQUIRED_NAMES: ReadonlySet<string> = new Set(REQUIRED_FIELDS);

/** Is this word the name of a field? */
export function isField(name: string): name is Field {
  return FIELD_NAMES.has(name);
}

/** The field of that name, or null. */
export function withName(name: string): Field | null {
  return isField(name) ? name : null;
}

/** Must every row have a value for this field? */
export function isRequired(field: Field): boolean {
  return REQUIRED_NAMES.has(field);
}

/** Gives checked values, which stand in the order of FIELDS, their names. */
export function draftOf(values: readonly string[]): JudgmentDraft {
  const value = (field: Field) => values[FIELDS.indexOf(field)] ?? "";
  return {
    case_number: value("case_number"),
    plaintiff_name: value("plaintiff_name"),
    defendant_name: value("defendant_name"),
    amount: value("amount"),
    judgment_date: value("judgment_date"),
    filing_date: value("filing_date"),
    court: value("court"),
    county: value("county"),
    state: value("state"),
    defendant_address: value("defendant_address"),
    defendant_phone: value("defendant_phone"),
    defendant_email: value("defendant_email"),
    source_reference: value("source_reference"),
  };
}
