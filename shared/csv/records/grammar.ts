/** A dialect as the inner loops want it: character codes instead of strings. */
import type { Dialect } from "../dialect.ts";
import { isUnseenAt, isUnseenBytewise } from "../text/unseen.ts";

export const LF = 10;
export const CR = 13;
export const SPACE = 32;
export const TAB = 9;
export const BACKSLASH = 92;

/** What separates and encloses cells. */
export interface Grammar {
  readonly delimiter: string;
  /** First character of the delimiter. */
  readonly first: number;
  /** Second one; -1 for delimiters of one character. */
  readonly second: number;
  readonly quote: number;
  readonly quoteText: string;
  /** A backslash, too, escapes a quote. Doubling always does. */
  readonly backslash: boolean;
}

/** Prepares a dialect's separators for reading. */
export function grammarOf(
  { delimiter, quote, escape }: Pick<Dialect, "delimiter" | "quote" | "escape">,
): Grammar {
  return {
    delimiter,
    first: delimiter.charCodeAt(0),
    second: delimiter.length > 1 ? delimiter.charCodeAt(1) : -1,
    quote: quote.charCodeAt(0),
    quoteText: quote,
    backslash: escape === "\\",
  };
}

/** Takes the escapes out of what stood between two quotes. */
export function unescape(inner: string, grammar: Grammar): string {
  const { quoteText } = grammar;
  if (!grammar.backslash) return inner.replaceAll(quoteText + quoteText, quoteText);
  return inner.replace(
    /\\(["'\\])|""|''/g,
    (escaped, one: string | undefined) =>
      one === undefined
        ? escaped === quoteText + quoteText ? quoteText : escaped
        : one === quoteText || one === "\\"
        ? one
        : escaped,
  );
}

/**
 * Whether the character at this place leaves a cell empty: white space and what no eye sees. The latter also as the
 * bytes UTF-8 has for it where those were read as Windows-1252, so that a row is blank or not whichever way its bytes
 * became text.
 */
export function isBlankAt(text: string, at: number, bytewise: boolean): boolean {
  const code = text.charCodeAt(at);
  if (code < 0x80) return code === SPACE || (code >= 9 && code <= 13);
  return bytewise ? isUnseenBytewise(text, at) : isUnseenAt(text, at);
}

/** Whether a cell is empty, by the same rule. */
export function isBlank(cell: string, bytewise: boolean): boolean {
  for (let at = 0; at < cell.length; at++) {
    if (!isBlankAt(cell, at, bytewise)) return false;
  }
  return true;
}
