/**
 * Which field each column of a file is, as far as that can be told: by names that are known, by what stood there in
 * the file before, by words in the names, and by what the values look like. A suggestion: a person decides.
 */
import type { Field } from "../judgments/mod.ts";
import { byName, type Column, isAnother, type ValueLook, ValueLooks } from "./column_looks.ts";

/** One column's field, and what speaks for it; null where nothing does. */
export interface Suggestion {
  readonly field: Field | null;
  /** known: by the table of names or the source's own; before: it took the place of a column of the file before. */
  readonly why: "known" | "before" | "name" | "values" | null;
}

/** What is known beforehand. */
export interface SuggestionOptions {
  /** The field each column is read as already. */
  readonly known: readonly (Field | null)[];
  /** By column: the field of the column whose place it took since the file before. */
  readonly before?: readonly (Field | null)[];
  /** The latest day a date may name, YYYY-MM-DD. */
  readonly latestDate: string;
}

/** A name that is worth less is no reason. */
const LEAST_NAME = 0.45;
/** Most of a column's values have to look so. */
const MOST = 0.8;
/** Fewer values of a kind than this speak against a name. */
const HARDLY = 0.5;
/** How much a fitting look adds to a name. */
const LOOK_WORTH = 0.3;

/** @returns a suggestion for each column; no field twice. */
export function suggestColumns(columns: readonly Column[], options: SuggestionOptions): Suggestion[] {
  const looks = new ValueLooks(options.latestDate);
  const board = new Board(columns.map((column) => ({ column, look: looks.of(column.values) })));
  for (const [at, field] of options.known.entries()) if (field !== null) board.take(at, field, "known");
  for (const [at, field] of options.before?.entries() ?? []) {
    if (field !== null && fits(board.look(at), field)) board.take(at, field, "before");
  }
  takeByName(board, FIELD_ORDER);
  takeByValues(board);
  takeByName(board, ["source_reference"]); // a lone reference is the case's number where nothing else is
  return board.suggestions;
}

interface Looked {
  readonly column: Column;
  readonly look: ValueLook;
}

/** What has been given away so far. */
class Board {
  readonly suggestions: Suggestion[];
  readonly #taken = new Set<Field>();

  constructor(readonly columns: readonly Looked[]) {
    this.suggestions = columns.map(() => ({ field: null, why: null }));
  }

