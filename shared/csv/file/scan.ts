/** What the scan of a file finds: plain data, kept with the batch. */
import type { Dialect } from "../dialect.ts";
import type { FileProblem } from "../detect/file_problem.ts";
import type { TableHeader } from "../rows/table_lines.ts";

/** A byte range that begins and ends on record boundaries; can be read by itself. */
export interface Slice {
  /** From 0, in file order. */
  readonly no: number;
  readonly firstByte: number;
  /** The first byte that is no longer part of it. */
  readonly endByte: number;
  /** Index, from 0 over the whole file, of its first data row. */
  readonly firstRow: number;
  /** Data rows in it; blank ones are not counted. */
  readonly rows: number;
  /** Physical line, from 1, of its first byte. */
  readonly firstLine: number;
}

/** Lines that belong to no row. */
export interface UnreadLines {
  /** Physical line, from 1, of the first one. */
  readonly line: number;
  /** How many; blank ones are not counted. */
  lines: number;
  /** They begin with another table's header, or its title, as far as that can be told. */
  readonly table: boolean;
}

/** A file, read once from end to end. */
export interface Scan {
  readonly dialect: Dialect;
  /** Header cells, white space folded to single spaces; lines of a header over several lines joined. */
  readonly header: string[];
  /**
   * How many cells a row has: the header's, without empty ones at its end. Of a file without a header, what was said
   * beforehand, or else what most lines have.
   */
  readonly headerWidth: number;
  /** Physical lines the header takes up; 0 without one. */
  readonly headerLines: number;
  /** The header as the reader of a slice holds lines against it, to pass over its repetitions. */
  readonly headerCells: TableHeader;
  /** All bytes seen. */
  readonly bytes: number;
  /** Physical lines in all. */
  readonly lines: number;
  /** Data rows in all slices together. */
  readonly rows: number;
  /** Rows whose cells are all empty, between the first slice's begin and the last one's end. */
  readonly blankRows: number;
  readonly slices: Slice[];
  /** Lines above or below the table that belong to no row of it; null when there are none. */
  readonly unread: UnreadLines | null;
  /** What an operator should know about how the file was read. */
  readonly notes: string[];
  /**
   * Why there is nothing to read; the slices are empty then. Only a file without a header, which is a problem for who
   * needs to know what its columns are, has its rows in them all the same.
   */
  readonly problem: FileProblem | null;
}
