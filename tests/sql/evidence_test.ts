/** The vault: what is registered stays as it was registered, whoever asks, and in the bucket too. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import { engine, errorOf } from "./engine.ts";

const HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const VIOLATION =
  /^P0001 EVIDENCE_IMMUTABILITY_VIOLATION: (UPDATE|DELETE|TRUNCATE) on evidence\.(files|retirements)/;

/** Puts an object into the bucket, as Storage writes its row. */
async function store(db: TestDatabase, path: string, size = 4): Promise<void> {
  await db.admin`
    insert into storage.buckets (id, name, public) values ('evidence', 'evidence', false) on conflict do nothing`;
  await db.admin`
    insert into storage.objects (bucket_id, name, version, metadata)
    values ('evidence', ${path}, 'v1', ${db.admin.json({ size, eTag: '"a"' })})`;
}

async function register(db: TestDatabase, path: string, hash = HASH): Promise<string> {
  const [row] = await engine(db)`
    select evidence.register(${path}, 'loa.pdf', ${hash}, 4, 'application/pdf', 'consent', 'c-1', 'operator-key', 'req-1')
      as id`;
  return String(row?.id);
}

async function registered(db: TestDatabase, path = "files/1/loa.pdf"): Promise<string> {
  await store(db, path);
  return await register(db, path);
}

Deno.test("register() keeps what was stored, names who brought it, and leaves an event with the hash", () =>
  withDatabase(async (db) => {
    const id = await registered(db);
    const [row] = await engine(db)`select * from evidence.files`;
    assertEquals(
      [
        row?.id,
        row?.bucket_path,
        row?.sha256,
        row?.size_bytes,
        row?.legal_hold,
        row?.uploaded_by,
        row?.is_proof,
      ],
      [id, "files/1/loa.pdf", HASH, 4, false, "operator-key", false],
    );
    const [event] = await db.sql`select * from audit.event_log where action = 'evidence.registered'`;
    assertEquals([
      event?.entity_type,
      event?.entity_id,
      event?.request_id,
      event?.after.sha256,
      event?.after.by_hand,
    ], [
      "evidence",
      id,
      "req-1",
      HASH,
      undefined,
    ]);
  }));

Deno.test("register() asked twice gives the same file once; other bytes under the same path are refused", () =>
  withDatabase(async (db) => {
    const id = await registered(db);
    assertEquals(await register(db, "files/1/loa.pdf"), id);
    assertEquals((await db.sql`select 1 from evidence.files`).length, 1);
    assertMatch(
      await errorOf(register(db, "files/1/loa.pdf", "b".repeat(64))) ?? "",
      /^P0001 EVIDENCE_IMMUTABILITY_VIOLATION: files\/1\/loa\.pdf is registered with other bytes/,
    );
  }));

Deno.test("register() refuses what is not in the bucket, and what has another size there", () =>
  withDatabase(async (db) => {
    assertMatch(
      await errorOf(register(db, "files/none")) ?? "",
      /^P0001 Cannot register files\/none: .* nothing there/,
    );
    await store(db, "files/long", 5);
    assertMatch(
      await errorOf(register(db, "files/long")) ?? "",
      /^P0001 Cannot register files\/long: .* 5 bytes there, not 4/,
    );
  }));

Deno.test("service_role registers by the function alone; a row postgres writes by hand says so in its event", () =>
  withDatabase(async (db) => {
    const insert =
      `insert into evidence.files (bucket_path, file_name, sha256, size_bytes, entity_type, entity_id)
      values ('x', 'x', '${HASH}', 1, 'test', '1')`;
    assertMatch(await errorOf(engine(db).unsafe(insert)) ?? "", /^42501 /);
    await db.sql.unsafe(insert);
    const [event] = await db.sql`select after from audit.event_log where action = 'evidence.registered'`;
    assertEquals([event?.after.by_hand, event?.after.login], [true, "postgres"]);
  }));

const CHANGES = [
  "update evidence.files set sha256 = repeat('b', 64) where true",
  "update evidence.files set legal_hold = not legal_hold where true",
  "update evidence.files set legal_hold = true, file_name = 'other' where true",
  "delete from evidence.files where true",
  "truncate evidence.files cascade",
  "update evidence.retirements set reason = 'other' where true",
  "delete from evidence.retirements where true",
  "truncate evidence.retirements",
];
Deno.test("nobody changes, removes or empties what is registered, whatever the login", async (t) => {
  await withDatabase(async (db) => {
    const id = await registered(db);
    await engine(db)`select evidence.retire(${id}, 'kept for ten years')`;
    for (const change of CHANGES) {
      for (const login of ["postgres", "supabase_admin"] as const) {
        for (const mode of ["origin", "replica"] as const) {
          await t.step(`${change} as ${login}, ${mode}`, async () => {
            const sql = login === "postgres" ? db.sql : db.admin;
            const error = await errorOf(sql.begin(async (tx) => {
              await tx.unsafe(`set local session_replication_role = ${mode}`);
              await tx.unsafe(change);
            }));
            assertMatch(error ?? "no error", VIOLATION);
          });
        }
      }
      await t.step(`${change} as service_role`, async () => {
        assertMatch(await errorOf(engine(db).unsafe(change)) ?? "no error", /^42501 /);
      });
    }
  });
});

