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
    await runAll(db, 1); // seals what was open, queues one call and one pull
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
