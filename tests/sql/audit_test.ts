/** The record of what happened: append-only for everybody, chained by hash, and whoever rewrites it is found out. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { ACTOR_KINDS, type ActorKind } from "../../shared/audit/actors.ts";
import { actorOf } from "../../supabase/functions/_shared/caller.ts";
import { type Sql, type TestDatabase, withDatabase } from "../support/database.ts";
import { engine, errorOf } from "./engine.ts";

async function append(db: TestDatabase, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) {
    await db.sql`select audit.append('test.done', 'test', ${`entity-${n}`}, null, ${db.sql.json({ n })})`;
  }
}

async function seal(db: TestDatabase): Promise<number> {
  return (await engine(db)`select audit.seal(most_ms => 60000) as sealed`)[0]?.sealed;
}

async function verify(db: TestDatabase) {
  const [verdict] = await engine(db)`select * from audit.verify_chain()`;
  return verdict;
}

/** Does as a superuser what no trigger stops any more. */
async function tamper(db: TestDatabase, statement: string): Promise<void> {
  await db.admin.begin(async (sql) => {
    await sql`alter table audit.event_log disable trigger all`;
    await sql.unsafe(statement);
    await sql`alter table audit.event_log enable always trigger _100_protect_events`;
    await sql`alter table audit.event_log enable always trigger _100_protect_events_truncate`;
  });
}

Deno.test("seal() chains what is committed, oldest first, without gaps from 1, and the chain verifies", () =>
  withDatabase(async (db) => {
    await append(db, 3);
    assertEquals(await seal(db), 3);
    await append(db, 2);
    assertEquals([await seal(db), await seal(db)], [2, 0]);
    const rows = await db.admin`select seal_no, prev_hash, hash from audit.event_log order by id`;
    assertEquals(rows.map((row) => row.seal_no), [1, 2, 3, 4, 5]);
    assertEquals(rows.map((row) => row.prev_hash), [
      "0".repeat(64),
      ...rows.slice(0, 4).map((row) => row.hash),
    ]);
    assertEquals(await verify(db), { ok: true, problem: null, seal_no: null, checked: 5 });
  }));

Deno.test("an empty record verifies and has no head", () =>
  withDatabase(async (db) => {
    assertEquals(await verify(db), { ok: true, problem: null, seal_no: null, checked: 0 });
    assertEquals((await engine(db)`select * from audit.head()`).length, 0);
  }));

Deno.test("head() is the newest link", () =>
  withDatabase(async (db) => {
    await append(db, 2);
    await seal(db);
    const [last] = await db.admin`select seal_no, hash from audit.event_log order by id desc limit 1`;
    assertEquals((await engine(db)`select * from audit.head()`)[0], last);
  }));

Deno.test("seal() takes at most as many events as it is told", () =>
  withDatabase(async (db) => {
    await append(db, 3);
    assertEquals((await engine(db)`select audit.seal(2) as sealed`)[0]?.sealed, 2);
    assertEquals(await seal(db), 1);
    assertEquals((await verify(db))?.ok, true);
  }));

Deno.test("seal() stops when its time is over, with the chain whole: a step stays short however much is waiting", () =>
  withDatabase(async (db) => {
    await append(db, 3);
    const step = async () => (await engine(db)`select audit.seal(10000, 0) as sealed`)[0]?.sealed;
    assertEquals([await step(), await step(), await step(), await step()], [1, 1, 1, 0]);
    assertEquals(await verify(db), { ok: true, problem: null, seal_no: null, checked: 3 });
  }));

Deno.test("an event of a transaction that is still open is sealed later; the chain stays whole", () =>
  withDatabase(async (db) => {
    const slow = db.connect();
    await slow.begin(async (sql) => {
      await sql`select audit.append('test.slow', 'test', 'first')`;
      await append(db, 1);
      assertEquals(await seal(db), 1);
    });
    assertEquals(await seal(db), 1);
    assertEquals((await verify(db))?.ok, true);
  }));

Deno.test("two seals at once take turns", () =>
  withDatabase(async (db) => {
    await append(db, 20);
    const sealed = await Promise.all([seal(db), seal(db), seal(db)]);
    assertEquals(sealed.reduce((sum, one) => sum + one, 0), 20);
    assertEquals(await verify(db), { ok: true, problem: null, seal_no: null, checked: 20 });
  }));

