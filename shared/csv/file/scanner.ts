/**
 * The staging pass: one reading of all bytes that finds out everything a file's slices need. Memory is a block and
 * the longest record, however large the file, and a scan can be broken off and gone on with elsewhere.
 */
import { type Block, decodeBlock } from "../text/block.ts";
import { bytesBetween, bytesUpTo } from "../text/offsets.ts";
import { ByteQueue, pieces } from "../text/queue.ts";
import { detect, type Detection, SAMPLE_BYTES } from "../detect/detect.ts";
import { DELIMITERS, type Dialect, type DialectOptions, type Encoding, QUOTES } from "../dialect.ts";
import { countCharacters, countSequences, firstInvalidByte, isGuess, readMark } from "../text/encoding.ts";
import { HeldEnd } from "../text/held_end.ts";
import { type ColumnNames, namesOnly } from "../detect/column_names.ts";
import type { KnownHeader } from "../detect/header_find.ts";
import { headerCells, readHeaderLines, tableHeader } from "../detect/header_read.ts";
import type { FileProblem } from "../detect/file_problem.ts";
import { notesOf } from "./notes.ts";
import { isBetter, noEvidence, type Question } from "./open_questions.ts";
import type { Scan, UnreadLines } from "./scan.ts";
import {
  newScanState,
  packBytes,
  type ScannerState,
  type ScanState,
  type TableState,
  unpackBytes,
} from "./scan_state.ts";
import { isBlank } from "../records/grammar.ts";
import { NO_HEADER } from "../rows/table_lines.ts";
import { Slicer } from "./slicer.ts";
import { sniffUnsupported } from "../text/sniff.ts";

export type { ScannerState } from "./scan_state.ts";

/** What may be known or wished beforehand. */
export interface ScannerOptions {
  /** Parts of the dialect that are known; they win over detection. */
  dialect?: DialectOptions;
  /** Says whether a cell is a column name the caller knows; helps to find the header. */
  isKnownHeader?: KnownHeader;
  /** All the caller knows of column names; more than `isKnownHeader`, and wins over it. */
  names?: ColumnNames;
  /** Columns a row has if the file has no header; a line of names nobody knows is no header then. */
  columns?: number;
  /** Bytes a slice should have; it ends at the first sure record boundary after them. 8 MiB if not given. */
  sliceBytes?: number;
  /** Rows a slice should have at most, however short they are; no limit if not given. */
  sliceRows?: number;
  /** Bytes gathered before they are read; more are faster. 256 KiB if not given. */
  blockBytes?: number;
  /** What reading may cost; a file that costs more is refused. 600 if not given. */
  mostStepsPerByte?: number;
}

/** 8 MiB: about 50,000 rows, which one worker checks within its share of CPU time. */
const SLICE_BYTES = 8_388_608;
/** A line longer than this is no text, and the file with it. Of no line more than a record's worth is kept meanwhile. */
export const MAX_LINE_BYTES = 16_777_216;

/**
 * What reading may cost, in steps for each byte. The reader is made so that its work is bounded; the worst files known
 * (a quote on every line, and lines of three bytes) take some 300. This holds whatever else there may be.
 */
const MOST_STEPS_PER_BYTE = 600;
/** Steps that are never too many. */
const FIRST_STEPS = 1_000_000;

/** Lines above and below the table that were not read. */
function allUnread({ above, unread }: TableState): UnreadLines | null {
  if (above === null) return unread;
  return { line: above.line, lines: above.lines + (unread?.lines ?? 0), table: unread?.table ?? false };
}

/** Separators alone, and quotes with nothing between them, are no text. */
const NO_TEXT = new RegExp(
  `[${[...DELIMITERS.map(({ chars }) => chars), ...QUOTES].join("").replaceAll("^", "\\^")}]+`,
  "g",
);

/** Blocks that may wait. */
const MOST_BLOCKS = 4;

/** Reads a file once, in chunks of any size. */
export class FileScanner {
  readonly #names: ColumnNames;
  readonly #scan: ScanState;
  readonly #queue: ByteQueue;
  readonly #end: HeldEnd;
  /** The same bytes read the other way, while a question is open. */
  #rival: { readonly question: Question; readonly scanner: FileScanner } | null;
  #slicer: Slicer | null = null;
  #steps = 0;
  /** Bytes this scanner was given, those that waited when it was resumed included. */
  #taken: number;
  readonly #mostStepsPerByte: number;

