/**
 * The first pass over a file: its hash, how it is written, where it can be cut. A file bigger than one share
 * is read over several invocations; what was found so far is kept with the batch.
 */
import { FileScanner, sniffUnsupported } from "../../../shared/csv/mod.ts";
import { planFile, planUnsupported, type StagingPlan } from "../../../shared/intake/plan.ts";
import { parseDialectOptions } from "../../../shared/intake/read_dialect.ts";
import { knownColumns } from "../../../shared/intake/known_columns.ts";
import { SCAN_SHARE_BYTES, SLICE_BYTES, SLICE_ROWS } from "../../../shared/jobs/share.ts";
import type { StageUnit } from "../../../shared/jobs/unit.ts";
import { type FileHash, resumeFileHash, startFileHash } from "./file_hash.ts";
import { type Ending, HandOver, holding } from "./holding.ts";
import type { Invocation } from "./ports.ts";
import { mustStop } from "./stopping.ts";
import { parseSavedPass, type SavedPass } from "./saved_pass.ts";

/** Scans one share of a file; at its end the batch is opened for validation, refused, or skipped as known. */
export async function stage(
  invocation: Invocation,
  unit: StageUnit,
): Promise<Ending> {
  const { batch } = unit;
  const hold = { jobId: unit.job_id, batchId: batch.id, sliceNo: null, token: unit.token };
  return await holding(invocation, hold, unit.beat_seconds, async (signal) => {
    const { share } = invocation;
    const pass = await FilePass.begin(unit);
    const firstByte = pass.nextByte;
    const range = await invocation.store.openRange(
      batch.object,
      firstByte,
      firstByte + scanBytes(unit),
      signal,
    );
    for await (const chunk of range.stream) {
      if (invocation.isStopping()) throw new HandOver("the isolate is ending");
      signal.throwIfAborted();
      pass.push(chunk);
      share.spendScanned(chunk.length, unit.size_scale);
      share.spendSteps(pass.extraSteps(), unit.size_scale);
      const isDue = mustStop(invocation) || pass.isCostly && share.isSpent(invocation.now().getTime());
      if (isDue && pass.breakOff()) break;
    }
    if (pass.nextByte === firstByte && firstByte < range.totalBytes) {
      throw new Error(
        `Cannot read on at byte ${firstByte}: storage sent nothing`,
      );
    }
    let isSpent = pass.nextByte < range.totalBytes;
    if (!isSpent) pass.end();
    while (!isSpent && pass.isBehind) {
      pass.catchUp();
      share.spendSteps(pass.extraSteps(), unit.size_scale);
      isSpent = mustStop(invocation) || share.isSpent(invocation.now().getTime());
    }
    if (isSpent) {
      await invocation.gateway.saveScan(hold, pass.save());
    } else {
      await invocation.gateway.finishStaging(
        hold,
        pass.plan(unit),
      );
    }
  });
}

/** A file that repairs another is a corrected errors.csv. */
function kindOf(unit: StageUnit): "drop" | "replay" {
  return unit.batch.replay_of === null ? "drop" : "replay";
}

function scanBytes(unit: StageUnit): number {
  return Math.ceil(SCAN_SHARE_BYTES * unit.size_scale);
}

/** A scan that took more steps for each byte than this has a file that costs more than its size says. */
const USUAL_STEPS = 3;

/**
 * One pass over a file, possibly over several invocations. A file that is no larger than a share is hashed in one go,
 * by a hash that cannot be carried on; where its scan has to be broken off all the same, the rest is only hashed, and
 * the invocations that follow only scan.
 */
class FilePass {
  #scanned = 0;
  #brokenOff = false;
  #extraSteps = 0;

  private constructor(
    private readonly scanner: FileScanner,
    private readonly hash: FileHash,
    private firstByte: number,
    private unsupported: string | null,
  ) {}

  static async begin(unit: StageUnit): Promise<FilePass> {
    const options = {
      dialect: parseDialectOptions(unit.source.dialect),
      names: knownColumns(kindOf(unit), unit.source.header_map),
      columns: unit.source.columns?.length,
      sliceBytes: Math.ceil(SLICE_BYTES * unit.size_scale),
      sliceRows: Math.ceil(SLICE_ROWS * unit.size_scale),
    };
    const saved = parseSavedPass(unit.batch.scan);
    if (saved !== null) {
      const scanner = FileScanner.resume(saved.scanner, options);
      return new FilePass(
        scanner,
        await resumeFileHash(saved.hash),
        saved.next_byte,
        saved.unsupported,
      );
    }
    const hash = await startFileHash(
      (unit.batch.file_size_bytes ?? Infinity) > scanBytes(unit),
    );
    return new FilePass(new FileScanner(options), hash, 0, null);
  }

  /** The first byte that is not scanned yet. */
  get nextByte(): number {
    return this.firstByte + this.#scanned;
  }

  /** Whether the scan costs more than the file's size says. */
  get isCostly(): boolean {
    return this.scanner.steps > USUAL_STEPS * this.#scanned;
  }

  /** Takes the next bytes. */
  push(chunk: Uint8Array): void {
    this.hash.update(chunk);
    if (this.#brokenOff) return;
    if (this.nextByte === 0) this.unsupported = sniffUnsupported(chunk);
    if (this.unsupported === null) this.scanner.push(chunk);
    this.#scanned += chunk.length;
  }

  /** Steps beyond the usual ones since the last time this was asked. */
  extraSteps(): number {
    const before = this.#extraSteps;
    this.#extraSteps = Math.max(before, this.scanner.steps - USUAL_STEPS * this.#scanned);
    return this.#extraSteps - before;
  }

  get isBehind(): boolean {
    return this.scanner.isBehind;
  }

  /** Reads on in bytes that were taken already. */
  catchUp(): void {
    this.scanner.catchUp();
  }

  /** No more bytes come: the last ones can be read in steps, too. */
  end(): void {
    if (this.unsupported === null) this.scanner.end();
  }

  /** Ends the scan for this invocation. True when nothing more needs to be read; else the rest has to be hashed. */
  breakOff(): boolean {
    this.#brokenOff = true;
    return !this.hash.needsAll;
  }

  save(): SavedPass {
    return {
      scanner: this.scanner.state(),
      hash: this.hash.save(),
      next_byte: this.nextByte,
      unsupported: this.unsupported,
    };
  }

  plan(unit: StageUnit): StagingPlan {
    const { header_map, columns } = unit.source;
    const file = { hash: this.hash.digest(), bytes: this.nextByte };
    return this.unsupported === null
      ? planFile(file, this.scanner.finish(), header_map, kindOf(unit), columns)
      : planUnsupported(file, this.unsupported);
  }
}
