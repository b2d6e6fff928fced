/**
 * The worker's calls to the database: one method per SQL function of the engine. Owns names and shapes of
 * the calls; decides nothing. Every call is one transaction there.
 */
import { OriginalReject } from "../intake/original_reject.ts";
import { z } from "zod";
import { parseUnit, type Unit } from "../jobs/unit.ts";
import type { RejectionCode } from "../intake/rejection_codes.ts";
import type { StagingPlan } from "../intake/plan.ts";
import type { SliceResult } from "../intake/tally.ts";
import { type ArgsOf, type Calls, type FunctionIn, patienceFor } from "./calls.ts";
import { DatabaseRefused } from "./database_refused.ts";

const Decided = z.object({ outcome: z.enum(["redo", "failed", "completed", "awaiting_approval", "insert"]) });
const Inserted = z.object({ outcome: z.enum(["redo", "failed", "completed", "busy"]) });
const Undone = z.object({ outcome: z.enum(["more", "done", "busy", "built_on"]) });
const Finished = z.object({ last: z.boolean() });

/** How settling goes on. */
export type Decision = z.infer<typeof Decided>["outcome"];

/** Where REST lives and how to be let in, for the one call that does not speak JSON. */
export interface RestAddress {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What sends the request: the platform's fetch, or a test's. */
  readonly send: typeof fetch;
}

/** Who holds what: slice null means the job as a whole. */
export interface Hold {
  readonly jobId: string;
  readonly batchId: string;
  readonly sliceNo: number | null;
  readonly token: string;
}

/** The row with which the rest of a slice begins. */
export interface RestOfSlice {
  readonly first_row: number;
  readonly first_byte: number;
  readonly first_line: number;
}

/** Arguments of `ops.beat_worker`. The counts are added to what the worker already reported. */
export interface Heartbeat {
  readonly worker_id: string;
  readonly worker_type: "ingest" | "enforcement" | "sentinel";
  readonly status: string;
  readonly version: string;
  readonly memory_mb: number;
  readonly jobs_done: number;
  readonly jobs_failed: number;
}

/** Takes text, not JSON: what it is called is all that the types can hold. */
const STAGE_BLOCK = "stage_block" satisfies FunctionIn<"intake">;

/** Types of jobs a worker works off. */
const WORKER_JOBS = ["ingest", "undo"];

/** Calls of the ingest engine. All throw DatabaseRefused; its `leaseLost` means: stop, somebody else has the work. */
export class IntakeGateway {
  constructor(private readonly calls: Calls, private readonly rest: RestAddress) {}

  /** The next unit of work, leased to this worker; null when there is none. */
  async claimWork(workerId: string): Promise<Unit | null> {
    return parseUnit(await this.calls.call("ops", "claim", { types: WORKER_JOBS, holder: workerId }));
  }

  /** Extends a lease; false when it is lost. */
  async beatUnit(hold: Hold): Promise<boolean> {
    return await this.calls.call("ops", "beat", unitOf(hold)) === true;
  }

  /** Gives a unit back, to be claimed again at once. */
  async release(hold: Hold): Promise<void> {
    await this.calls.call("ops", "let_go", unitOf(hold));
  }

  /** A unit failed; true when it will be tried again. */
  async failUnit(hold: Hold, error: string): Promise<boolean> {
    return await this.calls.call("ops", "fail", { ...unitOf(hold), error }) === true;
  }

  /** The file is at fault: ends the batch with this reason. */
  async failBatch(hold: Hold, code: RejectionCode, reason: string): Promise<void> {
    await this.calls.call("intake", "fail_batch", { ...held(hold), reason, code });
  }

  /** Checkpoint of a staging pass; the job is given back. */
  async saveScan(hold: Hold, scan: unknown): Promise<void> {
    await this.calls.call("intake", "save_scan", { batch: hold.batchId, token: hold.token, scan });
  }

  /** End of the staging pass. */
  async finishStaging(hold: Hold, plan: StagingPlan): Promise<void> {
    await this.calls.call("intake", "finish_staging", { batch: hold.batchId, token: hold.token, plan });
  }

  /** One block of a slice, as BlockWriter made it. */
  async stageBlock(body: string): Promise<void> {
    const response = await this.rest.send(`${this.rest.url}/rest/v1/rpc/${STAGE_BLOCK}`, {
      method: "POST",
      headers: { ...this.rest.headers, "content-type": "text/plain", "content-profile": "intake" },
      body,
      signal: AbortSignal.timeout(patienceFor("intake", STAGE_BLOCK)),
    });
    if (!response.ok) {
      throw DatabaseRefused.from(
        `intake.${STAGE_BLOCK}`,
        response.status,
        await response.json().catch(() => null),
      );
    }
    await response.body?.cancel();
  }

  /** The rejects a replay says it repairs, by row index of the original batch; those that are not kept are absent. */
  async rejectsOf(original: string, rows: readonly number[]): Promise<OriginalReject[]> {
    return OriginalReject.array().parse(await this.calls.call("intake", "rejects_of", { original, rows }));
  }

  /** End of a slice; true when it was the last one. */
  async finishSlice(hold: Hold, tally: SliceResult): Promise<boolean> {
    return Finished.parse(await this.calls.call("intake", "finish_slice", { ...held(hold), tally })).last;
  }

  /** End of a slice's first part: what was checked counts, the rows from `rest` on become a slice of their own. */
  async splitSlice(hold: Hold, tally: SliceResult, rest: RestOfSlice): Promise<void> {
    await this.calls.call("intake", "split_slice", { ...held(hold), tally, rest });
  }

  /** Totals and budget, after the last slice. */
  async decide(hold: Hold): Promise<Decision> {
    return Decided.parse(
      await this.calls.call("intake", "decide", { batch: hold.batchId, token: hold.token }),
    ).outcome;
  }

  /** The one transaction that moves staged rows into judgments. */
  async insertBatch(hold: Hold): Promise<z.infer<typeof Inserted>["outcome"]> {
    return Inserted.parse(
      await this.calls.call("intake", "insert_batch", { batch: hold.batchId, token: hold.token }),
    )
      .outcome;
  }

  /** Removes staged blocks of a batch that has ended. */
  async clearStaged(batchId: string): Promise<void> {
    await this.calls.call("intake", "clear_staged", { batch: batchId });
  }

  /** One step of an undo. */
  async undoStep(hold: Hold): Promise<z.infer<typeof Undone>["outcome"]> {
    return Undone.parse(await this.calls.call("intake", "undo_step", { job: hold.jobId, token: hold.token }))
      .outcome;
  }

  /** A worker's sign of life. */
  async beat(sign: Heartbeat): Promise<void> {
    await this.calls.call("ops", "beat_worker", { ...sign });
  }
}

function unitOf(hold: Hold): ArgsOf<"ops", "beat"> {
  return { job: hold.jobId, slice: hold.sliceNo, token: hold.token };
}

function held(hold: Hold): { batch: string; slice: number | null; token: string } {
  return { batch: hold.batchId, slice: hold.sliceNo, token: hold.token };
}
