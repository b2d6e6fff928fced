/** One slice: its bytes are parsed, every row checked, valid rows and rejects sent a block at a time. */
import { type RecordBatch, RowReader } from "../../../shared/csv/mod.ts";
import type { IntakeGateway, RestOfSlice } from "../../../shared/data/intake_gateway.ts";
import { BlockWriter } from "../../../shared/intake/block.ts";
import { type Layout, parseLayout, storedHeaderMap } from "../../../shared/intake/plan.ts";
import { parseDialect } from "../../../shared/intake/read_dialect.ts";
import { holdAgainst, type OriginalReject } from "../../../shared/intake/original_reject.ts";
import { knownColumns } from "../../../shared/intake/known_columns.ts";
import { buildReject } from "../../../shared/intake/reject.ts";
import { ReplayRows } from "../../../shared/intake/replay.ts";
import { Tally } from "../../../shared/intake/tally.ts";
import type { SliceUnit } from "../../../shared/jobs/unit.ts";
import {
  compileRowChecker,
  latestDateAnywhere,
  type RowChecker,
  type RowIssue,
  type RowStage,
} from "../../../shared/judgments/mod.ts";
import { type Ending, HandOver, holding } from "./holding.ts";
import type { Invocation } from "./ports.ts";
import { mustStop } from "./stopping.ts";

/** Validates one slice. Its rows count once it is finished; whoever dies before leaves nothing that counts. */
export async function validate(
  invocation: Invocation,
  unit: SliceUnit,
): Promise<Ending> {
  const { batch, slice } = unit;
  const hold = { jobId: unit.job_id, batchId: batch.id, sliceNo: slice.no, token: unit.token };
  return await holding(invocation, hold, unit.beat_seconds, async (signal) => {
    const pass = new SlicePass(unit, invocation.now());
    if (pass.checker.notCompiledReason !== null) {
      invocation.log.warn("row_schema_not_compiled", {
        reason: pass.checker.notCompiledReason,
      });
    }
    const sender = new Sender((body) => invocation.gateway.stageBlock(body));
    const bytes = await invocation.store.openRange(
      batch.object,
      slice.first_byte,
      slice.end_byte,
      signal,
    );
    const rest = await checkAll(invocation, unit, pass, bytes.stream, sender, signal);
    if (!pass.blocks.isEmpty) await sender.send(pass.blocks.take());
    await sender.drain();
    if (rest === null) await invocation.gateway.finishSlice(hold, pass.tally.result());
    else await invocation.gateway.splitSlice(hold, pass.tally.result(), rest);
  });
}

/**
 * Checks the rows of a slice, or as many as this invocation may.
 * Returns where the rest begins, null when there is none. Throws HandOver when it had to stop before the first row.
 */
async function checkAll(
  invocation: Invocation,
  unit: SliceUnit,
  pass: SlicePass,
  bytes: ReadableStream<Uint8Array>,
  sender: Sender,
  signal: AbortSignal,
): Promise<RestOfSlice | null> {
  const { share } = invocation;
  const check = async (batches: Iterable<RecordBatch>): Promise<RestOfSlice | null> => {
    for (const rows of batches) {
      share.spendSteps(pass.extraSteps(), unit.size_scale);
      await pass.lookUpOriginals(rows, invocation.gateway);
      const { length } = rows.rows;
      for (let from = 0; from < length; from += STRETCH_ROWS) {
        if (pass.rows > 0 && mustStop(invocation)) return restFrom(rows, from);
        const { kept, issues } = pass;
        const to = Math.min(length, from + STRETCH_ROWS);
        await pass.check(rows, from, to, sender);
        share.spendRows(to - from, unit.size_scale);
        share.spendRejects(pass.kept - kept, pass.issues - issues, unit.size_scale);
      }
    }
    return null;
  };
  for await (const chunk of bytes) {
    if (pass.rows === 0 && invocation.isStopping()) throw new HandOver("the isolate is ending");
    signal.throwIfAborted();
    share.spendParsed(chunk.length, unit.size_scale);
    pass.bytes += chunk.length;
    const rest = await check(pass.reader.read(chunk));
    if (rest !== null) return rest;
  }
  return await check(pass.reader.rest());
}

