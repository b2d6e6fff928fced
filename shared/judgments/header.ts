/**
 * From the header of a file to the fields of a judgment. The table below is the public
 * contract's: its order decides between two columns that could both be the field.
 */
import { type Field, FIELDS, isField, REQUIRED_FIELDS } from "./fields.ts";
import { trimInvisible, withoutInvisible } from "./invisible.ts";

/** Which column holds which field, and what became of the others. */
export interface HeaderMap {
  /** Column number, from 0, of each field the file has. */
  readonly columns: Partial<Record<Field, number>>;
  /** Required fields the file has no column for, in the order of FIELDS. */
  readonly missing: Field[];
  /** Columns that become nothing, as the file spells them, in file order. */
  readonly ignored: string[];
  /** What an operator should know about how the header was read. */
  readonly notes: string[];
  /** The filing date's column stands in for a judgment date the file does not have. */
  readonly filingDateAsJudgmentDate: boolean;
  /**
   * Columns that may hold the judgment date under a name nobody knows, as the file spells them: while there is one,
   * the filing date stands in for nothing. Empty where the file has a judgment date or no filing date.
   */
  readonly judgmentDateDoubts: string[];
}

/** A source's own words for its columns: header text → field name, or null to ignore the column. */
export type HeaderOverrides = Readonly<Record<string, string | null>>;

const ACCEPTED: Readonly<Record<Field, readonly string[]>> = {
  case_number: [ // the court's number before the sender's
    "Case Number",
    "Case No",
    "CaseNo",
    "Case #",
    "Docket",
    "Docket Number",
    "Docket No",
    "Index Number",
    "Index No",
    "Index #",
    "Case/Index Number",
    "File #",
    "File Number",
    "Matter ID",
  ],
  plaintiff_name: [
    "Plaintiff",
    "Plaintiff(s)",
    "Plaintiff Name",
    "Plf",
    "Plf Name",
    "Creditor",
    "Creditor Name",
    "Petitioner",
  ],
  defendant_name: [
    "Defendant",
    "Defendant(s)",
    "Defendant Name",
    "Def",
    "Def. Name",
    "Debtor",
    "Debtor Name",
    "Respondent",
  ],
  amount: [
    "Amount",
    "Amt",
    "Judgment Amount",
    "Judgment Amt",
    "Amount Awarded",
    "Total Amount",
    "Principal",
    "Principal Amount",
    "Orig Amt",
  ],
  judgment_date: [
    "Judgment Date",
    "Jdgmt Date",
    "Date of Judgment",
    "Entry Date",
    "Date of Entry",
    "Date Entered",
    "Decision Date",
  ],
  filing_date: ["Filing Date", "File Date", "Filed Date", "Date Filed"],
  court: ["Court", "Court Name", "Venue"],
  county: ["County", "County Name", "Jurisdiction"],
  state: ["State"],
  defendant_address: ["Defendant Address", "Def Address"],
  defendant_phone: ["Defendant Phone"],
  defendant_email: ["Defendant Email"],
  source_reference: [],
};

/** Folded header → the field it names and its rank among that field's headers (0 wins). */
const MEANINGS: ReadonlyMap<string, { readonly field: Field; readonly rank: number }> = buildMeanings();

function buildMeanings() {
  const meanings = new Map<string, { field: Field; rank: number }>();
  for (const field of FIELDS) {
    for (const [rank, header] of [...ACCEPTED[field], field].entries()) {
      const folded = foldHeader(header);
      if (!meanings.has(folded)) meanings.set(folded, { field, rank });
    }
  }
  return meanings;
}

/**
 * The form in which headers are compared: lower case, white space, invisible characters and `. _ - / ( ) $` dropped,
 * `#` read as `number`, `judgement` as `judgment`. `File #`, `FILE_NUMBER` and `file-number` are all `filenumber`.
 * `intake.fold_header` is the same rule in SQL; a test compares the two.
 */
export function foldHeader(name: string): string {
  return withoutInvisible(name.toLowerCase())
    .replace(/[._\-/()$]+/g, "")
    .replaceAll("#", "number")
    .replaceAll("judgement", "judgment");
}

