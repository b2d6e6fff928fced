/** Every check that is SQL: silent in a healthy database, speaks when the trouble is there, silent again when it is cured. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import type { Check } from "../../shared/sentinel/check.ts";
import { CHECKS } from "../../shared/sentinel/checks.ts";
import { approvalWaiting } from "../../shared/sentinel/checks/approval_waiting.ts";
import { auditChain } from "../../shared/sentinel/checks/audit_chain.ts";
import { avgProcessingTime } from "../../shared/sentinel/checks/avg_processing_time.ts";
import { CRON_JOBS, cronJobs } from "../../shared/sentinel/checks/cron_jobs.ts";
import { deadLetters } from "../../shared/sentinel/checks/dead_letters.ts";
import { errorSpike } from "../../shared/sentinel/checks/error_spike.ts";
import { guardTriggers } from "../../shared/sentinel/checks/guard_triggers.ts";
import { headerChanges } from "../../shared/sentinel/checks/header_changes.ts";
import { lostLeases } from "../../shared/sentinel/checks/lost_leases.ts";
import { queueBacklog } from "../../shared/sentinel/checks/queue_backlog.ts";
import { queuePaused } from "../../shared/sentinel/checks/queue_paused.ts";
import { stuckBatches } from "../../shared/sentinel/checks/stuck_batches.ts";
import { successRate } from "../../shared/sentinel/checks/success_rate.ts";
import { unclaimedDrops } from "../../shared/sentinel/checks/unclaimed_drops.ts";
import { unreadLines } from "../../shared/sentinel/checks/unread_lines.ts";
import { wakeCalls } from "../../shared/sentinel/checks/wake_calls.ts";
import { workerHeartbeats } from "../../shared/sentinel/checks/worker_heartbeats.ts";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import {
  bringTo,
  drop,
  engine,
  ingest,
  letTimePass,
  mustClaim,
  planOf,
  rowsOf,
  store,
  workOff,
} from "./engine.ts";
import { look } from "./sentinel.ts";

type Act = (db: TestDatabase) => Promise<unknown>;

/** A clone is as old as its template, in which no worker ever beat: here the workers are expected from now on. */
const expectWorkersFromNow: Act = (db) => db.sql`update ops.expected_workers set since = now()`;

/** 0 → cause → finding → cure → 0. */
function triple(name: string, check: Check, cause: Act, finding: string | RegExp, cure: Act) {
  Deno.test(name, () =>
    withDatabase(async (db) => {
      await expectWorkersFromNow(db);
      assertEquals(await look(db, check), [], "healthy");
      await cause(db);
      const found = await look(db, check);
      assertEquals(found.length, 1, found.join("\n"));
      if (typeof finding === "string") assertEquals(found[0], finding);
      else assertMatch(found[0] ?? "", finding);
      await cure(db);
      assertEquals(await look(db, check), [], "cured");
    }));
}

const FILE = { rows: rowsOf("S", 4), slices: [2, 2] };
const age = (db: TestDatabase, minutes: number) =>
  db.sql`update intake.simplicity_batches set progress_at = now() - make_interval(mins => ${minutes})`;
const forget: Act = (db) => db.sql`delete from intake.simplicity_batches`;

Deno.test("a fresh database is healthy for every check", () =>
  withDatabase(async (db) => {
    await expectWorkersFromNow(db);
    assertEquals(await look(db, ...CHECKS), []);
  }));

triple(
  "stuck_batches finds a batch without progress for 10 minutes, until it is reset",
  stuckBatches,
  async (db) => {
    await bringTo(db, "validating", FILE);
    await age(db, 11);
  },
  "critical 1 batch stuck > 10m: validating(1)",
  async (db) => {
    await db.sql`update intake.simplicity_batches set status = 'uploaded'`;
    await workOff(db, FILE);
  },
);

triple(
  "stuck_batches remarks on a batch without progress for 5 minutes, until it goes on",
  stuckBatches,
  async (db) => {
    await drop(db);
    await age(db, 6);
  },
  "info 1 batch without progress > 5m: uploaded(1)",
  (db) => workOff(db, FILE),
);

