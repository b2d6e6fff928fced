/**
 * The first pass over a file: its hash, how it is written, where it can be cut. A file bigger than one share
 * is read over several invocations; what was found so far is kept with the batch.
 */
import { FileScanner, sniffUnsupported } from "../../../shared/csv/mod.ts";
import {
  parseDialectOptions,
  planFile,
  planUnsupported,
  type StagingPlan,
} from "../../../shared/intake/plan.ts";
import { isErrorColumn } from "../../../shared/intake/replay.ts";
import { SCAN_SHARE_BYTES, SLICE_BYTES, SLICE_ROWS } from "../../../shared/jobs/share.ts";
import type { StageUnit } from "../../../shared/jobs/unit.ts";
import { isKnownHeader } from "../../../shared/judgments/mod.ts";
import { type FileHash, resumeFileHash, startFileHash } from "./file_hash.ts";
import { type Ending, HandOver, holding } from "./holding.ts";
import type { Invocation } from "./ports.ts";
import { parseSavedPass } from "./saved_pass.ts";

/** Scans one share of a file; at its end the batch is opened for validation, refused, or skipped as known. */
export async function stage(
  invocation: Invocation,
  unit: StageUnit,
): Promise<Ending> {
  const { batch } = unit;
  const hold = { batchId: batch.id, sliceNo: null, token: unit.token };
  return await holding(invocation, hold, unit.beat_seconds, async (signal) => {
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
      invocation.share.spendScanned(chunk.length, unit.size_scale);
    }
    if (pass.nextByte < range.totalBytes) {
      if (pass.nextByte === firstByte) {
        throw new Error(
          `Cannot read on at byte ${firstByte}: storage sent nothing`,
        );
      }
      await invocation.gateway.saveScan(hold, pass.save());
    } else {
      await invocation.gateway.finishStaging(
        hold,
        pass.plan(unit.source.header_map, kindOf(unit)),
      );
    }
  });
}

/** A file that repairs another is a corrected errors.csv. */
function kindOf(unit: StageUnit): "drop" | "replay" {
  return unit.batch.replay_of === null ? "drop" : "replay";
}

function isKnownReplayHeader(cell: string): boolean {
  return isErrorColumn(cell) || isKnownHeader(cell);
}

function scanBytes(unit: StageUnit): number {
  return Math.ceil(SCAN_SHARE_BYTES * unit.size_scale);
}

/** One pass over a file, possibly over several invocations. */
class FilePass {
  private constructor(
    private readonly scanner: FileScanner,
    private readonly hash: FileHash,
    public nextByte: number,
    private unsupported: string | null,
  ) {}

  static async begin(unit: StageUnit): Promise<FilePass> {
    const options = {
      dialect: parseDialectOptions(unit.source.dialect),
      isKnownHeader: kindOf(unit) === "replay" ? isKnownReplayHeader : isKnownHeader,
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

  push(chunk: Uint8Array): void {
    if (this.nextByte === 0) this.unsupported = sniffUnsupported(chunk);
    this.hash.update(chunk);
    if (this.unsupported === null) this.scanner.push(chunk);
    this.nextByte += chunk.length;
  }

  save() {
    return {
      scanner: this.scanner.state(),
      hash: this.hash.save(),
      next_byte: this.nextByte,
      unsupported: this.unsupported,
    };
  }

  plan(headerMap: Readonly<Record<string, string | null>>, kind: "drop" | "replay"): StagingPlan {
    const file = { hash: this.hash.digest(), bytes: this.nextByte };
    return this.unsupported === null
      ? planFile(file, this.scanner.finish(), headerMap, kind)
      : planUnsupported(file, this.unsupported);
  }
}