Deno.test("a legal hold is set and lifted by its function, with a reason and an event each; it blocks even retention", () =>
  withDatabase(async (db) => {
    const id = await registered(db);
    const hold = (held: boolean, reason: string) =>
      engine(db)`select evidence.set_legal_hold(${id}, ${held}, ${reason}, 'operator:a@b.org', 'r')`;
    assertMatch(await errorOf(hold(true, " ")) ?? "", /^P0001 Cannot change the legal hold .* no reason/);
    await hold(true, "Smith v. Jones");
    await hold(true, "again");
    const retire = () => engine(db)`select evidence.retire(${id}, 'kept for ten years')`;
    assertMatch(await errorOf(retire()) ?? "", /^P0001 Cannot retire file .*: it is under legal hold/);
    const byHand = db.sql`insert into evidence.retirements (file_id, reason) values (${id}, 'by hand')`;
    assertMatch(await errorOf(byHand) ?? "", /^P0001 Cannot retire file/);
    await hold(false, "settled");
    await retire();
    const events = await db
      .sql`select action, after from audit.event_log where entity_id = ${id} order by id`;
    assertEquals(events.map((event) => event.action), [
      "evidence.registered",
      "evidence.held",
      "evidence.released",
      "evidence.retired",
    ]);
    assertEquals(events[1]?.after, { legal_hold: true, reason: "Smith v. Jones" });
  }));

const ON_OBJECTS: readonly [what: string, statement: string][] = [
  ["removed", "delete from storage.objects where name = 'files/1/loa.pdf'"],
  ["replaced", "update storage.objects set version = 'v2' where name = 'files/1/loa.pdf'"],
  ["given other bytes", `update storage.objects set metadata = '{"size": 9}' where name = 'files/1/loa.pdf'`],
  ["moved", "update storage.objects set name = 'elsewhere' where name = 'files/1/loa.pdf'"],
  [
    "moved to another bucket",
    "update storage.objects set bucket_id = 'intake' where name = 'files/1/loa.pdf'",
  ],
];
Deno.test("the object of a registered file is neither removed, replaced nor moved until the file is retired", async (t) => {
  await withDatabase(async (db) => {
    const storage = db.connect("supabase_storage_admin");
    const attempt = (statement: string) =>
      errorOf(storage.begin(async (tx) => {
        await tx`select set_config('storage.allow_delete_query', 'true', true)`;
        await tx.unsafe(statement);
        throw new Error("was let through");
      }));
    await db
      .admin`insert into storage.buckets (id, name, public) values ('intake', 'intake', false) on conflict do nothing`;
    await store(db, "files/1/loa.pdf");
    for (const [what, statement] of ON_OBJECTS) {
      await t.step(`before it is registered it may be ${what}`, async () => {
        assertMatch(
          await errorOf(storage.begin(async (tx) => {
            await tx`select set_config('storage.allow_delete_query', 'true', true)`;
            await tx.unsafe(statement);
            await tx`select 1 / 0`;
          })) ?? "",
          /^22012 /,
        );
      });
    }
    const id = await register(db, "files/1/loa.pdf");
    for (const [what, statement] of ON_OBJECTS) {
      await t.step(`it may not be ${what}`, async () => {
        assertMatch(
          await attempt(statement) ?? "",
          /^P0001 EVIDENCE_IMMUTABILITY_VIOLATION: (UPDATE|DELETE) of files\/1\/loa\.pdf in the bucket evidence/,
        );
      });
    }
    await t.step("what does not touch the bytes is let pass", async () => {
      await storage`update storage.objects set last_accessed_at = now() where name = 'files/1/loa.pdf'`;
    });
    await engine(db)`select evidence.retire(${id}, 'kept for ten years')`;
    await t.step("retired, it may be removed", async () => {
      await storage.begin(async (tx) => {
        await tx`select set_config('storage.allow_delete_query', 'true', true)`;
        await tx`delete from storage.objects where name = 'files/1/loa.pdf'`;
      });
    });
  });
});
