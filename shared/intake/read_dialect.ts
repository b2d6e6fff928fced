/** How a file is written, as it is stored with its batch and told of it. */
import * as z from "zod";
import { type Dialect, ENCODINGS, NEWLINES } from "../csv/dialect.ts";

/** The columns of `dialect`. */
export const ReadDialect = z.object({
  encoding: z.enum(ENCODINGS),
  bom: z.boolean(),
  delimiter: z.string(),
  quote: z.string(),
  escape: z.string(),
  newline: z.enum(NEWLINES),
  header_line: z.int(),
  preamble_lines: z.int(),
});

/** Reads a batch's stored dialect; throws when it is none. */
export function parseDialect(stored: unknown): Dialect {
  return ReadDialect.parse(stored);
}

/** Reads the parts of a dialect that a source gives beforehand. */
export function parseDialectOptions(stored: unknown): Partial<Dialect> {
  return ReadDialect.partial().parse(stored);
}
