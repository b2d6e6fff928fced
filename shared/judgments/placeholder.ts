/**
 * What programs write where they have no value. It says "nothing here" and names nobody: two rows that hold the same
 * placeholder have nothing in common. Matched to the letter, so that a firm called Null keeps its name.
 */
import { trimInvisible } from "./invisible.ts";

const WORDS: ReadonlySet<string> = new Set([
  "NULL",
  "\\N",
  "N/A",
  "#N/A",
  "NaN",
  "(blank)",
  "-",
  "--",
  "#REF!",
  "#VALUE!",
  "#NAME?",
  "#DIV/0!",
]);

// A spreadsheet fills a column that is too narrow for its value with these.
const HASHES = /^#+$/;

/** Whether a trimmed cell stands for an absent value. */
export function isPlaceholder(text: string): boolean {
  switch (text.charCodeAt(0)) {
    case 0x23: // #
      return WORDS.has(text) || HASHES.test(text);
    case 0x28: // (
    case 0x2d: // -
    case 0x4e: // N
    case 0x5c: // backslash
      return WORDS.has(text);
    default:
      return false;
  }
}

/** Whether a cell as the file has it holds a placeholder and nothing else. */
export function holdsPlaceholder(raw: string): boolean {
  return raw !== "" && isPlaceholder(isTrimmed(raw) ? raw : trimInvisible(raw));
}

// Most cells begin and end with printable ASCII: no need to look for what surrounds them.
function isTrimmed(raw: string): boolean {
  return isPrintable(raw.charCodeAt(0)) && isPrintable(raw.charCodeAt(raw.length - 1));
}

function isPrintable(unit: number): boolean {
  return unit > 0x20 && unit < 0x7f;
}
