/**
 * The figures of days are what counting all batches would give, after every statement of random lives of many batches:
 * by the engine's door and by hand, in every state, with counts that somebody sets, deletes and folds in between.
 * `BATCH_DAYS=<n>` lives more of them, `BATCH_DAYS_SEED=<n>` begins elsewhere.
 */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import { Chance } from "../chaos/random.ts";
import { type Sql, type TestDatabase, withDatabase } from "../support/database.ts";

const LIVES = Number(Deno.env.get("BATCH_DAYS") ?? 3);
const FIRST = Number(Deno.env.get("BATCH_DAYS_SEED") ?? Math.floor(Math.random() * 1e9));
const STEPS = 40;
const STATES = [
  "uploaded",
  "staging",
  "validating",
  "awaiting_approval",
  "inserting",
  "completed",
  "failed",
  "skipped",
];
const CODES = ["INVALID_AMOUNT", "FUTURE_DATE", "MISSING_REQUIRED_FIELD"];

/** What every reader of days is held against: each batch counted where it stands. */
const PLAIN: Readonly<Record<string, string>> = {
  "select * from ops.v_quality_trend": `
    with counted as (
      select b.id, b.source, b.row_count_total, b.row_count_invalid,
             date_trunc('week', b.created_at at time zone 'UTC')::date as week,
             date_trunc('month', b.created_at at time zone 'UTC')::date as month
        from intake.simplicity_batches b where b.status <> 'skipped' and not b.dry_run
    ), coded as (
      select k.week, k.month, k.source, c.error_code,
             row_number() over (partition by k.week, k.month, k.source
               order by sum(c.occurrences) desc, c.error_code) as place
        from counted k join intake.batch_error_counts c on c.batch_id = k.id and c.error_stage <> 'insert'
       group by k.week, k.month, k.source, c.error_code
    )
    select k.week, k.month, k.source, sum(k.row_count_total)::bigint as total_rows,
      round(100.0 * sum(k.row_count_invalid) / nullif(sum(k.row_count_total), 0), 2) as error_rate_pct,
      max(d.error_code) as top_error_code
    from counted k
    left join coded d on d.week = k.week and d.month = k.month and d.source = k.source and d.place = 1
    group by k.week, k.month, k.source
    order by k.week desc, k.month desc, k.source`,
  "select * from ops.v_pipeline_health order by status": `
    select b.status, count(*) as batch_count, min(b.progress_at) as oldest_batch_at,
      round((extract(epoch from now() - min(b.progress_at)) / 60)::numeric, 1) as oldest_age_minutes,
      max(b.progress_at) as newest_batch_at
    from intake.simplicity_batches b group by b.status order by b.status`,
  "select ops.metrics() -> 'batches' as batches, ops.metrics() -> 'rows' as rows": `
    select (select coalesce(jsonb_object_agg(s.status, s.n), '{}') from
              (select b.status, count(*) as n from intake.simplicity_batches b group by b.status) s) as batches,
           (select jsonb_build_object('inserted', coalesce(sum(b.row_count_inserted), 0),
                     'duplicate', coalesce(sum(b.row_count_duplicate), 0),
                     'invalid', coalesce(sum(b.row_count_invalid), 0))
              from intake.simplicity_batches b where not b.dry_run) as rows`,
  "select intake.list_batches('failed', null, null, 1, 3) -> 'total' as failed, intake.list_batches(null, 'b', null, 1, 3) -> 'total' as of_source":
    `
    select to_jsonb(count(*) filter (where b.status = 'failed')) as failed,
           to_jsonb(count(*) filter (where b.source = 'b')) as of_source from intake.simplicity_batches b`,
  "select d.error_code, d.day::text, sum(d.occurrences)::int as n from intake.v_error_days d group by 1, 2 order by 1, 2":
    `
    select c.error_code, (b.created_at at time zone 'UTC')::date::text as day, sum(c.occurrences)::int as n
      from intake.simplicity_batches b join intake.batch_error_counts c on c.batch_id = b.id
     where b.status <> 'skipped' and not b.dry_run and c.error_stage <> 'insert'
     group by 1, 2 having sum(c.occurrences) <> 0 order by 1, 2`,
};

