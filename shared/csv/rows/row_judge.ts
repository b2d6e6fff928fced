/** A found record becomes cells, and a problem where it cannot be helped. */
import { delimiterName, type Encoding } from "../dialect.ts";
import { type Block, strictUtf8 } from "../text/block.ts";
import { bytesOf, recode } from "../text/bytewise.ts";
import { readLineCells } from "../records/line_cells.ts";
import { mendLine } from "../records/mend/mend.ts";
import { DamagedLine } from "../records/mend/repair.ts";
import { type ParseCode, RAW_LINE_LIMIT, type RowProblem } from "./problems.ts";
import { cellsOf } from "../records/cells.ts";
import type { Find, RecordFinder } from "../records/record_finder.ts";
import { MAX_RECORD_BYTES } from "../records/look_ahead.ts";
import { fitted } from "../records/width.ts";

/** What became of a record. */
export interface JudgedRow {
  cells: string[];
  problem: RowProblem | null;
  /** What was put right, in plain words; empty for nothing. */
  repair: string;
}

/** Judges records against the header's width. */
export class RowJudge {
  readonly #strictUtf16: TextDecoder | null;

  constructor(
    private readonly finder: RecordFinder,
    readonly width: number,
    private readonly encoding: Encoding,
  ) {
    this.#strictUtf16 = encoding.startsWith("utf-16")
      ? new TextDecoder(encoding, { fatal: true, ignoreBOM: true })
      : null;
  }

  /** Judges the record the finder has just found at `start` of the block. */
  judge(block: Block, find: Find, start: number): JudgedRow {
    const { text } = block;
    const { end } = this.finder;
    const row = this.#read(block, find, start, end);
    // Of a long row, only the beginning may be there: it is refused for its length, whatever its bytes are.
    const invalid = find !== "long" && this.#isInvalid(block, start, end);
    if (block.damaged) {
      row.cells = row.cells.map((cell) => recode(cell, this.encoding));
      if (row.problem) row.problem = { ...row.problem, rawLine: recode(row.problem.rawLine, this.encoding) };
    }
    if (invalid) {
      const rawLine = block.damaged ? recode(text.slice(start, end), this.encoding) : text.slice(start, end);
      row.problem = problemOf("INVALID_ENCODING", invalidMessage(this.encoding), rawLine);
      row.repair = "";
    }
    return row;
  }

  #isInvalid(block: Block, start: number, end: number): boolean {
    if (block.damaged) return strictUtf8(bytesOf(block.text.slice(start, end))) === null;
    if (this.#strictUtf16 === null || !block.text.slice(start, end).includes("\ufffd")) return false;
    try {
      this.#strictUtf16.decode(block.bytes.subarray(start * 2, end * 2));
      return end * 2 > block.bytes.length;
    } catch (error) {
      if (error instanceof TypeError) return true;
      throw error;
    }
  }

  #read({ text, bytewise }: Block, find: Find, start: number, end: number): JudgedRow {
    const { finder, width } = this;
    const { grammar, scan } = finder;
    const line = text.slice(start, end);
    if (find === "long") {
      const kept = line.slice(0, RAW_LINE_LIMIT);
      return refused(kept.split(grammar.delimiter), "PARSE_ERROR", longMessage(), kept);
    }
    if (find === "unclosed") {
      return refused(
        readLineCells(line, grammar).cells,
        "UNCLOSED_QUOTE",
        unclosedMessage(grammar.quoteText),
        line,
      );
    }
    if (find === "line" && finder.mended !== null) return { ...finder.mended, problem: null };
    const cells = cellsOf(finder, find, text, start);
    if (fitted(cells, width, bytewise)) {
      return {
        cells,
        problem: null,
        repair: find === "quoted" && scan.stray ? "a stray quote was kept" : "",
      };
    }
    const stray = find === "quoted" && scan.stray;
    return this.#misfit(cells, new DamagedLine(line, grammar, width, bytewise, stray));
  }

  /** A row that is not as wide as the header. */
  #misfit(cells: string[], line: DamagedLine): JudgedRow {
    const { text, grammar, width, quotesFail } = line;
    const few = cells.length < width;
    const mended = quotesFail || few ? mendLine(line) : null;
    if (mended) return { ...mended, problem: null };
    if (quotesFail && few) {
      return refused(line.read.cells, "UNCLOSED_QUOTE", unclosedMessage(grammar.quoteText), text);
    }
    const message = few
      ? fewMessage(cells.length, width)
      : manyMessage(cells.length, width, grammar.delimiter);
    return refused(cells, few ? "TOO_FEW_FIELDS" : "TOO_MANY_FIELDS", message, text);
  }
}

function refused(cells: string[], code: ParseCode, message: string, rawLine: string): JudgedRow {
  return { cells, problem: problemOf(code, message, rawLine), repair: "" };
}

function problemOf(code: ParseCode, message: string, rawLine: string): RowProblem {
  return { code, message, rawLine: rawLine.slice(0, RAW_LINE_LIMIT) };
}

function fewMessage(count: number, width: number): string {
  return `The row has ${counted(count)} and the header has ${width}. ` +
    "Every row needs a cell for each column; an empty one still needs its separator.";
}

function manyMessage(count: number, width: number, delimiter: string): string {
  return `The row has ${counted(count)} and the header has ${width}. A value that holds ${
    delimiterName(delimiter)
  } ` +
    `must stand between quotes, for example "1${delimiter === "," ? "," : delimiter}234.50".`;
}

function unclosedMessage(quote: string): string {
  return `A quote (${quote}) opens a value of this row and is never closed. ` +
    "A quoted value ends with a quote, and a quote inside it is written twice.";
}

function invalidMessage(encoding: Encoding): string {
  return `The row holds bytes that are not valid ${encoding.toUpperCase()}, in which the file is written. ` +
    "Save the file again as UTF-8.";
}

function longMessage(): string {
  return `The row is longer than ${MAX_RECORD_BYTES / 1024} KiB, the most a row may have. ` +
    "Check that its line ends were not lost.";
}

function counted(count: number): string {
  return count === 1 ? "1 cell" : `${count} cells`;
}
