/**
 * Random lives of one batch, as a seed tells them: attempts, options, aborts, resets, undos, losses, uploads and drops of the
 * same bytes, and SQL by hand, in any order. After every step the record must say what is there.
 */
import { Chance } from "../chaos/random.ts";
import type { TestDatabase } from "../support/database.ts";
import {
  batchOf,
  claim,
  doSlice,
  engine,
  type File,
  letTimePass,
  loseAll,
  planOf,
  type Row,
  settle,
  type Unit,
} from "./engine.ts";

/** The moves there are, as `from to`. */
export type Moves = ReadonlySet<string>;

/** What a history is about. */
interface World {
  readonly db: TestDatabase;
  readonly chance: Chance;
  readonly source: string;
  readonly file: File;
  readonly hash: string;
  /** The batch whose life this is; the first drop's. */
  readonly id: string;
  /** How each batch was read when it was staged last: a change of settings may take rows away. */
  readonly readings: Map<string, File>;
  narrow: boolean;
  drops: number;
}

/** Refusals that are right answers: of a hand (P0001), and of a holder who has lost his lease. */
const REFUSED: ReadonlySet<string> = new Set(["P0001", "DF001"]);

const THRESHOLDS = [null, 0, 5, 10, 30, 50, 100];

/** Makes a database fit for histories: an undo takes two rows a step. */
export async function prepare(db: TestDatabase): Promise<void> {
  await db.admin.unsafe(`create or replace function intake.max_rows_per_undo_step() returns int
    language sql immutable set search_path = '' as $$ select 2 $$`);
}

/**
 * Lives one history and cleans up behind it.
 *
 * @param broken what is wrong with a database, in words; null when nothing is. Asked after every step.
 * @throws Error with the seed and the steps when something is wrong.
 */
export async function live(
  db: TestDatabase,
  seed: number,
  steps: number,
  broken: (db: TestDatabase) => Promise<string | null>,
): Promise<number> {
  const chance = new Chance(seed);
  const world = await begin(db, chance, seed);
  const told: string[] = [];
  const look = async (step: string) => {
    told.push(step);
    const wrong = await broken(db);
    if (wrong !== null) throw new Error(`${wrong}\nseed ${seed}, steps:\n${told.join("\n")}`);
  };
  try {
    for (let step = 0; step < steps; step++) {
      const action = chance.pick(DECK);
      await look(`${action.name}: ${await outcomeOf(action, world)}`);
    }
    await look(`the end: ${await end(world)}`);
  } catch (error) {
    if (error instanceof Error && error.message.includes(`seed ${seed},`)) throw error;
    throw new Error(`seed ${seed}, steps:\n${told.join("\n")}`, { cause: error });
  }
  await db.admin`delete from intake.simplicity_batches`;
  await db.admin`delete from public.judgments`;
  return told.length;
}

async function begin(db: TestDatabase, chance: Chance, seed: number): Promise<World> {
  const source = `s${seed}`;
  await db.sql`insert into intake.sources (source, requires_approval, warn_percent)
    values (${source}, ${chance.hit(0.3)}, 0) on conflict do nothing`;
  const good = chance.whole(1, 6);
  const rows: Row[] = Array.from({ length: good }, (_, index) => ({ case: `H${seed}-${index}` }));
  if (chance.hit(0.3)) rows.push({ case: `H${seed}-0`, defendant: "Other" });
  for (let bad = chance.pick([0, 0, 1, 2]); bad > 0; bad--) rows.push({ reject: "INVALID_AMOUNT" });
  const file: File = {
    rows,
    slices: chance.hit(0.5) ? [rows.length] : [1, rows.length - 1].filter((n) => n > 0),
  };
  const { file_hash: hash } = await planOf(file);
  const id = await dropAgain({ db, source }, `${source}/first.csv`);
  return { db, chance, source, file, hash, id, readings: new Map(), narrow: false, drops: 0 };
}

