/**
 * Inserts and links side by side: nobody waits for a giant but who brings a case number it is bringing, and then the first to
 * come to it keeps it. An undo waits for all of them.
 */
import { assertEquals } from "deno-std/assert/equals.js";
import { type Sql, type TestDatabase, withDatabase } from "../support/database.ts";
import {
  batchOf,
  countsOf,
  doUnit,
  drop,
  engine,
  type File,
  ingest,
  mustClaim,
  rowsOf,
  type Unit,
} from "./engine.ts";

/** A file of one judgment for each case number, in this order. */
function fileOf(...cases: string[]): File {
  return { rows: cases.map((name) => ({ case: name })) };
}

/** Brings a file up to its insert. */
async function toInsert(db: TestDatabase, file: File): Promise<Unit> {
  const id = await drop(db);
  await doUnit(db, await mustClaim(db, "stage"), file);
  await doUnit(db, await mustClaim(db, "slice"), file);
  const unit = await mustClaim(db, "settle");
  await engine(db)`select intake.decide(${id}, ${unit.token})`;
  return unit;
}

/** Inserts, and leaves the staged rows for clear(). */
async function insert(sql: Sql, unit: Unit): Promise<void> {
  await sql`select intake.insert_batch(${unit.batch.id}, ${unit.token})`;
}

async function clear(db: TestDatabase): Promise<void> {
  await db.sql`select intake.clear_staged(b.id) from intake.simplicity_batches b`;
}

/**
 * Runs `second` on a connection of its own while a transaction in which `first` was done is still open.
 * @returns whether the second had to wait for the first, which is then committed, or rolled back where asked.
 */
async function beside(
  db: TestDatabase,
  first: (sql: Sql) => Promise<unknown>,
  second: (sql: Sql) => Promise<unknown>,
  end: "commit" | "rollback" = "commit",
): Promise<{ waited: boolean }> {
  const [one, two] = [db.connect(), db.connect()];
  const [{ pid } = { pid: 0 }] = await two`select pg_backend_pid() as pid`;
  await one`begin`;
  await first(one);
  let over = false;
  const other = second(two).finally(() => over = true);
  other.catch(() => {}); // told below
  let waited = false;
  while (!over && !waited) {
    const [seen] = await db.admin`select wait_event_type as type from pg_stat_activity where pid = ${pid}`;
    waited = seen?.type === "Lock";
  }
  await one.unsafe(end);
  await other;
  return { waited };
}

Deno.test("a batch is inserted while the insert of another is under way", () =>
  withDatabase(async (db) => {
    const giant = await toInsert(db, { rows: rowsOf("GIANT", 200) });
    const small = await toInsert(db, fileOf("S-1", "S-2"));
    const { waited } = await beside(db, (sql) => insert(sql, giant), (sql) => insert(sql, small));
    assertEquals(waited, false);
    assertEquals(await countsOf(db, small.batch.id), [2, 2, 0, 2, 0]);
    assertEquals(await countsOf(db, giant.batch.id), [200, 200, 0, 200, 0]);
    await clear(db);
  }));

/** A step of the next link_plaintiffs job, by a worker that holds it. */
async function link(db: TestDatabase): Promise<(sql: Sql) => Promise<unknown>> {
  const [claimed] = await engine(db)`select intake.claim_link('w') as job`;
  return (sql) => sql`select intake.link_step(${claimed?.job.job_id}, ${claimed?.job.token})`.execute();
}

async function countUnlinked(db: TestDatabase): Promise<number> {
  const [row] = await db.sql`select count(*) as n from public.judgments where plaintiff_id is null`;
  return row?.n;
}

Deno.test("plaintiffs are linked while the insert of another batch is under way", () =>
  withDatabase(async (db) => {
    await ingest(db, fileOf("D-1", "D-2"));
    const step = await link(db);
    const giant = await toInsert(db, { rows: rowsOf("GIANT", 200) });
    assertEquals(await beside(db, (sql) => insert(sql, giant), step, "rollback"), { waited: false });
    assertEquals(await countUnlinked(db), 0);
    await insert(engine(db), giant);
    await clear(db);
  }));

Deno.test("a plaintiff whom somebody is adding is waited for and linked", () =>
  withDatabase(async (db) => {
    await ingest(db, { rows: [{ case: "A", plaintiff: "Acme" }, { case: "B", plaintiff: "Bolt" }] });
    const step = await link(db);
    const { waited } = await beside(
      db,
      (sql) =>
        sql`insert into public.plaintiffs (name, name_normalized, status) values ('ACME', 'acme', 'signed')`,
      step,
    );
    assertEquals([waited, await countUnlinked(db)], [true, 0]);
    const [acme] = await db.sql`
      select p.status from public.judgments j join public.plaintiffs p on p.id = j.plaintiff_id where j.case_number = 'A'`;
    assertEquals(acme?.status, "signed");
  }));

