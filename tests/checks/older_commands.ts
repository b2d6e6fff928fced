/**
 * What older pages and the contract tell people to type, what it is here, and how it exits: the page docs/runbooks/commands.md,
 * whose rows tests type as they stand.
 */
import { table } from "./tables.ts";

/** One line that is typed. */
export interface TypedLine {
  /** As older pages have it; null for what they did not have. */
  readonly there: string | null;
  /** After `ops`. Words in brackets stand for what a test puts there: `<batch>` was refused, `<new>` is a file nobody knows yet. */
  readonly here: string;
  /** Exit codes it may have on a local stack that is well and has refused one file. Several where it says what it finds. */
  readonly exits: readonly number[];
  /** The test that runs it, where it needs more than such a stack. */
  readonly elsewhere?: string;
}

const line = (there: string | null, here: string, ...exits: number[]): TypedLine => ({ there, here, exits });
const by = (elsewhere: string, there: string | null, here: string, ...exits: number[]): TypedLine => ({
  ...line(there, here, ...exits),
  elsewhere,
});

const PROOFS = "tests/e2e/proofs_test.ts";
const GATES = "tests/e2e/gates_test.ts";
const DEPLOY = "tests/deploy/deploy_test.ts";
/** Ids that no batch, job or action has. */
const NOBODY = "00000000";