triple(
  "lost_leases takes work from a worker that died, and says so once",
  lostLeases,
  async (db) => {
    await drop(db);
    await mustClaim(db, "stage", "worker-that-dies");
    await letTimePass(db, 61);
  },
  "info 1 lease taken from workers that stopped without a word",
  (db) => workOff(db, FILE),
);

Deno.test("stuck_batches leaves bare rows, waiting and ended batches alone", () =>
  withDatabase(async (db) => {
    await db.sql`insert into intake.simplicity_batches (filename) values ('bare.csv')`;
    await ingest(db, FILE);
    await age(db, 600);
    assertEquals(await look(db, stuckBatches), []);
  }));

triple(
  "approval_waiting finds a batch that has waited for a day, until somebody decides",
  approvalWaiting,
  async (db) => {
    await db
      .sql`update intake.sources set requires_approval = true, warn_percent = 1, error_threshold_percent = 50`;
    await bringTo(db, "awaiting_approval", { rows: rowsOf("A", 9, 1) });
    await db.sql`update intake.simplicity_batches set status_changed_at = now() - interval '25 hours'`;
  },
  "warning 1 batch has waited > 24h for approval",
  (db) => db.sql`update intake.simplicity_batches set status = 'failed', rejection_reason = 'no'`,
);

triple(
  "queue_paused finds a queue whose brake is on, until it is off",
  queuePaused,
  (db) => db.sql`select ops.set_queue_paused('ingest', true, 'because of Jane Roe', 'jane', null)`,
  "warning Queue ingest is paused",
  (db) => db.sql`select ops.set_queue_paused('ingest', false, null, 'jane', null)`,
);

triple(
  "queue_paused finds jobs held as the playbook does it, until they are resumed as the playbook does it",
  queuePaused,
  async (db) => {
    await drop(db);
    await db
      .sql`update ops.job_queue set status = 'paused', last_error = 'Manually paused: Simplicity API down',
      updated_at = now() where job_type = 'ingest' and status = 'pending'`;
  },
  "warning Queue ingest: 1 job is paused",
  (db) =>
    db.sql`update ops.job_queue set status = 'pending', last_error = null, updated_at = now()
      where job_type = 'ingest' and status = 'paused'`,
);

triple(
  "error_spike finds more than 15 % rejects in the last hour, until they are an hour old",
  errorSpike,
  (db) => ingest(db, { rows: rowsOf("E", 163, 37) }),
  "warning Error rate 18.5% > 15.0% threshold",
  (db) => db.sql`update intake.simplicity_batches set validated_at = now() - interval '61 minutes'`,
);

triple(
  "error_spike is critical above 50 %, until good files outweigh",
  errorSpike,
  (db) => ingest(db, { rows: rowsOf("E", 2, 8) }),
  "critical Error rate 80.0% > 50.0% threshold",
  (db) => ingest(db, { rows: rowsOf("F", 90) }),
);

/** Stages a file whose columns are these. */
async function stageColumns(db: TestDatabase, header: string[]): Promise<string> {
  const id = await drop(db);
  const unit = await mustClaim(db, "stage");
  const plan = {
    ...await planOf({ rows: rowsOf(id, 1) }),
    layout: { header, header_width: header.length, fields: header.map(() => null) },
  };
  await engine(db)`select intake.finish_staging(${id}, ${unit.token}, ${engine(db).json(plan)})`;
  await db.sql`update ops.job_queue set status = 'paused' where batch_id = ${id}`;
  return id;
}

triple(
  "header_changes remarks on a source whose columns changed, until that is a day old",
  headerChanges,
  async (db) => {
    await stageColumns(db, ["Case", "Amount", "Remark"]);
    await stageColumns(db, ["Case", "Total", "Jane Roe", "Elm Street 5"]);
  },
  "info Source simplicity changed its columns: 2 renamed, 1 new",
  (db) => db.sql`update intake.header_changes set noticed_at = now() - interval '25 hours'`,
);

const UNREAD = { rows: rowsOf("U", 20), unread: { lines: 2, from: 22 } };

