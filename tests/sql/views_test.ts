/** What operators and programs read: columns in the contract's order, and figures that can be recomputed by hand. */
import { assertEquals } from "deno-std/assert/equals.js";
import { withDatabase } from "../support/database.ts";
import { bringTo, drop, engine, ingest, rowsOf, workOff } from "./engine.ts";
import { assertGreater } from "deno-std/assert/greater.js";

/** The contract's lists; more columns may follow. */
const VIEWS: Record<string, string> = {
  "enforcement.v_authorized_plaintiffs": "plaintiff_id, plaintiff_name, firm_name, status",
  "enforcement.v_unauthorized_plaintiffs":
    "plaintiff_id, plaintiff_name, firm_name, status, missing_fee_agreement, missing_loa",
  "intake.v_batch_observability":
    "batch_id, filename, status, file_hash, row_count_total, row_count_staged, row_count_valid, row_count_invalid, " +
    "row_count_inserted, row_count_duplicate, error_threshold_percent, rejection_reason, error_rate_percent, " +
    "parse_duration_ms, db_duration_ms, total_duration_ms, rows_per_second, error_count, unresolved_error_count, " +
    "created_at, completed_at, wall_clock_ms",
  "intake.v_error_summary":
    "batch_id, error_code, error_stage, occurrence_count, first_seen, last_seen, unresolved_count",
  "intake.view_batch_metrics":
    "batch_id, filename, status, file_hash, row_count_total, row_count_staged, row_count_valid, row_count_invalid, " +
    "row_count_inserted, row_count_duplicate, error_threshold_percent, rejection_reason, error_rate_percent, " +
    "parse_duration_ms, db_duration_ms, total_duration_ms, rows_per_second, created_at, completed_at, wall_clock_ms",
  "ops.v_batch_performance":
    "hour_bucket, total_batches, completed_batches, failed_batches, avg_parse_ms, avg_db_ms, avg_total_ms, " +
    "total_rows, inserted_rows, skipped_rows, error_rows, dedupe_rate_pct, error_rate_pct",
  "ops.v_error_distribution": "error_code, occurrence_count, affected_batches, sample_message, last_seen_at",
  "ops.v_pipeline_health": "status, batch_count, oldest_batch_at, oldest_age_minutes, newest_batch_at",
  "ops.v_system_health":
    "ingest_status, ingest_last_heartbeat, enforcement_status, enforcement_last_heartbeat, queue_depth, " +
    "queue_processing, checked_at",
  "public.v_enforcement_overview":
    "enforcement_stage, collectability_tier, case_count, total_judgment_amount",
  "public.v_judgment_pipeline":
    "judgment_id, case_number, plaintiff_id, plaintiff_name, defendant_name, judgment_amount, enforcement_stage, " +
    "enforcement_stage_updated_at, collectability_tier, batch_id",
  "public.v_migration_status": "source, version, name, executed_at",
  "public.v_plaintiffs_overview":
    "plaintiff_id, plaintiff_name, firm_name, status, total_judgment_amount, case_count",
};
Deno.test("views have the contract's columns in their order", () =>
  withDatabase(async (db) => {
    const rows = await db.sql`
      select table_schema || '.' || table_name as name,
             string_agg(column_name, ', ' order by ordinal_position) as columns
        from information_schema.columns group by 1`;
    const there = new Map(rows.map((row) => [String(row.name), String(row.columns)]));
    const whole = Object.entries(VIEWS).filter(([view, columns]) =>
      !`${there.get(view)}, `.startsWith(`${columns}, `)
    );
    assertEquals(whole.map(([view]) => `${view}: ${there.get(view)}`), []);
  }));