/** The field this cell is an accepted header of; null for none. */
export function fieldOfHeader(cell: string): Field | null {
  return MEANINGS.get(foldHeader(cell))?.field ?? null;
}

/** The field each column of a header is read as, by the table alone; null for those that mean nothing or lose. */
export function fieldsOfHeader(header: readonly string[]): (Field | null)[] {
  const fields: (Field | null)[] = header.map(() => null);
  for (const [field, { column }] of claimsOf(header, NO_OVERRIDES)) fields[column] = field;
  return fields;
}

/** Every header a field answers to, as documentation spells them; its own name comes last. */
export function acceptedHeaders(field: Field): readonly string[] {
  return [...ACCEPTED[field], field];
}

/**
 * Finds each field's column. A source's overrides decide first, then the table's order,
 * then the file's; columns that lose, mean nothing or are overridden with null are ignored.
 */
export function mapHeader(header: readonly string[], overrides: HeaderOverrides = {}): HeaderMap {
  const notes: string[] = [];
  const overridden = foldOverrides(overrides, notes);
  const claims = claimsOf(header, overridden);
  const columns: Partial<Record<Field, number>> = {};
  for (const [field, { column }] of claims) columns[field] = column;
  const used = new Set(Object.values(columns));
  const wantsStandIn = columns.judgment_date === undefined && columns.filing_date !== undefined;
  const doubts = wantsStandIn
    ? header.filter((cell, column) => !used.has(column) && mayBeJudgmentDate(foldHeader(cell), overridden))
    : [];
  const filingDateAsJudgmentDate = wantsStandIn && doubts.length === 0;
  if (filingDateAsJudgmentDate) {
    const name = trimInvisible(header[columns.filing_date ?? 0] ?? "");
    columns.judgment_date = columns.filing_date;
    notes.push(`The file has no judgment date: its filing date ("${name}") is used as the judgment date.`);
  }
  return {
    columns,
    missing: REQUIRED_FIELDS.filter((field) => columns[field] === undefined),
    ignored: header.map(columnName).filter((_, column) => !used.has(column)),
    notes,
    filingDateAsJudgmentDate,
    judgmentDateDoubts: doubts.map(trimInvisible),
  };
}

const NO_OVERRIDES: ReadonlyMap<string, Field | null> = new Map();

/** The column that each field is read from. */
function claimsOf(header: readonly string[], overridden: ReadonlyMap<string, Field | null>) {
  const claims = new Map<Field, { readonly column: number; readonly rank: number }>();
  for (const [column, cell] of header.entries()) {
    const meaning = meaningOf(cell, overridden);
    if (meaning === null) continue;
    const held = claims.get(meaning.field);
    if (held === undefined || meaning.rank < held.rank) {
      claims.set(meaning.field, { column, rank: meaning.rank });
    }
  }
  return claims;
}

// A column nobody reads whose name speaks of a date, a judgment or a decision.
const SPEAKS_OF_JUDGMENT = /judgment|jdgmt|dispos|decision|decided|entered|entry/;

function mayBeJudgmentDate(folded: string, overridden: ReadonlyMap<string, Field | null>): boolean {
  // Whoever told the source to ignore a column has said that it is not the date.
  return overridden.get(folded) !== null && (folded === "date" || SPEAKS_OF_JUDGMENT.test(folded));
}

// A source's own word outranks every word of the table.
const OVERRIDE_RANK = -1;

function foldOverrides(overrides: HeaderOverrides, notes: string[]): Map<string, Field | null> {
  const folded = new Map<string, Field | null>();
  for (const [header, name] of Object.entries(overrides)) {
    if (name === null || isField(name)) folded.set(foldHeader(header), name);
    else notes.push(`The source's header map names "${name}" for "${header}", which is no field: not used.`);
  }
  return folded;
}

function meaningOf(
  cell: string,
  overridden: ReadonlyMap<string, Field | null>,
): { readonly field: Field; readonly rank: number } | null {
  const folded = foldHeader(cell);
  const own = overridden.get(folded);
  if (own === null) return null;
  if (own !== undefined) return { field: own, rank: OVERRIDE_RANK };
  return MEANINGS.get(folded) ?? null;
}

function columnName(cell: string, column: number): string {
  return trimInvisible(cell) || `column ${column + 1} (no name)`;
}
