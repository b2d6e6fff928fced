/**
 * How a file is written: its bytes, its separators, where its header stands. Plain data under the names of
 * the public contract, so that it is stored with the batch and handed from the scan to every slice unchanged.
 */

/** How bytes become text. UTF-16 is only ever read with a byte order mark. */
export const ENCODINGS = ["utf-8", "utf-16le", "utf-16be", "windows-1252"] as const;
export type Encoding = typeof ENCODINGS[number];

/** What ends most lines. All three are understood in every file, mixed ones included. */
export const NEWLINES = ["\n", "\r\n", "\r"] as const;
export type Newline = typeof NEWLINES[number];

/** What may stand around a cell. */
export const QUOTES = ['"', "'"] as const;

/** What may stand before a quote that is part of the value: the quote itself (doubling), or a backslash. */
export const ESCAPES = [...QUOTES, "\\"] as const;

/** A way to separate cells. */
export interface DelimiterKind {
  /** One character, or two of which the second is always there. */
  readonly chars: string;
  /** What it is called in a sentence, in the plural. */
  readonly name: string;
  /**
   * When a file is found to be written with it without being told: `always` stands in competition with the others;
   * `spaced` only where it does better than its first character alone; `last` only where no other makes a table.
   */
  readonly detectable: "always" | "spaced" | "last";
}

/**
 * Every delimiter there is, in the order that decides between equally good ones. All that depends on a delimiter
 * (what a source may be set to, what is tried on a file, what single rows may have been written with, what messages
 * call it) is derived from this table.
 */
export const DELIMITERS = [
  { chars: ",", name: "commas", detectable: "always" },
  { chars: ";", name: "semicolons", detectable: "always" },
  { chars: "\t", name: "tabs", detectable: "always" },
  { chars: "|", name: "vertical bars", detectable: "always" },
  { chars: ", ", name: "commas and spaces", detectable: "spaced" },
  { chars: " ", name: "spaces", detectable: "last" },
] as const satisfies readonly DelimiterKind[];

/** The characters of a delimiter the table has. */
export type Delimiter = typeof DELIMITERS[number]["chars"];

/** The delimiters' characters, in the table's order. */
export const DELIMITER_CHARS: readonly Delimiter[] = DELIMITERS.map(({ chars }) => chars);

/** A delimiter in words; one that is not in the table (`sep=` may name any) between quotes. */
export function delimiterName(delimiter: string): string {
  return DELIMITERS.find(({ chars }) => chars === delimiter)?.name ?? `"${delimiter}"`;
}

/** Everything the reader has to know about how a file is written. */
export interface Dialect {
  encoding: Encoding;
  /** The file begins with a byte order mark. */
  bom: boolean;
  /** One of `DELIMITERS`, or a character the file names itself. */
  delimiter: string;
  /** `"` or `'`. Opens a cell only as the cell's first character. */
  quote: string;
  /** The quote itself (doubling), or a backslash. */
  escape: string;
  newline: Newline;
  /** Physical line, from 1, on which the header begins; 0 when the file has none. */
  header_line: number;
  /** Physical lines above the header, blank ones included. */
  preamble_lines: number;
}

/** Parts of a dialect somebody knows beforehand. What is given wins over what would be detected. */
export type DialectOptions = Partial<Dialect>;
