/**
 * Postgres is killed (`immediate`) while a batch is in each of its states: it ends as an undisturbed run does, row by
 * row. Unlogged tables are empty after such a crash, so what was staged is gone too. And a worker that was stopped for
 * longer than its lease is refused when it goes on.
 */
import { assert } from "deno-std/assert/assert.js";
import { fail } from "deno-std/assert/fail.js";
import { assertEquals } from "deno-std/assert/equals.js";
import postgres from "postgres";
import { type ChaosFile, makeFile } from "./files.ts";
import { judge } from "./oracle.ts";
import { connected, type Done, pause } from "./perform.ts";
import { Chance } from "./random.ts";
import { type Arena, openArena } from "./run.ts";
import { settleDown, takeSnapshot } from "./snapshot.ts";
import { until } from "../support/until.ts";

const TIME = 0.1;
const PATIENCE_MS = 30_000;
const INGEST_LOCK = "hashtextextended('dragonfly.judgments', 0)";

/** A batch on its way, and the hands to hold it where it is. */
interface Way {
  readonly arena: Arena;
  readonly path: string;
  /** The superuser's connection; a new one after a crash. */
  readonly admin: postgres.Sql;
}

/** How a batch is held in a state, and let go of after the crash. */
interface Hold {
  readonly state: string;
  /** Whether rows are staged by then, for the crash to take. */
  readonly staged: boolean;
  /** Before the drop. */
  prepare?(way: Way): Promise<unknown>;
  /** True once the batch is where it should be, and stays there. */
  isHeld(way: Way): Promise<boolean>;
  /** After the crash. */
  release?(way: Way): Promise<unknown>;
}

const HOLDS: readonly Hold[] = [
  {
    state: "uploaded",
    staged: false,
    prepare: ({ admin }) => admin`update ops.queue_control set paused = true where job_type = 'ingest'`,
    isHeld: () => Promise.resolve(true),
    release: ({ admin }) => admin`update ops.queue_control set paused = false where job_type = 'ingest'`,
  },
  { state: "staging", staged: false, isHeld: stopped, release: goOn },
  {
    state: "validating",
    staged: true,
    isHeld: async (way) => await countStaged(way.admin) > 0 && await stopped(way),
    release: goOn,
  },
  {
    state: "awaiting_approval",
    staged: true,
    prepare: ({ admin }) =>
      admin`update intake.sources set requires_approval = true, warn_percent = 0 where source = 'simplicity'`,
    isHeld: () => Promise.resolve(true),
    release: async ({ admin, path }) => {
      await admin`update intake.sources set requires_approval = false, warn_percent = null where source = 'simplicity'`;
      await admin`select intake.approve_batch(id, 'tests', null) from intake.simplicity_batches where storage_path = ${path}`;
    },
  },
  {
    state: "inserting",
    staged: true,
    prepare: ({ admin }) => admin.unsafe(`select pg_advisory_lock(${INGEST_LOCK})`), // ends with the crash
    isHeld: async ({ admin }) =>
      (await admin`select 1 from pg_locks where locktype = 'advisory' and not granted`).length > 0,
  },
  { state: "completed", staged: false, isHeld: () => Promise.resolve(true) },
];

/** Stops all isolates at work with SIGSTOP: the lease stays with them. */
async function stopped({ arena, admin, path }: Way): Promise<boolean> {
  const before = await statusOf(admin, path);
  await arena.stack.ask({ do: "signal_isolates", function: "worker", signal: "SIGSTOP" });
  await pause(100); // a call under way may still be answered
  return await statusOf(admin, path) === before;
}

async function goOn({ arena }: Way): Promise<void> {
  await arena.stack.ask({ do: "signal_isolates", function: "worker", signal: "SIGCONT" });
}

async function countStaged(admin: postgres.Sql): Promise<number> {
  const [row] = await admin`select count(*)::int as blocks from intake.staged_blocks`;
  return row?.blocks;
}