/** Columns of tables that other programs read; order is free. */
const TABLES: Record<string, string> = {
  "intake.simplicity_batches":
    "id filename source source_reference file_hash file_size_bytes storage_bucket storage_path storage_version status " +
    "attempt priority error_threshold_percent rejection_reason row_count_total row_count_staged row_count_valid " +
    "row_count_invalid row_count_inserted row_count_duplicate row_count_unread rejects_truncated parse_duration_ms db_duration_ms dialect " +
    "ignored_columns notes dry_run duplicate_of replay_of created_by created_at updated_at status_changed_at staged_at " +
    "validated_at completed_at",
  "intake.row_errors":
    "id batch_id attempt row_index line_number byte_offset error_code error_message error_stage field raw_value raw_line " +
    "raw_data issues created_at resolved_at resolved_by_batch",
  "intake.batch_error_counts": "batch_id error_code error_stage occurrences",
  "intake.error_codes": "code stage cause fix",
  "intake.sources":
    "source header_map columns dialect error_threshold_percent code_budgets warn_percent requires_approval priority",
  "ops.job_queue":
    "id job_type payload status priority attempts max_attempts locked_at locked_by lease_token lease_expires_at " +
    "next_run_at last_error dead_lettered_at dedupe_key created_at updated_at",
  "ops.queue_control": "job_type paused reason changed_by changed_at",
  "ops.worker_heartbeats":
    "worker_id worker_type status last_seen_at version memory_mb cpu_ms_last jobs_done jobs_failed",
  "public.judgments":
    "id case_number plaintiff_name defendant_name amount judgment_date filing_date court county state defendant_address " +
    "defendant_phone defendant_email source_reference status enforcement_stage enforcement_stage_updated_at plaintiff_id " +
    "source batch_id source_row_index created_at updated_at",
  "public.plaintiffs": "id name name_normalized firm_name status",
  "enforcement.actions":
    "id plaintiff_id judgment_id action_type status reason evidence_file_id remediation_task_id requested_by " +
    "requested_at executed_at",
  "evidence.files":
    "id bucket_path file_name sha256 size_bytes mime_type entity_type entity_id legal_hold uploaded_by uploaded_at",
  "legal.consents":
    "id plaintiff_id consent_type version status valid_from valid_until evidence_file_id accepted_at revoked_at " +
    "revoked_reason",
  "public.tasks": "id plaintiff_id title status priority assigned_role reason created_at completed_at",
  "audit.event_log":
    "id ts actor action entity_type entity_id before after request_id seal_no prev_hash hash",
};
Deno.test("tables have every column of the contract", () =>
  withDatabase(async (db) => {
    const rows = await db.sql`
      select table_schema || '.' || table_name || '.' || column_name as name from information_schema.columns`;
    const known = new Set(rows.map((row) => row.name));
    const missing = Object.entries(TABLES).flatMap(([table, columns]) =>
      columns.split(" ").map((column) => `${table}.${column}`).filter((name) => !known.has(name))
    );
    assertEquals(missing, []);
  }));

Deno.test("v_batch_observability counts rejects as errors, and duplicates not", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, { rows: [...rowsOf("V", 18, 1), { case: "V-0" }] });
    const [row] = await db.sql`
      select status, row_count_total, error_rate_percent, error_count, unresolved_error_count, total_duration_ms = parse_duration_ms + db_duration_ms as adds_up,
             wall_clock_ms >= 0 as took from intake.v_batch_observability where batch_id = ${id}`;
    assertEquals(row, {
      status: "completed",
      row_count_total: 20,
      error_rate_percent: "5.00",
      error_count: 1,
      unresolved_error_count: 1,
      adds_up: true,
      took: true,
    });
  }));

Deno.test("rates of a batch without rows are unknown, not a division by zero", () =>
  withDatabase(async (db) => {
    await drop(db);
    const [row] = await db
      .sql`select error_rate_percent, rows_per_second, total_duration_ms from intake.v_batch_observability`;
    assertEquals(row, { error_rate_percent: null, rows_per_second: null, total_duration_ms: null });
  }));

Deno.test("v_error_summary counts each code of a batch, and what of it is unresolved", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, {
      rows: [...rowsOf("V", 37, 2), { reject: "FUTURE_DATE" }, { case: "V-0" }],
    });
    await db.sql`update intake.row_errors set resolved_at = now() where row_index = 37`;
    const rows = await db.sql`
      select error_code, error_stage, occurrence_count, unresolved_count, first_seen <= last_seen as ordered
        from intake.v_error_summary where batch_id = ${id} order by 1`;
    assertEquals(rows.map((row) => Object.values(row)), [
      ["DUPLICATE_CASE_NUMBER", "insert", 1, 1, true],
      ["FUTURE_DATE", "validate", 1, 1, true],
      ["INVALID_AMOUNT", "validate", 2, 1, true],
    ]);
  }));

