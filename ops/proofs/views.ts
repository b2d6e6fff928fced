/** Views that people and dashboards rely on, and what a look at one says. */
import type { ProofGateway } from "../../shared/data/proof_gateway.ts";
import { type Seen, unwell, well } from "../checks/check.ts";
import { grouped } from "../../checkout/table.ts";

/** A view and the columns that are relied on. */
export interface View {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
}

const view = (schema: string, name: string, columns: string): View => ({
  schema,
  name,
  columns: columns.split(" "),
});

/** The three that show where plaintiffs, judgments and enforcement stand. */
export const PLAINTIFF_VIEWS: readonly View[] = [
  view(
    "public",
    "v_plaintiffs_overview",
    "plaintiff_id plaintiff_name firm_name status total_judgment_amount case_count",
  ),
  view(
    "public",
    "v_judgment_pipeline",
    "judgment_id case_number plaintiff_id plaintiff_name defendant_name judgment_amount enforcement_stage " +
      "enforcement_stage_updated_at collectability_tier batch_id",
  ),
  view(
    "public",
    "v_enforcement_overview",
    "enforcement_stage collectability_tier case_count total_judgment_amount",
  ),
];

/** Those and the pipeline's own. */
export const CRITICAL_VIEWS: readonly View[] = [
  ...PLAINTIFF_VIEWS,
  view(
    "intake",
    "v_batch_observability",
    "batch_id filename status file_hash row_count_total row_count_staged row_count_valid row_count_invalid " +
      "row_count_inserted row_count_duplicate error_threshold_percent rejection_reason error_rate_percent " +
      "parse_duration_ms db_duration_ms total_duration_ms rows_per_second error_count unresolved_error_count " +
      "created_at completed_at wall_clock_ms",
  ),
  view(
    "intake",
    "v_error_summary",
    "batch_id error_code error_stage occurrence_count first_seen last_seen unresolved_count",
  ),
  view("intake", "view_batch_metrics", "batch_id filename status"),
  view("ops", "v_batch_performance", "hour_bucket total_batches completed_batches failed_batches"),
  view(
    "ops",
    "v_error_distribution",
    "error_code occurrence_count affected_batches sample_message last_seen_at",
  ),
  view("ops", "v_pipeline_health", "status batch_count oldest_batch_at oldest_age_minutes newest_batch_at"),
  view("ops", "v_system_health", "ingest_status queue_depth queue_processing checked_at"),
  view("ops", "v_live_feed_events", "event_type event_id message amount status event_time seconds_ago"),
  view("public", "v_migration_status", "source version name executed_at"),
];

/** How to get a view back. */
export const MISSING_VIEW =
  "apply what is missing: ops migration-status, then ops db-push; a view that was changed by hand comes back with a new migration";

const MOST = 10_000; // rows counted: whether there are some is the question, not how many millions

/** Reads a view and holds its columns against what is relied on. An empty one is as good as a full one. */
export async function lookAtView(gateway: ProofGateway, { schema, name, columns }: View): Promise<Seen> {
  const there = await gateway.columnsOf(schema, name);
  if (there.length === 0) return unwell(`${schema}.${name} does not exist`, MISSING_VIEW);
  const missing = columns.filter((column) => !there.includes(column));
  if (missing.length > 0) return unwell(`${schema}.${name} lacks ${missing.join(", ")}`, MISSING_VIEW);
  const rows = await gateway.countUpTo(schema, name, MOST);
  return well(
    rows === MOST ? `${grouped(MOST)} rows and more` : rows === 1 ? "1 row" : `${grouped(rows)} rows`,
  );
}