Deno.test("two links that bring the same plaintiffs in opposite orders add each once, and leave nothing unlinked", () =>
  withDatabase(async (db) => {
    const names = Array.from({ length: 200 }, (_, n) => `Plaintiff ${n}`);
    await ingest(db, { rows: names.map((plaintiff, n) => ({ case: `A-${n}`, plaintiff })) });
    await ingest(db, { rows: names.toReversed().map((plaintiff, n) => ({ case: `B-${n}`, plaintiff })) });
    const steps = [await link(db), await link(db)];
    await Promise.all(steps.map((step) => step(db.connect())));
    assertEquals(await countUnlinked(db), 0);
    assertEquals((await db.sql`select 1 from public.plaintiffs`).length, 200);
  }));

Deno.test("a case number two inserts bring is kept by the first to come to it, whose commit the other waits for", () =>
  withDatabase(async (db) => {
    const first = await toInsert(db, fileOf("A", "SHARED-1", "SHARED-2"));
    const second = await toInsert(db, fileOf("SHARED-2", "B", "SHARED-1"));
    const { waited } = await beside(db, (sql) => insert(sql, first), (sql) => insert(sql, second));
    assertEquals(waited, true);
    assertEquals(await countsOf(db, first.batch.id), [3, 3, 0, 3, 0]);
    assertEquals(await countsOf(db, second.batch.id), [3, 3, 0, 1, 2]);
    const listed = await db.sql`
      select raw_value, issues -> 0 ->> 'kept_batch_id' as kept from intake.row_errors
       where batch_id = ${second.batch.id} order by row_index`;
    assertEquals(
      [...listed],
      ["SHARED-2", "SHARED-1"].map((name) => ({ raw_value: name, kept: first.batch.id })),
    );
    const order = await db.sql`select id from intake.simplicity_batches order by completed_at`;
    assertEquals(order.map((row) => row.id), [first.batch.id, second.batch.id]);
    await clear(db);
  }));

Deno.test("an insert that waited for one which was rolled back keeps all its rows", () =>
  withDatabase(async (db) => {
    const first = await toInsert(db, fileOf("A", "SHARED-1"));
    const second = await toInsert(db, fileOf("B", "SHARED-1"));
    const { waited } = await beside(
      db,
      (sql) => insert(sql, first),
      (sql) => insert(sql, second),
      "rollback",
    );
    assertEquals(waited, true);
    assertEquals(await countsOf(db, second.batch.id), [2, 2, 0, 2, 0]);
    await insert(engine(db), first);
    assertEquals(await countsOf(db, first.batch.id), [2, 2, 0, 1, 1]);
    await clear(db);
  }));

Deno.test("inserts that share case numbers in opposite orders never deadlock, and each number is kept once", () =>
  withDatabase(async (db) => {
    const names = Array.from({ length: 300 }, (_, n) => `N-${String(n).padStart(3, "0")}`);
    const files = [names, names.toReversed(), names.slice(100), names.slice(0, 200).toReversed()];
    const units: Unit[] = [];
    for (const file of files) units.push(await toInsert(db, fileOf(...file)));
    await Promise.all(units.map((unit) => insert(db.connect(), unit)));
    const [kept] = await db
      .sql`select count(*) as rows, count(distinct case_number) as numbers from public.judgments`;
    assertEquals(kept, { rows: 300, numbers: 300 });
    for (const unit of units) {
      const batch = await batchOf(db, unit.batch.id);
      const [mine] = await db
        .sql`select count(*) as n from public.judgments where batch_id = ${unit.batch.id}`;
      assertEquals([batch.status, batch.row_count_inserted], ["completed", mine?.n]);
      assertEquals(batch.row_count_valid, batch.row_count_inserted + batch.row_count_duplicate);
    }
    await clear(db);
  }));

Deno.test("an undo waits for an insert under way, and names it among the batches whose duplicates its rows were", () =>
  withDatabase(async (db) => {
    const known = await ingest(db, fileOf("A", "B"));
    const other = await toInsert(db, fileOf("B", "C"));
    let answer: { outcome: string; affected_batches: string[] } | undefined;
    const { waited } = await beside(db, (sql) => insert(sql, other), async (sql) => {
      const [row] =
        await sql`select intake.undo_batch(${known}, 'wrong vendor', 'operator:jane', 'req-1') as answer`;
      answer = row?.answer;
    });
    assertEquals(waited, true);
    assertEquals([answer?.outcome, answer?.affected_batches], ["done", [other.batch.id]]);
    await clear(db);
  }));

Deno.test("an insert waits for an undo under way, and brings the rows that it removed", () =>
  withDatabase(async (db) => {
    const known = await ingest(db, fileOf("A", "B"));
    const other = await toInsert(db, fileOf("B", "C"));
    const { waited } = await beside(
      db,
      (sql) => sql`select intake.undo_batch(${known}, 'wrong vendor', 'operator:jane', 'req-1')`,
      (sql) => insert(sql, other),
    );
    assertEquals(waited, true);
    assertEquals(await countsOf(db, other.batch.id), [2, 2, 0, 2, 0]);
    await clear(db);
  }));
