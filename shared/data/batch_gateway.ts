/** Batches as the HTTP surface sees them: one call of SQL per question or action. What is refused is a Problem. */
import * as z from "zod";
import { Problem } from "../errors.ts";
import { DROP_BUCKET } from "../intake/limits.ts";
import { BatchPage, DescribedBatch, DuplicateAnswer, ErrorPage, Timeline } from "../intake/record.ts";
import type { Calls } from "./calls.ts";
import { belowStanding } from "./upload_gateway.ts";

const Described = z.union([
  z.object({ pending: z.literal(true), source: z.string() }),
  DescribedBatch,
]).nullable();

const Acted = z.discriminatedUnion("outcome", [
  z.object({
    outcome: z.literal("done"),
    bucket: z.string().nullish(),
    path: z.string().nullish(),
  }),
  z.object({ outcome: z.literal("built_on"), judgments: z.number() }),
  z.object({ outcome: z.literal("below_standing"), least: z.number() }),
  z.object({ outcome: z.enum(["unknown", "no_object", "not_confirmed"]) }),
  z.object({ outcome: z.literal("wrong_state"), status: z.string(), allowed_from: z.array(z.string()) }),
]);

type Done = Extract<z.infer<typeof Acted>, { outcome: "done" }>;

/** A page of a list; pages count from 1. */
export interface Paging {
  readonly page: number;
  readonly page_size: number;
}

/** Who acts, by which request: for the audit events. */
export interface By {
  readonly actor: string;
  readonly request_id: string;
}

const CsvPage = z.array(z.object({ last_row: z.number(), csv: z.string() }));
const CsvFrame = z.array(z.object({ header: z.string(), footer: z.string() }));

/** What can be asked of batches and done to them. */
export class BatchGateway {
  constructor(private readonly calls: Calls) {}

  /** @throws Problem NOT_FOUND; UPLOAD_PENDING while its bytes have not arrived. `source` is told to `admit` first. */
  async describe(
    id: string,
    admit: (source: string) => void = () => {},
    forSource: string | null = null,
  ): Promise<DescribedBatch> {
    const found = Described.parse(
      await this.calls.call("intake", "describe_batch", { batch: id, for_source: forSource }),
    );
    if (found === null) throw new Problem("NOT_FOUND", `There is no batch ${id}.`);
    admit(found.source);
    if ("pending" in found && found.pending === true) {
      throw new Problem("UPLOAD_PENDING", `The bytes of batch ${id} have not arrived yet.`);
    }
    return DescribedBatch.parse(found);
  }

  async list(
    filter: { status: string | null; source: string | null; q: string | null },
    paging: Paging,
  ): Promise<BatchPage> {
    return BatchPage.parse(await this.calls.call("intake", "list_batches", { ...filter, ...paging }));
  }

  /** @param forSource the source of the vendor who asks; null for others */
  async errors(
    id: string,
    code: string | null,
    paging: Paging,
    forSource: string | null = null,
  ): Promise<ErrorPage> {
    return ErrorPage.parse(
      await this.calls.call("intake", "list_errors", { batch: id, code, ...paging, for_source: forSource }),
    );
  }

  async timeline(id: string): Promise<Timeline> {
    const timeline = Timeline.nullable().parse(
      await this.calls.call("intake", "batch_timeline", { batch: id }),
    );
    if (timeline === null) throw new Problem("NOT_FOUND", `There is no batch ${id}.`);
    return timeline;
  }

  async checkDuplicate(hash: string): Promise<DuplicateAnswer> {
    return DuplicateAnswer.parse(await this.calls.call("intake", "check_duplicate", { hash }));
  }

  /** First and last line of errors.csv; the last is empty when nothing was left out. */
  async csvFrame(id: string): Promise<{ header: string; footer: string }> {
    const frame = CsvFrame.parse(await this.calls.call("intake", "errors_csv_frame", { batch: id }))[0];
    if (frame === undefined) throw new Problem("NOT_FOUND", `There is no batch ${id}.`);
    return frame;
  }

  /** Lines of errors.csv after a row; null when there are no more. unresolved: without those a replay put right. */
  async csvAfter(
    id: string,
    row: number,
    rows: number,
    unresolved: boolean,
  ): Promise<{ last_row: number; csv: string } | null> {
    return CsvPage.parse(
      await this.calls.call("intake", "errors_csv", { batch: id, after_row: row, rows, unresolved }),
    )[0] ?? null;
  }

  async retry(id: string, threshold: number | null, by: By): Promise<void> {
    this.#expectDone(id, await this.calls.call("intake", "retry_batch", { batch: id, threshold, ...by }));
  }

  async abort(id: string, reason: string, by: By): Promise<void> {
    this.#expectDone(id, await this.calls.call("intake", "abort_batch", { batch: id, reason, ...by }));
  }

  async approve(id: string, by: By): Promise<void> {
    this.#expectDone(id, await this.calls.call("intake", "approve_batch", { batch: id, ...by }));
  }

  async refuse(id: string, reason: string, by: By): Promise<void> {
    this.#expectDone(id, await this.calls.call("intake", "refuse_batch", { batch: id, reason, ...by }));
  }

  /** Asks for the removal of what a batch inserted; a job does it. @throws Problem CONFLICT when something was built on it. */
  async undo(id: string, reason: string, by: By): Promise<void> {
    this.#expectDone(id, await this.calls.call("intake", "undo_batch", { batch: id, reason, ...by }));
  }

  /** @returns where the object of the deleted batch is, null when it had none. */
  async delete(id: string, confirm: string, by: By): Promise<{ bucket: string; path: string } | null> {
    const { bucket, path } = this.#expectDone(
      id,
      await this.calls.call("intake", "delete_batch", { batch: id, confirm, ...by }),
    );
    return path === null || path === undefined ? null : { bucket: bucket ?? DROP_BUCKET, path };
  }

  #expectDone(id: string, answer: unknown): Done {
    const acted = Acted.parse(answer);
    switch (acted.outcome) {
      case "done":
        return acted;
      case "unknown":
        throw new Problem("NOT_FOUND", `There is no batch ${id}.`);
      case "no_object":
        throw new Problem("CONFLICT", `Batch ${id} has no file: nothing was ever stored for it.`, {
          fix: "Upload the file.",
        });
      case "below_standing":
        throw belowStanding(acted.least);
      case "built_on":
        throw new Problem(
          "CONFLICT",
          `Enforcement has begun on at least ${acted.judgments} judgments of batch ${id}; they cannot be removed.`,
          {
            members: { batch_id: id, judgments: acted.judgments },
            fix: "Correct those judgments one by one.",
          },
        );
      case "not_confirmed":
        throw new Problem("INVALID_PARAMETER", "confirm must be the file name of the batch.", {
          members: { field: "confirm" },
        });
      case "wrong_state":
        throw new Problem("WRONG_STATE", `Batch ${id} is ${acted.status}.`, {
          members: { batch_id: id, batch_status: acted.status, allowed_from: acted.allowed_from },
        });
    }
  }
}
