/** `ops smoke-simplicity`: the seven things the schema of the intake is relied on for, with real files. */
import { type Check, unwell, well, wellUnless } from "../checks/check.ts";
import { showRow } from "../checks/show.ts";
import { shortId } from "../batches/words.ts";
import { command, type Pen } from "../command.ts";
import { type IntakeProof, PATIENCE } from "../proofs/intake_proof.ts";
import { BAD_ROWS, GOOD_ROWS } from "../proofs/proof_files.ts";
import { runProof, type TimedVerdict } from "../proofs/run_proof.ts";
import { STUCK } from "../proofs/three_proofs.ts";
import { MISSING_VIEW } from "../proofs/views.ts";

const SCHEMA = "intake";
const TABLE = "simplicity_batches";
const METRICS = "view_batch_metrics";
const DEFAULT_THRESHOLD = "10"; // percent
const THICK = "═".repeat(80);
const THIN = "─".repeat(80);
const SCHEMA_CURE = "apply what is missing: ops migration-status, then ops db-push";

/** The columns of a batch that queries, runbooks and dashboards name. */
const COLUMNS =
  ("id filename source source_reference file_hash file_size_bytes storage_bucket storage_path storage_version status " +
    "attempt priority error_threshold_percent rejection_reason rejection_code row_count_total row_count_staged " +
    "row_count_valid row_count_invalid row_count_inserted row_count_duplicate row_count_unread rejects_truncated " +
    "parse_duration_ms db_duration_ms dialect ignored_columns notes dry_run duplicate_of replay_of created_by " +
    "created_at updated_at status_changed_at staged_at validated_at completed_at").split(" ");

export const smokeSimplicity = command<TimedVerdict>({
  name: "smoke-simplicity",
  effects: "two batches called dragonfly-proof…, taken out again; audit events stay",
  flags: PATIENCE,
  examples: [
    ["", "after migrations were applied to the local stack"],
    ["--env prod --yes", "after a deployment to prod"],
  ],
  run: (context, report) =>
    runProof(context, report, "Send two proof files through the pipeline", sevenTests),
  show,
});

function sevenTests(proof: IntakeProof): Check[] {
  return [
    { name: "Schema check", remedy: SCHEMA_CURE, look: () => columns(proof) },
    { name: "Error threshold default", remedy: SCHEMA_CURE, look: () => threshold(proof) },
    { name: "Batch created", remedy: STUCK, look: () => created(proof) },
    { name: "Idempotency", remedy: STUCK, look: () => idempotency(proof) },
    { name: "Timing metrics", remedy: STUCK, look: () => timing(proof) },
    { name: "Rejection reason", remedy: STUCK, look: () => rejection(proof) },
    { name: "Metrics view", remedy: MISSING_VIEW, look: () => metrics(proof) },
  ];
}

async function columns(proof: IntakeProof) {
  const there = await (await proof.gateway()).columnsOf(SCHEMA, TABLE);
  return wellUnless(
    COLUMNS.filter((column) => !there.includes(column)).map((column) => `${SCHEMA}.${TABLE} lacks ${column}`),
    "All required columns exist",
    SCHEMA_CURE,
  );
}

async function threshold(proof: IntakeProof) {
  const found = await (await proof.gateway()).defaultOf(SCHEMA, TABLE, "error_threshold_percent");
  return found === DEFAULT_THRESHOLD
    ? well(`error_threshold_percent defaults to ${DEFAULT_THRESHOLD}`)
    : unwell(
      `error_threshold_percent defaults to ${found ?? "nothing"}, not to ${DEFAULT_THRESHOLD}`,
      `alter table ${SCHEMA}.${TABLE} alter column error_threshold_percent set default ${DEFAULT_THRESHOLD}`,
    );
}

async function created(proof: IntakeProof) {
  const { batchId } = await proof.good();
  const { status, row_count_total, row_count_inserted, rejection_reason } = await proof.ended(batchId);
  return status === "completed" && row_count_inserted === GOOD_ROWS
    ? well(`id=${shortId(batchId)}..., rows=${row_count_total}`)
    : unwell(
      `id=${shortId(batchId)}..., ${status}${rejection_reason === null ? "" : `, ${rejection_reason}`}`,
      `see why: ops errors ${shortId(batchId)}; ops logs worker`,
    );
}

async function idempotency(proof: IntakeProof) {
  const [first, second] = [await proof.good(), await proof.goodAgain()];
  const copies = first.hash === null ? 0 : await (await proof.gateway()).batchesOfHash(first.hash);
  return second.duplicate && second.batchId === first.batchId && copies === 1
    ? well("Duplicate file_hash correctly rejected")
    : unwell(`${copies} batches of the same file_hash`, "files are taken in twice: do not go live");
}

async function timing(proof: IntakeProof) {
  const { batchId } = await proof.good();
  const { parse_duration_ms: parse, db_duration_ms: db } = await proof.ended(batchId);
  return parse !== null && db !== null
    ? well(`parse=${parse}ms, db=${db}ms recorded`)
    : unwell(`parse=${parse ?? "none"}, db=${db ?? "none"}`, "see what the worker says: ops logs worker");
}

async function rejection(proof: IntakeProof) {
  const { batchId } = await proof.bad();
  const batch = await proof.ended(batchId);
  return batch.rejection_code === "ERROR_BUDGET_EXCEEDED" && batch.rejection_reason !== null
    ? well(`Error budget rejection recorded (${batch.rejection_reason})`)
    : unwell(
      `${batch.status} with ${batch.row_count_invalid} of ${BAD_ROWS} rows bad and a threshold of ` +
        `${batch.error_threshold_percent} %`,
      "bad files are taken: lower error_threshold_percent of the source (PUT /intake/sources/simplicity)",
    );
}

async function metrics(proof: IntakeProof) {
  const [gateway, { batchId }] = [await proof.gateway(), await proof.good()];
  const inserted = await gateway.metricsOf(batchId);
  return inserted === GOOD_ROWS ? well(`${SCHEMA}.${METRICS} exists`) : unwell(
    `${SCHEMA}.${METRICS} tells ${inserted ?? "nothing"} of ${GOOD_ROWS} rows`,
    `see what became of the file: ops errors ${shortId(batchId)}; ops migration-status`,
  );
}

function show({ environment, checks, passed }: TimedVerdict, pen: Pen): string {
  const well = checks.filter((row) => row.passed).length;
  const result = `Results: ${well}/${checks.length} passed - ${passed ? "ALL TESTS PASSED" : "TESTS FAILED"}`;
  return [
    THICK,
    pen.bold("🧪 Simplicity Pipeline Smoke Test"),
    THICK,
    `Environment: ${environment}`,
    THIN,
    ...checks.map((row) => showRow(row, pen)),
    "",
    THICK,
    passed ? pen.good(`✅ ${result}`) : pen.bad(`❌ ${result}`),
    THICK,
  ].join("\n");
}