/** In this order, on one stack: what changes the refused batch comes last. */
export const TYPED_LINES: readonly TypedLine[] = [
  by(GATES, "`tools.go_live_gate --env prod`", "go_live_gate --strict", 0),
  by(
    GATES,
    "`tools.prod_gate --mode dev --skip pytest evaluator`",
    "prod_gate --mode dev --skip pytest evaluator --skip ruff,imports",
    0,
  ),
  by(GATES, "`tools.prod_gate --mode prod --json`", "prod_gate --mode prod --json", 0),
  by(GATES, "`tools.prod_gate --env prod --strict`", "prod_gate --mode prod --strict", 0),
  by(PROOFS, "`tools.golden_path --env prod --cleanup`", "golden_path --cleanup --timeout 120", 0),
  by(PROOFS, "`tools.smoke_simplicity --env prod`", "smoke_simplicity --timeout 120", 0),
  by(PROOFS, "`tools.smoke_e2e`", "smoke_e2e --timeout 120", 0),
  by(PROOFS, "`tools.verify_green_light --env prod`", "verify_green_light --timeout 120", 0),
  by(
    "tests/functions/enforcement_test.ts",
    "`tools.verify_business_logic --env prod`",
    "verify_business_logic",
    0,
  ),
  by("tests/functions/evidence_test.ts", "`tools.verify_court_proof --env prod`", "verify_court_proof", 0),
  by(DEPLOY, "`scripts/db_push.ps1 -SupabaseEnv prod`", "db-push --dry-run", 0),
  by(DEPLOY, "Railway, deployments, rollback", "deploy --ref COMMIT --dry-run", 0),
  line("`tools.smoke_plaintiffs --env prod`", "smoke_plaintiffs", 0),
  line("`tools.doctor --env prod`", "doctor", 0, 1),
  line("`tools.doctor_all --env dev|prod`", "doctor_all", 0, 1),
  line("`backend.workers.sentinel --json`", "sentinel --json", 0, 1, 2),
  line("`backend.workers.sentinel --once`", "sentinel --once", 0, 1, 2),
  line("`backend.workers.sentinel --loop --interval 300`", "sentinel --loop --interval 300", 130),
  line("`tools.security_audit --env dev`", "security_audit", 0),
  line("`verify_env_config`", "verify_env_config", 0),
  line("`tools.migration_status --env prod`", "migration_status", 0),
  line(
    "`supabase migration repair --status applied VERSION`",
    "migration-repair 20990101000000 --status applied",
    2,
  ),
  line("the same of what is not there", "migration-repair 20990101000000 --status reverted", 0),
  line("`tools.monitor_workers --env prod`", "monitor_workers", 0, 1),
  line(null, "monitor_workers --follow", 130),
  line("`tools.queue_inspect --env prod`", "queue_inspect", 0),
  line("`tools.queue_inspect --env prod --queue ingest`", "queue_inspect --queue ingest", 0),
  line(null, "queue_inspect --watch", 130),
  line("`tools.monitor_ingest --env prod --follow`", "monitor_ingest --follow", 130),
  line(null, "monitor_ingest", 0),
  line("`backend.workers.ingest_trigger`", "ingest_trigger", 0),
  line("`Copy-Item x.csv data_in/live/`", "ingest-trigger <new> --watch --source simplicity", 0),
  line("`tools.fix_pooler_connection --env prod`", "fix_pooler_connection", 0),
  line("`tools.fix_schema_cache --env prod`", "fix_schema_cache", 0),
  line("`tools.pgrst_reload`", "pgrst_reload", 0),
  line("`tools.fix_stuck_batch --env prod`", "fix_stuck_batch", 0),
  line("`tools.fix_stuck_batch --action abort`", "fix_stuck_batch --action abort --threshold 30", 0),
  line(
    "`tools.fix_stuck_batch --batch-id ID --action retry`",
    "fix_stuck_batch --batch-id <batch> --action retry --dry-run",
    0,
  ),
  line(null, `fix-stuck-batch --batch-id ${NOBODY}`, 1),
  line("`tools.analyze_errors --batch-id ID`", "analyze_errors --batch-id <batch>", 0),
  line("`tools.analyze_errors --recent 5`", "analyze_errors --recent 5", 0),
  line("`tools.analyze_errors --summary`", "analyze_errors --summary", 0),
  line(null, `analyze-errors --batch-id ${NOBODY}`, 1),
  line(
    "`tools.generate_announcement --output announcement.md`",
    "generate_announcement --output <output>.md",
    0,
    1,
  ),
  line(
    "`railway logs --service NAME --tail 100`, `tail -f worker.log`",
    "logs worker --since 15m --grep error",
    0,
  ),
  line("`backend.worker`, `ingest_processor`, `railway up`, `systemctl restart`", "wake worker", 0),
  line("`enforcement_engine`", "wake enforcement", 0),
  line("`update ops.job_queue set status = 'paused' …`", 'queue pause vendor_pull --why "vendor down"', 0),
  line(
    "`update ops.job_queue set status = 'pending' … where status = 'paused'`",
    'queue resume vendor_pull --why "vendor is back"',
    0,
  ),
  line("`update ops.job_queue set status = 'pending', locked_at = null …`", "queue reset", 0),
  line(null, "queue redrive ingest", 0),
  line(null, `queue pause ${NOBODY} --why "not this one"`, 1),
  line(null, `queue resume ${NOBODY}`, 1),
  line(null, `queue reset ${NOBODY}`, 1),
  line(null, `queue redrive ${NOBODY}`, 1),
  line("`pytest -q` of the golden dataset", "evaluate --dataset <dataset>", 0),
  line("`ruff` of migrations", "lint-migrations", 0),
  line(null, "verify-evidence", 0),
  line(null, "batches --status failed --source simplicity --search runbooks --limit 5 --page 1", 0),
  line("`copy (select … from intake.row_errors …) to stdout`", "errors <batch> --csv", 0),
  line(
    "`GET /rest/v1/row_errors?batch_id=eq.ID`",
    "errors <batch> --code INVALID_AMOUNT --limit 5 --page 1",
    0,
  ),
  line(null, `errors ${NOBODY}`, 1),
  line(null, "alerts", 0, 1, 2),
  line(null, "alerts --all", 0, 1, 2),
  line(null, 'alerts silence error_spike --for 2h --why "a known file"', 0),
  line(null, "users add typed@example.org --role viewer", 0),
  line(null, "users list", 0),
  line(null, "users remove typed@example.org", 0),
  line(null, "completions bash", 0),
  line(null, "completions tcsh", 2),
  line(null, "evaluate --dataset /no/such/file.json", 2),
  line(null, "certificate <batch> --output <output>.tar", 0),
  line(null, `certificate ${NOBODY}`, 1),
  line(null, "approve <batch>", 1),
  line(null, 'refuse <batch> --why "not ours"', 1),
  line(null, 'undo <batch> --why "wrong file"', 1),
  line(null, 'abort <batch> --why "sent twice"', 1),
  line(null, `replay ${NOBODY} <errors>`, 1),
  line(null, `retry ${NOBODY}`, 1),
  line("`update intake.simplicity_batches set status = 'uploaded' …`", "retry <batch> --threshold 20", 0),
];