/** Steps for each byte that good rows take; they are weighed as bytes. */
const USUAL_STEPS = 2;

/** Rows between two looks at the share: at five issues each, about 15 ms. */
const STRETCH_ROWS = 256;

function restFrom(rows: RecordBatch, at: number): RestOfSlice {
  return {
    first_row: rows.firstRow + at,
    first_byte: rows.byteOffsetOf(at),
    first_line: rows.lineOf(at),
  };
}

// Rejects in one look-up: some hundred kilobytes of answer.
const LOOK_UP_ROWS = 2_500;

/** Everything one pass over a slice carries along. */
class SlicePass {
  readonly reader: RowReader;
  readonly checker: RowChecker;
  readonly blocks: BlockWriter;
  readonly tally = new Tally();
  /** Bytes taken, rows checked, rejects kept and their issues, so far. */
  bytes = 0;
  rows = 0;
  kept = 0;
  issues = 0;
  #extraSteps = 0;
  readonly #columns: readonly string[];
  /** How to read the rows of a replay; null for a file of a vendor's. */
  readonly #replay: ReplayRows | null;
  readonly #replayOf: string | null;
  readonly #header: ReturnType<typeof storedHeaderMap>;
  readonly #originals = new Map<number, OriginalReject>();
  readonly #keepRejects: number;
  readonly #warns: boolean;

  constructor(unit: SliceUnit, now: Date) {
    const { batch, slice } = unit;
    const layout: Layout = parseLayout(batch.layout);
    this.#columns = layout.columns;
    this.#replay = layout.replay ? new ReplayRows(layout.replay, layout.header_width) : null;
    this.#keepRejects = slice.keep_rejects;
    const header = storedHeaderMap(layout);
    this.#header = header;
    this.#replayOf = batch.replay_of;
    this.#warns = header.columns.defendant_phone !== undefined ||
      header.columns.defendant_email !== undefined;
    this.checker = compileRowChecker({
      header,
      latestDate: latestDateAnywhere(now),
    });
    this.reader = new RowReader({
      dialect: parseDialect(batch.dialect),
      headerWidth: layout.header_width,
      firstByte: slice.first_byte,
      firstRow: slice.first_row,
      firstLine: slice.first_line,
      rows: slice.row_count,
      headerCells: layout.header_cells,
      names: knownColumns(layout.replay ? "replay" : "drop"),
    });
    this.blocks = new BlockWriter({
      batchId: batch.id,
      sliceNo: slice.no,
      token: unit.token,
      attempt: batch.attempt,
    }, unit.size_scale);
  }

  /** Steps of the reader beyond one a byte since the last time this was asked. */
  extraSteps(): number {
    const before = this.#extraSteps;
    this.#extraSteps = Math.max(before, this.reader.steps - USUAL_STEPS * this.bytes);
    return this.#extraSteps - before;
  }

