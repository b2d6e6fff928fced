/**
 * Inserts side by side: nobody waits for a giant but who brings a case number or a new plaintiff it is bringing, and then the
 * first to come to it keeps it. An undo waits for all of them.
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
  letTimePass,
  mustClaim,
  rowsOf,
  type Unit,
  workOff,
} from "./engine.ts";
import { until } from "../support/until.ts";

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
  await until("the second one wait or end", async () => {
    const [seen] = await db.admin`select wait_event_type as type from pg_stat_activity where pid = ${pid}`;
    waited = seen?.type === "Lock";
    return over || waited;
  });
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

async function countUnlinked(db: TestDatabase): Promise<number> {
  const [row] = await db.sql`select count(*) as n from public.judgments where plaintiff_id is null`;
  return row?.n;
}

/** As if nobody had been added when the batches were decided: their inserts add whom they need. */
async function forgetPlaintiffs(db: TestDatabase): Promise<void> {
  await db.sql`delete from public.plaintiffs`;
}

Deno.test("a plaintiff whom somebody is adding is waited for and linked", () =>
  withDatabase(async (db) => {
    const unit = await toInsert(db, {
      rows: [{ case: "A", plaintiff: "Acme" }, { case: "B", plaintiff: "Bolt" }],
    });
    await forgetPlaintiffs(db);
    const { waited } = await beside(
      db,
      (sql) =>
        sql`insert into public.plaintiffs (name, name_normalized, status) values ('ACME', 'acme', 'signed')`,
      (sql) => insert(sql, unit),
    );
    assertEquals([waited, await countUnlinked(db)], [true, 0]);
    const [acme] = await db.sql`
      select p.status from public.judgments j join public.plaintiffs p on p.id = j.plaintiff_id where j.case_number = 'A'`;
    assertEquals(acme?.status, "signed");
    await clear(db);
  }));

Deno.test("two batches that bring the same new plaintiffs in opposite orders add each once, and leave nothing unlinked", () =>
  withDatabase(async (db) => {
    const names = Array.from({ length: 200 }, (_, n) => `Plaintiff ${n}`);
    const units = [
      await toInsert(db, { rows: names.map((plaintiff, n) => ({ case: `A-${n}`, plaintiff })) }),
      await toInsert(db, { rows: names.toReversed().map((plaintiff, n) => ({ case: `B-${n}`, plaintiff })) }),
    ];
    await forgetPlaintiffs(db);
    await Promise.all(units.map((unit) => insert(db.connect(), unit)));
    assertEquals(await countUnlinked(db), 0);
    assertEquals((await db.sql`select 1 from public.plaintiffs`).length, 200);
    await clear(db);
  }));

Deno.test("a plaintiff of a batch that is rolled back is added by the one that waited for it", () =>
  withDatabase(async (db) => {
    const first = await toInsert(db, { rows: [{ case: "A", plaintiff: "Acme" }] });
    const second = await toInsert(db, { rows: [{ case: "B", plaintiff: "ACME" }] });
    await forgetPlaintiffs(db);
    const { waited } = await beside(
      db,
      (sql) => insert(sql, first),
      (sql) => insert(sql, second),
      "rollback",
    );
    assertEquals([waited, await countUnlinked(db)], [true, 0]);
    assertEquals((await db.sql`select name from public.plaintiffs`).map((row) => row.name), ["ACME"]);
    await insert(engine(db), first);
    await clear(db);
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

/** An undo that was asked for and claimed. @returns takes one step of it. */
async function undoing(db: TestDatabase, batch: string): Promise<(sql: Sql) => Promise<string>> {
  await db.sql`select intake.undo_batch(${batch}, 'wrong vendor', 'operator:jane', 'req-1')`;
  const [row] = await engine(db)`select ops.claim('{undo}', 'w') as unit`;
  return async (sql) => {
    const [step] = await sql`
      select intake.undo_step(${row?.unit.job_id}, ${row?.unit.token}) ->> 'outcome' as outcome`;
    return String(step?.outcome);
  };
}

Deno.test("an undo removes nothing while an insert is under way, and names it among the batches whose duplicates its rows were", () =>
  withDatabase(async (db) => {
    const known = await ingest(db, fileOf("A", "B"));
    const other = await toInsert(db, fileOf("B", "C"));
    const inserting = db.connect();
    await inserting`begin`;
    await insert(inserting, other);
    const step = await undoing(db, known);
    assertEquals(await step(engine(db)), "busy");
    await inserting`commit`;
    assertEquals([await step(engine(db)), await step(engine(db))], ["more", "done"]);
    const { undo, status } = await batchOf(db, known);
    assertEquals([status, undo.affected_batches], ["failed", [other.batch.id]]);
    await clear(db);
  }));

Deno.test("an insert lets an undo under way pass first, and brings the rows that it removed", () =>
  withDatabase(async (db) => {
    const known = await ingest(db, fileOf("A", "B"));
    const other = await toInsert(db, fileOf("B", "C"));
    const step = await undoing(db, known);
    const [held] = await engine(db)`
      select intake.insert_batch(${other.batch.id}, ${other.token}) ->> 'outcome' as outcome`;
    assertEquals(held?.outcome, "busy");
    assertEquals([await step(engine(db)), await step(engine(db))], ["more", "done"]);
    await letTimePass(db, 2);
    await workOff(db, fileOf("B", "C"));
    assertEquals(await countsOf(db, other.batch.id), [2, 2, 0, 2, 0]);
    await clear(db);
  }));

Deno.test("an insert waits for a step of an undo, and brings the row that it removes", () =>
  withDatabase(async (db) => {
    const known = await ingest(db, fileOf("A", "B"));
    const other = await toInsert(db, fileOf("B", "C"));
    const step = await undoing(db, known);
    // its lease runs out while it is at it: nothing but the lock holds the insert back
    await db.admin`update ops.job_queue set lease_expires_at = now() where job_type = 'undo'`;
    const { waited } = await beside(db, step, (sql) => insert(sql, other));
    assertEquals(waited, true);
    assertEquals(await countsOf(db, other.batch.id), [2, 2, 0, 2, 0]);
    await clear(db);
  }));
