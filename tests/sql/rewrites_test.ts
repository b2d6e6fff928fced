/** Writes past the engine leave an event of their own, and nobody words an event himself. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { functionProof } from "../../supabase/functions/_shared/clients.ts";
import { type Sql, type TestDatabase, withDatabase } from "../support/database.ts";
import { batchOf, drop, engine, errorOf, ingest, rowsOf, workOff } from "./engine.ts";

/** Events that are nobody's but a hand's. */
async function notes(db: TestDatabase) {
  return [
    ...await db.admin`
      select actor, actor_kind, action, entity_type, entity_id, before, after from audit.event_log
       where action like 'judgments.%' or action = 'batch.rewritten' order by id`,
  ];
}

const INSERT =
  `insert into public.judgments (case_number, plaintiff_name, defendant_name, amount, judgment_date)
  values ('HAND-1', 'p', 'd', 1, '2024-01-01')`;

Deno.test("what the engine writes leaves no such event: a file, a reset, an undo", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, { rows: rowsOf("A", 30) });
    await engine(db)`select intake.undo_batch(${id}, 'wrong file', 'operator:a@b.org', null)`;
    const job = await engine(db)`select ops.claim('{undo}', 'w') as unit`;
    const { job_id, token } = job[0]?.unit;
    await engine(db)`select intake.undo_step(${job_id}, ${token})`;
    assertEquals((await db.sql`select 1 from public.judgments`).length, 0);
    await db.sql`update intake.simplicity_batches set status = 'uploaded' where id = ${id}`;
    assertEquals(await notes(db), []);
  }));

const LOGINS: readonly [login: string, sql: (db: TestDatabase) => Sql, role: string, actor: string][] = [
  ["service_role", engine, "service_role", "sql:authenticator"],
  ["postgres", (db) => db.sql, "none", "sql:postgres"],
  ["a superuser in replica mode", (db) => db.admin, "none", "sql:supabase_admin"],
];
for (const [login, of, role, actor] of LOGINS) {
  Deno.test(`judgments written by ${login} leave events: insert, update, delete`, () =>
    withDatabase(async (db) => {
      await of(db).begin(async (sql) => {
        if (login.endsWith("replica mode")) await sql`set local session_replication_role = replica`;
        await sql.unsafe(INSERT);
        await sql`update public.judgments set amount = 2 where case_number = 'HAND-1'`;
        await sql`delete from public.judgments where case_number = 'HAND-1'`;
      });
      const found = await notes(db);
      assertEquals(found.map((one) => [one.actor, one.action, one.after.role, one.after.rows ?? null]), [
        [actor, "judgments.insert", role, null],
        [actor, "judgments.update", role, 1],
        [actor, "judgments.delete", role, 1],
      ]);
      assertEquals(found[1]?.after.ids, found[2]?.after.ids);
      assertEquals(JSON.stringify(found).includes("HAND-1"), false, "nothing of the rows themselves");
    }));
}

Deno.test("judgments emptied by their owner leave an event, and so does what a block of code writes", () =>
  withDatabase(async (db) => {
    await db.sql.unsafe(`do $$ begin ${INSERT}; end $$`);
    await db.sql`truncate public.judgments`;
    assertEquals((await notes(db)).map((one) => one.action), ["judgments.insert", "judgments.truncate"]);
  }));

Deno.test("counts and hash of a batch set by hand leave an event with what they were; other columns do not", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, { rows: rowsOf("A", 2) });
    await engine(db)`
      update intake.simplicity_batches set row_count_inserted = 999, file_hash = repeat('0', 64) where id = ${id}`;
    await db.sql`update intake.simplicity_batches set source_reference = 'x' where id = ${id}`;
    await db.sql`update intake.simplicity_batches set row_count_inserted = 999 where id = ${id}`; // nothing changes
    const found = await notes(db);
    assertEquals(found.map((one) => [one.actor_kind, one.action, one.entity_id]), [[
      "rest",
      "batch.rewritten",
      id,
    ]]);
    assertEquals([found[0]?.before.row_count_inserted, found[0]?.after.row_count_inserted], [2, 999]);
    assertEquals(found[0]?.after.file_hash, "0".repeat(64));
  }));