  constructor(options: ScannerOptions = {}, resumed?: ScannerState) {
    this.#names = options.names ?? namesOnly(options.isKnownHeader);
    this.#scan = resumed ? structuredClone(resumed.scan) : newScanState(
      options.dialect ?? {},
      options.sliceBytes ?? SLICE_BYTES,
      options.sliceRows ?? Number.MAX_SAFE_INTEGER,
      options.columns ?? null,
    );
    const pending = resumed ? unpackBytes(resumed.pending) : new Uint8Array(0);
    this.#queue = new ByteQueue(this.#scan.bytes - pending.length, options.blockBytes);
    this.#queue.push(pending);
    this.#end = new HeldEnd(resumed?.held);
    this.#rival = resumed?.rival
      ? { question: resumed.rival.question, scanner: new FileScanner(options, resumed.rival.state) }
      : null;
    this.#taken = pending.length;
    this.#mostStepsPerByte = options.mostStepsPerByte ?? MOST_STEPS_PER_BYTE;
    this.#openTable();
  }

  /**
   * Goes on from where `state()` was taken; the next byte to push is `state.nextByte`. Everything but what the
   * options name here is part of the state.
   */
  static resume(
    state: ScannerState,
    options: Pick<ScannerOptions, "isKnownHeader" | "names" | "blockBytes"> = {},
  ): FileScanner {
    return new FileScanner(options, state);
  }

  /** Work done by this scanner so far, in characters looked at; those looked at twice count twice. */
  get steps(): number {
    return this.#steps + (this.#slicer?.steps ?? 0) + (this.#rival?.scanner.steps ?? 0);
  }

  /** Takes the file's next bytes. They are not copied: the chunk must not be written to afterwards. */
  push(chunk: Uint8Array): void {
    for (const part of this.#end.take(chunk)) this.#feed(part);
  }

  #feed(chunk: Uint8Array): void {
    for (const piece of pieces(chunk, this.#queue.blockBytes)) {
      if (this.#rival !== null) this.#rival.scanner.#feed(piece);
      this.#scan.bytes += piece.length;
      this.#taken += piece.length;
      this.#queue.push(piece);
      if (this.#scan.phase === "sample" && this.#queue.size >= SAMPLE_BYTES) this.#begin(false);
      if (this.#scan.phase !== "sample" && this.#queue.ready) this.#readBlock(false);
      while (this.#waits && this.#queue.size > MOST_BLOCKS * this.#queue.blockBytes) this.#readBlock(false);
    }
  }

  get #ended(): boolean {
    return this.#scan.size !== null;
  }

  get #waits(): boolean {
    return this.#scan.phase === "table" && (this.#ended ? this.#queue.size > 0 : this.#queue.ready);
  }

  /** Whether bytes wait that could be read already, because reading those before them has cost enough at once. */
  get isBehind(): boolean {
    return this.#waits || this.#rival?.scanner.isBehind === true;
  }

  /** Reads on in what waits. */
  catchUp(): void {
    if (this.#waits) this.#readBlock(this.#ended);
    else this.#rival?.scanner.catchUp();
  }

  /**
   * Says that no more bytes come. What waits can be read now, in steps or by `finish()` at once: without it the last
   * block, which may be the dearest, is not known to be the last.
   */
  end(): void {
    if (this.#ended) return;
    const scan = this.#scan;
    const size = scan.bytes + this.#end.size;
    if (scan.phase === "sample") scan.mark = readMark(this.#queue.peek(), scan.given);
    const isWide = scan.mark.encoding.startsWith("utf-16");
    const wide = isWide ? (scan.bytes - scan.mark.length) % 2 === 1 : undefined;
    for (const part of this.#end.finish(wide)) this.#feed(part);
    if (scan.phase === "sample") this.#begin(true);
    scan.size = size;
    if (this.#rival !== null) this.#rival.scanner.#scan.size = size;
  }

  /** All that is known now, fit for JSON, to be resumed later, elsewhere. The scanner itself can go on, too. */
  state(): ScannerState {
    if (this.#scan.phase !== "sample" && this.#queue.size > 0 && !this.#ended) this.#readBlock(false);
    return {
      nextByte: this.#scan.size ?? this.#scan.bytes + this.#end.size,
      pending: packBytes(this.#queue.peek()),
      held: structuredClone(this.#end.runs),
      rival: this.#rival && { question: this.#rival.question, state: this.#rival.scanner.state() },
      scan: structuredClone(this.#scan),
    };
  }

  /** Says that the file is over and gives what was found. */
  finish(): Scan {
    this.end();
    this.#close();
    return this.#rightOne().#report(this.#scan.size ?? this.#scan.bytes);
  }

  #close(): void {
    const scan = this.#scan;
    while (this.#queue.size > 0) this.#readBlock(true);
    this.#countText(); // of a last line without an end, whose bytes may all have been read before
    if (scan.phase === "table") {
      this.#slicer?.close(scan.bytes);
      scan.line = scan.table?.line ?? scan.line;
    }
    if (this.#rival !== null) this.#rival.scanner.#close();
  }

  /** The way of reading that did better. */
  #rightOne(): FileScanner {
    if (this.#rival === null) return this;
    const { question, scanner } = this.#rival;
    const [first, other] = [this.#scan, scanner.#scan];
    if (first.evidence === null || other.evidence === null) return this;
    if (first.phase !== "table" || other.phase !== "table") return this;
    return isBetter(question, other.evidence, first.evidence) ? scanner : this;
  }

  /** Finds out how the file is written. */
  #begin(complete: boolean): void {
    const scan = this.#scan;
    const head = this.#queue.peek();
    const type = sniffUnsupported(head);
    scan.mark = readMark(head, scan.given);
    this.#queue.drop(Math.min(scan.mark.length, head.length));
    if (type !== null) return this.#fail({ reason: "unreadable", detail: `the file is ${type}, not text` });
    const bytes = this.#queue.peek();
    if (bytes.length === 0) return this.#fail({ reason: "empty", detail: "the file has no text" });
    const whole = complete && bytes.length <= SAMPLE_BYTES;
    const sample = this.#decode(bytes.subarray(0, SAMPLE_BYTES), whole);
    const found = detect(sample, whole, scan.given, this.#names, scan.columns);
    const { delimiter, quoteText, backslash } = found.grammar;
    scan.separators = {
      delimiter,
      quote: quoteText,
      escape: backslash ? "\\" : quoteText,
      newline: found.newline,
    };
    const { given } = scan;
    scan.open = {
      escape: given.escape === undefined && !backslash,
      quote: given.quote === undefined && quoteText === '"' && found.quoted === 0,
    };
    // A file without a header has rows all the same, for who knows what they are.
    if (found.headerWidth === 0) return this.#fail(found.problem ?? { reason: "empty", detail: "no rows" });
    scan.problem = found.problem;
    this.#beginTable(sample, found);
  }

  #beginTable(sample: Block, found: Detection): void {
    const scan = this.#scan;
    const from = bytesBetween(sample, 0, found.headerStart);
    const to = bytesBetween(sample, 0, found.dataStart);
    const header = sample.bytes.subarray(from, to);
    const lines = readHeaderLines(header, scan.mark.encoding, found.grammar, found.headerRecords);
    this.#drop(to, sample);
    scan.phase = "table";
    scan.line = found.dataLine;
    scan.table = {
      headerLine: found.headerLine,
      headerLines: found.headerLine === 0 ? 0 : found.dataLine - found.headerLine,
      headerWidth: found.headerWidth,
      header: lines,
      cells: tableHeader(lines, scan.mark.encoding, this.#names.fieldsOf),
      rows: 0,
      blankRows: 0,
      line: found.dataLine,
      slices: [],
      sliceStart: { byte: this.#queue.base, line: found.dataLine, row: 0, blankRows: 0 },
      seen: 0,
      forced: false,
      longLine: null,
      afterBlank: false,
      title: null,
      tail: null,
      headers: 0,
      titles: 0,
      ended: false,
      above: found.above,
      unread: null,
    };
    this.#openTable();
  }

  #openTable(): void {
    const { table } = this.#scan;
    if (table !== null) this.#slicer = new Slicer(this.#scan, table, this.#names);
  }

  #fail(problem: FileProblem): void {
    this.#scan.problem = problem;
    this.#scan.phase = "after";
  }

  #readBlock(final: boolean): void {
    const scan = this.#scan;
    const block = this.#decode(this.#queue.peek(), final);
    const inTable = scan.phase === "table";
    const read = inTable ? this.#readTable(block, final) : this.#passOver(block, final);
    const asked = inTable ? this.#slicer?.asked ?? null : null;
    const paused = inTable && this.#slicer?.paused === true;
    const done = final && asked === null && !paused && (!inTable || scan.phase === "table");
    this.#steps += block.text.length;
    this.#drop(done ? this.#queue.size : bytesUpTo(block, read), block, paused);
    if (asked !== null) {
      this.#readBothWays(asked);
      if (this.#queue.size > 0 && (final || this.#queue.ready)) this.#readBlock(final);
      return;
    }
    const { table } = scan;
    if (this.steps > this.#mostStepsPerByte * this.#taken + FIRST_STEPS) this.#failCost();
    if (table?.longLine && this.#queue.base - table.longLine.byte > MAX_LINE_BYTES) {
      this.#failLongLine(table, table.longLine);
    }
  }

  /** From the byte at hand on, reads the file the other way as well. A question that came up before is settled by that. */
  #readBothWays(question: Question): void {
    const scan = this.#scan;
    scan.open[question] = false;
    scan.evidence = noEvidence();
    const { separators } = scan;
    const other = question === "escape" ? { escape: "\\" } : { quote: "'", escape: "'" };
    const state: ScannerState = {
      nextByte: scan.bytes,
      pending: packBytes(this.#queue.peek()),
      held: [],
      rival: null,
      scan: structuredClone({
        ...scan,
        open: { escape: false, quote: false },
        separators: { ...separators, ...other },
      }),
    };
    const options = { names: this.#names, blockBytes: this.#queue.blockBytes };
    this.#rival = { question, scanner: new FileScanner(options, state) };
  }

  #readTable(block: Block, final: boolean): number {
    const { table } = this.#scan;
    if (table === null || this.#slicer === null) throw new Error("Cannot count rows: no table was found");
    const read = this.#slicer.read(block, final);
    this.#scan.line = table.line;
    if (table.ended) this.#scan.phase = "after";
    return read;
  }

  /** Counts the lines of what belongs to no table, those with text in them by themselves. */
  #passOver({ text, bytewise }: Block, final: boolean): number {
    const scan = this.#scan;
    const whole = final || !text.endsWith("\r") ? text.length : text.length - 1;
    const lines = text.slice(0, whole).split(/\r\n|\n|\r/);
    for (const [at, line] of lines.entries()) {
      if (at > 0) this.#endLine();
      if (line !== "") scan.inLine = true;
      scan.inText ||= !isBlank(line.replace(NO_TEXT, ""), bytewise);
    }
    return whole;
  }

  #endLine(): void {
    this.#countText();
    this.#scan.line++;
    this.#scan.inLine = false;
  }

  #countText(): void {
    const { table, inText } = this.#scan;
    if (inText && table?.unread) table.unread.lines++;
    this.#scan.inText = false;
  }

  /** Nothing is known that costs so much; whatever does is not read on, so that it costs nobody else. */
  #failCost(): void {
    const { table, line } = this.#scan;
    if (this.#scan.phase !== "table" || table === null) return;
    table.longLine = null;
    table.slices = [];
    table.rows = 0;
    this.#fail({ reason: "too_costly", detail: `too costly to read near line ${line}` });
  }

  #failLongLine(table: TableState, { byte, line }: { byte: number; line: number }): void {
    table.longLine = null;
    table.slices = [];
    table.rows = 0;
    this.#fail({
      reason: "unreadable",
      detail: `line ${line} (from byte ${byte}) is longer than ${MAX_LINE_BYTES >> 20} MiB`,
    });
  }

  /**
   * Where a record ends is the same in UTF-8 and in Windows-1252, and what a block's text is like as well if it is not
   * all UTF-8: one character a byte. So nothing that is decided here depends on what the encoding turns out to be.
   */
  #decode(bytes: Uint8Array, final: boolean): Block {
    const scan = this.#scan;
    const block = decodeBlock(bytes, this.#queue.base, scan.mark.encoding, final);
    if (block.damaged && scan.invalidByte < 0) scan.invalidByte = block.base + firstInvalidByte(bytes);
    return block;
  }

  /** Lets go of bytes that were read, and keeps what they show of the encoding. */
  #drop(count: number, { stride, bytewise }: Block, isEnough = false): void {
    const scan = this.#scan;
    const isAscii = stride === 1 && !bytewise;
    if (!isAscii && isGuess(scan.mark, scan.given)) {
      const bytes = this.#queue.peek().subarray(0, count);
      if (bytewise) countSequences(bytes, scan.sequences);
      else scan.sequences.valid += countCharacters(bytes);
    }
    this.#queue.drop(count, isEnough);
  }

  /** The file's own encoding, or what all of its bytes speak for. */
  #encoding(): Encoding {
    const { mark, given, sequences } = this.#scan;
    const isLegacy = isGuess(mark, given) && sequences.invalid > 0 && sequences.valid <= sequences.invalid;
    return isLegacy ? "windows-1252" : mark.encoding;
  }

  #report(size: number): Scan {
    const scan = this.#scan;
    scan.encoding = this.#encoding();
    const { table, separators, mark } = scan;
    const lines = scan.line - (scan.inLine ? 0 : 1);
    const dialect: Dialect = {
      encoding: scan.encoding,
      bom: mark.bom,
      delimiter: separators.delimiter,
      quote: separators.quote,
      escape: separators.escape,
      newline: separators.newline,
      header_line: table?.headerLine ?? 0,
      preamble_lines: Math.max(0, (table?.headerLine ?? 0) - 1),
    };
    return {
      dialect,
      header: table ? headerCells(table.header, scan.encoding) : [],
      headerWidth: table?.headerWidth ?? 0,
      headerLines: table?.headerLines ?? 0,
      headerCells: table?.cells ?? NO_HEADER,
      bytes: size,
      lines,
      rows: table?.rows ?? 0,
      blankRows: table?.blankRows ?? 0,
      slices: table?.slices ?? [],
      unread: table === null ? null : allUnread(table),
      notes: notesOf(scan),
      problem: scan.problem,
    };
  }
}
