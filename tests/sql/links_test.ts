/** Judgments get their plaintiff in a job of its own, in fenced steps that may be repeated. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import { countsOf, engine, errorOf, ingest, letTimePass, rowsOf, workOff } from "./engine.ts";

async function claimLink(
  db: TestDatabase,
): Promise<{ job_id: string; token: string; batch_id: string } | null> {
  const [row] = await engine(db)`select intake.claim_link('worker-1') as job`;
  return row?.job ?? null;
}

async function linkAll(db: TestDatabase): Promise<void> {
  for (let job = await claimLink(db); job !== null; job = await claimLink(db)) {
    await engine(db)`select intake.link_step(${job.job_id}, ${job.token})`;
  }
}

async function linkJob(db: TestDatabase) {
  const [job] = await db.sql`select * from ops.job_queue where job_type = 'link_plaintiffs'`;
  return job;
}

Deno.test("a completed batch queues one job that links its judgments", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, { rows: rowsOf("A", 2) });
    const job = await linkJob(db);
    assertEquals([job?.status, job?.batch_id, job?.payload], ["pending", id, { batch_id: id }]);
    assertEquals((await db.sql`select 1 from public.judgments where plaintiff_id is not null`).length, 0);
  }));

Deno.test("a batch that inserted nothing queues none", () =>
  withDatabase(async (db) => {
    await ingest(db, { rows: rowsOf("A", 1, 1) });
    assertEquals(await linkJob(db), undefined);
  }));

Deno.test("spellings that differ in case and white space are one plaintiff, named as first seen", () =>
  withDatabase(async (db) => {
    await ingest(db, {
      rows: [
        { case: "A", plaintiff: "Acme  Credit" },
        { case: "B", plaintiff: "ACME CREDIT" },
        { case: "C", plaintiff: "Bolt" },
      ],
    });
    await linkAll(db);
    const rows = await db.sql`
      select j.case_number, p.name, p.name_normalized, p.status
        from public.judgments j join public.plaintiffs p on p.id = j.plaintiff_id order by 1`;
    assertEquals(rows.map((row) => [row.case_number, row.name, row.name_normalized, row.status]), [
      ["A", "Acme  Credit", "acme credit", "new"],
      ["B", "Acme  Credit", "acme credit", "new"],
      ["C", "Bolt", "bolt", "new"],
    ]);
  }));

Deno.test("a plaintiff who is known is linked, not made again", () =>
  withDatabase(async (db) => {
    const [known] = await db.sql`
      insert into public.plaintiffs (name, name_normalized, status) values ('ACME', 'acme', 'signed') returning id`;
    await ingest(db, { rows: [{ case: "A", plaintiff: "Acme" }] });
    await linkAll(db);
    const [row] = await db.sql`select plaintiff_id from public.judgments`;
    assertEquals(row?.plaintiff_id, known?.id);
    assertEquals((await db.sql`select 1 from public.plaintiffs`).length, 1);
  }));

Deno.test("link_step() looks each row up once, whatever the planner believes of tables that were empty", () =>
  withDatabase(async (db) => {
    await db.admin`analyze public.judgments, public.plaintiffs`;
    const rows = Array.from({ length: 300 }, (_, n) => ({ case: `A-${n}`, plaintiff: `Plaintiff ${n}` }));
    await ingest(db, { rows });
    const job = await claimLink(db);
    const read = await engine(db).begin(async (sql) => {
      const reads = async () =>
        (await sql`
          select seq_scan::int as scans, idx_tup_fetch::int as found
            from pg_stat_xact_user_tables where relname in ('judgments', 'plaintiffs') and schemaname = 'public' order by relname`)
          .map(({ scans, found }) => ({ scans, found }));
      const before = await reads();
      await sql`select intake.link_step(${job?.job_id ?? null}, ${job?.token ?? null})`;
      return (await reads()).map((now, i) => ({
        scans: now.scans - (before[i]?.scans ?? 0),
        found: now.found - (before[i]?.found ?? 0),
      }));
    });
    const [judgments, plaintiffs] = read;
    assertEquals((judgments?.scans ?? 9) <= 1, true, "once at most, to find the batch's first and last row");
    assertEquals([plaintiffs?.scans, plaintiffs?.found], [0, rows.length]);
  }));

Deno.test("link_step() with a stale token raises DF001; the next holder goes on", () =>
  withDatabase(async (db) => {
    await ingest(db, { rows: rowsOf("A", 2) });
    const stale = await claimLink(db);
    assertEquals(await claimLink(db), null, "held by one");
    await letTimePass(db, 61);
    const next = await claimLink(db);
    const step = (token: string | undefined) =>
      engine(db)`select intake.link_step(${next?.job_id ?? null}, ${token ?? null})`;
    assertMatch(await errorOf(step(stale?.token)) ?? "", /^DF001 /);
    await step(next?.token);
    await linkAll(db);
    assertEquals((await linkJob(db))?.status, "completed");
    assertEquals((await db.sql`select 1 from public.judgments where plaintiff_id is null`).length, 0);
  }));

Deno.test("link_step() goes on where the last one stopped", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, { rows: rowsOf("A", 3) });
    await db.sql`update public.judgments set plaintiff_name = 'P' || id`;
    // two ranges of ids: the second begins behind the 20,000 of one step
    await db.admin`
      insert into public.judgments (id, case_number, plaintiff_name, defendant_name, amount, judgment_date, batch_id)
      overriding system value values (50000, 'FAR', 'Far', 'd', 1, '2024-01-01', ${id})`;
    const first = await claimLink(db);
    const [again] = await engine(db)`select intake.link_step(${first?.job_id ?? null}, ${
      first?.token ?? null
    }) as more`;
    assertEquals(again?.more, true);
    assertEquals((await db.sql`select 1 from public.judgments where plaintiff_id is null`).length, 1);
    await linkAll(db);
    assertEquals((await db.sql`select 1 from public.judgments where plaintiff_id is null`).length, 0);
    assertEquals((await linkJob(db))?.status, "completed");
  }));

Deno.test("link_plaintiffs() may be repeated: the second time there is nothing to do", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, { rows: rowsOf("A", 3) });
    const link = async () => (await engine(db)`select intake.link_plaintiffs(${id}, 0, 1000000) as n`)[0]?.n;
    assertEquals([await link(), await link()], [3, 0]);
  }));

Deno.test("a paused queue of links gives out nothing", () =>
  withDatabase(async (db) => {
    await ingest(db, { rows: rowsOf("A", 1) });
    await db.sql`update ops.queue_control set paused = true where job_type = 'link_plaintiffs'`;
    assertEquals(await claimLink(db), null);
  }));

Deno.test("a link job that is lost five times in a row is dead-lettered, and its batch stays completed", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, { rows: rowsOf("A", 1) });
    for (let loss = 0; loss < 5; loss++) {
      await claimLink(db);
      await letTimePass(db, 61);
    }
    assertEquals(await claimLink(db), null);
    const job = await linkJob(db);
    assertEquals([job?.status, job?.dead_lettered_at !== null], ["failed", true]);
    assertEquals(await countsOf(db, id), [1, 1, 0, 1, 0]);
  }));

Deno.test("a reset batch is linked again without losing what was linked", () =>
  withDatabase(async (db) => {
    const file = { rows: rowsOf("A", 2) };
    const id = await ingest(db, file);
    await linkAll(db);
    await db.sql`delete from public.judgments where case_number = 'A-1'`;
    await db.sql`update intake.simplicity_batches set status = 'uploaded' where id = ${id}`;
    await workOff(db, file);
    await linkAll(db);
    assertEquals((await db.sql`select 1 from public.judgments where plaintiff_id is null`).length, 0);
  }));