/** What is no command here, and what stands in its place. */
const REST: readonly (readonly [there: string, here: string])[] = [
  ["`scripts/load_env.ps1`", "nothing to load: commands read `.env.dev`, `.env.prod` themselves"],
  ["`tools.migration_status` into `SCHEMA_DRIFT.md`", "`ops migration-status --write`"],
  ["`supabase migration up`", "`ops db-push`"],
  ["`pytest -q`", "`deno task test`"],
  ["`ruff`", "`deno lint`"],
  ["new code on Railway", "`ops deploy`"],
  ["`railway` variables", "`.env.prod`, then `ops deploy`; judged by `ops verify-env-config`"],
  ["`npm run build` of the dashboard", "`deno task build`"],
  ["`DRAGONFLY_API_URL_PROD`, `DRAGONFLY_API_URL_DEV`", "`SUPABASE_URL` in `.env.prod`, `.env.dev`"],
  [
    "`curl …/api/health` · `/health` · `/readyz`",
    "`GET /functions/v1/system/health`, `/functions/v1/system/readyz`",
  ],
  ["`POST /api/intake/upload`", "`POST /functions/v1/intake/upload`"],
  ["`/api/v1/system/status`", "`GET /functions/v1/system/status`"],
  [
    '`psql $SUPABASE_DB_URL -c "…"`',
    "the same SQL as `postgres`: [operations](operations.md), [troubleshooting](troubleshooting.md)",
  ],
  ["`NOTIFY pgrst, 'reload'`", "is ignored by REST: `notify pgrst, 'reload schema'`, or `ops pgrst-reload`"],
  [
    "`GET /rest/v1/row_errors` with the anon key",
    "refused: `ops errors <batch>`, `GET /functions/v1/intake/batches/:id/errors`",
  ],
  ["`gsutil cp gs://…/BATCH.csv`", "`GET /functions/v1/intake/batches/:id/file`"],
  ["`supabase_client … .table('simplicity_batches')`", "`ops batches --search <id> --json`"],
];

const told = (exits: readonly number[]) =>
  exits.length === 1 ? String(exits[0]) : `${exits.join(" or ")}, by what it finds`;

/** The page docs/runbooks/commands.md. */
export function commandsPage(): string {
  return [
    "# Commands of the older runbooks\n",
    "Written from the code by `deno task types`; not edited by hand.\n",
    "What older pages tell people to type, and what it is here. Underscores pass for hyphens, so the names stand as they were: " +
    "`python -m tools.NAME FLAGS` is",
    "`deno task ops NAME FLAGS`. `--env dev|prod` chooses the system everywhere (also `SUPABASE_MODE`), and is never ignored; the rows below were",
    "run on a local stack, without it. Each is run by a test and exits as it says here: 130 is what goes on until Ctrl-C. `" +
    NOBODY + "` is an id that nothing has.\n",
    table(
      ["there", "what was run here", "exit", "run by"],
      TYPED_LINES.map(({ there, here, exits, elsewhere }) => [
        there ?? "–",
        `\`ops ${here.replace(/<(\w+)>/g, (_, word) => word.toUpperCase())}\``,
        told(exits),
        (elsewhere ?? "tests/e2e/runbooks_test.ts").replace("tests/", ""),
      ]),
    ),
    "What is no command, or none of these:\n",
    table(["there", "here"], REST),
  ].join("\n");
}
