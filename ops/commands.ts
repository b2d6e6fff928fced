/** All commands. One file each in commands/; a new one is added here and nowhere else. */
import type { AnyCommand } from "./command.ts";
import { alerts, alertsSilence } from "./commands/alerts.ts";
import { fixSchemaCache } from "./commands/fix_schema_cache.ts";
import { fixStuckBatch } from "./commands/fix_stuck_batch.ts";
import { logs } from "./commands/logs.ts";
import { monitorIngest } from "./commands/monitor_ingest.ts";
import { monitorWorkers } from "./commands/monitor_workers.ts";
import { pgrstReload } from "./commands/pgrst_reload.ts";
import { queuePause, queueRedrive, queueReset, queueResume } from "./commands/queue_actions.ts";
import { queueInspect } from "./commands/queue_inspect.ts";
import { sentinel } from "./commands/sentinel.ts";
import { wake } from "./commands/wake.ts";

export const COMMANDS: readonly AnyCommand[] = [
  sentinel,
  alerts,
  alertsSilence,
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
];