async function statusOf(admin: postgres.Sql, path: string): Promise<string | undefined> {
  const [batch] = await admin`select status from intake.simplicity_batches where storage_path = ${path}`;
  return batch?.status;
}

async function drop(arena: Arena, path: string, file: ChaosFile): Promise<Done> {
  const response = await fetch(`${arena.stack.api_url}/storage/v1/object/intake/${path}`, {
    method: "POST",
    headers: { apikey: arena.stack.secret_key, "content-type": "text/csv" },
    body: file.text,
  });
  assert(response.ok, await response.text());
  return { at: 0, act: { do: "drop", file: file.name, path }, applied: true };
}

/** Waits until the batch is in a state and held there; false when it went past it. */
async function reach(way: Way, hold: Hold): Promise<boolean> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const status = await statusOf(way.admin, way.path);
    if (status === hold.state && await hold.isHeld(way)) return true;
    if (status !== hold.state && (status === "completed" || status === "failed")) return false;
    await pause(5);
  }
  throw new Error(`Cannot bring ${way.path} to ${hold.state}: it is ${await statusOf(way.admin, way.path)}`);
}

async function superuser(arena: Arena): Promise<postgres.Sql> {
  const url = new URL(arena.stack.db_url);
  url.username = "supabase_admin";
  return await connected(url.href);
}

/** What the oracle finds once the run of a seed is at rest. */
async function violationsOf(admin: postgres.Sql, seed: number, file: ChaosFile, log: Done[]) {
  const left = await settleDown(admin, PATIENCE_MS);
  return await judge([file], log, await takeSnapshot(admin, [`chaos-${seed}/`], `CH${seed}`, left));
}

function fileOf(seed: number): ChaosFile {
  const shape = { rows: 3000, bad: 0.03, repeated: 0.02, shared: 0 };
  return makeFile(new Chance(seed), "f0.csv", `CH${seed}-0`, `CH${seed}-P`, shape);
}

Deno.test("Postgres is killed while a batch is", async (t) => {
  const arena = await openArena(TIME);
  let seed = 9000;
  try {
    for (const hold of HOLDS) {
      await t.step(`${hold.state}: it ends as if nothing had happened`, async () => {
        for (let tries = 0; tries < 5; tries++) {
          seed += 1;
          const path = `simplicity/chaos-${seed}/a-f0.csv`;
          const file = fileOf(seed);
          const before = await superuser(arena);
          await hold.prepare?.({ arena, path, admin: before });
          const log = [await drop(arena, path, file)];
          const held = await reach({ arena, path, admin: before }, hold);
          const staged = await countStaged(before);
          if (held) {
            await arena.stack.ask({ do: "restart_postgres", mode: "immediate" });
            log.push({ at: 1, act: { do: "crash_postgres", pause: 0 }, applied: true });
          }
          await before.end({ timeout: 1 });
          const after = await superuser(arena);
          try {
            const status = await statusOf(after, path);
            const left = await countStaged(after);
            await hold.release?.({ arena, path, admin: after });
            const found = await violationsOf(after, seed, file, log);
            assertEquals(found, []);
            assertEquals(await statusOf(after, path), "completed");
            if (!held) continue;
            // Work goes on with Postgres' first breath; but where nothing can, the state is what it was.
            if (hold.state !== "inserting") assertEquals(status, hold.state);
            if (hold.staged) {
              assert(staged > 0 && (left === 0 || hold.state === "inserting"), `${staged} → ${left}`);
            }
          } finally {
            await after.end({ timeout: 1 });
          }
          return;
        }
        fail(`went past ${hold.state} every time`);
      });
    }
  } finally {
    await arena.stop();
  }
});