triple(
  "unread_lines warns of a batch that was completed with lines not read, until that is a day old",
  unreadLines,
  (db) => ingest(db, UNREAD),
  /^warning Batch [0-9a-f]{8} was completed with 2 lines not read, from line 22$/,
  (db) => db.sql`update intake.simplicity_batches set completed_at = now() - interval '25 hours'`,
);

Deno.test("unread_lines has a finding for each batch, and none for dry runs and refused ones", () =>
  withDatabase(async (db) => {
    const one = await ingest(db, UNREAD);
    await ingest(db, { rows: rowsOf("V", 20), unread: { lines: 1, from: 22 } });
    await ingest(db, { rows: rowsOf("W", 20), unread: { lines: 100, from: 22 } });
    await ingest(db, { rows: rowsOf("X", 20) });
    assertEquals((await look(db, unreadLines)).length, 2);
    await db.sql`update intake.simplicity_batches set dry_run = true where id = ${one}`;
    assertEquals((await look(db, unreadLines)).length, 1);
  }));

Deno.test("header_changes tells the latest change of each source, and leaves dry runs and forgotten batches alone", () =>
  withDatabase(async (db) => {
    await stageColumns(db, ["Case", "Amount", "Remark"]);
    const second = await stageColumns(db, ["Case", "Amount"]);
    const third = await stageColumns(db, ["Case", "Amount", "Colour"]);
    assertEquals(await look(db, headerChanges), [
      "info Source simplicity changed its columns: 1 new (the latest of 2 changes in 24h)",
    ]);
    await db.sql`update intake.simplicity_batches set dry_run = true where id = ${third}`;
    assertEquals(await look(db, headerChanges), ["info Source simplicity changed its columns: 1 missing"]);
    await db.sql`delete from intake.simplicity_batches where id = ${second}`;
    assertEquals(await look(db, headerChanges), []);
  }));

triple(
  "worker_heartbeats finds an expected worker silent for 60 s, until it beats",
  workerHeartbeats,
  (db) =>
    db.sql`update ops.expected_workers set since = now() - interval '61 seconds' where worker_type = 'ingest'`,
  "warning Worker ingest silent > 60s, it was never seen",
  (db) => db.sql`select ops.beat_worker('worker-1', 'ingest', 'idle', '1', 10, 0, 0)`,
);

triple(
  "worker_heartbeats is critical after 5 minutes",
  workerHeartbeats,
  async (db) => {
    await db
      .sql`update ops.expected_workers set since = now() - interval '1 day' where worker_type = 'ingest'`;
    await db.sql`select ops.beat_worker('worker-1', 'ingest', 'idle', '1', 10, 0, 0)`;
    await db.sql`update ops.worker_heartbeats set last_seen_at = now() - interval '301 seconds'`;
  },
  "critical Worker ingest silent > 5m",
  (db) => db.sql`update ops.worker_heartbeats set last_seen_at = now()`,
);

const enqueueMany = (db: TestDatabase, count: number) =>
  db.sql`select ops.enqueue('notify', '{}', 'many:' || n) from generate_series(1, ${count}::int) n`;

triple(
  "queue_backlog finds 101 due jobs, until one is gone",
  queueBacklog,
  (db) => enqueueMany(db, 101),
  "warning Queue backlog: 101 jobs due > 100",
  (db) => db.sql`delete from ops.job_queue where dedupe_key = 'many:1'`,
);

triple(
  "queue_backlog finds a job due for more than 30 minutes, until it is done",
  queueBacklog,
  async (db) => {
    await enqueueMany(db, 1);
    await db
      .sql`update ops.job_queue set created_at = now() - interval '2 hours', next_run_at = now() - interval '31 minutes'`;
  },
  "warning Queue backlog: oldest due for 31m > 30m",
  (db) => db.sql`update ops.job_queue set status = 'completed'`,
);

