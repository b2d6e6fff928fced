/** All checks, in the order they are told. A new one is a file in checks/ and a line here. */
import type { Check } from "./check.ts";
import { approvalWaiting } from "./checks/approval_waiting.ts";
import { auditChain } from "./checks/audit_chain.ts";
import { avgProcessingTime } from "./checks/avg_processing_time.ts";
import { cronJobs } from "./checks/cron_jobs.ts";
import { deadLetters } from "./checks/dead_letters.ts";
import { directConnection } from "./checks/direct_connection.ts";
import { errorSpike } from "./checks/error_spike.ts";
import { guardTriggers } from "./checks/guard_triggers.ts";
import { headerChanges } from "./checks/header_changes.ts";
import { lostLeases } from "./checks/lost_leases.ts";
import { queueBacklog } from "./checks/queue_backlog.ts";
import { queuePaused } from "./checks/queue_paused.ts";
import { schemaCache } from "./checks/schema_cache.ts";
import { stuckBatches } from "./checks/stuck_batches.ts";
import { successRate } from "./checks/success_rate.ts";
import { unclaimedDrops } from "./checks/unclaimed_drops.ts";
import { unreadLines } from "./checks/unread_lines.ts";
import { wakeCalls } from "./checks/wake_calls.ts";
import { workerHeartbeats } from "./checks/worker_heartbeats.ts";

export const CHECKS: readonly Check[] = [
  stuckBatches,
  lostLeases,
  approvalWaiting,
  queuePaused,
  errorSpike,
  unreadLines,
  headerChanges,
  schemaCache,
  workerHeartbeats,
  cronJobs,
  wakeCalls,
  queueBacklog,
  deadLetters,
  successRate,
  avgProcessingTime,
  unclaimedDrops,
  auditChain,
  guardTriggers,
  directConnection,
];
