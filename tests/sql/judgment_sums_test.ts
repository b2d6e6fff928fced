/**
 * Sums of judgments are what counting the judgments gives, after every statement of random lives: whoever writes, whatever
 * is still open while the sums go on. `JUDGMENT_SUMS=<n>` lives more of them, `JUDGMENT_SUMS_SEED=<n>` begins elsewhere.
 */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import { Chance } from "../chaos/random.ts";
import { type Sql, type TestDatabase, withDatabase } from "../support/database.ts";

const LIVES = Number(Deno.env.get("JUDGMENT_SUMS") ?? 2);
const FIRST = Number(Deno.env.get("JUDGMENT_SUMS_SEED") ?? Math.floor(Math.random() * 1e9));
const STEPS = 40;
const STAGES = ["pre_enforcement", "levy_issued", "collected"];

/** What every reader of sums is held against: each judgment counted where it stands. */
const PLAIN: Readonly<Record<string, string>> = {
  "select * from public.v_enforcement_overview order by 1, 2": `
    select j.enforcement_stage, public.collectability_tier(j.amount, j.judgment_date) as collectability_tier,
      count(*) as case_count, sum(j.amount) as total_judgment_amount
    from public.judgments j
    where not starts_with(lower(j.plaintiff_name), 'dragonfly-proof')
    group by 1, 2 order by 1, 2`,
  "select plaintiff_id, total_judgment_amount::numeric(14, 2), case_count from public.v_plaintiffs_overview order by 1":
    `
    select p.id as plaintiff_id,
      (select coalesce(sum(j.amount), 0) from public.judgments j
        where j.plaintiff_id = any (array(select m.id from public.plaintiffs m where m.standing_id = p.id)))::numeric(14, 2)
        as total_judgment_amount,
      (select count(*) from public.judgments j
        where j.plaintiff_id = any (array(select m.id from public.plaintiffs m where m.standing_id = p.id)))
        as case_count
    from public.plaintiffs p
    where p.merged_into is null and not p.is_proof order by 1`,
};

/** @throws when a reader of sums says something else than the judgments do. */
async function mustAddUp(db: TestDatabase, after: string): Promise<void> {
  await db.sql.begin("isolation level repeatable read", async (sql) => {
    for (const [sums, judgments] of Object.entries(PLAIN)) {
      assertEquals([...await sql.unsafe(sums)], [...await sql.unsafe(judgments)], `${sums}\nafter ${after}`);
    }
  });
}

let cases = 0;

/** Writes so many judgments, as the engine does or by hand. */
async function write(sql: Sql, chance: Chance, rows: number, ownId: number | null = null): Promise<void> {
  for (let row = 0; row < rows; row++) {
    const values = [
      `S-${cases++}`,
      chance.hit(0.1) ? "dragonfly-proof x" : "Acme",
      chance.pick([100, 1999.99, 2000, 7500.5, 10000, 0]),
      chance.pick(["2015-03-01", "2022-02-02", "2024-05-05", "2026-01-31"]),
      chance.pick(STAGES),
    ];
    await sql.unsafe(
      `insert into public.judgments (${
        ownId === null ? "" : "id, "
      }case_number, plaintiff_name, defendant_name, amount,
         judgment_date, enforcement_stage, plaintiff_id) ${ownId === null ? "" : "overriding system value"}
       select ${ownId === null ? "" : `${ownId}, `}$1, $2, 'Doe', $3, $4, $5,
         (select p.id from public.plaintiffs p order by md5(p.id::text || $1) limit 1)`,
      values.map(String),
    );
  }
}

/** An insert by the engine: triggers on hands do not fire. */
async function asEngine(sql: Sql, work: () => Promise<void>): Promise<void> {
  await sql`select set_config('dragonfly.door', 'engine', false)`;
  await work();
  await sql`select set_config('dragonfly.door', '', false)`;
}

const SOME = "id in (select id from public.judgments order by md5(id::text || $1) limit 3)";

