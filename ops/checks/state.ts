/** How the work of a system goes: its schema, its queues, its batches, its workers, its record. */
import * as z from "zod";
import { PostgresCalls } from "../../shared/data/postgres_calls.ts";
import { QueueInspection } from "../../shared/http/answers/system.ts";
import { auditChain } from "../../shared/sentinel/checks/audit_chain.ts";
import { CRON_JOBS, cronJobs } from "../../shared/sentinel/checks/cron_jobs.ts";
import { stuckBatches } from "../../shared/sentinel/checks/stuck_batches.ts";
import { workerHeartbeats } from "../../shared/sentinel/checks/worker_heartbeats.ts";
import { readConfig } from "../../checkout/config.ts";
import { ROOT } from "../../checkout/root.ts";
import { age } from "../../checkout/table.ts";
import { readMigrations } from "../migrations/files.ts";
import { compareMigrations, readApplied } from "../migrations/status.ts";
import { missingSchemas } from "../security/checks.ts";
import type { Target } from "../target.ts";
import { lookAs } from "./asking.ts";
import { type Seen, unwell, warned, well, wellUnless } from "./check.ts";

/** Whether the migrations of this checkout are applied, and no others, and REST's schemas are there. */
export async function lookAtSchema(target: Target): Promise<Seen> {
  const sql = await target.sql();
  const lines = compareMigrations(await readMigrations(ROOT), await readApplied(sql));
  const missing = await missingSchemas(sql, (await readConfig()).api.schemas);
  const wrong = [
    ...lines.filter(({ state }) => state !== "applied").map(({ version, name, state }) =>
      `${version}_${name} is ${state}`
    ),
    ...missing.map((name) => `schema ${name} is exposed and not there`),
  ];
  return wellUnless(
    wrong,
    `${lines.length} migrations applied, up to ${lines.at(-1)?.version ?? "nothing"}`,
    "pending: ops db-push. edited: put the file back as it was and write a new migration. orphan: ops migration-status --write " +
      "documents it.",
  );
}

/** Over how many due jobs a queue counts as backed up. */
const DUE_LIMIT = 100;

/** What is wrong with queues, in words; nothing when all is well. */
export function queueTroubles({ queues, stuck, poisoned }: QueueInspection): string[] {
  const due = queues.reduce((sum, one) => sum + one.due, 0);
  return [
    ...(stuck.length > 0 ? [`${stuck.length} stuck`] : []),
    ...(poisoned.length > 0 ? [`${poisoned.length} given up or failing again and again`] : []),
    ...(due > DUE_LIMIT ? [`${due} due`] : []),
  ];
}

/** Whether jobs are stuck, poisoned or piling up; a brake is a warning. */
export async function lookAtQueue(target: Target): Promise<Seen> {
  const calls = new PostgresCalls(await target.sql());
  const found = QueueInspection.parse(await calls.call("ops", "inspect_queues", { queue: null }));
  const troubles = queueTroubles(found);
  const sum = (what: "due" | "processing") => found.queues.reduce((all, one) => all + one[what], 0);
  const figures = `${found.queues.length} queues, ${sum("due")} due, ${sum("processing")} in work`;
  if (troubles.length > 0) {
    return unwell(
      `${figures}: ${troubles.join(", ")}`,
      "ops queue-inspect shows which and why; then ops queue reset (stuck) or ops queue redrive <job> (given up).",
    );
  }
  const paused = found.queues.filter((one) => one.paused).map((one) => one.job_type);
  if (paused.length === 0 && found.held.length === 0) return well(`${figures}, none stuck or given up`);
  return warned(
    `${figures}; paused: ${
      [...paused, ...(found.held.length > 0 ? [`${found.held.length} jobs`] : [])].join(", ")
    }`,
    "ops queue resume <queue or job>, when the reason has gone.",
  );
}

/** Whether every batch moves. */
export function lookAtStuckBatches(target: Target): Promise<Seen> {
  return lookAs(target, stuckBatches, "none without progress for 5 minutes");
}

const Beats = z.array(z.object({ worker_type: z.string(), silent: z.number().nullable() }));

/** Whether every worker type that is expected has given a sign of life within a minute. */
export async function lookAtHeartbeats(target: Target): Promise<Seen> {
  const sql = await target.sql();
  const rows = Beats.parse([
    ...await sql`
      select w.worker_type, extract(epoch from now() - max(h.last_seen_at))::float8 as silent
        from ops.expected_workers w left join ops.worker_heartbeats h on h.worker_type = w.worker_type
       group by w.worker_type
       order by w.worker_type`,
  ]);
  const words = rows.map(({ worker_type, silent }) =>
    `${worker_type} online (${silent === null ? "deployed just now" : `${age(silent)} ago`})`
  );
  return await lookAs(target, workerHeartbeats, words.join(", ") || "no worker is expected", "warning");
}

/** Whether what runs by the clock runs. */
export function lookAtCron(target: Target): Promise<Seen> {
  return lookAs(target, cronJobs, `${CRON_JOBS.length} jobs run`);
}

/** Whether the record of events is whole in itself. */
export async function lookAtAuditChain(target: Target): Promise<Seen> {
  const sql = await target.sql();
  const [row] = await sql`
    select count(*)::float8 as events, max(e.seal_no)::float8 as sealed from audit.event_log e`;
  const words = `${row?.events} events, sealed up to ${row?.sealed ?? "none"}, chain whole`;
  return await lookAs(target, auditChain, words);
}