async function dropAgain(
  world: Pick<World, "db" | "source">,
  path: string,
): Promise<string> {
  const metadata = { size: 700, mimetype: "text/csv", eTag: `"${world.source}"` };
  await world.db.admin`
    insert into storage.objects (bucket_id, name, version, metadata)
    values ('intake', ${path}, ${crypto.randomUUID()}, ${world.db.admin.json(metadata)})`;
  const [row] = await world.db.sql`select id from intake.simplicity_batches where storage_path = ${path}`;
  return String(row?.id);
}

async function outcomeOf(action: Action, world: World): Promise<string> {
  try {
    return String(await action.run(world) ?? "done");
  } catch (error) {
    if (error instanceof Error && "code" in error && REFUSED.has(String(error.code))) {
      return String(error.code);
    }
    throw error;
  }
}

/** Does a unit; a reading with changed settings finds fewer rows in the same bytes. */
async function work(world: World, unit: Unit): Promise<string> {
  const { db } = world;
  if (unit.kind === "stage") {
    const reading = world.narrow ? { rows: world.file.rows.slice(1) } : world.file;
    world.readings.set(unit.batch.id, reading);
    const plan = {
      ...await planOf(reading),
      file_hash: world.hash,
      ...(reading.rows.length === 0
        ? { problem: "Empty file: a header and no rows", problem_code: "EMPTY_FILE" }
        : {}),
    };
    const [row] = await engine(db)`
      select intake.finish_staging(${unit.batch.id}, ${unit.token}, ${
      engine(db).json(plan)
    }) ->> 'outcome' as outcome`;
    return `stage, ${row?.outcome}`;
  }
  const reading = world.readings.get(unit.batch.id) ?? world.file;
  if (unit.kind === "slice") return `slice, ${(await doSlice(db, unit, reading)).last}`;
  return `settle, ${(await settle(db, unit))?.outcome}`;
}

async function workAll(world: World): Promise<string> {
  const told: string[] = [];
  for (let turn = 0; turn < 60; turn++) {
    const unit = await claim(world.db);
    if (unit !== null) told.push(await work(world, unit));
    else if (turn > 0 && told.at(-1) === "wait") break;
    else {
      await letTimePass(world.db, 5);
      told.push("wait");
    }
  }
  return told.join(", ");
}

async function claimUndo(db: TestDatabase): Promise<{ job_id: string; token: string } | null> {
  const [row] = await engine(db)`select ops.claim('{undo}', 'worker-1') as unit`;
  return row?.unit ?? null;
}

async function undoStep(world: World): Promise<string> {
  const unit = await claimUndo(world.db);
  if (unit === null) return "no undo is due";
  const [row] = await engine(world.db)`
    select intake.undo_step(${unit.job_id}, ${unit.token}) ->> 'outcome' as outcome`;
  if (row?.outcome === "more") {
    await engine(world.db)`select ops.let_go(${unit.job_id}, null, ${unit.token})`;
  }
  return String(row?.outcome);
}

async function undoAll(world: World): Promise<string> {
  const told: string[] = [];
  for (let turn = 0; turn < 20; turn++) {
    const outcome = await undoStep(world);
    told.push(outcome);
    if (outcome === "no undo is due") break;
  }
  return told.join(", ");
}

/** Brings the batch to rest and takes back what stands of it. */
async function end(world: World): Promise<string> {
  const { db, id } = world;
  await workAll(world);
  await undoAll(world);
  const [batch] = await db.sql`select * from intake.simplicity_batches where id = ${id}`;
  if (batch === undefined || batch.row_count_inserted === 0) return "nothing stands";
  if (batch.status !== "completed" && batch.status !== "failed") return `${batch.status}: not at rest`;
  const [asked] = await engine(
    db,
  )`select intake.undo_batch(${id}, 'the end', 'operator:jane', 'r') as answer`;
  if (asked?.answer.outcome === "built_on") return "built on";
  if (asked?.answer.outcome !== "done") {
    throw new Error(`Cannot undo what stands: ${JSON.stringify(asked?.answer)}`);
  }
  await undoAll(world);
  const ended = await batchOf(db, id);
  if (ended.row_count_inserted !== 0 || ended.rejection_code !== "UNDONE") {
    throw new Error(
      `Undone, the batch is ${ended.status}, ${ended.rejection_code}, inserted ${ended.row_count_inserted}`,
    );
  }
  return "undone";
}

