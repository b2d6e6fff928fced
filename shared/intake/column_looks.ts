/**
 * What a column of a file may be: evidence from its name, in the words vendors use, and from what stands in it, by the
 * rules rows are judged by. Pure. Nothing is decided here: `suggest_columns.ts` weighs it, and a person has the last word.
 */
import { compileRowChecker, type Field, FIELDS, type RowChecker } from "../judgments/mod.ts";

/** A column as it is looked at. */
export interface Column {
  /** Null in a file without a header. */
  readonly name: string | null;
  /** Its first cells, as read. */
  readonly values: readonly string[];
}

/** Shares, from 0 to 1, of the cells with something in them that look so. */
export interface ValueLook {
  /** Cells with something in them. */
  readonly filled: number;
  readonly amount: number;
  /** Amounts that are written as money: cents, a currency. */
  readonly money: number;
  readonly date: number;
  readonly caseNumber: number;
  /** Different values among them. */
  readonly distinct: number;
  /** Names of people and companies. */
  readonly party: number;
  readonly company: number;
  readonly court: number;
  readonly state: number;
}

/** Words of a name that speak for a field. */
interface Words {
  readonly says: RegExp;
  /** Has to be there besides; what fits without it says half as much. */
  readonly and?: RegExp;
  readonly not?: RegExp;
  /** How much the words are worth, 0 to 1. */
  readonly worth: number;
}

const DAY = /\b(?:date|dt|day|dated|datetime)\b/;
const NUMBER = /\b(?:no|nr|num|number|nbr|id|ref)\b|#/;
const DEFENDANT =
  /\b(?:defend\w*|defs?|deft|dfdt|dft|debtors?|respondents?|borrowers?|obligors?|consumers?)\b/;
const OF_A_PARTY =
  /\b(?:attorneys?|attys?|counsel|lawyer|firm|address|addr|street|city|state|zip|phone|tel|e?mail|dob|birth|ssn|id|number|no|count|type|age|date|amount|amt)\b/;
const OTHER_DAY =
  /\b(?:birth|dob|serv\w*|hearing|expir\w*|satisf\w*|closed|paid|payment|updat\w*|creat\w*|modif\w*|export\w*|report\w*)\b/;

const NAMES: Readonly<Record<Field, readonly Words[]>> = {
  case_number: [
    {
      says: /\b(?:case|docket|dkt|index|idx|cause)(?:no|nr|num|number|id)?\b/,
      and: new RegExp(`${NUMBER.source}|\\w(?:no|num|number)\\b`),
      not: /\b(?:date|dt|type|status|caption|title|style|name|court|judge|category|year|county)\b/,
      worth: 1,
    },
    {
      says: /\b(?:file|matter|suit|action|record)\b/,
      and: NUMBER,
      not: /\b(?:date|dt|type|name)\b/,
      worth: 0.7,
    },
  ],
  plaintiff_name: [{
    says:
      /\b(?:plaint\w*|pltff?s?|plfs?|plntf\w*|ptf|creditors?|claimants?|petitioners?|complainants?|lenders?)\b/,
    not: OF_A_PARTY,
    worth: 0.9,
  }],
  defendant_name: [{ says: DEFENDANT, not: OF_A_PARTY, worth: 0.9 }],
  amount: [
    {
      says: /\b(?:amount|amt|total|principal|award(?:ed)?|balance|bal|sum|damages|owed|debt|dollars?|usd)\b/,
      not: new RegExp(
        `${DAY.source}|\\b(?:number|no|count|paid|payments?|interest|rate|fees?|costs?|type|credits?)\\b`,
      ),
      worth: 0.9,
    },
    {
      says: /\b(?:judge?ment|jdgmt|jmt|jgmt)\b/,
      not: new RegExp(`${DAY.source}|${NUMBER.source}|entered`),
      worth: 0.5,
    },
  ],
  judgment_date: [
    {
      says:
        /\b(?:judg\w*|jdg\w*|jmt|jgmt|enter\w*|entry|dispo\w*|deci\w*|award\w*|grant\w*|render\w*|docketed)\b/,
      and: DAY,
      not: new RegExp(`${OTHER_DAY.source}|\\b(?:fil\\w*|amount|amt|total)\\b`),
      worth: 1,
    },
    {
      says: DAY,
      not: new RegExp(`${OTHER_DAY.source}|\\b(?:fil\\w*|commenc\\w*|open\\w*|complaint)\\b`),
      worth: 0.5,
    },
  ],
  filing_date: [{
    says: /\b(?:fil\w*|commenc\w*|open\w*|complaint|initiat\w*)\b/,
    and: DAY,
    not: new RegExp(`${OTHER_DAY.source}|${NUMBER.source}`),
    worth: 1,
  }],
  court: [{
    says: /\b(?:court|crt|venue|tribunal)\b/,
    not: /\b(?:date|number|no|costs?|fees?|id)\b/,
    worth: 0.9,
  }],
  county: [{
    says: /\b(?:county|cnty|parish|borough|jurisdiction)\b/,
    not: /\b(?:code|fips|date)\b/,
    worth: 0.9,
  }],
  state: [{ says: /^(?:court )?(?:state|st|province)$/, worth: 0.9 }],
  defendant_address: ofDefendant(/\b(?:address|addr|street|residence)\b/),
  defendant_phone: ofDefendant(/\b(?:phone|tel|telephone|mobile|cell)\b/),
  defendant_email: ofDefendant(/\be ?mail\b/),
  source_reference: [{
    says: /\b(?:ref|reference|our|client|account|acct|internal|portfolio|loan)\b/,
    and: /\b(?:ref|reference|no|nr|num|number|id|account|acct)\b|#/,
    not: /\b(?:date|name|type|status)\b/,
    worth: 0.7,
  }],
};