/** Lives one life. Two further connections hold transactions open across steps. */
async function live(db: TestDatabase, seed: number): Promise<void> {
  const chance = new Chance(seed);
  const told = [`seed ${seed}`];
  const others = [db.connect(), db.connect()];
  const open = new Set<Sql>();
  const change = (sql: Sql, what: string) => sql.unsafe(`${what} ${SOME}`, [String(chance.whole(0, 1e6))]);
  const steps: Readonly<Record<string, (sql: Sql) => Promise<unknown>>> = {
    "written by the engine": (sql) => asEngine(sql, () => write(sql, chance, 3)),
    "written by hand": (sql) => write(sql, chance, 2),
    "written with an id": async (sql) => {
      const [free] = await sql`
        select n as id from generate_series(1, 400) n
         where not exists (select 1 from public.judgments j where j.id = n)
           and n < coalesce(pg_sequence_last_value('public.judgments_id_seq'), 0) order by md5(n::text) limit 1`;
      if (free !== undefined) await write(sql, chance, 1, Number(free.id));
    },
    "amounts": (sql) => change(sql, "update public.judgments set amount = amount + 2000.25 where"),
    "stages": (sql) =>
      change(sql, `update public.judgments set enforcement_stage = '${chance.pick(STAGES)}' where`),
    "dates": (sql) => change(sql, "update public.judgments set judgment_date = '2021-01-01' where"),
    "names": (sql) => change(sql, "update public.judgments set plaintiff_name = 'dragonfly-proof y' where"),
    "plaintiffs": (sql) => change(sql, "update public.judgments set plaintiff_id = null where"),
    "deleted": (sql) => change(sql, "delete from public.judgments where"),
    "summed": (sql) => sql`select enforcement.sum_judgments()`,
    "summed again": (sql) => sql`select enforcement.sum_judgments()`,
    "summed twice": async (sql) => {
      await sql`select enforcement.sum_judgments()`;
      await sql`select enforcement.sum_judgments()`;
    },
  };
  for (let step = 0; step < STEPS; step++) {
    const sql = others[chance.hit(1 / 3) ? 0 : 1];
    if (sql === undefined) throw new Error("no connection");
    // The first connection keeps its transaction open over several steps, and takes it back now and then.
    if (sql === others[0] && !open.has(sql)) {
      await sql`begin`;
      await sql`set local lock_timeout = '200ms'`;
      open.add(sql);
    }
    const name = chance.pick(Object.keys(steps));
    if (name.startsWith("summed") && sql === others[0]) continue; // by the clock, in a transaction of its own
    try {
      if (sql === others[1]) await sql`set lock_timeout = '200ms'`;
      await steps[name]?.(sql);
      told.push(name);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : null;
      if (code !== "55P03" && code !== "25P02") throw error; // the other one holds the row
      told.push(`${name}: held`);
      if (sql === others[0]) {
        await sql`rollback`;
        open.delete(sql);
      } else await sql`select set_config('dragonfly.door', '', false)`;
    }
    if (sql === others[0] && open.has(sql) && chance.hit(0.3)) {
      const how = chance.hit(0.7) ? "commit" : "rollback";
      await sql.unsafe(how);
      await sql`select set_config('dragonfly.door', '', false)`;
      open.delete(sql);
      told.push(how);
    }
    await mustAddUp(db, told.join(", "));
  }
  for (const sql of open) await sql`rollback`;
  for (const sql of others) await sql.end();
  await mustAddUp(db, told.join(", "));
  for (let run = 0; run < 20; run++) await db.sql`select enforcement.sum_judgments()`;
  await mustAddUp(db, `${told.join(", ")}, all summed`);
  const [left] = await db.sql`
    select (select count(*) from enforcement.stage_sums s
             where not s.is_folded and coalesce(s.judgment_id, 0) <= p.judgment_id)
         + (select count(*) from enforcement.plaintiff_sums s
             where not s.is_folded and coalesce(s.judgment_id, 0) <= p.judgment_id) as changes,
           (select count(*) from public.judgments j
             where j.id > p.judgment_id
               and j.id <= pg_sequence_last_value('public.judgments_id_seq')) as behind
      from enforcement.summed_up_to p`; // ids that a hand made up may lie ahead of all that are given out
  assertEquals(left, { changes: 0, behind: 0 }, told.join(", "));
}

async function prepare(db: TestDatabase): Promise<void> {
  await db
    .sql`insert into public.plaintiffs (name) values ('Acme'), ('Bolt'), ('Core'), ('dragonfly-proof p')`;
  await db.admin.unsafe(`create or replace function enforcement.max_summed_judgments() returns int
    language sql immutable set search_path = '' as $$ select 7 $$`);
}

Deno.test(`${LIVES} random lives of judgments, from seed ${FIRST}: sums are what counting them gives`, () =>
  withDatabase(async (db) => {
    await prepare(db);
    for (let life = 0; life < LIVES; life++) await live(db, FIRST + life);
    await db.sql`truncate public.judgments cascade`;
    await mustAddUp(db, "truncated");
  }));

Deno.test("random lives notice it when deleted judgments stay in the sums", () =>
  withDatabase(async (db) => {
    await prepare(db);
    await db.admin`drop trigger _400_keep_sums_delete on public.judgments`;
    await assertRejects(
      async () => {
        for (let seed = 1; seed <= 20; seed++) await live(db, seed);
      },
      Error,
      "Values are not equal",
    );
    await db.admin`select pg_terminate_backend(a.pid) from pg_stat_activity a
      where a.datname = current_database() and a.state = 'idle in transaction' and a.pid <> pg_backend_pid()`;
  }));

Deno.test("sums wait for an insert that is under way, and count what it brought", () =>
  withDatabase(async (db) => {
    await prepare(db);
    const chance = new Chance(1);
    const held = db.connect();
    const sumUp = async () => {
      for (let run = 0; run < 4; run++) await db.sql`select enforcement.sum_judgments()`;
    };
    await write(db.sql, chance, 2);
    await held`begin`;
    await asEngine(held, () => write(held, chance, 2)); // ids 3 and 4
    await write(db.sql, chance, 2); // ids 5 and 6, committed before them
    await sumUp();
    const [waiting] = await db.sql`select judgment_id, next_id from enforcement.summed_up_to`;
    assertEquals(waiting, { judgment_id: 0, next_id: 6 });
    await mustAddUp(db, "an insert under way");
    await held`commit`;
    await mustAddUp(db, "its commit");
    await sumUp();
    const [done] = await db.sql`select judgment_id, next_id from enforcement.summed_up_to`;
    assertEquals(done, { judgment_id: 6, next_id: null });
    await mustAddUp(db, "its sum");
  }));