/** @throws when a reader of days says something else than the batches do. */
async function mustAddUp(db: TestDatabase, after: string): Promise<void> {
  await db.sql.begin("isolation level repeatable read", async (sql) => { // one clock for both
    for (const [days, batches] of Object.entries(PLAIN)) {
      assertEquals([...await sql.unsafe(days)], [...await sql.unsafe(batches)], `${days}\nafter ${after}`);
    }
  });
}

/** One of the batches there are. */
const ANY = "(select id from intake.simplicity_batches order by md5(id::text || $1) limit 1)";

interface Step {
  readonly name: string;
  run(sql: Sql, chance: Chance): Promise<unknown>;
}

async function writeBatch(sql: Sql, chance: Chance): Promise<unknown> {
  const status = chance.pick(STATES);
  const [total, invalid, inserted, duplicate] = Array.from({ length: 4 }, () => chance.whole(0, 9));
  return await sql`
    insert into intake.simplicity_batches (filename, source, status, rejection_reason, dry_run, created_at,
      row_count_total, row_count_invalid, row_count_inserted, row_count_duplicate)
    values ('a.csv', ${chance.pick(["a", "b"])}, ${status},
      ${status === "failed" || status === "skipped" ? "why" : null}, ${chance.hit(0.2)},
      timestamptz '2026-01-30 22:00Z' + ${chance.whole(0, 100)} * interval '1 hour',
      ${total ?? 0}, ${invalid ?? 0}, ${inserted ?? 0}, ${duplicate ?? 0})`;
}

async function writeCount(sql: Sql, chance: Chance): Promise<unknown> {
  return await sql`
    insert into intake.batch_error_counts (batch_id, error_code, error_stage, occurrences)
    select b.id, ${chance.pick(CODES)}, ${chance.pick(["parse", "validate", "insert"])}, ${chance.whole(1, 5)}
      from intake.simplicity_batches b order by md5(b.id::text || ${chance.whole(0, 1e6)}) limit 2
    on conflict (batch_id, error_code, error_stage) do update set occurrences = excluded.occurrences`;
}

/** A statement on one batch by chance, or on all. */
function onBatches(name: string, change: string): Step {
  return {
    name,
    run: async (sql, chance) =>
      chance.hit(0.15)
        ? await sql.unsafe(`${change} true`)
        : await sql.unsafe(`${change} id = ${ANY}`, [String(chance.whole(0, 1e6))]),
  };
}

const UPDATE = "update intake.simplicity_batches set";
const STEPS_THERE_ARE: readonly Step[] = [
  { name: "a batch is written", run: writeBatch },
  { name: "a batch is written", run: writeBatch },
  { name: "a batch is written", run: writeBatch },
  { name: "counts are set", run: writeCount },
  { name: "counts are set", run: writeCount },
  {
    name: "counts go to another batch",
    run: (sql) =>
      sql`update intake.batch_error_counts c set batch_id = b.id from intake.simplicity_batches b
           where not exists (select 1 from intake.batch_error_counts k where k.batch_id = b.id)
             and c.ctid = (select ctid from intake.batch_error_counts limit 1)`,
  },
  {
    name: "a code is another",
    run: (sql) =>
      sql`update intake.batch_error_counts set error_code = 'INVALID_DATE_FORMAT' where error_code = 'FUTURE_DATE'
      and batch_id not in (select batch_id from intake.batch_error_counts where error_code = 'INVALID_DATE_FORMAT')`,
  },
  {
    name: "counts are deleted",
    run: (sql) =>
      sql`delete from intake.batch_error_counts where error_code = 'INVALID_DATE_FORMAT' or occurrences = 1`,
  },
  onBatches("reset", `${UPDATE} status = 'uploaded' where status <> 'uploaded' and`),
  onBatches(
    "failed",
    `${UPDATE} status = 'failed' where status not in ('completed', 'failed', 'skipped') and`,
  ),
  onBatches("rows", `${UPDATE} row_count_total = row_count_total + 3, row_count_invalid = 1 where`),
  onBatches("judgments", `${UPDATE} row_count_inserted = 2, row_count_duplicate = 1 where`),
  onBatches("source", `${UPDATE} source = 'b' where`),
  onBatches("dry run", `${UPDATE} dry_run = not dry_run where`),
  onBatches("another day", `${UPDATE} created_at = created_at - interval '5 days' where`),
  {
    name: "deleted",
    run: (sql, chance) =>
      sql.unsafe(`delete from intake.simplicity_batches where id = ${ANY}`, [String(chance.whole(0, 1e6))]),
  },
  { name: "folded", run: (sql) => sql`select intake.fold_days()` },
  { name: "folded", run: (sql) => sql`select ops.prune()` },
  { name: "recounted", run: (sql) => sql`select intake.recount_days()` },
  {
    name: "taken back",
    run: (sql, chance) =>
      sql.begin(async (inner) => {
        await inner`delete from intake.simplicity_batches where source = ${chance.pick(["a", "b"])}`;
        await inner`select intake.fold_days()`;
        await inner`rollback and chain`;
      }),
  },
];