  /** Before the rows of a replay are checked: the rejects they repair, as the original batch has them. */
  async lookUpOriginals(rows: RecordBatch, gateway: IntakeGateway): Promise<void> {
    this.#originals.clear();
    if (this.#replay === null || this.#replayOf === null) return;
    const wanted = rows.rows.map((sent) => Number(this.#replay?.rowNumberOf(sent) ?? 0) - 1)
      .filter((rowIndex) => rowIndex >= 0);
    for (let from = 0; from < wanted.length; from += LOOK_UP_ROWS) {
      const found = await gateway.rejectsOf(this.#replayOf, wanted.slice(from, from + LOOK_UP_ROWS));
      for (const original of found) this.#originals.set(original.row_index, original);
    }
  }

  /** Checks some rows of a batch, sending blocks as they fill; waits only while the call before is still under way. */
  async check(rows: RecordBatch, from: number, to: number, sender: Sender): Promise<void> {
    this.rows += to - from;
    for (let i = from; i < to; i++) {
      this.#checkRow(rows, i);
      if (this.blocks.isFull) await sender.send(this.blocks.take());
    }
  }

  #checkRow(rows: RecordBatch, i: number): void {
    const sent = rows.rows[i] ?? [];
    if (this.#replay?.isRemark(sent)) return this.tally.countRemark();
    let cells: readonly string[] = this.#replay?.cellsOf(sent) ?? sent;
    const problem = rows.problems.get(i);
    if (problem !== undefined) {
      const issue = { ...problem, field: null, rawValue: problem.rawLine };
      return this.#reject(rows, i, "parse", [issue], cells);
    }
    const notARepair = this.#replay?.problemOf(sent) ?? null;
    if (notARepair !== null) return this.#reject(rows, i, notARepair.stage, [notARepair.issue], cells);
    const original = this.#originals.get(Number(this.#replay?.rowNumberOf(sent) ?? 0) - 1);
    if (original !== undefined) {
      const held = holdAgainst(original, cells, {
        header: this.#header,
        isSameValue: this.checker.isSameValue,
      });
      if (held.issue !== null) {
        this.tally.countWarning("OTHER_CASE");
        return this.#reject(rows, i, "validate", [held.issue], cells);
      }
      this.tally.countWarning("CHANGED", held.changed);
      cells = held.cells;
    }
    this.tally.countWarning("PLACEHOLDER", this.checker.placeholders(cells));
    const values = this.checker.check(cells);
    if (values === null) return this.#rejectValues(rows, i, cells);
    this.tally.countValid();
    this.blocks.addRow(rows.firstRow + i, values, this.#replay?.rowNumberOf(sent) ?? undefined);
    if (rows.repairs.size > 0 && rows.repairs.has(i)) {
      this.tally.countWarning("REPAIRED");
    }
    if (this.#warns) {
      for (const warning of this.checker.warnings(cells)) {
        this.tally.countWarning(warning.code);
      }
    }
  }

  /** Words are only made for rows that are kept one by one. */
  #rejectValues(rows: RecordBatch, i: number, cells: readonly string[]): void {
    if (this.tally.invalid < this.#keepRejects) {
      const { issues } = this.checker.explain(cells);
      this.#reject(rows, i, "validate", issues, cells);
    } else {
      this.tally.countInvalid(
        this.checker.firstCode(cells) ?? "VALIDATION_ERROR",
      );
    }
  }

  #reject(
    rows: RecordBatch,
    i: number,
    stage: RowStage,
    issues: readonly RowIssue[],
    cells: readonly string[],
  ): void {
    if (this.tally.invalid < this.#keepRejects) {
      const place = {
        rowIndex: rows.firstRow + i,
        lineNumber: rows.lineOf(i),
        byteOffset: rows.byteOffsetOf(i),
      };
      const row = {
        columns: this.#columns,
        cells,
        rawLine: rows.rawLineOf(i),
      };
      this.blocks.addReject(buildReject(place, stage, issues, row));
      this.kept++;
      this.issues += issues.length;
    }
    this.tally.countInvalid(issues[0]?.code ?? "VALIDATION_ERROR");
  }
}

/** One call in flight while the next block is made. */
class Sender {
  #inFlight: Promise<void> = Promise.resolve();

  constructor(private readonly call: (body: string) => Promise<void>) {}

  /** Sends when the call before has ended; fails when that one did. */
  async send(body: string): Promise<void> {
    await this.#inFlight;
    this.#inFlight = this.call(body);
    this.#inFlight.catch(() => {}); // reported by the next send or by drain; not an unhandled rejection meanwhile
  }

  /** Waits for the last call. */
  async drain(): Promise<void> {
    await this.#inFlight;
  }
}