interface Action {
  readonly name: string;
  /** How often it comes, beside the others. */
  readonly weight: number;
  run(world: World): Promise<unknown>;
}

async function verdict(world: World, call: string): Promise<unknown> {
  const [row] = await engine(world.db).unsafe(`select intake.${call} as answer`);
  return row?.answer?.outcome;
}

/** As a function of the door does it, bytes and all. */
async function uploadAgain(world: World): Promise<unknown> {
  const { db, chance } = world;
  const vendor = chance.hit(0.5);
  const threshold = chance.pick(THRESHOLDS);
  const request = {
    filename: "a.csv",
    stored_name: "a.csv",
    source: world.source,
    file_hash: world.hash,
    file_size_bytes: 700,
    etag: `"${world.source}"`,
    options: threshold === null ? {} : { error_threshold_percent: threshold },
    force: !vendor && chance.hit(0.5),
    signed: false,
    vendor,
    actor: vendor ? `vendor:${world.source}` : "operator:jane",
    request_id: "r",
  };
  const sql = engine(db);
  const [row] = await sql`select intake.reserve_upload(${sql.json(request)}) as answer`;
  if (row?.answer.outcome !== "store") return row?.answer.outcome;
  await dropAgain(world, row.answer.path);
  const [settled] =
    await sql`select intake.settle_upload(${row.answer.batch_id}, ${request.actor}, 'r') as answer`;
  return `stored, ${settled?.answer.outcome}`;
}

/** Another source's batch completes with some of the same case numbers. */
async function rivalComes(world: World): Promise<unknown> {
  const { db, chance, source } = world;
  const cases = world.file.rows.flatMap((row) => "case" in row ? [row.case] : []).filter(() =>
    chance.hit(0.4)
  );
  const [batch] = await db.sql`
    insert into intake.simplicity_batches (filename, source) values ('rival.csv', ${source}) returning id`;
  for (const number of cases) {
    await db.sql`insert into public.judgments
        (case_number, plaintiff_name, defendant_name, amount, judgment_date, source, batch_id, source_row_index)
      values (${number}, 'Acme', 'Doe', 1, '2024-01-31', ${source}, ${batch?.id}, 0) on conflict do nothing`;
  }
  return cases.length;
}

