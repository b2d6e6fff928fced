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

/** @param admin reads the jobs. */
export async function startCron(
  database: DatabaseAddress,
  admin: Sql,
  timeScale: number,
  log: (line: string) => void,
): Promise<Worker> {
  const clock = new Clock(database, admin, timeScale, log);
  const listener = await listen(database, "stack_cron", () => clock.look());
  const ticking = clock.tick();
  return {
    async stop() {
      clock.halt();
      await ticking;
      await listener.stop();
      await clock.close();
    },
  };
}

/** Knows when each job is due, and which are running. */
class Clock {
  readonly #database: DatabaseAddress;
  readonly #admin: Sql;
  readonly #timeScale: number;
  readonly #log: (line: string) => void;
  readonly #halted = new AbortController();
  readonly #plan = new Map<string, Planned>();
  readonly #runs = new Set<Promise<void>>();
  /** A pool for each user with jobs. */
  readonly #users = new Map<string, Sql>();
  /** Writes the details of runs. */
  readonly #details: Sql;
  #wake = Promise.withResolvers<void>();

  constructor(database: DatabaseAddress, admin: Sql, timeScale: number, log: (line: string) => void) {
    this.#database = database;
    this.#admin = admin;
    this.#timeScale = timeScale;
    this.#log = log;
    this.#details = connect(database, "supabase_admin", "stack-pg_cron", 2);
  }

  /** The jobs have changed: looks at them now and not when the next is due. */
  look(): void {
    this.#wake.resolve();
  }

  /** Fires what is due until it is halted. */
  async tick(): Promise<void> {
    while (!this.#halted.signal.aborted) {
      await this.#readJobs().catch((error) => this.#complain(error));
      this.#fireDue(Date.now());
      const wait = pause(Math.max(20, this.#nextDue() - Date.now()), this.#halted.signal);
      await Promise.race([this.#wake.promise, wait]);
      this.#wake = Promise.withResolvers<void>();
    }
  }

  halt(): void {
    this.#halted.abort();
    this.look();
  }

  /** Ends the connections, and with them the runs under way. */
  async close(): Promise<void> {
    await Promise.all([...this.#users.values(), this.#details].map((sql) => sql.end({ timeout: 1 })));
    await Promise.all(this.#runs);
  }

  async #readJobs(): Promise<void> {
    const [installed] = await this.#admin`select to_regclass('cron.job') is not null as yes`;
    const jobs = installed?.yes === true
      ? await this.#admin<Job[]>`
        select jobid::text, schedule, command, username, database from cron.job where active`
      : [];
    for (const id of this.#plan.keys()) {
      if (!jobs.some((job) => job.jobid === id)) this.#plan.delete(id);
    }
    for (const job of jobs) {
      const known = this.#plan.get(job.jobid);
      if (known?.job.schedule === job.schedule) known.job = job;
      else {
        const due = nextDue(job.schedule, Date.now(), this.#timeScale);
        this.#plan.set(job.jobid, { job, due, running: false });
      }
    }
  }

  #fireDue(now: number): void {
    for (const planned of this.#plan.values()) {
      if (planned.due > now || planned.running || this.#runs.size >= AT_A_TIME) continue;
      planned.due = nextDue(planned.job.schedule, now, this.#timeScale);
      this.#fire(planned);
    }
  }

  #fire(planned: Planned): void {
    planned.running = true;
    const run = perform(planned.job, this.#details, this.#userSql(planned.job.username))
      .catch((error) => this.#complain(error))
      .finally(() => {
        planned.running = false;
        this.#runs.delete(run);
        this.look();
      });
    this.#runs.add(run);
  }

  /** A minute from now at the latest, should a notice of new jobs have been missed. */
  #nextDue(): number {
    const idle = [...this.#plan.values()].filter((planned) => !planned.running);
    return Math.min(Date.now() + 60_000, ...idle.map((planned) => planned.due));
  }

  #userSql(user: string): Sql {
    const known = this.#users.get(user) ?? connect(this.#database, user, "pg_cron", AT_A_TIME);
    this.#users.set(user, known);
    return known;
  }

  #complain(error: unknown): void {
    if (this.#halted.signal.aborted) return; // its connections are being closed
    this.#log(`pg_cron: ${error instanceof Error ? error.message : error}`);
  }
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