  take(at: number, field: Field, why: Suggestion["why"]): void {
    if (this.#taken.has(field) || this.suggestions[at]?.field !== null) return;
    this.suggestions[at] = { field, why };
    this.#taken.add(field);
  }

  isFree(field: Field): boolean {
    return !this.#taken.has(field);
  }

  look(at: number): ValueLook {
    const found = this.columns[at];
    if (found === undefined) throw new Error(`Cannot look at column ${at}: there is none`);
    return found.look;
  }

  /** Columns nothing is suggested for, in file order, that are like this and by their name nothing else. */
  open(kind: "party" | "date" | "amount" | null, isSo: (look: ValueLook) => boolean): number[] {
    return [...this.columns.keys()].filter((at) => {
      const { column, look } = this.columns[at] ?? {};
      if (column === undefined || look === undefined || this.suggestions[at]?.field !== null) return false;
      if (kind !== null && column.name !== null && isAnother(column.name, kind)) return false;
      return look.filled > 0 && isSo(look);
    });
  }
}

/** Whether the values do not speak against a field. A column without values says nothing. */
function fits(look: ValueLook, field: Field): boolean {
  if (look.filled === 0) return true;
  switch (field) {
    case "amount":
      return look.amount >= HARDLY;
    case "judgment_date":
    case "filing_date":
      return look.date >= HARDLY;
    case "case_number":
      return look.caseNumber >= HARDLY;
    case "plaintiff_name":
    case "defendant_name":
      return look.party >= HARDLY;
    default:
      return look.date < HARDLY;
  }
}

/** The best name first; among equal ones the one whose values fit better, then the first in the file. */
function takeByName(board: Board, fields: readonly Field[]): void {
  const pairs = board.columns.flatMap(({ column: { name }, look }, at) => {
    if (name === null) return [];
    return fields.flatMap((field) => {
      const worth = byName(name, field);
      if (worth < LEAST_NAME || !fits(look, field)) return [];
      return [{ at, field, worth: worth + LOOK_WORTH * likeness(look, field) }];
    });
  });
  for (const { at, field } of pairs.sort((a, b) => b.worth - a.worth)) board.take(at, field, "name");
}

/** How much the values of a column are like those of a field. */
function likeness(look: ValueLook, field: Field): number {
  switch (field) {
    case "amount":
      return (look.amount + look.money) / 2;
    case "judgment_date":
    case "filing_date":
      return look.date;
    case "case_number":
      return look.caseNumber * look.distinct;
    case "plaintiff_name":
    case "defendant_name":
      return look.party;
    case "court":
      return look.court;
    case "state":
      return look.state;
    default:
      return 0;
  }
}

/** Ties between fields are decided in this order: what a judgment needs comes first. */
const FIELD_ORDER: readonly Field[] = [
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
];

function takeByValues(board: Board): void {
  takeDates(board);
  const amounts = board.open("amount", (look) => look.amount >= MOST);
  takeBest(board, "amount", amounts, (look) => look.money);
  const numbers = board.open(
    null,
    (look) => look.caseNumber >= MOST && look.party < MOST && look.court < MOST,
  );
  takeBest(board, "case_number", numbers, (look) => look.distinct - look.amount / 2);
  takeParties(board);
  takeBest(board, "court", board.open(null, (look) => look.court >= MOST), (look) => look.court);
  takeBest(board, "state", board.open(null, (look) => look.state >= MOST), (look) => look.state);
}

function takeBest(
  board: Board,
  field: Field,
  candidates: readonly number[],
  worth: (look: ValueLook) => number,
): void {
  const [best] = [...candidates].sort((a, b) => worth(board.look(b)) - worth(board.look(a)));
  if (best !== undefined) board.take(best, field, "values");
}

/** Of two columns of days the one that is later in most rows is the judgment's: a case is filed first. */
function takeDates(board: Board): void {
  const [first, second] = board.open("date", (look) => look.date >= MOST);
  if (first === undefined) return;
  const filed = board.isFree("filing_date");
  if (second === undefined || !board.isFree("judgment_date") || !filed) {
    return board.take(first, board.isFree("judgment_date") ? "judgment_date" : "filing_date", "values");
  }
  const [judged, started] = isLater(board, first, second) ? [first, second] : [second, first];
  board.take(judged, "judgment_date", "values");
  board.take(started, "filing_date", "values");
}

function isLater(board: Board, one: number, other: number): boolean {
  const [a, b] = [one, other].map((at) => board.columns[at]?.column.values.map(dayOf) ?? []);
  let ahead = 0;
  for (const [row, day] of a?.entries() ?? []) ahead += Math.sign(day - (b?.[row] ?? 0)) || 0;
  return ahead > 0;
}

/** For comparing alone: rough where the form is unusual. */
function dayOf(value: string): number {
  return Date.parse(value.trim());
}

/** The first two columns of names; the plaintiff is the one with companies in it. */
function takeParties(board: Board): void {
  const [first, second] = board.open("party", (look) => look.party >= MOST && look.caseNumber < MOST);
  if (first === undefined) return;
  const wantsBoth = board.isFree("plaintiff_name") && board.isFree("defendant_name");
  if (!wantsBoth) {
    return board.take(first, board.isFree("plaintiff_name") ? "plaintiff_name" : "defendant_name", "values");
  }
  if (second === undefined) return; // one column of names may be either
  const isTurned = board.look(second).company > board.look(first).company + HARDLY;
  board.take(isTurned ? second : first, "plaintiff_name", "values");
  board.take(isTurned ? first : second, "defendant_name", "values");
}
