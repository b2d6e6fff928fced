/**
 * Fires what pg_cron's SQL scheduled: five fields (UTC) or `n seconds`, at most eight at a time, a run at a time per
 * job, each over a connection of the user who scheduled it. `STACK_TIME` shortens the seconds form and makes a minute
 * shorter by the same factor.
 */
import { Cron } from "croner";
import { connect, type DatabaseAddress, type Sql } from "../database/connect.ts";
import { listen } from "../database/listen.ts";
import { pause, type Worker } from "./sender.ts";

const AT_A_TIME = 8; // cron.max_running_jobs on hosted

interface Job {
  jobid: string;
  schedule: string;
  command: string;
  username: string;
  database: string;
}

interface Planned {
  job: Job;
  due: number;
  running: boolean;
}

/** @param admin reads the jobs and writes the run details. */
export async function startCron(
  database: DatabaseAddress,
  admin: Sql,
  timeScale: number,
  log: (line: string) => void,
): Promise<Worker> {
  const stopping = new AbortController();
  const plan = new Map<string, Planned>();
  const runs = new Set<Promise<void>>();
  const users = new Map<string, Sql>();
  let wake = Promise.withResolvers<void>();
  const sql = connect(database, "supabase_admin", "stack-pg_cron", 2);
  const listener = await listen(database, "stack_cron", () => wake.resolve());

  const userSql = (user: string): Sql => {
    let found = users.get(user);
    if (found === undefined) {
      found = connect(database, user, "pg_cron", AT_A_TIME);
      users.set(user, found);
    }
    return found;
  };

  const refresh = async () => {
    const [installed] = await admin`select to_regclass('cron.job') is not null as yes`;
    const jobs = installed?.yes === true
      ? await admin<
        Job[]
      >`select jobid::text, schedule, command, username, database from cron.job where active`
      : [];
    for (const id of plan.keys()) if (!jobs.some((job) => job.jobid === id)) plan.delete(id);
    for (const job of jobs) {
      const known = plan.get(job.jobid);
      if (known?.job.schedule === job.schedule) known.job = job;
      else plan.set(job.jobid, { job, due: nextDue(job.schedule, Date.now(), timeScale), running: false });
    }
  };

  const fire = (planned: Planned) => {
    planned.running = true;
    const run = perform(planned.job, sql, userSql(planned.job.username))
      .catch((error) => {
        if (!stopping.signal.aborted) log(`pg_cron: ${error instanceof Error ? error.message : error}`);
      })
      .finally(() => {
        planned.running = false;
        runs.delete(run);
        wake.resolve();
      });
    runs.add(run);
  };

  const loop = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await refresh();
      } catch (error) {
        if (!stopping.signal.aborted) log(`pg_cron: ${error instanceof Error ? error.message : error}`);
      }
      const now = Date.now();
      for (const planned of plan.values()) {
        if (planned.due > now || planned.running || runs.size >= AT_A_TIME) continue;
        planned.due = nextDue(planned.job.schedule, now, timeScale);
        fire(planned);
      }
      const next = Math.min(
        ...[...plan.values()].filter((one) => !one.running).map((one) => one.due),
        now + 60_000,
      );
      await Promise.race([wake.promise, pause(Math.max(20, next - Date.now()), stopping.signal)]);
      wake = Promise.withResolvers<void>();
    }
  })();
  return {
    async stop() {
      stopping.abort();
      wake.resolve();
      await loop;
      await listener.stop();
      await Promise.all([...users.values(), sql].map((one) => one.end({ timeout: 1 })));
      await Promise.all(runs);
    },
  };
}

/** @returns when a schedule is due next after `now` (ms), by a clock that runs `1 / timeScale` times as fast. */
export function nextDue(schedule: string, now: number, timeScale: number): number {
  const seconds = /^\s*(\d+)\s+seconds?\s*$/i.exec(schedule);
  if (seconds !== null) return now + Number(seconds[1]) * 1000 * timeScale;
  const cron = new Cron(schedule.replaceAll("$", "L"), { timezone: "UTC" });
  const next = cron.nextRun(new Date(now));
  return next === null ? Infinity : now + (next.getTime() - now) * timeScale;
}

async function perform(job: Job, sql: Sql, user: Sql): Promise<void> {
  const [run] = await sql<{ runid: string }[]>`
    insert into cron.job_run_details (jobid, database, username, command, status, start_time)
    values (${job.jobid}, ${job.database}, ${job.username}, ${job.command}, 'running', now())
    returning runid
  `;
  let status = "succeeded";
  let said: string;
  try {
    const result = await user.unsafe(job.command);
    said = `${result.count ?? 0} row${result.count === 1 ? "" : "s"}`;
  } catch (error) {
    status = "failed";
    said = `ERROR: ${error instanceof Error ? error.message : error}`;
  }
  await sql`
    update cron.job_run_details set status = ${status}, return_message = ${said}, end_time = clock_timestamp()
    where runid = ${run?.runid ?? null}
  `;
}
