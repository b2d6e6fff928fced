/** All commands. One file each in commands/; a new one is added here and nowhere else. */
import type { AnyCommand } from "./command.ts";
import { alerts, alertsSilence } from "./commands/alerts.ts";
import { analyzeErrors } from "./commands/analyze_errors.ts";
import { abort, approve, refuse, retry, undo } from "./commands/batch_actions.ts";
import { batches } from "./commands/batches.ts";
import { dbPush } from "./commands/db_push.ts";
import { deploy } from "./commands/deploy.ts";
import { errors } from "./commands/errors.ts";
import { fixSchemaCache } from "./commands/fix_schema_cache.ts";
import { fixStuckBatch } from "./commands/fix_stuck_batch.ts";
import { ingestTrigger } from "./commands/ingest_trigger.ts";
import { lintMigrations } from "./commands/lint_migrations.ts";
import { logs } from "./commands/logs.ts";
import { migrationRepair } from "./commands/migration_repair.ts";
import { migrationStatus } from "./commands/migration_status.ts";
import { monitorIngest } from "./commands/monitor_ingest.ts";
import { monitorWorkers } from "./commands/monitor_workers.ts";
import { pgrstReload } from "./commands/pgrst_reload.ts";
import { queuePause, queueRedrive, queueReset, queueResume } from "./commands/queue_actions.ts";
import { queueInspect } from "./commands/queue_inspect.ts";
import { replay } from "./commands/replay.ts";
import { securityAudit } from "./commands/security_audit.ts";
import { sentinel } from "./commands/sentinel.ts";
import { usersAdd, usersList, usersRemove } from "./commands/users.ts";
import { verifyEnvConfig } from "./commands/verify_env_config.ts";
import { wake } from "./commands/wake.ts";

export const COMMANDS: readonly AnyCommand[] = [
  sentinel,
  alerts,
  alertsSilence,
  batches,
  errors,
  analyzeErrors,
  ingestTrigger,
  retry,
  abort,
  approve,
  refuse,
  undo,
  replay,
  queueInspect,
  queuePause,
  queueResume,
  queueReset,
  queueRedrive,
  wake,
  monitorWorkers,
  monitorIngest,
  fixStuckBatch,
  fixSchemaCache,
  pgrstReload,
  logs,
  verifyEnvConfig,
  securityAudit,
  lintMigrations,
  migrationStatus,
  migrationRepair,
  dbPush,
  deploy,
  usersAdd,
  usersList,
  usersRemove,
];
