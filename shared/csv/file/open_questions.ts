/**
 * What the beginning of a file leaves open about how it is written. Where the first sign stands that the answer could
 * matter, reading has to be done both ways from there on; above it, both ways read the same. Which way was right, all
 * rows that follow decide.
 */
import { CR, type Grammar, LF } from "../records/grammar.ts";
import type { Find, RecordFinder } from "../records/record_finder.ts";

/** `escape`: whether a backslash escapes quotes; `quote`: whether cells stand between single quotes. */
export type Question = "escape" | "quote";

/** Questions that are still open. */
export interface OpenQuestions {
  escape: boolean;
  quote: boolean;
}

/** How well a way of reading does, on all rows since the question came up. */
export interface Evidence {
  /** Rows whose quotes do not work out. */
  damaged: number;
  /** Other rows that are not as wide as the header, and those that are. */
  misfits: number;
  good: number;
  /** Cells between quotes, and rows with no others. */
  quoted: number;
  allQuoted: number;
}

/** Evidence before the first row. */
export function noEvidence(): Evidence {
  return { damaged: 0, misfits: 0, good: 0, quoted: 0, allQuoted: 0 };
}

/** Damaged cells among those in single quotes, at most one in so many: more, and they are apostrophes. */
const QUOTED_PER_DAMAGED = 10;

/**
 * Whether the other way of reading did better than the one the beginning of the file spoke for. One that finds fewer
 * good rows never did: it has fewer bad ones only because they went under in others.
 */
export function isBetter(question: Question, other: Evidence, first: Evidence): boolean {
  if (other.good < first.good) return false;
  if (question === "escape") {
    return other.good > first.good && other.damaged + other.misfits < first.damaged + first.misfits;
  }
  if (first.quoted > 0 || other.quoted === 0 || other.damaged * QUOTED_PER_DAMAGED > other.quoted) {
    return false;
  }
  const isPlain = other.damaged === 0 && other.quoted >= 2;
  return isPlain || other.allQuoted > 0 || other.misfits < first.misfits;
}

/** Looks for signs in a block, from record to record. */
export class Signs {
  #text = "";
  #escape = -1;
  #apostrophe = -1;

  constructor(private readonly grammar: Grammar, private readonly open: OpenQuestions) {}

  load(text: string): void {
    this.#text = text;
    this.#escape = this.#apostrophe = -1;
  }

  /**
   * The question that the record between two places raises, if any.
   *
   * @param seen Place up to which was looked to find the record.
   */
  raised(finder: RecordFinder, find: Find, start: number, seen: number): Question | null {
    const { open } = this;
    const usesQuotes = find === "line" || find === "unclosed" ||
      (find === "quoted" && finder.scan.quoted > 0);
    if (usesQuotes) open.quote = false;
    if (open.escape && usesQuotes && this.#escapeFrom(start) < seen) return "escape";
    if (open.quote && this.#apostropheFrom(start) < finder.end) return "quote";
    return null;
  }

  #escapeFrom(start: number): number {
    if (this.#escape < start) this.#escape = orEnd(this.#text.indexOf("\\" + this.grammar.quoteText, start));
    return this.#escape;
  }

  /** The next single quote that stands at the begin of a cell. */
  #apostropheFrom(start: number): number {
    // Asked of every row: where there is none, no more than that is asked.
    while (
      this.#apostrophe !== Infinity && (this.#apostrophe < start || !this.#beginsCell(this.#apostrophe))
    ) {
      this.#apostrophe = orEnd(this.#text.indexOf("'", Math.max(start, this.#apostrophe + 1)));
    }
    return this.#apostrophe;
  }

  #beginsCell(at: number): boolean {
    if (at <= 0) return at === 0;
    const before = this.#text.charCodeAt(at - 1);
    const { delimiter } = this.grammar;
    return before === LF || before === CR || before === delimiter.charCodeAt(delimiter.length - 1);
  }
}

function orEnd(index: number): number {
  return index < 0 ? Infinity : index;
}