/** Whose address, phone or e-mail it is must be said: a bare one may be anybody's. */
function ofDefendant(what: RegExp): readonly Words[] {
  return [{ says: new RegExp(`(?=.*${DEFENDANT.source})(?=.*${what.source})`), worth: 1 }];
}

/** How much a column's name speaks for a field: 0 not at all, 1 plainly. */
export function byName(name: string, field: Field): number {
  const spelled = spelledOut(name);
  const worth = NAMES[field].map(({ says, and, not, worth }) => {
    if (!says.test(spelled) || not?.test(spelled)) return 0;
    return and === undefined || and.test(spelled) ? worth : worth / 2;
  });
  return Math.max(...worth);
}

// What is like a party, a day or an amount, and by its name another one than ours.
const ANOTHER_PARTY =
  /\b(?:attorneys?|attys?|counsel|lawyer|firm|judge|clerk|agent|sheriff|city|address|county|status|type|e?mail)\b/;
const ANOTHER_AMOUNT =
  /\b(?:paid|payments?|interest|rate|fees?|costs?|zip|phone|count|year|credits?|no|number|id)\b/;

/** Whether a name says that the column is another of its kind: an attorney is no party, a payment no judgment. */
export function isAnother(name: string, kind: "party" | "date" | "amount"): boolean {
  const spelled = spelledOut(name);
  return ({ party: ANOTHER_PARTY, date: OTHER_DAY, amount: ANOTHER_AMOUNT })[kind].test(spelled);
}

/** `plaintiffName`, `PLAINTIFF_NAME` and `Plaintiff (Name)` are `plaintiff name`; `Amt2` is `amt 2`. */
function spelledOut(name: string): string {
  return name.replace(/(\p{Ll})(?=\p{Lu})|(\p{L})(?=\d)/gu, "$1$2 ").toLowerCase().replace(
    /[^\p{L}\p{N}#]+/gu,
    " ",
  ).trim();
}

const MONEY = /[.,]\d{2}\s*$|\$|\busd\b/i;
const COMPANY =
  /\b(?:llc|inc|corp|corporation|bank|company|co|lp|llp|n\.?a|associates|credit|capital|funding|financial|trust|assn|fund|recovery|services|ltd|partners|holdings?)\b/i;
/** What has a digit in it is a name only beside words: `1st City Bank`, and not `MAP-1`. */
const TWO_WORDS = /\p{L}{2,}\s+\p{L}{2,}/u;
const COURT = /\b(?:court|tribunal|superior|supreme|circuit|municipal)\b/i;
const STATES = new Set(
  ("AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR " +
    "PA RI SC SD TN TX UT VT VA WA WV WI WY PR").split(" "),
);

/** Looks at cells by the rules of rows. */
export class ValueLooks {
  readonly #checkers: ReadonlyMap<Field, RowChecker>;

  /** latestDate: the latest day a date may name, YYYY-MM-DD. */
  constructor(latestDate: string) {
    const alone = (field: Field) =>
      compileRowChecker({
        header: { columns: { [field]: 0 }, filingDateAsJudgmentDate: false },
        latestDate,
        compile: false, // a few hundred cells are looked at
      });
    this.#checkers = new Map(FIELDS.map((field) => [field, alone(field)]));
  }

  /** What the cells of a column look like. */
  of(values: readonly string[]): ValueLook {
    const filled = values.map((value) => value.trim()).filter((value) => value !== "");
    const share = (holds: (value: string) => boolean) =>
      filled.length === 0 ? 0 : filled.filter(holds).length / filled.length;
    const isDate = (value: string) => /\d/.test(value) && this.isOf("judgment_date", value);
    const isAmount = (value: string) => /\d/.test(value) && !isDate(value) && this.isOf("amount", value);
    const isParty = (value: string) =>
      /\p{L}{2}/u.test(value) && (!/\d/.test(value) || TWO_WORDS.test(value)) && !STATES.has(value) &&
      !/\d{3}|@/.test(value) && !COURT.test(value) && !isDate(value);
    return {
      filled: filled.length,
      amount: share(isAmount),
      money: share((value) => MONEY.test(value) && isAmount(value)),
      date: share(isDate),
      caseNumber: share((value) =>
        !isDate(value) && !isParty(value) && !MONEY.test(value) && this.isOf("case_number", value)
      ),
      distinct: filled.length === 0 ? 0 : new Set(filled).size / filled.length,
      party: share(isParty),
      company: share((value) => COMPANY.test(value)),
      court: share((value) => COURT.test(value)),
      state: share((value) => STATES.has(value)),
    };
  }

  /** Whether a value is one of the field by its rule; a day that has not come yet is a day. */
  isOf(field: Field, value: string): boolean {
    const issue = this.#checkers.get(field)?.explain([value]).issues.find((one) => one.field === field);
    return issue === undefined || issue.code === "FUTURE_DATE" || issue.code === "DATE_OUT_OF_RANGE";
  }
}
