/** Records as the functions answer them, for tests of what is made of them. */
import type { KnownBatch } from "../../../dashboard/intake/station.ts";
import type { Forecast } from "../../../shared/intake/forecast.ts";
import type { Batch } from "../../../shared/intake/record.ts";

const AT = "2026-11-27T12:00:00.000Z";

/** A batch of ten good rows, but for what is said. */
export function makeBatch(part: Partial<Batch> = {}): Batch {
  return {
    batch_id: "b1",
    filename: "march.csv",
    source: "simplicity",
    source_reference: null,
    file_hash: null,
    file_size_bytes: 1000,
    storage_bucket: null,
    storage_path: null,
    storage_version: null,
    status: "completed",
    attempt: 1,
    priority: 0,
    error_threshold_percent: 10,
    rejection_reason: null,
    rejection_code: null,
    row_count_total: 10,
    row_count_staged: 10,
    row_count_valid: 10,
    row_count_invalid: 0,
    row_count_inserted: 10,
    row_count_duplicate: 0,
    row_count_unread: 0,
    first_unread_line: null,
    rejects_truncated: false,
    parse_duration_ms: null,
    db_duration_ms: null,
    dialect: null,
    ignored_columns: null,
    notes: [],
    dry_run: false,
    duplicate_of: null,
    replay_of: null,
    created_by: null,
    created_by_kind: "key",
    created_at: AT,
    updated_at: AT,
    status_changed_at: AT,
    staged_at: null,
    validated_at: null,
    completed_at: null,
    undo: null,
    progress: 1,
    error_rate_percent: null,
    rows_per_second: null,
    unresolved_error_count: null,
    ...part,
  };
}

/** What a check found in a file of ten good rows. */
export const FORECAST: Forecast = {
  file_hash: "0".repeat(64),
  file_size_bytes: 1000,
  dialect: null,
  header: [],
  has_header: true,
  fields: [],
  first_rows: [],
  ignored_columns: [],
  notes: [],
  total: 10,
  valid: 10,
  invalid: 0,
  unread: 0,
  first_unread_line: null,
  repeated: 0,
  codes: [],
  rejects: [],
  error_threshold_percent: 10,
  verdict: { status: "completed", reason: null, code: null },
};

/** A completed batch of the same bytes. */
export const KNOWN: KnownBatch = {
  duplicate: true,
  batch_id: "b0",
  status: "completed",
  source: "simplicity",
  filename: "march.csv",
  created_at: AT,
  row_count_total: 10,
  row_count_staged: 10,
  row_count_valid: 10,
  row_count_invalid: 0,
  row_count_inserted: 10,
  row_count_duplicate: 0,
  row_count_unread: 0,
};
