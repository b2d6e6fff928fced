/**
 * How a file is written: its bytes, its separators, where its header stands. Plain data under the names of
 * the public contract, so that it is stored with the batch and handed from the scan to every slice unchanged.
 */

/** How bytes become text. UTF-16 is only ever read with a byte order mark. */
export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

/** What ends most lines. All three are understood in every file, mixed ones included. */
export type Newline = "\n" | "\r\n" | "\r";

/** Everything the reader has to know about how a file is written. */
export interface Dialect {
  encoding: Encoding;
  /** The file begins with a byte order mark. */
  bom: boolean;
  /** `,` `;` tab `|`, a comma with its space (`, `), or the space itself. */
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

/** Delimiters a file may have, in the order that decides between equally good ones. */
export const DELIMITERS: readonly string[] = [",", ";", "\t", "|", ", ", " "];