triple(
  "dead_letters finds a job given up after five losses, until it is sent on its way again",
  deadLetters,
  async (db) => {
    await drop(db);
    for (let tries = 0; tries < 5; tries++) {
      const [row] = await engine(db)`select ops.claim('{ingest}', 'w') as unit`;
      await engine(
        db,
      )`select ops.fail(${row?.unit.job_id}, null, ${row?.unit.token}, 'storage answered 500')`;
      await db.admin`update ops.job_queue set next_run_at = now()`;
    }
  },
  "warning 1 job given up in 24h: ingest(1)",
  async (db) => {
    const [job] = await db.sql`select id from ops.job_queue`;
    await db.sql`select ops.redrive_job(${job?.id}, 'jane', null)`;
    await workOff(db, FILE);
  },
);

triple(
  "success_rate finds one failure in five, until enough succeed",
  successRate,
  async (db) => {
    for (const name of ["A", "B", "C", "D"]) await ingest(db, { rows: rowsOf(name, 1) });
    await ingest(db, { rows: rowsOf("E", 1, 9) });
  },
  "warning Success rate 80.0% < 90.0% threshold: 4 of 5 batches in 24h",
  async (db) => {
    for (const name of ["F", "G", "H", "I", "J"]) await ingest(db, { rows: rowsOf(name, 1) });
  },
);

triple(
  "avg_processing_time finds slow batches, and does not count what every file costs as slowness",
  avgProcessingTime,
  async (db) => {
    await ingest(db, { rows: rowsOf("P", 3) });
    await db.sql`update intake.simplicity_batches set parse_duration_ms = 1900, db_duration_ms = 50`;
    assertEquals(await look(db, avgProcessingTime), []);
    await db.sql`update intake.simplicity_batches set parse_duration_ms = 2500`;
  },
  "warning Average processing time 2550 ms per 1,000 rows > 2000 ms",
  forget,
);

triple(
  "unclaimed_drops takes in what the trigger missed, and says so once",
  unclaimedDrops,
  async (db) => {
    await db.admin.begin(async (sql) => { // the trigger does not see this one
      await sql`set local session_replication_role = replica`;
      await sql`insert into storage.objects (bucket_id, name, version, metadata, created_at, updated_at)
        values ('intake', 'simplicity/missed.csv', 'v1', '{"mimetype":"text/csv","size":10}', now() - interval '3 minutes', now() - interval '3 minutes')`;
    });
  },
  "warning 1 object without a batch > 2m: 1 taken in",
  async (db) => {
    const [batch] = await db
      .sql`select status from intake.simplicity_batches where storage_path = 'simplicity/missed.csv'`;
    assertEquals(batch?.status, "uploaded");
  },
);

Deno.test("unclaimed_drops gives the trigger two minutes", () =>
  withDatabase(async (db) => {
    await store(db, { path: "simplicity/fresh.csv" });
    await db.sql`delete from intake.simplicity_batches`;
    await db.sql`delete from intake.forgotten_objects`;
    assertEquals(await look(db, unclaimedDrops), []);
  }));

triple(
  "audit_chain finds an event that was rewritten behind the trigger's back, until it is as it was",
  auditChain,
  async (db) => {
    await ingest(db, FILE);
    await db.sql`select audit.seal()`;
    await tamper(db, "mallory");
  },
  "critical Audit chain does not verify: wrong hash at seal_no 2",
  (db) => tamper(db, "storage"),
);

/** Only a superuser who switches the trigger off can do this. */
async function tamper(db: TestDatabase, actor: string): Promise<void> {
  await db.admin.begin(async (sql) => {
    const [event] = await sql`select actor from audit.event_log where seal_no = 2`;
    await sql`alter table audit.event_log disable trigger user`;
    await sql`update audit.event_log set actor = ${
      actor === "mallory" ? `${event?.actor}!` : String(event?.actor).slice(0, -1)
    }
      where seal_no = 2`;
    await sql`alter table audit.event_log enable always trigger _100_protect_events`;
    await sql`alter table audit.event_log enable always trigger _100_protect_events_truncate`;
  });
}

triple(
  "guard_triggers finds a guard that is disabled, until it always fires again",
  guardTriggers,
  (db) => db.sql`alter table intake.simplicity_batches disable trigger _100_guard_batch_status`,
  "critical 1 guard trigger not in force: _100_guard_batch_status on intake.simplicity_batches (disabled)",
  (db) => db.sql`alter table intake.simplicity_batches enable always trigger _100_guard_batch_status`,
);

