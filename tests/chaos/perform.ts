/** Does to a running stack what a schedule says, and notes what came of it. */
import postgres from "postgres";
import type { TestStack } from "../support/stack.ts";
import { until } from "../support/until.ts";
import type { ChaosFile } from "./files.ts";
import type { Outside } from "./outside.ts";
import type { Act, Hand, Schedule } from "./schedule.ts";

/** An act that was done. `applied`: whether a statement changed a row. */
export interface Done {
  readonly at: number;
  readonly act: Act;
  readonly applied: boolean;
}

export const FAIL_REASON = "Aborted by operator: chaos";
const UNDO_WHY = "chaos";
export const UNDO_REASON = `Undone by operator: ${UNDO_WHY}`;
const UPLOAD_PATIENCE_MS = 60_000;
const CONNECT_PATIENCE_MS = 30_000;

/** Runs a schedule to its end; at the end every fault is lifted. @param scale of the stack's time. */
export async function perform(
  stack: TestStack,
  outside: Outside,
  plan: Schedule,
  scale: number,
): Promise<Done[]> {
  const began = performance.now();
  const log: Done[] = [];
  const uploads: Promise<void>[] = [];
  for (const { at, act } of plan.steps) {
    await pause(at * 1000 * scale - (performance.now() - began));
    if (act.do === "drop") {
      uploads.push(upload(stack, act.path, fileOf(plan, act.file)));
      log.push({ at, act, applied: true });
    } else if (act.do === "pull") {
      outside.offer(fileOf(plan, act.file), act.version);
      log.push({ at, act, applied: await askForExport(stack) });
    } else if (act.do === "outside") {
      outside.refuse(act.refusals);
      log.push({ at, act, applied: true });
    } else log.push({ at, act, applied: await doOne(stack, act, scale) });
  }
  await Promise.all(uploads);
  await liftFaults(stack, outside);
  // What was under way when the export changed may have asked for the one before.
  if (log.some(({ act, applied }) => act.do === "pull" && !applied)) {
    await until("the next pull to be queued", () => askForExport(stack));
  }
  return log;
}

function fileOf(plan: Schedule, name: string): ChaosFile {
  const file = plan.files.find((one) => one.name === name);
  if (file === undefined) throw new Error(`Cannot use ${name}: the schedule has no such file`);
  return file;
}

/** @returns false when a pull is queued or under way already. */
function askForExport(stack: TestStack): Promise<boolean> {
  return statement(
    stack,
    (sql) =>
      sql`select 1 from (select ops.queue_vendor_pull() as job) asked, lateral ops.wake_outbound()
           where asked.job is not null`,
  );
}

type DatabaseAct = Exclude<Act, { do: "drop" | "pull" | "outside" }>;

async function doOne(stack: TestStack, act: DatabaseAct, scale: number): Promise<boolean> {
  const faults = async (set: Record<string, unknown>) => {
    await stack.ask({ do: "faults", set });
    return true;
  };
  switch (act.do) {
    case "kill":
      return await signal(stack, act.of, "SIGKILL", act.count);
    case "stop":
      return await signal(stack, act.of, "SIGSTOP", act.count);
    case "continue":
      return await goOn(stack);
    case "notice":
      return await statement(
        stack,
        (sql) =>
          sql`select ops.wake_outbound() from (
                select array_agg(ops.enqueue('notify', jsonb_build_object('kind', 'alert', 'channel', 'slack',
                  'alert', jsonb_build_object('fingerprint', mark, 'check', 'chaos', 'level', 'warning', 'message', mark,
                    'remedy', null, 'state', 'open', 'first_seen', now(), 'last_seen', now(), 'count', 1)),
                  'notify:' || mark))
                  from unnest(${[...act.marks]}::text[]) as mark) queued`,
      );
    case "crash_postgres":
      await stack.ask({
        do: "restart_postgres",
        mode: "immediate",
        pause_ms: Math.round(act.pause * 1000 * scale),
      });
      return true;
    case "wakes": {
      const fault = { lose: act.lose, double: act.double, delay_ms: Math.round(act.delay * 1000 * scale) };
      return await faults({ wakes: { trigger: fault, cron: fault, sql: fault, other: fault } });
    }
    case "net":
      return await faults({ net_stopped: act.stopped });
    case "rest":
      return await faults({ rest_out: act.out ? "always" : "no" });
    case "cut":
      return await faults({ storage_cut: { after_bytes: act.afterBytes, times: act.times } });
    case "queue":
      return await statement(
        stack,
        (sql) =>
          sql`update ops.queue_control set paused = ${act.paused} where job_type = 'ingest' returning 1`,
      );
    case "reset":
      return await statement(
        stack,
        (sql) =>
          sql`update intake.simplicity_batches set status = 'uploaded' where storage_path = ${act.path} returning 1`,
      );
    case "fail":
      return await statement(
        stack,
        (sql) =>
          sql`update intake.simplicity_batches set status = 'failed', rejection_reason = ${FAIL_REASON}
             where storage_path = ${act.path} and status not in ('completed', 'failed', 'skipped') returning 1`,
      );
    case "undo":
      return await statement(
        stack,
        (sql) =>
          sql`select 1 from (select intake.undo_batch(b.id, ${UNDO_WHY}, 'operator:chaos', null) as told
                               from intake.simplicity_batches b where b.storage_path = ${act.path}) asked
               where asked.told ->> 'outcome' = 'done'`,
      );
    case "delete":
      return await statement(
        stack,
        (sql) => sql`delete from intake.simplicity_batches where storage_path = ${act.path} returning 1`,
      );
    case "pending":
      return await statement(
        stack,
        (sql) =>
          sql`update ops.job_queue j set status = 'pending' from intake.simplicity_batches b
             where b.id = j.batch_id and b.storage_path = ${act.path} and j.job_type = 'ingest' returning 1`,
      );
    case "pause_job":
      return await statement(
        stack,
        (sql) =>
          sql`update ops.job_queue j set status = 'paused' from intake.simplicity_batches b
             where b.id = j.batch_id and b.storage_path = ${act.path} and j.job_type = 'ingest'
               and j.status in ('pending', 'processing') returning 1`,
      );
  }
}

