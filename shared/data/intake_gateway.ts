/**
 * The worker's calls to the database: one method per SQL function of the engine. Owns names and shapes of
 * the calls; decides nothing. Every call is one transaction there.
 */
import { OriginalReject } from "../intake/original_reject.ts";
import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { parseUnit, type Unit } from "../jobs/unit.ts";
import type { RejectionCode } from "../intake/rejection_codes.ts";
import type { StagingPlan } from "../intake/plan.ts";
import type { SliceResult } from "../intake/tally.ts";
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

/** Types of jobs a worker works off. */
const WORKER_JOBS = ["ingest", "undo"];

// A call that hangs would keep its isolate busy for nothing until the wall clock ends it. The database's own limits come
// first: 8 s for a call, or what the function sets; the rest is for the way there and back.
const PATIENCE_MS = 20_000;
const LONG_CALLS: Readonly<Record<string, number>> = { decide: 620_000, insert_batch: 620_000 };

/** Calls of the ingest engine. All throw DatabaseRefused; its `leaseLost` means: stop, somebody else has the work. */
export class IntakeGateway {
  constructor(private readonly client: SupabaseClient, private readonly rest: RestAddress) {}

  /** The next unit of work, leased to this worker; null when there is none. */
  async claimWork(workerId: string): Promise<Unit | null> {
    return parseUnit(await this.#engine("claim", { types: WORKER_JOBS, holder: workerId }));
  }

  /** Extends a lease; false when it is lost. */
  async beatUnit(hold: Hold): Promise<boolean> {
    return await this.#engine("beat", unitOf(hold)) === true;
  }

  /** Gives a unit back, to be claimed again at once. */
  async release(hold: Hold): Promise<void> {
    await this.#engine("let_go", unitOf(hold));
  }

  /** A unit failed; true when it will be tried again. */
  async failUnit(hold: Hold, error: string): Promise<boolean> {
    return await this.#engine("fail", { ...unitOf(hold), error }) === true;
  }

  /** The file is at fault: ends the batch with this reason. */
  async failBatch(hold: Hold, code: RejectionCode, reason: string): Promise<void> {
    await this.#call("fail_batch", { ...held(hold), reason, code });
  }

  /** Checkpoint of a staging pass; the job is given back. */
  async saveScan(hold: Hold, scan: unknown): Promise<void> {
    await this.#call("save_scan", { batch: hold.batchId, token: hold.token, scan });
  }

  /** End of the staging pass. */
  async finishStaging(hold: Hold, plan: StagingPlan): Promise<void> {
    await this.#call("finish_staging", { batch: hold.batchId, token: hold.token, plan });
  }

  /** One block of a slice, as BlockWriter made it. */
  async stageBlock(body: string): Promise<void> {
    const response = await this.rest.send(`${this.rest.url}/rest/v1/rpc/stage_block`, {
      method: "POST",
      headers: { ...this.rest.headers, "content-type": "text/plain", "content-profile": "intake" },
      body,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!response.ok) {
      throw DatabaseRefused.from("stage_block", response.status, await response.json().catch(() => null));
    }
    await response.body?.cancel();
  }

  /** The rejects a replay says it repairs, by row index of the original batch; those that are not kept are absent. */
  async rejectsOf(original: string, rows: readonly number[]): Promise<OriginalReject[]> {
    return OriginalReject.array().parse(await this.#call("rejects_of", { original, rows }));
  }

  /** End of a slice; true when it was the last one. */
  async finishSlice(hold: Hold, tally: SliceResult): Promise<boolean> {
    return Finished.parse(await this.#call("finish_slice", { ...held(hold), tally })).last;
  }

  /** End of a slice's first part: what was checked counts, the rows from `rest` on become a slice of their own. */
  async splitSlice(hold: Hold, tally: SliceResult, rest: RestOfSlice): Promise<void> {
    await this.#call("split_slice", { ...held(hold), tally, rest });
  }

  /** Totals and budget, after the last slice. */
  async decide(hold: Hold): Promise<Decision> {
    return Decided.parse(await this.#call("decide", { batch: hold.batchId, token: hold.token })).outcome;
  }

  /** The one transaction that moves staged rows into judgments. */
  async insertBatch(hold: Hold): Promise<z.infer<typeof Inserted>["outcome"]> {
    return Inserted.parse(await this.#call("insert_batch", { batch: hold.batchId, token: hold.token }))
      .outcome;
  }

  /** Removes staged blocks of a batch that has ended. */
  async clearStaged(batchId: string): Promise<void> {
    await this.#call("clear_staged", { batch: batchId });
  }

  /** One step of an undo. */
  async undoStep(hold: Hold): Promise<z.infer<typeof Undone>["outcome"]> {
    return Undone.parse(await this.#call("undo_step", { job: hold.jobId, token: hold.token })).outcome;
  }

  /** A worker's sign of life. */
  async beat(sign: Heartbeat): Promise<void> {
    await this.#engine("beat_worker", { ...sign });
  }

  async #engine(name: string, args: Record<string, unknown>): Promise<unknown> {
    const { data, error, status } = await this.client.schema("ops").rpc(name, args)
      .abortSignal(AbortSignal.timeout(PATIENCE_MS));
    if (error !== null) throw DatabaseRefused.from(name, status, error);
    return data;
  }

  async #call(name: string, args: Record<string, unknown>): Promise<unknown> {
    const { data, error, status } = await this.client.schema("intake").rpc(name, args)
      .abortSignal(AbortSignal.timeout(LONG_CALLS[name] ?? PATIENCE_MS));
    if (error !== null) throw DatabaseRefused.from(name, status, error);
    return data;
  }
}

function unitOf(hold: Hold): Record<string, unknown> {
  return { job: hold.jobId, slice: hold.sliceNo, token: hold.token };
}

function held(hold: Hold): Record<string, unknown> {
  return { batch: hold.batchId, slice: hold.sliceNo, token: hold.token };
}
