/** What runs by the clock leaves nothing behind, however often it runs. */
import { assertEquals } from "deno-std/assert/equals.js";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import { ingest, rowsOf } from "./engine.ts";
import { record } from "./sentinel.ts";
import { assertGreater } from "deno-std/assert/greater.js";

async function rowCounts(db: TestDatabase): Promise<Record<string, number>> {
  const tables = await db.admin<{ name: string }[]>`
    select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname in ('intake', 'ops', 'audit', 'public', 'net', 'cron') order by 1`;
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const [row] = await db.admin.unsafe(`select count(*)::int as n from ${name}`);
    counts[name] = row?.n ?? 0;
  }
  return counts;
}

async function runAll(db: TestDatabase, times: number): Promise<void> {
  const jobs = await db.admin<
    { jobname: string; command: string }[]
  >`select jobname, command from cron.job order by jobname`;
  assertGreater(jobs.length, 7);
  for (const { command } of jobs) for (let run = 0; run < times; run++) await db.sql.unsafe(command);
}

Deno.test("every cron job run 120 times in a row lets no table grow", () =>
  withDatabase(async (db) => {
    await db.admin`select vault.create_secret('http://127.0.0.1:1', 'dragonfly_functions_url')`;
    await db.admin`select vault.create_secret('t', 'dragonfly_wake_token')`;
    await ingest(db, { rows: rowsOf("K", 3, 1) });
    await runAll(db, 3); // seals what was open, sums what came, queues one call and one pull
    const before = await rowCounts(db);
    await runAll(db, 120);
    assertEquals(await rowCounts(db), before);
  }));

Deno.test("120 runs of the sentinel over 300 earlier ones let no table grow", () =>
  withDatabase(async (db) => {
    await db.sql`insert into ops.sentinel_runs (ran_at, ran_by, overall_status, exit_code, result)
      select now() - interval '1 day', 'test', 'healthy', 0, '{}' from generate_series(1, 300)`;
    const found = [{ check: "stuck_batches", level: "critical" as const }];
    await record(db, found, ["slack"]);
    const before = await rowCounts(db);
    for (let run = 0; run < 120; run++) await record(db, found, ["slack"]);
    assertEquals(await rowCounts(db), before);
  }));

Deno.test("the sentinel is scheduled every five minutes and reached only through ops.wake", () =>
  withDatabase(async (db) => {
    const [job] = await db.admin`select schedule, command from cron.job where jobname = 'dragonfly-sentinel'`;
    assertEquals([job?.schedule, job?.command], ["*/5 * * * *", "select ops.wake('sentinel', 'cron')"]);
  }));

Deno.test("ops.prune() keeps failed jobs for 90 days and completed ones for 30", () =>
  withDatabase(async (db) => {
    const made = (key: string, status: string, age: string) =>
      db.admin`
        insert into ops.job_queue (job_type, status, dedupe_key, updated_at)
        values ('notify', ${status}, ${key}, now() - ${age}::interval)`;
    await made("failed long ago", "failed", "91 days");
    await made("failed", "failed", "89 days");
    await made("completed long ago", "completed", "31 days");
    await made("completed", "completed", "29 days");
    await made("waiting for a year", "pending", "365 days");
    await db.sql`select ops.prune()`;
    const left = await db
      .sql`select dedupe_key as key from ops.job_queue where job_type = 'notify' order by 1`;
    assertEquals(left.map((job) => job.key), ["completed", "failed", "waiting for a year"]);
  }));

Deno.test("ops.prune() forgets a deleted batch's object once it is stored no more, and an announcement without a batch", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, { rows: rowsOf("P", 1) });
    await db.sql`delete from intake.simplicity_batches where id = ${id}`;
    await db.sql`
      insert into intake.forgotten_objects (storage_bucket, storage_path, storage_version)
      values ('intake', 'simplicity/gone.csv', 'v')`;
    await db.sql`
      insert into intake.uploads (storage_path, filename, expires_at, arrived_at)
      values ('uploads/new', 'new.csv', now(), now() - interval '29 days'),
             ('uploads/old', 'old.csv', now(), now() - interval '31 days'), ('uploads/open', 'open.csv', now(), null)`;
    await db.sql`update intake.forgotten_objects set forgotten_at = now() - interval '2 days' where true`;
    await db.sql`select ops.prune()`;
    const left = await db.sql`select storage_path from intake.forgotten_objects`;
    assertEquals(left.length, 1, "the stored one stays");
    assertGreater(String(left[0]?.storage_path).length, "simplicity/gone.csv".length);
    const announced = await db.sql`select filename from intake.uploads order by filename`;
    assertEquals(announced.map((row) => row.filename), ["new.csv", "open.csv"]);
    assertEquals((await db.sql`select 1 from intake.unclaimed_objects()`).length, 0);
  }));

Deno.test("ops.prune() forgets cron's runs after a day, those that a restart cut off too", () =>
  withDatabase(async (db) => {
    const ran = (name: string, began: string, ended: string | null) =>
      db.admin`
        insert into cron.job_run_details (jobid, username, database, command, status, return_message, start_time, end_time)
        select j.jobid, j.username, j.database, ${name}, 'failed', 'server restarted',
               now() - ${began}::interval, now() - ${ended}::interval
          from cron.job j where j.jobname = 'dragonfly-sweep'`;
    await ran("old", "3 days", "3 days");
    await ran("cut off", "3 days", null);
    await ran("running", "1 minute", null);
    await db.sql`select ops.prune()`;
    const left = await db.sql`select command from cron.job_run_details order by runid`;
    assertEquals(left.map((run) => run.command), ["running"]);
  }));
