/** What a certificate says of a batch. */
import type { DescribedBatch } from "../../../shared/intake/record.ts";
import type { Subject } from "../../../shared/proof/certificate.ts";

const FIGURES = [
  ["File", "filename"],
  ["SHA-256", "file_hash"],
  ["Size in bytes", "file_size_bytes"],
  ["Source", "source"],
  ["Sender's reference", "source_reference"],
  ["Object in storage", "storage_path"],
  ["Its version there", "storage_version"],
  ["State", "status"],
  ["Attempt", "attempt"],
  ["Refused because", "rejection_reason"],
  ["Error budget, percent", "error_threshold_percent"],
  ["Rows read", "row_count_total"],
  ["Rows valid", "row_count_valid"],
  ["Rows rejected", "row_count_invalid"],
  ["Rows inserted", "row_count_inserted"],
  ["Rows known before", "row_count_duplicate"],
  ["Lines not read", "row_count_unread"],
  ["Brought by", "created_by"],
  ["Arrived", "created_at"],
  ["Validated", "validated_at"],
  ["Completed", "completed_at"],
] as const satisfies readonly (readonly [label: string, column: keyof DescribedBatch])[];

const PROCESS = [
  "The file was stored as it came. Its SHA-256 was taken of the stored bytes, and no attempt changes them.",
  "Every row was read and held against fixed rules before any was inserted; one that failed is counted as rejected.",
  "Above the error budget nothing is inserted. Otherwise all valid rows are, in one transaction.",
  "A row whose case number is known already is skipped and counted.",
];

/** @param batch as the caller may see it. */
export function subjectOf(batch: DescribedBatch): Subject {
  return {
    kind: "batch",
    id: batch.batch_id,
    figures: FIGURES.map(([label, column]) => [label, batch[column]] as const),
    process: PROCESS,
    record: batch,
  };
}
