/**
 * The fallback for a line whose quotes do not work out: a cell that cannot be closed properly is taken as it
 * stands, quotes and all, up to the next delimiter.
 */
import { type Grammar, SPACE, TAB, unescape } from "./grammar.ts";

/** Cells of a damaged line. */
export interface LineCells {
  readonly cells: string[];
  /** Cells that begin with a quote which opens nothing. */
  readonly literal: number;
  /** Every such cell has its quotes in pairs: marks somebody wrote, and no quoting gone wrong. */
  readonly paired: boolean;
}

/** Splits the text of one damaged record into cells. */
export function readLineCells(line: string, grammar: Grammar): LineCells {
  const cells: string[] = [];
  let literal = 0;
  let paired = true;
  let at = 0;
  for (;;) {
    const close = line.charCodeAt(at) === grammar.quote ? closeOnLine(line, at + 1, grammar) : null;
    let end: number;
    if (close === null) {
      const delimiter = line.indexOf(grammar.delimiter, at);
      end = delimiter < 0 ? line.length : delimiter;
      const cell = line.slice(at, end);
      if (line.charCodeAt(at) === grammar.quote) {
        literal++;
        if (cell.split(grammar.quoteText).length % 2 === 0) paired = false;
      }
      cells.push(cell);
    } else {
      cells.push(unescape(line.slice(at + 1, close.quote), grammar));
      end = close.after;
    }
    if (end >= line.length) return { cells, literal, paired };
    at = end + (line.startsWith(grammar.delimiter, end) ? grammar.delimiter.length : 1);
  }
}

/** The closing quote of a cell and where its delimiter stands; null when another quote comes in between. */
function closeOnLine(line: string, from: number, grammar: Grammar): { quote: number; after: number } | null {
  for (let at = from; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (grammar.backslash && line[at] === "\\") {
      at++;
    } else if (code === grammar.quote) {
      if (line.charCodeAt(at + 1) === grammar.quote) {
        at++;
        continue;
      }
      let after = at + 1;
      while (after < line.length && line.charCodeAt(after) !== grammar.first && isSpace(line, after)) after++;
      return after >= line.length || line.charCodeAt(after) === grammar.first ? { quote: at, after } : null;
    }
  }
  return null;
}

function isSpace(line: string, at: number): boolean {
  const code = line.charCodeAt(at);
  return code === SPACE || code === TAB;
}
