/** Every judgment comes with its plaintiff, in the transaction that inserts it. */
import { assertEquals } from "deno-std/assert/equals.js";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import { batchOf, bringTo, drop, ingest, insert, letTimePass, mustClaim, rowsOf, workOff } from "./engine.ts";

const unlinked = async (db: TestDatabase) =>
  (await db.sql`select 1 from public.judgments where plaintiff_id is null`).length;
const known = async (db: TestDatabase) =>
  (await db.sql`select name from public.plaintiffs order by name`).map((row) => row.name);

Deno.test("spellings that differ in case and white space are one plaintiff, named as first in the file", () =>
  withDatabase(async (db) => {
    await ingest(db, {
      rows: [
        { case: "B", plaintiff: "Acme  Credit" },
        { case: "A", plaintiff: "ACME CREDIT" },
        { case: "C", plaintiff: "Bolt" },
      ],
    });
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
    const [acme] = await db.sql`
      insert into public.plaintiffs (name, name_normalized, status) values ('ACME', 'acme', 'signed') returning id`;
    await ingest(db, { rows: [{ case: "A", plaintiff: "Acme" }] });
    assertEquals((await db.sql`select plaintiff_id from public.judgments`)[0]?.plaintiff_id, acme?.id);
    assertEquals(await known(db), ["ACME"]);
  }));

Deno.test("no judgment is written twice for the sake of its plaintiff", () =>
  withDatabase(async (db) => {
    await ingest(db, { rows: rowsOf("A", 20) });
    const versions = await db.sql`select distinct xmin::text from public.judgments`;
    const [updates] = await db.sql`
      select count(*) as n from public.judgments where updated_at <> created_at`;
    assertEquals([versions.length, updates?.n], [1, 0]);
  }));

Deno.test("a row that proves to be a duplicate brings no plaintiff, in the table or in its own file", () =>
  withDatabase(async (db) => {
    await ingest(db, { rows: [{ case: "A", plaintiff: "Acme" }] });
    await ingest(db, {
      rows: [
        { case: "A", plaintiff: "Nobody" },
        { case: "B", plaintiff: "Bolt" },
        { case: "B", plaintiff: "Nobody Either" },
      ],
    });
    assertEquals(await known(db), ["Acme", "Bolt"]);
    assertEquals(await unlinked(db), 0);
  }));

Deno.test("a refused batch leaves no plaintiff, nor does a dry run", () =>
  withDatabase(async (db) => {
    await ingest(db, { rows: rowsOf("R", 1, 1) });
    const dry = await drop(db);
    await db.sql`update intake.simplicity_batches set dry_run = true where id = ${dry}`;
    await workOff(db, { rows: rowsOf("D", 2) });
    assertEquals(await known(db), []);
  }));

Deno.test("a plaintiff who went, or was not needed yet, when the batch was decided is added by its insert", () =>
  withDatabase(async (db) => {
    await ingest(db, { rows: [{ case: "A", plaintiff: "Acme" }] });
    const file = { rows: [{ case: "A", plaintiff: "Bolt" }, { case: "B", plaintiff: "Cord" }] };
    const id = await bringTo(db, "inserting", file);
    assertEquals(await known(db), ["Acme", "Cord"]);
    await db.sql`delete from public.plaintiffs where name = 'Cord'`;
    await db.sql`delete from public.judgments`;
    await letTimePass(db, 61);
    await insert(db, await mustClaim(db, "settle"));
    assertEquals([(await batchOf(db, id)).row_count_inserted, await known(db)], [2, [
      "Acme",
      "Bolt",
      "Cord",
    ]]);
    assertEquals(await unlinked(db), 0);
  }));

Deno.test("names are linked by the rows they stand in, across slices, blocks of rejects and spellings", () =>
  withDatabase(async (db) => {
    const names = ["Acme", "Bolt", "ACME", "Cord", "Bolt", "Dune", "Acme", "Echo"];
    const good = names.map((plaintiff, n) => ({ case: `CASE-${n}`, plaintiff }));
    const bad = [{ reject: "INVALID_AMOUNT" }, { reject: "INVALID_AMOUNT" }];
    const rows = [...good.slice(0, 3), ...bad, ...good.slice(3)];
    const id = await drop(db);
    await db.sql`update intake.simplicity_batches set error_threshold_percent = 50 where id = ${id}`;
    await workOff(db, { rows, slices: [3, 2, 3, 2] }); // a slice of rejects alone has no block
    const kept = await db.sql`
      select j.plaintiff_name, p.name from public.judgments j join public.plaintiffs p on p.id = j.plaintiff_id
       order by j.case_number`;
    assertEquals(kept.map((row) => row.plaintiff_name), names);
    assertEquals(kept.map((row) => row.name), names.map((name) => name === "ACME" ? "Acme" : name));
  }));

Deno.test("a row whose plaintiff was not mapped looks it up itself", () =>
  withDatabase(async (db) => {
    const file = { rows: [{ case: "A", plaintiff: "Acme" }, { case: "B", plaintiff: "Bolt" }] };
    await bringTo(db, "inserting", file);
    await db.admin`update intake.staged_blocks set plaintiffs = ''`;
    await letTimePass(db, 61);
    await insert(db, await mustClaim(db, "settle"));
    const kept = await db.sql`
      select p.name from public.judgments j join public.plaintiffs p on p.id = j.plaintiff_id order by j.case_number`;
    assertEquals(kept.map((row) => row.name), ["Acme", "Bolt"]);
  }));

Deno.test("a file with more names than are mapped is linked row by row, with the same result", () =>
  withDatabase(async (db) => {
    await db.admin.unsafe(`create or replace function intake.max_mapped_names() returns int
      language sql immutable set search_path = '' as $$ select 1 $$`);
    await ingest(db, { rows: [{ case: "A", plaintiff: "Acme" }, { case: "B", plaintiff: "Bolt  Inc" }] });
    const rows = await db.sql`
      select p.name_normalized from public.judgments j join public.plaintiffs p on p.id = j.plaintiff_id
       order by j.case_number`;
    assertEquals(rows.map((row) => row.name_normalized), ["acme", "bolt inc"]);
  }));

Deno.test("a reset batch keeps what was linked and links what it inserts again", () =>
  withDatabase(async (db) => {
    const file = { rows: rowsOf("A", 2) };
    const id = await ingest(db, file);
    await db.sql`delete from public.judgments where case_number = 'A-1'`;
    await db.sql`update intake.simplicity_batches set status = 'uploaded' where id = ${id}`;
    await workOff(db, file);
    assertEquals(await unlinked(db), 0);
  }));
