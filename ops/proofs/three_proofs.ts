/** The three proofs of the go-live runbook, for every command that shows them: taken, not taken twice, refused. */
import { type Check, unwell, well } from "../checks/check.ts";
import { shortId } from "../batches/words.ts";
import type { IntakeProof } from "./intake_proof.ts";
import { BAD_ROWS, GOOD_ROWS } from "./proof_files.ts";

/** Where to look when a proof file does not come to its end. */
export const STUCK = "see what holds the queue up: ops queue-inspect, ops monitor-workers, ops logs worker";

/** What to call them. */
export interface ProofTitles {
  readonly happy: string;
  readonly idempotent: string;
  readonly quality: string;
}

/** @returns the checks, in their order; each sends what it needs. */
export function threeProofs(proof: IntakeProof, titles: ProofTitles): Check[] {
  return [
    { name: titles.happy, remedy: STUCK, look: () => happyPath(proof) },
    { name: titles.idempotent, remedy: STUCK, look: () => idempotency(proof) },
    { name: titles.quality, remedy: STUCK, look: () => qualityControl(proof) },
  ];
}

async function happyPath(proof: IntakeProof) {
  const { batchId } = await proof.good();
  const batch = await proof.ended(batchId);
  const stored = await (await proof.gateway()).judgmentsOf(batchId);
  const inserted = batch.row_count_inserted;
  const seen = `batch ${shortId(batchId)} ${batch.status}, ${inserted} of ${GOOD_ROWS} rows inserted, ` +
    `${stored} judgments stored`;
  return batch.status === "completed" && inserted === GOOD_ROWS && stored === GOOD_ROWS ? well(seen) : unwell(
    `${seen}${because(batch.rejection_reason)}`,
    `see why: ops errors ${shortId(batchId)}; ops logs worker`,
  );
}

async function idempotency(proof: IntakeProof) {
  const [first, second] = [await proof.good(), await proof.goodAgain()];
  const copies = first.hash === null ? 0 : await (await proof.gateway()).batchesOfHash(first.hash);
  return second.duplicate && second.batchId === first.batchId && copies === 1
    ? well(`the same bytes again: ${second.status}, skipped, the same batch ${shortId(first.batchId)}`)
    : unwell(
      `the same bytes again: ${second.status}, batch ${shortId(second.batchId)} beside ${
        shortId(first.batchId)
      }, ` +
        `${copies} batches of these bytes`,
      "files are taken in twice: do not go live; ops migration-status tells whether the schema is the repository's",
    );
}

async function qualityControl(proof: IntakeProof) {
  const { batchId } = await proof.bad();
  const batch = await proof.ended(batchId);
  const seen = `batch ${shortId(batchId)} ${batch.status}${because(batch.rejection_reason)}`;
  return batch.status === "failed" && batch.rejection_code === "ERROR_BUDGET_EXCEEDED" &&
      batch.row_count_inserted === 0
    ? well(seen)
    : unwell(
      `${seen}: ${batch.row_count_invalid} of ${BAD_ROWS} rows are bad, threshold ${batch.error_threshold_percent} %`,
      "bad files are taken: lower error_threshold_percent of the source (PUT /intake/sources/simplicity)",
    );
}

function because(reason: string | null): string {
  return reason === null ? "" : `, ${reason}`;
}