Deno.test("service_role cannot word an event itself, nor act under a name that the functions do not give", () =>
  withDatabase(async (db) => {
    const error = await errorOf(engine(db)`select audit.append('batch.approved', 'batch', 'x')`);
    assertMatch(error ?? "", /^42501 Cannot write an event by itself/);
    const names = [
      "operator:a@b.org",
      "vendor:acme",
      "operator-key",
      "worker",
      "sql:postgres",
      "maria",
      "ops:maria",
    ];
    for (const name of names) {
      await engine(db)`select ops.silence_check('stuck_batches', 60, 'quiet', ${name}, null)`;
    }
    const found = await db
      .sql`select actor, actor_kind from audit.event_log where action = 'alert.silenced' order by id`;
    assertEquals(found.map((one) => `${one.actor_kind} ${one.actor}`), [
      "operator operator:a@b.org",
      "vendor vendor:acme",
      "key operator-key",
      "rest rest:worker",
      "rest rest:sql:postgres",
      "rest rest:maria",
      "rest rest:ops:maria",
    ]);
    const [alert] = await db.sql`select silenced_by from ops.alerts`;
    assertEquals(alert?.silenced_by, "rest:ops:maria");
    await db.sql`select ops.silence_check('stuck_batches', 60, 'quiet', 'ops:maria', null)`;
    const [last] = await db.sql`select actor from audit.event_log order by id desc limit 1`;
    assertEquals(last?.actor, "ops:maria");
  }));

Deno.test("over REST a person, vendor or key is named by a function alone; who has the secret key speaks for himself", () =>
  withDatabase(async (db) => {
    const token = "wake-token-of-this-test";
    await db.admin`select vault.create_secret(${token}, 'dragonfly_wake_token')`;
    const roads: readonly [headers: unknown, kind: string][] = [
      [{}, "rest"],
      [{ "x-dragonfly-function": token }, "rest"],
      [{ "x-dragonfly-function": functionProof("another token") }, "rest"],
      [{ "x-dragonfly-function": functionProof(token) }, "operator"],
    ];
    for (const [headers, kind] of roads) {
      await engine(db).begin(async (sql) => {
        await sql`select set_config('request.headers', ${JSON.stringify(headers)}, true)`;
        await sql`select ops.silence_check('stuck_batches', 60, 'quiet', 'operator:a@b.org', null)`;
      });
      const [event] = await db.sql`select actor, actor_kind from audit.event_log order by id desc limit 1`;
      const name = kind === "rest" ? "rest:operator:a@b.org" : "operator:a@b.org";
      assertEquals([event?.actor_kind, event?.actor], [kind, name], JSON.stringify(headers));
    }
  }));

Deno.test("without the token in the Vault nobody is taken for a function", () =>
  withDatabase(async (db) => {
    await engine(db).begin(async (sql) => {
      await sql`select set_config('request.headers', ${
        JSON.stringify({ "x-dragonfly-function": functionProof("") })
      }, true)`;
      assertEquals((await sql`select ops.is_from_function() as is`)[0]?.is, false);
    });
  }));

Deno.test("a batch is deleted with its event, by the owner of the key too", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    assertEquals((await batchOf(db, id)).status, "uploaded");
    await engine(db)`delete from intake.simplicity_batches where id = ${id}`;
    const [event] = await db.sql`select actor_kind from audit.event_log where action = 'batch.deleted'`;
    assertEquals(event?.actor_kind, "rest");
  }));

Deno.test("a restart by bytes that came through Storage is recorded under the source they came for, or who announced them", () =>
  withDatabase(async (db) => {
    const file = { rows: rowsOf("D", 8, 2) };
    const id = await ingest(db, file);
    const starts = async () =>
      (await db.sql`
        select actor, actor_kind from audit.event_log
         where entity_id = ${id} and action = 'batch.uploaded' order by id`).map((one) =>
        `${one.actor_kind} ${one.actor}`
      );
    await ingest(db, file);
    assertEquals(await starts(), ["storage storage:simplicity"]);
    const third = await drop(db);
    await db.sql`update intake.simplicity_batches set created_by = 'vendor:simplicity' where id = ${third}`;
    await workOff(db, file);
    assertEquals(await starts(), ["storage storage:simplicity", "vendor vendor:simplicity"]);
  }));
