/**
 * A run of proof files through the real pipeline: sent to the door, worked off by the worker, looked at from outside,
 * and taken out again. Owns what a run leaves; never touches a batch whose file is not called like a proof's.
 */
import { Refused } from "../../shared/http/client.ts";
import { ProofGateway, type ProofNames, type Traces } from "../../shared/data/proof_gateway.ts";
import type { Batch, DescribedBatch } from "../../shared/intake/record.ts";
import { hasEnded } from "../../shared/intake/states.ts";
import { shortId } from "../batches/words.ts";
import { CannotRun, type Context, type Flag } from "../command.ts";
import { pause } from "../follow.ts";
import { reasonOf } from "../reason.ts";
import {
  badFile,
  goodFile,
  PROOF_CASES,
  PROOF_FILES,
  PROOF_PLAINTIFFS,
  type ProofFile,
} from "./proof_files.ts";

const NAMES: ProofNames = { files: PROOF_FILES, cases: PROOF_CASES, plaintiffs: PROOF_PLAINTIFFS };
const LOOK_EVERY_SECONDS = 0.25; // a tenth of a caller's reads
const WHY = "dragonfly-proof: tidied up";

/** Flag of every command that sends proof files. */
export const PATIENCE: Readonly<Record<string, Flag>> = {
  timeout: { type: "string", value: "SECONDS", help: "how long a file may take to its end (default 120)" },
};

/** What the door said. */
export interface Answered {
  readonly status: number;
  readonly batchId: string;
  readonly duplicate: boolean;
  readonly hash: string | null;
}

/** One run. Everything it sends is new to the system. */
export class IntakeProof {
  readonly #run = crypto.randomUUID().slice(0, 8);
  readonly #patience: number;
  readonly #once = new Map<string, Promise<Answered>>();

  constructor(private readonly context: Context) {
    this.#patience = context.typed.whole("timeout", { least: 1, most: 3600 }) ?? 120;
  }

  /** What Postgres tells about it. */
  async gateway(): Promise<ProofGateway> {
    return new ProofGateway(await this.context.target.sql());
  }

  /** Sends the good file, once; later calls tell the same. */
  good(): Promise<Answered> {
    return this.#sendOnce(goodFile(this.#run));
  }

  /** Sends the bad file, once. */
  bad(): Promise<Answered> {
    return this.#sendOnce(badFile(this.#run));
  }

  /** Sends the good file's bytes a second time. */
  async goodAgain(): Promise<Answered> {
    await this.good();
    return await this.#send(goodFile(this.#run));
  }

  /** Waits until a batch has ended. @throws CannotRun when it has not in time, or was deleted. */
  async ended(id: string): Promise<DescribedBatch> {
    return await this.#when(id, (batch) => hasEnded(batch.status), "come to its end");
  }

  /** Takes a batch's judgments out again, by the road an operator would go. @returns the batch without them. */
  async undone(id: string): Promise<DescribedBatch> {
    await this.context.target.call("POST /intake/batches/:id/undo", { path: { id }, body: { reason: WHY } });
    return await this.#when(
      id,
      (batch) => batch.undo?.status === "completed" && batch.row_count_inserted === 0,
      "been undone",
    );
  }

  /** Deletes a batch with its file. A batch that is being inserted is waited for. */
  async deleted({ batch_id: id, filename }: Pick<Batch, "batch_id" | "filename">): Promise<void> {
    const remove = () =>
      this.context.target.call("DELETE /intake/batches/:id", {
        path: { id },
        query: { confirm: filename, storage: "true" },
      });
    try {
      await remove();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 404) return; // somebody else was quicker
      if (error.status !== 409) throw error;
      const { row_count_inserted } = await this.ended(id);
      if (row_count_inserted > 0) await this.undone(id);
      await remove();
    }
  }

  /** Whether a batch is there no more. */
  async isGone(id: string): Promise<boolean> {
    try {
      await this.context.target.call("GET /intake/batches/:id", { path: { id } });
      return false;
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return true;
      throw error;
    }
  }

  /** What is left of proofs anywhere. */
  async traces(): Promise<Traces> {
    return await (await this.gateway()).traces(NAMES);
  }

  /**
   * Takes out all that proofs have left: this run's, and what earlier ones could not tidy up.
   *
   * @returns the names of the files that were taken out. @throws CannotRun when something cannot be.
   */
  async tidyUp(): Promise<string[]> {
    const found = await this.#left();
    for (const batch of found) {
      if (batch.row_count_inserted > 0) await this.undone(batch.batch_id);
      await this.deleted(batch);
    }
    await (await this.gateway()).dropPlaintiffs(NAMES);
    return found.map(({ filename }) => filename);
  }

  async #left(): Promise<Batch[]> {
    const query = { q: PROOF_FILES, page_size: 200 };
    const { batches } = (await this.context.target.call("GET /intake/batches", { query })).body;
    return batches.filter(({ filename }) => filename.startsWith(PROOF_FILES)); // q finds it in the middle, too
  }

  #sendOnce(file: ProofFile): Promise<Answered> {
    const sent = this.#once.get(file.filename) ?? this.#send(file);
    this.#once.set(file.filename, sent);
    return sent;
  }

  async #send({ filename, text }: ProofFile): Promise<Answered> {
    this.context.note(`Sending ${filename}`);
    const body = { file: new Blob([text], { type: "text/csv" }), filename, source: null };
    const { status, body: taken } = await this.context.target.call("POST /intake/upload", { body });
    if (taken.batch_id === null) throw new CannotRun(`${filename} is known, and nothing more is told of it`);
    return { status, batchId: taken.batch_id, duplicate: taken.duplicate, hash: taken.file_hash };
  }

  async #when(id: string, holds: (batch: DescribedBatch) => boolean, what: string): Promise<DescribedBatch> {
    const deadline = performance.now() + 1000 * this.#patience;
    for (;;) {
      const { body } = await this.context.target.call("GET /intake/batches/:id", { path: { id } });
      if (holds(body)) return body;
      if (performance.now() > deadline) {
        throw new CannotRun(
          `batch ${shortId(id)} is ${body.status} and has not ${what} within ${this.#patience} s`,
        );
      }
      if (!await pause(LOOK_EVERY_SECONDS, this.context.stopping)) throw new CannotRun("interrupted");
    }
  }
}

/**
 * Opens a run: the system must be there and take the operator's key, and what earlier runs left goes first.
 *
 * @throws CannotRun when the system cannot be reached or tidied: then nothing is proven either way.
 */
export async function openProof(context: Context, what: string): Promise<IntakeProof> {
  const { target } = context;
  await target.ask("GET /intake/batches", { query: { page_size: 1 } });
  await target.need("databaseUrl");
  await context.confirm(what);
  const proof = new IntakeProof(context);
  const left = await orCannotTidy(() => proof.tidyUp());
  if (left.length > 0) context.note(`Taken out what an earlier run left: ${left.join(", ")}`);
  return proof;
}

/** Ends a run. @throws CannotRun with what is left, and how to take it out. */
export async function closeProof(proof: IntakeProof): Promise<void> {
  await orCannotTidy(() => proof.tidyUp());
}

async function orCannotTidy<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new CannotRun(
      `Cannot tidy up: ${
        reasonOf(error)
      }. The next proof tries again; by hand: ops batches --search ${PROOF_FILES}`,
    );
  }
}