Deno.test("v_batch_performance adds up an hour without skipped drops and dry runs", () =>
  withDatabase(async (db) => {
    await ingest(db, { rows: [...rowsOf("V", 19, 1), { case: "V-0" }] });
    await ingest(db, { rows: [...rowsOf("V", 19, 1), { case: "V-0" }] }); // skipped
    await ingest(db, { rows: rowsOf("W", 1, 1) }); // failed
    const dry = await drop(db);
    await db.sql`update intake.simplicity_batches set dry_run = true where id = ${dry}`;
    await workOff(db, { rows: rowsOf("X", 5) });
    const rows = await db.sql`
      select total_batches, completed_batches, failed_batches, total_rows, inserted_rows, skipped_rows, error_rows, dedupe_rate_pct, error_rate_pct
        from ops.v_batch_performance`;
    assertEquals([...rows], [{
      total_batches: 2,
      completed_batches: 1,
      failed_batches: 1,
      total_rows: 23,
      inserted_rows: 19,
      skipped_rows: 1,
      error_rows: 2,
      dedupe_rate_pct: "4.76",
      error_rate_pct: "8.70",
    }]);
  }));

Deno.test("v_batch_performance and v_error_distribution look back seven days", () =>
  withDatabase(async (db) => {
    await ingest(db, { rows: rowsOf("V", 1, 1) });
    await db.sql`update intake.simplicity_batches set created_at = now() - interval '7 days 1 minute'`;
    const [row] = await db.sql`
      select (select count(*) from ops.v_batch_performance) as hours, (select count(*) from ops.v_error_distribution) as codes`;
    assertEquals(row, { hours: 0, codes: 0 });
  }));

Deno.test("v_error_distribution tells how often, in how many batches, and nothing personal", () =>
  withDatabase(async (db) => {
    await ingest(db, { rows: rowsOf("V", 1, 2) });
    await ingest(db, { rows: rowsOf("W", 1, 1) });
    const [row] = await db.sql`
      select d.occurrence_count, d.affected_batches, d.sample_message = c.cause as plain
        from ops.v_error_distribution d join intake.error_codes c on c.code = d.error_code`;
    assertEquals(row, { occurrence_count: 3, affected_batches: 2, plain: true });
  }));

Deno.test("v_pipeline_health counts ages from the last progress in a state, not from the drop", () =>
  withDatabase(async (db) => {
    await bringTo(db, "validating", { rows: rowsOf("V", 1) });
    await db
      .sql`update intake.simplicity_batches set created_at = now() - interval '1 day', progress_at = now() - interval '12 minutes'`;
    const [row] = await db.sql`select status, batch_count, oldest_age_minutes from ops.v_pipeline_health`;
    assertEquals(row, { status: "validating", batch_count: 1, oldest_age_minutes: "12.0" });
  }));

Deno.test("v_system_health knows online, offline and not_deployed, and counts what is due", () =>
  withDatabase(async (db) => {
    const look = async () => {
      const [row] = await db.sql`
        select ingest_status, enforcement_status, queue_depth, queue_processing from ops.v_system_health`;
      return row === undefined ? [] : Object.values(row);
    };
    assertEquals((await look())[0], "offline", "expected, and never seen");
    await engine(db)`select ops.beat_worker('w', 'ingest', 'idle', '1', 1, 0, 0)`;
    assertEquals((await look())[0], "online");
    await db.sql`update ops.worker_heartbeats set last_seen_at = now() - interval '61 seconds'`;
    assertEquals((await look())[0], "offline");
    await db.sql`delete from ops.expected_workers where worker_type = 'enforcement'`;
    assertEquals((await look())[1], "not_deployed");
    await drop(db);
    await drop(db);
    await drop(db);
    await db.sql`update ops.job_queue set next_run_at = now() + interval '1 hour'
      where id = (select id from ops.job_queue order by id limit 1)`;
    await engine(db)`select ops.claim('{ingest}', 'w')`;
    assertEquals((await look()).slice(2), [1, 1]);
  }));