/** Actors as functions, commands and the database name them, and what sort they are of. */
const KINDS: readonly [actor: string, kind: ActorKind][] = [
  [actorOf({ role: "operator", name: "a@b.org" }), "operator"],
  [actorOf({ role: "viewer", name: "a@b.org" }), "viewer"],
  [actorOf({ role: "vendor", name: "sql" }), "vendor"],
  [actorOf({ role: "operator_key", name: "operator-key" }), "key"],
  [actorOf({ role: "service", name: "service" }), "key"],
  [actorOf({ role: "wake", name: "wake" }), "cron"],
  [actorOf({ role: "no_role", name: "a@b.org" }), "other"],
  ["ops:maria", "command"],
  ["replay:9b0c", "replay"],
  ["worker", "worker"],
  ["sentinel", "sentinel"],
  ["outbound", "outbound"],
  ["breaker", "breaker"],
  ["cron", "cron"],
  ["storage", "storage"],
  ["sql:supabase_storage_admin", "storage"],
  ["sql:authenticator", "rest"],
  ["sql:postgres", "sql"],
  ["maria", "other"],
];
Deno.test("an event knows what sort of actor wrote it; the sorts are those of the code, and each is met", () =>
  withDatabase(async (db) => {
    for (const [actor] of KINDS) {
      await db.sql.begin(async (sql) => {
        await sql`select ops.act_as(${actor}, null)`;
        await sql`select audit.append('test.done', 'test', ${actor})`;
      });
    }
    const rows = await db.admin`select actor, actor_kind from audit.event_log order by id`;
    assertEquals(rows.map((row) => [row.actor, row.actor_kind]), KINDS.map(([actor, kind]) => [actor, kind]));
    assertEquals(new Set(KINDS.map(([, kind]) => kind)), new Set(ACTOR_KINDS));
    for (const kind of ACTOR_KINDS) {
      await db
        .admin`insert into audit.event_log (actor, actor_kind, action, entity_type) values ('a', ${kind}, 'b', 'c')`;
    }
    const error = await errorOf(
      db.admin`insert into audit.event_log (actor, actor_kind, action, entity_type) values ('a', 'king', 'b', 'c')`,
    );
    assertMatch(error ?? "", /^23514 .*event_log_actor_kind_known/);
  }));

Deno.test("an event that is rolled back with its transaction was never there", () =>
  withDatabase(async (db) => {
    await errorOf(db.sql.begin(async (sql) => {
      await sql`select audit.append('test.undone', 'test', '1')`;
      await sql`select 1 / 0`;
    }));
    assertEquals((await db.admin`select 1 from audit.event_log`).length, 0);
  }));

const CHANGES = [
  "update audit.event_log set actor = 'nobody' where true",
  "delete from audit.event_log where true",
  "truncate audit.event_log",
];
for (const change of CHANGES) {
  for (
    const login of [
      "postgres",
      "supabase_admin",
      "supabase_admin in replica mode",
      "postgres in replica mode",
    ]
  ) {
    Deno.test(`"${change}" as ${login} raises AUDIT_IMMUTABILITY_VIOLATION`, () =>
      withDatabase(async (db) => {
        await append(db, 1);
        const sql: Sql = login.startsWith("postgres") ? db.sql : db.admin;
        const error = await errorOf(sql.begin(async (tx) => {
          if (login.endsWith("replica mode")) await tx`set local session_replication_role = replica`;
          await tx.unsafe(change);
        }));
        assertMatch(
          error ?? "",
          /^P0001 AUDIT_IMMUTABILITY_VIOLATION: (UPDATE|DELETE|TRUNCATE) on audit\.event_log/,
        );
      }));
  }
  for (const role of ["service_role", "authenticated", "anon"] as const) {
    Deno.test(`"${change}" as ${role} is refused for want of a right`, () =>
      withDatabase(async (db) => {
        await append(db, 1);
        assertMatch(await errorOf(db.as(role).unsafe(change)) ?? "", /^42501 /);
      }));
  }
}

Deno.test("an event cannot be changed under cover of being sealed", () =>
  withDatabase(async (db) => {
    await append(db, 1);
    for (
      const change of [
        "seal_no = 1, prev_hash = repeat('0', 64), hash = repeat('a', 64)",
        "seal_no = 7, prev_hash = repeat('0', 64), hash = repeat('a', 64)",
        "seal_no = 1, prev_hash = repeat('0', 64), actor = 'x', hash = audit.event_hash(row(id, ts, 'x', action, entity_type, " +
        "entity_id, before, after, request_id, 1, null, null, actor_kind)::audit.event_log, repeat('0', 64))",
      ]
    ) {
      const error = await errorOf(db.sql.unsafe(`update audit.event_log set ${change}`));
      assertMatch(error ?? "", /AUDIT_IMMUTABILITY_VIOLATION/);
    }
  }));

Deno.test("a sealed event cannot be sealed again", () =>
  withDatabase(async (db) => {
    await append(db, 1);
    await seal(db);
    const error = await errorOf(
      db.admin`update audit.event_log set seal_no = null, prev_hash = null, hash = null`,
    );
    assertMatch(error ?? "", /AUDIT_IMMUTABILITY_VIOLATION/);
  }));