triple(
  "guard_triggers finds a guard that replication would pass by",
  guardTriggers,
  (db) => db.sql`alter table ops.job_queue enable trigger _100_guard_job_status`,
  "critical 1 guard trigger not in force: _100_guard_job_status on ops.job_queue (enabled)",
  (db) => db.sql`alter table ops.job_queue enable always trigger _100_guard_job_status`,
);

triple(
  "guard_triggers misses a guard that was dropped, and a drop trigger that is off",
  guardTriggers,
  async (db) => {
    await db.sql`drop trigger _100_forget_object on intake.simplicity_batches`;
    await db.admin`alter table storage.objects disable trigger dragonfly_on_object_stored`;
  },
  "critical 2 guard triggers not in force: _100_forget_object on intake.simplicity_batches (missing), " +
    "dragonfly_on_object_stored on storage.objects (disabled)",
  async (db) => {
    await db.sql`create trigger _100_forget_object before delete on intake.simplicity_batches
      for each row execute function intake.forget_object()`;
    await db.sql`alter table intake.simplicity_batches enable always trigger _100_forget_object`;
    await db.admin`alter table storage.objects enable trigger dragonfly_on_object_stored`;
  },
);

/** The statement that makes a trigger, as the runbook says to find it. */
async function createStatementOf(trigger: string): Promise<string> {
  const folder = new URL("../../supabase/migrations/", import.meta.url);
  for await (const { name } of Deno.readDir(folder)) {
    const text = await Deno.readTextFile(new URL(name, folder));
    const [statement] = new RegExp(`create (?:or replace )?trigger ${trigger}\\b[^;]*;`).exec(text) ?? [];
    if (statement !== undefined) return statement.replace(/^create (?:or replace )?/, "create or replace ");
  }
  throw new Error(`Cannot find what creates ${trigger}`);
}

for (const trouble of ["disable trigger dragonfly_on_object_stored", "drop"]) {
  triple(
    `guard_triggers misses the drop trigger (${trouble}), which an operator, who does not own the table, makes again`,
    guardTriggers,
    (db) =>
      db.admin.unsafe(
        trouble === "drop"
          ? "drop trigger dragonfly_on_object_stored on storage.objects"
          : `alter table storage.objects ${trouble}`,
      ),
    /^critical 1 guard trigger not in force: dragonfly_on_object_stored on storage.objects \((disabled|missing)\)$/,
    async (db) => db.sql.unsafe(await createStatementOf("dragonfly_on_object_stored")),
  );
}

triple(
  "guard_triggers knows a guard of a later migration by its name",
  guardTriggers,
  async (db) => {
    await db
      .sql`create trigger _100_later before delete on ops.alerts for each row execute function ops.touch_updated_at()`;
  },
  "critical 1 guard trigger not in force: _100_later on ops.alerts (enabled)",
  (db) => db.sql`alter table ops.alerts enable always trigger _100_later`,
);

/** Runs of a job as pg_cron writes them. */
async function ran(
  db: TestDatabase,
  job: string,
  status: string,
  message: string,
  minutesAgo = 1,
): Promise<void> {
  await db.admin`
    insert into cron.job_run_details (jobid, username, database, command, status, return_message, start_time, end_time)
    select j.jobid, j.username, j.database, j.command, ${status}, ${message},
           now() - make_interval(mins => ${minutesAgo}), now() - make_interval(mins => ${minutesAgo})
      from cron.job j where j.jobname = ${job}`;
}

Deno.test("cron_jobs watches every job the migrations schedule", () =>
  withDatabase(async (db) => {
    const jobs = await db.sql`select jobname from cron.job order by jobname`;
    assertEquals(jobs.map((job) => job.jobname), [...CRON_JOBS].sort());
  }));

triple(
  "cron_jobs finds a job that fails more often than not, until it runs again",
  cronJobs,
  async (db) => {
    for (let run = 0; run < 2; run++) await ran(db, "dragonfly-sweep", "failed", "ERROR: division by zero");
    await ran(db, "dragonfly-sweep", "succeeded", "1 row");
    await ran(db, "dragonfly-prune", "failed", "ERROR: division by zero", 20); // too long ago
  },
  "critical Cron job dragonfly-sweep failed in 2 of 3 runs (15m)",
  async (db) => {
    await ran(db, "dragonfly-sweep", "succeeded", "1 row");
  },
);