async function liftFaults(stack: TestStack, outside: Outside): Promise<void> {
  outside.refuse(0);
  await stack.ask({
    do: "faults",
    set: { net_stopped: false, wakes: {}, rest_out: "no", storage_cut: null },
  });
  await goOn(stack);
  await statement(
    stack,
    (sql) => sql`update ops.queue_control set paused = false where job_type = 'ingest' returning 1`,
  );
}

async function signal(
  stack: TestStack,
  of: Hand,
  name: "SIGKILL" | "SIGSTOP" | "SIGCONT",
  count?: number,
): Promise<boolean> {
  const pids = await stack.ask({ do: "signal_isolates", function: of, signal: name, count });
  return Array.isArray(pids) && pids.length > 0;
}

async function goOn(stack: TestStack): Promise<boolean> {
  const workers = await signal(stack, "worker", "SIGCONT");
  return await signal(stack, "outbound", "SIGCONT") || workers;
}

/** One statement as an operator types it, over a connection of its own: after a crash nothing old is reused. */
async function statement(
  stack: TestStack,
  write: (sql: postgres.Sql) => PromiseLike<readonly unknown[]>,
): Promise<boolean> {
  const sql = await connected(stack.db_url);
  try {
    return (await write(sql)).length > 0;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** A connection that answers; waits while Postgres recovers. */
export async function connected(url: string): Promise<postgres.Sql> {
  const deadline = performance.now() + CONNECT_PATIENCE_MS;
  for (;;) {
    const sql = postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: "chaos" } });
    try {
      await sql`select 1`;
      return sql;
    } catch (error) {
      await sql.end({ timeout: 1 });
      if (performance.now() > deadline) throw error;
      await pause(50);
    }
  }
}

/** Uploads until storage has the object: vendors try again too. */
async function upload(stack: TestStack, path: string, file: ChaosFile): Promise<void> {
  const deadline = performance.now() + UPLOAD_PATIENCE_MS;
  for (;;) {
    const answer = await tryUpload(stack, path, file);
    if (answer === "stored") return;
    if (performance.now() > deadline) throw new Error(`Cannot upload ${path}: ${answer}`);
    await pause(200);
  }
}

async function tryUpload(stack: TestStack, path: string, file: ChaosFile): Promise<string> {
  try {
    const response = await fetch(`${stack.api_url}/storage/v1/object/intake/${path}`, {
      method: "POST",
      headers: { apikey: stack.secret_key, "content-type": "text/csv" },
      body: file.text,
    });
    const said = await response.text();
    return response.ok || /Duplicate|already exists/i.test(said) ? "stored" : `${response.status} ${said}`;
  } catch (error) {
    if (error instanceof TypeError) return error.message; // the connection broke
    throw error;
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