Deno.test("service_role adds no event to the table itself", () =>
  withDatabase(async (db) => {
    const error = await errorOf(engine(db)`
      insert into audit.event_log (actor, action, entity_type) values ('a', 'b', 'c')`);
    assertMatch(error ?? "", /^42501 /);
  }));

/** Tampering, and what verify_chain() says of it. */
const TAMPERINGS: readonly [what: string, statement: string, problem: string, at: number | null][] = [
  [
    "a changed actor",
    "update audit.event_log set actor = 'x' where seal_no = 2",
    "wrong hash at seal_no 2",
    2,
  ],
  [
    "a changed kind of actor",
    "update audit.event_log set actor_kind = 'other' where seal_no = 2",
    "wrong hash at seal_no 2",
    2,
  ],
  [
    "a changed action",
    "update audit.event_log set action = 'x' where seal_no = 2",
    "wrong hash at seal_no 2",
    2,
  ],
  [
    "a changed time",
    "update audit.event_log set ts = ts + interval '1 microsecond' where seal_no = 2",
    "wrong hash at seal_no 2",
    2,
  ],
  [
    "a changed content",
    "update audit.event_log set after = '{}' where seal_no = 3",
    "wrong hash at seal_no 3",
    3,
  ],
  [
    "a changed entity",
    "update audit.event_log set entity_id = null where seal_no = 1",
    "wrong hash at seal_no 1",
    1,
  ],
  [
    "a changed request",
    "update audit.event_log set request_id = 'x' where seal_no = 1",
    "wrong hash at seal_no 1",
    1,
  ],
  ["an event taken out", "delete from audit.event_log where seal_no = 2", "gap: no event has seal_no 2", 3],
  [
    "the first event taken out",
    "delete from audit.event_log where seal_no = 1",
    "gap: no event has seal_no 1",
    2,
  ],
  [
    "an event rewritten with a hash that fits it",
    "update audit.event_log e set actor = 'x', hash = audit.event_hash(row(e.id, e.ts, 'x', e.action, e.entity_type, e.entity_id, e.before, e.after, e.request_id, e.seal_no, null, null, e.actor_kind)::audit.event_log, e.prev_hash) where seal_no = 2",
    "wrong hash at seal_no 3",
    3,
  ],
];
for (const [what, statement, problem, at] of TAMPERINGS) {
  Deno.test(`verify_chain() finds ${what}`, () =>
    withDatabase(async (db) => {
      await append(db, 4);
      await seal(db);
      assertEquals((await verify(db))?.ok, true);
      await tamper(db, statement);
      const verdict = await verify(db);
      assertEquals([verdict?.ok, verdict?.problem, verdict?.seal_no], [false, problem, at]);
    }));
}

Deno.test("verify_chain() finds a chain that was cut off behind the head that was exported", () =>
  withDatabase(async (db) => {
    await append(db, 3);
    await seal(db);
    await db
      .sql`insert into audit.exported_heads (seal_no, hash, destination, key_id, signature) select seal_no, hash, 'test', 'k', 's' from audit.head()`;
    assertEquals((await verify(db))?.ok, true);
    await tamper(db, "delete from audit.event_log where seal_no = 3");
    const verdict = await verify(db);
    assertEquals([verdict?.ok, verdict?.seal_no], [false, 3]);
    assertMatch(verdict?.problem, /^head is older than the one exported at/);
  }));

Deno.test("verify_chain() finds a chain rewritten as a whole behind the head that was exported", () =>
  withDatabase(async (db) => {
    await append(db, 2);
    await seal(db);
    await db
      .sql`insert into audit.exported_heads (seal_no, hash, destination, key_id, signature) select seal_no, hash, 'test', 'k', 's' from audit.head()`;
    await tamper(db, "update audit.event_log set actor = 'x', seal_no = null, prev_hash = null, hash = null");
    await seal(db);
    assertMatch((await verify(db))?.problem, /^head is older than the one exported at/);
  }));

Deno.test("verify_chain() finds an event that is unsealed for more than 15 minutes", () =>
  withDatabase(async (db) => {
    await append(db, 1);
    await tamper(db, "update audit.event_log set ts = now() - interval '14 minutes'");
    assertEquals((await verify(db))?.ok, true);
    await tamper(db, "update audit.event_log set ts = now() - interval '16 minutes'");
    assertMatch((await verify(db))?.problem, /^unsealed for more than 15 minutes: event \d+/);
    await seal(db);
    assertEquals((await verify(db))?.ok, true);
  }));