/** Lives one life and cleans up behind it. */
async function live(db: TestDatabase, seed: number): Promise<void> {
  const chance = new Chance(seed);
  const told = [`seed ${seed}`];
  for (let step = 0; step < STEPS; step++) {
    const { name, run } = chance.pick(STEPS_THERE_ARE);
    await run(db.sql, chance);
    told.push(name);
    await mustAddUp(db, told.join(", "));
  }
  await db.admin`truncate intake.simplicity_batches cascade`;
  await mustAddUp(db, `${told.join(", ")}, truncated`);
}

Deno.test(`${LIVES} random lives of many batches, from seed ${FIRST}: days are what counting the batches gives`, () =>
  withDatabase(async (db) => {
    for (let life = 0; life < LIVES; life++) await live(db, FIRST + life);
  }));

/** Ways to lose count, each as the triggers would be without one of them. */
for (
  const trigger of [
    "_400_keep_day on intake.simplicity_batches",
    "_400_keep_day_of_new on intake.simplicity_batches",
    "_110_keep_day_of_old on intake.simplicity_batches",
    "_400_keep_error_day on intake.batch_error_counts",
  ]
) {
  Deno.test(`random lives notice it when there is no ${trigger}`, () =>
    withDatabase(async (db) => {
      await db.admin.unsafe(`drop trigger ${trigger}`);
      await assertRejects(
        async () => {
          for (let seed = 1; seed <= 10; seed++) await live(db, seed);
        },
        Error,
        "Values are not equal",
      );
    }));
}

Deno.test("batches that end at once, while days are folded, are all counted, and nobody waits", () =>
  withDatabase(async (db) => {
    const ending = async (name: string) => {
      const sql = db.connect();
      for (let n = 0; n < 40; n++) {
        await sql`
          insert into intake.simplicity_batches (filename, source, status, rejection_reason, row_count_total)
          values (${name}, 'a', 'failed', 'why', 1)`;
      }
    };
    const folding = async () => {
      const sql = db.connect();
      for (let n = 0; n < 40; n++) await sql`select intake.fold_days()`;
    };
    const held = db.connect(); // a transaction that has ended a batch, and takes its time
    await held.begin(async (sql) => {
      await sql`
        insert into intake.simplicity_batches (filename, source, status, rejection_reason, row_count_total)
        values ('held.csv', 'a', 'failed', 'why', 1)`;
      await Promise.all([ending("one.csv"), ending("two.csv"), folding(), folding()]);
    });
    await db.sql`select intake.fold_days()`;
    const days = await db.sql`select is_folded, batches, row_count_total from intake.batch_days`;
    assertEquals([...days], [{ is_folded: true, batches: 81, row_count_total: 81 }]);
    await mustAddUp(db, "all of it");
  }));
