/**
 * What the first pass over a file leads to: its slices, or the reason why it cannot be taken.
 * The database makes it happen in `intake.finish_staging`.
 */
import { z } from "zod";
import type { Dialect, FileProblem, Scan } from "../csv/mod.ts";
import { type Field, FIELDS, type HeaderMap, type HeaderOverrides, mapHeader } from "../judgments/mod.ts";
import { columnNames } from "./columns.ts";
import { headerHint } from "./header_hint.ts";
import { EMPTY_FILE, missingFields, NO_ROW_NUMBER, NO_ROWS, parseError, unsupportedType } from "./reasons.ts";
import { shown } from "./recorded.ts";
import type { RejectionCode } from "./rejection_codes.ts";
import { type ReplayColumns, splitReplayHeader } from "./replay.ts";

const Layout = z.object({
  header: z.array(z.string()),
  header_width: z.int(),
  header_cells: z.object({ lines: z.array(z.array(z.string())), fields: z.array(z.string().nullable()) }),
  columns: z.array(z.string()),
  fields: z.array(z.enum(FIELDS).nullable()),
  filing_date_as_judgment_date: z.boolean(),
  replay: z.object({ columns: z.array(z.int()), row_number: z.int() }).nullish(),
});

/**
 * What slices need to know about the file beyond its dialect: header cells, how many cells a row has, what repetitions
 * of the header are held against, the names its columns are kept under, the field each is read as. Of a replay the header is the original's, and `replay` says where
 * its columns stand.
 */
export type Layout = z.infer<typeof Layout>;

/** Reads a batch's stored layout; throws when it is none. */
export function parseLayout(stored: unknown): Layout {
  return Layout.parse(stored);
}

/** The argument of `intake.finish_staging`; names are the database's. */
export interface StagingPlan {
  readonly file_hash: string;
  readonly file_size_bytes: number;
  readonly dialect: Dialect | null;
  readonly layout: Layout | null;
  readonly ignored_columns: readonly string[];
  readonly notes: readonly string[];
  /** Lines below the table that belong to no row, and the physical line of the first one; null when there are none. */
  readonly unread_lines: number;
  readonly first_unread_line: number | null;
  /** Why the file is refused; null when its slices may be validated. */
  readonly problem: string | null;
  /** The code of that reason; null without one. */
  readonly problem_code: RejectionCode | null;
  readonly slices: readonly {
    readonly no: number;
    readonly first_byte: number;
    readonly end_byte: number;
    readonly first_row: number;
    readonly row_count: number;
    readonly first_line: number;
  }[];
}

/** What is known of the bytes themselves. */
export interface FileFacts {
  /** SHA-256, 64 hex digits. */
  readonly hash: string;
  readonly bytes: number;
}

/** The plan for a file whose first bytes say that it is no CSV. */
export function planUnsupported(file: FileFacts, type: string): StagingPlan {
  return refused(file, "UNSUPPORTED_TYPE", unsupportedType(type), { dialect: null, notes: [] });
}

/**
 * The plan for a scanned file. overrides: the source's own names for columns. kind: a replay is a corrected
 * errors.csv, whose first columns are ours. columns: the source's fields in order, null for one to be ignored; they
 * make a file without a header readable, which nothing else does.
 */
export function planFile(
  file: FileFacts,
  scan: Scan,
  overrides: HeaderOverrides,
  kind: "drop" | "replay" = "drop",
  columns: readonly (string | null)[] | null = null,
): StagingPlan {
  const given = scan.problem?.reason === "no_header" ? columns : null;
  if (scan.problem !== null && given === null) return refusedFor(file, scan.problem, scan);
  const replay = kind === "replay" ? splitReplayHeader(scan.header) : null;
  if (kind === "replay" && replay === null) return refused(file, "MISSING_FIELDS", NO_ROW_NUMBER, scan);
  const cells = given?.map((field) => field ?? "") ?? (replay?.header ?? scan.header).map(shown);
  const header = mapHeader(cells, overrides);
  return {
    file_hash: file.hash,
    file_size_bytes: file.bytes,
    dialect: scan.dialect,
    layout: layoutOf(cells, scan, header, replay),
    ignored_columns: header.ignored,
    notes: [...scan.notes, ...header.notes],
    unread_lines: scan.unread?.lines ?? 0,
    first_unread_line: scan.unread?.line ?? null,
    ...problemOf(scan, cells, header),
    slices: scan.slices.map((slice) => ({
      no: slice.no,
      first_byte: slice.firstByte,
      end_byte: slice.endByte,
      first_row: slice.firstRow,
      row_count: slice.rows,
      first_line: slice.firstLine,
    })),
  };
}

/** What keeps a file with a header from being read: columns it lacks, or that nothing stands below it. */
function problemOf(
  scan: Scan,
  cells: readonly string[],
  header: HeaderMap,
): Pick<StagingPlan, "problem" | "problem_code"> {
  if (header.missing.length > 0) {
    return {
      problem: missingFields(header.missing, headerHint(cells, header)),
      problem_code: "MISSING_FIELDS",
    };
  }
  // Said now, before the file stands for its bytes; what has unread lines is weighed with them later.
  if (scan.rows === 0 && scan.unread === null) return { problem: NO_ROWS, problem_code: "EMPTY_FILE" };
  return { problem: null, problem_code: null };
}

function refusedFor(file: FileFacts, { reason, detail }: FileProblem, scan: Scan): StagingPlan {
  if (reason === "empty") return refused(file, "EMPTY_FILE", EMPTY_FILE, scan);
  return refused(file, reason === "too_costly" ? "TOO_COSTLY" : "PARSE_ERROR", parseError(detail), scan);
}

function layoutOf(header: string[], scan: Scan, map: HeaderMap, replay: ReplayColumns | null): Layout {
  const { lines, fields } = scan.headerCells;
  return {
    header,
    header_width: scan.headerWidth,
    header_cells: { lines: lines.map((cells) => [...cells]), fields: [...fields] },
    columns: columnNames(header),
    fields: header.map((_, column) => fieldOf(map, column)),
    filing_date_as_judgment_date: map.filingDateAsJudgmentDate,
    ...(replay === null ? {} : { replay: { columns: replay.columns, row_number: replay.rowNumber } }),
  };
}

function fieldOf(map: HeaderMap, column: number): Field | null {
  return FIELDS.find((field) => map.columns[field] === column) ?? null;
}

/**
 * The map by which every slice of a file is read: decided once, when the file was staged. What its source says of
 * headers by now changes nothing for it.
 */
export function storedHeaderMap(layout: Layout): Pick<HeaderMap, "columns" | "filingDateAsJudgmentDate"> {
  const columns: Partial<Record<Field, number>> = {};
  for (const [column, field] of layout.fields.entries()) if (field !== null) columns[field] = column;
  const filingDateAsJudgmentDate = layout.filing_date_as_judgment_date;
  if (filingDateAsJudgmentDate) columns.filing_date = columns.judgment_date;
  return { columns, filingDateAsJudgmentDate };
}

function refused(
  file: FileFacts,
  code: RejectionCode,
  problem: string,
  found: { dialect: Dialect | null; notes: readonly string[] },
): StagingPlan {
  return {
    file_hash: file.hash,
    file_size_bytes: file.bytes,
    dialect: found.dialect,
    layout: null,
    ignored_columns: [],
    notes: found.notes,
    unread_lines: 0,
    first_unread_line: null,
    problem,
    problem_code: code,
    slices: [],
  };
}