Deno.test("v_migration_status lists what the CLI applied, newest first, as the playbook asks for it", () =>
  withDatabase(async (db) => {
    const rows = await db.sql`
SELECT version, name, executed_at
FROM public.v_migration_status
ORDER BY executed_at DESC
LIMIT 20`;
    assertGreater(rows.length, 10);
    const [first] = await db.sql`select version from public.v_migration_status limit 1`;
    const [newest] = await db.sql`select max(version) as version from supabase_migrations.schema_migrations`;
    assertEquals(first, newest);
  }));

/** Reading queries of the runbook, word for word. */
const RUNBOOK: Record<string, string> = {
  "batches in processing": `
SELECT
    id,
    status,
    filename,
    created_at,
    EXTRACT(EPOCH FROM (NOW() - created_at)) / 60 AS age_minutes
FROM intake.simplicity_batches
WHERE status IN ('uploaded', 'staging', 'validating', 'transforming', 'inserting', 'upserting', 'processing')
ORDER BY created_at ASC;`,
  "last hour's error rate": `
SELECT
    hour_bucket,
    total_batches,
    total_rows,
    error_rows,
    ROUND(100.0 * error_rows / NULLIF(total_rows, 0), 2) AS error_rate_pct
FROM ops.v_batch_performance
WHERE hour_bucket >= NOW() - INTERVAL '1 hour'
ORDER BY hour_bucket DESC;`,
  "top error codes": `
SELECT
    error_code,
    occurrence_count,
    affected_batches,
    sample_message,
    last_seen_at
FROM ops.v_error_distribution
ORDER BY occurrence_count DESC
LIMIT 10;`,
  "errors of a batch": `
    SELECT
        batch_id,
        row_index + 1 AS row_number,
        error_code,
        error_message,
        created_at
    FROM intake.row_errors
    ORDER BY row_index`,
  "batches by status": `
SELECT
    status,
    count(*) AS batch_count,
    sum(row_count_total) AS total_rows,
    sum(row_count_inserted) AS inserted_rows,
    sum(row_count_invalid) AS error_rows
FROM intake.simplicity_batches
GROUP BY status
ORDER BY status;`,
  "batches of today": `
SELECT
    id,
    filename,
    status,
    row_count_total,
    row_count_inserted,
    created_at
FROM intake.simplicity_batches
WHERE created_at::date = CURRENT_DATE
ORDER BY created_at DESC;`,
  "top plaintiffs": `
SELECT
    plaintiff_name,
    count(*) AS judgment_count,
    sum(amount) AS total_amount
FROM public.judgments
GROUP BY plaintiff_name
ORDER BY judgment_count DESC
LIMIT 20;`,
  "failed batches with errors": `
SELECT
    sb.id,
    sb.filename,
    sb.rejection_reason,
    sb.created_at,
    count(re.id) AS error_count
FROM intake.simplicity_batches sb
LEFT JOIN intake.row_errors re ON re.batch_id = sb.id
WHERE sb.status = 'failed'
  AND sb.created_at >= NOW() - INTERVAL '7 days'
GROUP BY sb.id, sb.filename, sb.rejection_reason, sb.created_at
ORDER BY sb.created_at DESC;`,
  "system health": "SELECT * FROM ops.v_system_health;",
  "recent migrations": "SELECT * FROM public.v_migration_status\nORDER BY executed_at DESC\nLIMIT 10;",
};
Deno.test("the runbook's queries run as typed and find what is there", () =>
  withDatabase(async (db) => {
    await ingest(db, { rows: rowsOf("V", 19, 1) });
    await ingest(db, { rows: rowsOf("W", 1, 1) });
    await drop(db);
    const empty = [];
    for (const [name, query] of Object.entries(RUNBOOK)) {
      if ((await db.sql.unsafe(query)).length === 0) empty.push(name);
    }
    assertEquals(empty, []);
  }));
