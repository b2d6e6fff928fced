/** Columns people's own queries rely on, in their order; more may follow. The public contract of the views. */
const OBSERVED = [
  "batch_id",
  "filename",
  "status",
  "file_hash",
  "row_count_total",
  "row_count_staged",
  "row_count_valid",
  "row_count_invalid",
  "row_count_inserted",
  "row_count_duplicate",
  "error_threshold_percent",
  "rejection_reason",
  "error_rate_percent",
  "parse_duration_ms",
  "db_duration_ms",
  "total_duration_ms",
  "rows_per_second",
];

const words = (text: string): readonly string[] => text.split(" ");

/** By view. A view without a line here is only read. */
export const VIEW_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  "intake.v_batch_observability": [
    ...OBSERVED,
    "error_count",
    "unresolved_error_count",
    "created_at",
    "completed_at",
    "wall_clock_ms",
  ],
  "intake.view_batch_metrics": [...OBSERVED, "created_at", "completed_at", "wall_clock_ms"],
  "intake.v_error_summary": words(
    "batch_id error_code error_stage occurrence_count first_seen last_seen unresolved_count",
  ),
  "ops.v_batch_performance": words(
    "hour_bucket total_batches completed_batches failed_batches avg_parse_ms avg_db_ms avg_total_ms total_rows " +
      "inserted_rows skipped_rows error_rows dedupe_rate_pct error_rate_pct",
  ),
  "ops.v_error_distribution": words(
    "error_code occurrence_count affected_batches sample_message last_seen_at",
  ),
  "ops.v_pipeline_health": words("status batch_count oldest_batch_at oldest_age_minutes newest_batch_at"),
  "ops.v_system_health": words(
    "ingest_status ingest_last_heartbeat enforcement_status enforcement_last_heartbeat queue_depth queue_processing checked_at",
  ),
  "ops.v_live_feed_events": words("event_type event_id message amount status event_time seconds_ago"),
  "ops.v_quality_trend": words("week month source total_rows error_rate_pct top_error_code"),
  "public.v_migration_status": words("source version name executed_at"),
};