Deno.test("workers and Postgres are killed in mid-undo: it ends with nothing left, and the record is true all the way", async () => {
  const arena = await openArena(TIME);
  const seed = 9200;
  try {
    const before = await superuser(arena);
    const path = `simplicity/chaos-${seed}/a-f0.csv`;
    await drop(arena, path, fileOf(seed));
    assertEquals(await settleDown(before, PATIENCE_MS), []);
    await before.unsafe(`create or replace function intake.max_rows_per_undo_step() returns int
      language sql immutable set search_path = '' as $$ select 40 $$`); // some 70 steps
    await before`
      select intake.undo_batch(id, 'chaos', 'tests', null) from intake.simplicity_batches where storage_path = ${path}`;
    const whole = await standingOf(before, path);
    const isUnderWay = async (admin: postgres.Sql) => {
      const { counted, recorded } = await standingOf(admin, path);
      assertEquals(recorded, counted);
      return counted > 0 && counted < whole.counted;
    };
    await within(PATIENCE_MS, () => isUnderWay(before));
    await arena.stack.ask({ do: "signal_isolates", function: "worker", signal: "SIGKILL" });
    assert(await isUnderWay(before), "the undo was over before its worker was killed");
    await arena.stack.ask({ do: "restart_postgres", mode: "immediate" });
    await before.end({ timeout: 1 });
    const after = await superuser(arena);
    assert(await isUnderWay(after), "a crash took or ended what it should not");
    assertEquals(await settleDown(after, PATIENCE_MS), []);
    assertEquals(await standingOf(after, path), { counted: 0, recorded: 0 });
    const [ended] = await after`
      select status, rejection_code, undo ->> 'status' as undo from intake.simplicity_batches where storage_path = ${path}`;
    assertEquals([ended?.status, ended?.rejection_code, ended?.undo], ["failed", "UNDONE", "completed"]);
    await after.end({ timeout: 1 });
  } finally {
    await arena.stop();
  }
});

/** Judgments of a batch by count and by the record, from one moment. */
async function standingOf(admin: postgres.Sql, path: string): Promise<{ counted: number; recorded: number }> {
  const [row] = await admin`
    select (select count(*)::int from public.judgments j where j.batch_id = b.id) as counted,
           b.row_count_inserted as recorded
      from intake.simplicity_batches b where b.storage_path = ${path}`;
  return { counted: row?.counted, recorded: row?.recorded };
}

async function within(patienceMs: number, holds: () => Promise<boolean>): Promise<void> {
  await until("what was waited for", holds, patienceMs);
}

Deno.test("a worker stopped in mid-slice for longer than its lease is refused when it goes on", async () => {
  const arena = await openArena(TIME);
  const seed = 9100;
  try {
    const admin = await superuser(arena);
    const path = `simplicity/chaos-${seed}/a-f0.csv`;
    const file = fileOf(seed);
    const way = { arena, path, admin };
    const log = [await drop(arena, path, file)];
    const held = {
      state: "validating",
      staged: true,
      isHeld: () => countStaged(admin).then((blocks) => blocks > 0),
    };
    assert(await reach(way, held));
    await arena.stack.ask({ do: "signal_isolates", function: "worker", signal: "SIGSTOP", count: 1 });
    log.push({ at: 1, act: { do: "stop", of: "worker", count: 1 }, applied: true });
    await pause(90_000 * TIME);
    assertEquals(await settleDown(admin, PATIENCE_MS), []); // others have taken over, and are done
    const taken = await admin`
      select 1 from intake.batch_slices s join intake.simplicity_batches b on b.id = s.batch_id
       where b.storage_path = ${path} and s.holders > 1`;
    assert(taken.length > 0, "no slice went to another worker");
    await goOn(way);
    const deadline = performance.now() + PATIENCE_MS;
    while (await arena.lateRefused() === 0 && performance.now() < deadline) await pause(50);
    assert(await arena.lateRefused() > 0, "no late write was refused");
    assertEquals(await violationsOf(admin, seed, file, log), []);
    await admin.end({ timeout: 1 });
  } finally {
    await arena.stop();
  }
});
