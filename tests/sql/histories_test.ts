/**
 * row_count_inserted is the number of a batch's judgments after every step of any history, and every move of a batch is in
 * the picture. HISTORIES=10000 lives more of them, HISTORIES_SEED=<n> begins elsewhere,
 * HISTORIES_LANES=<n> lives so many beside each other.
 */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import { BATCH_MOVES } from "../../shared/intake/states.ts";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import { live, prepare } from "./histories.ts";

const COUNT = Number(Deno.env.get("HISTORIES") ?? 100);
const FIRST = Number(Deno.env.get("HISTORIES_SEED") ?? Math.floor(Math.random() * 1e9));
const STEPS = 14;
/** Databases beside each other. */
const LANES = Number(Deno.env.get("HISTORIES_LANES") ?? 2);

const PICTURE = new URL("../../docs/batch-states.md", import.meta.url);

/** The arrows of the picture, as `from to`. */
async function drawnMoves(): Promise<Set<string>> {
  const arrows = (await Deno.readTextFile(PICTURE)).matchAll(/^ {2}(\w+) (?:-->|-\.->)\|[^|]+\| (\w+)$/gm);
  return new Set([...arrows].map(([, from, to]) => `${from} ${to}`));
}

/** Asks a database whether its counts are true, and its moves since the last time are drawn. */
function judge(drawn: ReadonlySet<string>): (db: TestDatabase) => Promise<string | null> {
  let seen = 0;
  return async (db) => {
    const [row] = await db.sql`
      select (select jsonb_agg(format('batch %s (%s) says %s, %s stand', b.id, b.status, b.row_count_inserted, s.n))
                from intake.simplicity_batches b
               cross join lateral (select count(*) as n from public.judgments j where j.batch_id = b.id) s
               where b.row_count_inserted <> s.n) as lies,
             (select jsonb_agg(distinct (e.before ->> 'status') || ' ' || (e.after ->> 'status'))
                from audit.event_log e
               where e.id > ${seen} and e.entity_type = 'batch'
                 and e.before ->> 'status' <> e.after ->> 'status') as moves,
             (select max(e.id) from audit.event_log e) as last`;
    seen = row?.last ?? seen;
    if (row?.lies !== null) return String(row?.lies);
    const undrawn = (row?.moves ?? []).filter((move: string) => !drawn.has(move));
    return undrawn.length === 0 ? null : `moves that are not in the picture: ${undrawn}`;
  };
}

Deno.test(`${COUNT} random histories of a batch, from seed ${FIRST}: its counts are true after every step`, async () => {
  const drawn = await drawnMoves();
  assertEquals(drawn, new Set(BATCH_MOVES.map(([from, to]) => `${from} ${to}`)));
  let next = 0;
  let steps = 0;
  await Promise.all(Array.from({ length: LANES }, () =>
    withDatabase(async (db) => {
      await prepare(db);
      const broken = judge(drawn);
      while (next < COUNT) {
        const lived = await live(db, FIRST + next++, STEPS, broken);
        steps += lived;
        if (COUNT > 1000 && steps % (500 * (STEPS + 1)) === 0) {
          console.log(`${steps / (STEPS + 1)} histories`);
        }
      }
    })));
  assertEquals(steps, COUNT * (STEPS + 1));
});

/** Ways to break the counts, each as the functions would be without one of their lines. */
const SABOTAGE: Readonly<Record<string, string>> = {
  "a reset forgets what stands": `
    create or replace function intake.count_standing(batch uuid) returns bigint
      language sql stable set search_path = '' as $$ select 0::bigint $$`,
  "nobody counts after a hand": `drop trigger _610_recount_batches on public.judgments`,
  "the budget is asked about what stands, and the count forgotten": `
    create or replace function intake.complete_batch(batch uuid, inserted bigint, duplicate bigint, took_ms numeric)
      returns void language plpgsql set search_path = '' as $$
      begin
        update intake.simplicity_batches b set row_count_inserted = duplicate where b.id = batch;
        perform intake.move_batch(batch, 'completed');
        perform ops.move_job(intake.ingest_job(batch), 'completed');
      end $$`,
  "a move is not in the picture": `
    insert into intake.batch_moves (from_status, to_status, by_hand, because) values ('completed', 'staging', true, 'no');
    create function public.slip() returns trigger language plpgsql set search_path = '' as $$
      begin new.status := 'staging'; return new; end $$;
    create trigger _050_slip before update of status on intake.simplicity_batches for each row
      when (old.status = 'completed' and new.status = 'uploaded') execute function public.slip()`,
};

for (const [what, statement] of Object.entries(SABOTAGE)) {
  Deno.test(`histories notice it when ${what}`, () =>
    withDatabase(async (db) => {
      await prepare(db);
      await db.admin.unsafe(statement);
      const broken = judge(await drawnMoves());
      await assertRejects(
        async () => {
          for (let seed = 1; seed <= 60; seed++) await live(db, seed, STEPS, broken);
        },
        Error,
        what.includes("picture") ? "not in the picture" : " stand",
      );
      await db.admin`delete from intake.simplicity_batches`;
    }));
}