triple(
  "cron_jobs says when cron cannot connect, until it can",
  cronJobs,
  (db) => ran(db, "dragonfly-seal-audit", "failed", "connection failed"),
  "critical Cron job dragonfly-seal-audit failed in 1 of 1 runs (15m): cron cannot connect to the database",
  (db) => ran(db, "dragonfly-seal-audit", "succeeded", "1 row"),
);

triple(
  "cron_jobs finds a job that is switched off, until it is on",
  cronJobs,
  (db) => db.admin`update cron.job set active = false where jobname = 'dragonfly-sweep'`,
  "critical Cron job dragonfly-sweep is switched off",
  (db) => db.admin`update cron.job set active = true where jobname = 'dragonfly-sweep'`,
);

triple(
  "cron_jobs finds a job that is missing, until it is scheduled",
  cronJobs,
  (db) => db.sql`select cron.unschedule('dragonfly-sweep')`,
  "critical Cron job dragonfly-sweep is missing",
  (db) => db.sql`select cron.schedule('dragonfly-sweep', '* * * * *', 'select intake.sweep()')`,
);

interface Answered {
  status?: number;
  timedOut?: boolean;
  error?: string;
}

/** A wake-up, and what came back, as pg_net writes it. */
async function woke(db: TestDatabase, answer: Answered): Promise<void> {
  const secrets = await db.admin`select from vault.secrets where name = 'dragonfly_wake_token'`;
  if (secrets.length === 0) {
    await db.admin`select vault.create_secret('http://127.0.0.1:1', 'dragonfly_functions_url')`;
    await db.admin`select vault.create_secret('t', 'dragonfly_wake_token')`;
  }
  await db.sql`select ops.wake('worker')`;
  await db.admin`
    with sent as (delete from net.http_request_queue returning id)
    insert into net._http_response (id, status_code, timed_out, error_msg)
    select id, ${answer.status ?? null}::int, ${answer.timedOut ?? false}::boolean, ${
    answer.error ?? null
  }::text from sent`;
}

const WAKE_TROUBLES: readonly (readonly [name: string, answer: Answered, words: string])[] = [
  ["a wrong token", { status: 401 }, " (401): the token is refused: Vault secret dragonfly_wake_token"],
  [
    "a function that is not there",
    { status: 404 },
    " (404): nobody is at the address: Vault secret dragonfly_functions_url",
  ],
  [
    "a wrong address",
    { error: "Could not connect to server" },
    ": nobody is at the address: Vault secret dragonfly_functions_url",
  ],
  [
    "a function that hangs",
    { timedOut: true, error: "Timeout of 3000 ms reached" },
    ": no answer within 3 s",
  ],
  ["a function that fails", { status: 546 }, " (546): the function failed"],
];

for (const [name, answer, words] of WAKE_TROUBLES) {
  triple(
    `wake_calls finds ${name}, until a wake-up is taken`,
    wakeCalls,
    (db) => woke(db, answer),
    new RegExp(`^warning 1 of 1 wake-up of worker not taken \\(15m\\)${words.replace(/[()]/g, "\\$&")}`),
    (db) => woke(db, { status: 202 }),
  );
}

triple(
  "wake_calls finds wake-ups that fail more often than not, whatever the last one did",
  wakeCalls,
  async (db) => {
    for (const status of [500, 401, 401, 202]) await woke(db, { status });
  },
  /^warning 3 of 4 wake-ups of worker not taken \(15m\) \(401\): the token is refused/,
  (db) => db.sql`update ops.wake_calls set called_at = now() - interval '16 minutes' where true`,
);

Deno.test("wake_calls says nothing of calls of others", () =>
  withDatabase(async (db) => {
    await db.admin`insert into net._http_response (id, status_code) values (4711, 500)`;
    assertEquals(await look(db, wakeCalls), []);
  }));