const ACTIONS: readonly Action[] = [
  {
    name: "work",
    weight: 10,
    run: async (world) => {
      const unit = await claim(world.db);
      return unit === null ? "nothing is due" : await work(world, unit);
    },
  },
  { name: "work all", weight: 14, run: workAll },
  {
    name: "a holder falls silent",
    weight: 3,
    run: async (world) => {
      await claim(world.db);
      await loseAll(world.db);
    },
  },
  {
    name: "a holder gives up",
    weight: 2,
    run: async (world) => {
      const unit = await claim(world.db);
      if (unit === null) return "nothing is due";
      await engine(world.db)`
      select ops.fail(${unit.job_id}, ${unit.slice?.no ?? null}, ${unit.token}, 'lost', null, true)`;
    },
  },
  {
    name: "staged rows are lost",
    weight: 2,
    run: (world) => world.db.admin`delete from intake.staged_blocks`,
  },
  {
    name: "retry",
    weight: 5,
    run: (world) =>
      verdict(world, `retry_batch('${world.id}', ${world.chance.pick(THRESHOLDS)}, 'operator:jane', 'r')`),
  },
  {
    name: "abort",
    weight: 3,
    run: (world) => verdict(world, `abort_batch('${world.id}', 'no', 'operator:jane', 'r')`),
  },
  {
    name: "approve",
    weight: 4,
    run: (world) => verdict(world, `approve_batch('${world.id}', 'operator:jane', 'r')`),
  },
  {
    name: "refuse",
    weight: 2,
    run: (world) => verdict(world, `refuse_batch('${world.id}', 'no', 'operator:jane', 'r')`),
  },
  {
    name: "ask for an undo",
    weight: 4,
    run: (world) => verdict(world, `undo_batch('${world.id}', 'no', 'operator:jane', 'r')`),
  },
  { name: "a step of an undo", weight: 4, run: undoStep },
  { name: "undo", weight: 3, run: undoAll },
  { name: "upload the same bytes", weight: 5, run: uploadAgain },
  {
    name: "drop the same bytes",
    weight: 3,
    run: (world) => dropAgain(world, `${world.source}/${world.drops++}.csv`),
  },
  { name: "a rival comes", weight: 2, run: rivalComes },
  {
    name: "the settings change",
    weight: 2,
    run: (world) => {
      world.narrow = !world.narrow;
      return Promise.resolve(world.narrow ? "fewer rows" : "as it was");
    },
  },
  {
    name: "by hand: reset",
    weight: 5,
    run: (world) =>
      world.db.sql`update intake.simplicity_batches set status = 'uploaded' where id = ${world.id}`,
  },
  {
    name: "by hand: threshold and reset",
    weight: 4,
    run: (world) =>
      world.db.sql`update intake.simplicity_batches set error_threshold_percent = ${
        world.chance.pick(THRESHOLDS) ?? 10
      },
      status = 'uploaded', rejection_reason = null where id = ${world.id}`,
  },
  {
    name: "by hand: threshold",
    weight: 2,
    run: (world) =>
      world.db.sql`update intake.simplicity_batches set error_threshold_percent = ${
        world.chance.pick(THRESHOLDS) ?? 10
      }
      where id = ${world.id}`,
  },
  {
    name: "by hand: reset of everything",
    weight: 1,
    run: (world) => world.db.sql`update intake.simplicity_batches set status = 'uploaded'`,
  },
  {
    name: "by hand: failed",
    weight: 3,
    run: (world) =>
      world.db
        .sql`update intake.simplicity_batches set status = 'failed', rejection_reason = 'no' where id = ${world.id}`,
  },
  {
    name: "by hand: the job is due",
    weight: 1,
    run: (world) => world.db.sql`update ops.job_queue set status = 'pending' where batch_id = ${world.id}`,
  },
  {
    name: "by hand: judgments deleted",
    weight: 3,
    run: (world) =>
      world.db.sql`delete from public.judgments where id in (
      select id from public.judgments where batch_id = ${world.id} order by id limit ${
        world.chance.whole(1, 3)
      })`,
  },
  {
    name: "by hand: judgments given away",
    weight: 1,
    run: (world) =>
      world.db.sql`update public.judgments set batch_id = ${world.chance.hit(0.5) ? null : world.id}
      where id in (select id from public.judgments order by id limit 2)`,
  },
  {
    name: "by hand: a judgment inserted",
    weight: 2,
    run: (world) =>
      world.db.as("service_role")`insert into public.judgments
        (case_number, plaintiff_name, defendant_name, amount, judgment_date, source, batch_id, source_row_index)
      values (${`HAND-${crypto.randomUUID()}`}, 'Acme', 'Doe', 1, '2024-01-31', ${world.source}, ${world.id}, 99)`,
  },
  {
    name: "by hand: judgments truncated",
    weight: 1,
    run: (world) => world.db.sql`truncate public.judgments cascade`,
  },
  {
    name: "by hand: the other batches deleted",
    weight: 1,
    run: (world) => world.db.sql`delete from intake.simplicity_batches where id <> ${world.id}`,
  },
  {
    name: "by hand: enforcement begins",
    weight: 1,
    run: (world) =>
      world.db
        .sql`update public.judgments set enforcement_stage = 'paperwork_filed', enforcement_stage_updated_at = now()
      where id in (select id from public.judgments where batch_id = ${world.id} limit 1)`,
  },
  {
    name: "the object is gone",
    weight: 1,
    run: (world) =>
      world.db.admin.begin(async (sql) => {
        await sql`set local storage.allow_delete_query = 'true'`;
        await sql`delete from storage.objects`;
      }),
  },
  { name: "time passes", weight: 3, run: (world) => letTimePass(world.db, 4000) },
  { name: "the sweep", weight: 1, run: (world) => world.db.sql`select intake.sweep()` },
];

/** Every action as often as it weighs. */
const DECK: readonly Action[] = ACTIONS.flatMap((action) => Array<Action>(action.weight).fill(action));
