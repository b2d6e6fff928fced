/** How a stored object becomes a batch: which objects, once, in the upload's own transaction, without ever failing it. */
import { CONTENT_TYPES, isDesktopName } from "../../shared/intake/arriving.ts";
import { assertEquals } from "deno-std/assert/equals.js";
import * as fc from "fast-check";
import { assertMatch } from "deno-std/assert/match.js";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import {
  batchOf,
  bringTo,
  claim,
  countsOf,
  doUnit,
  drop,
  engine,
  errorOf,
  type File,
  finishStaging,
  ingest,
  jobOf,
  mustClaim,
  planOf,
  rowsOf,
  store,
  workOff,
} from "./engine.ts";

const FILE: File = { rows: rowsOf("D", 3) };

async function connectProject(db: TestDatabase): Promise<void> {
  await db.sql`select vault.create_secret('http://functions.test/functions/v1', 'dragonfly_functions_url')`;
  await db.sql`select vault.create_secret('token-of-the-test', 'dragonfly_wake_token')`;
}

async function batches(db: TestDatabase): Promise<string[]> {
  const rows = await db.sql`select filename from intake.simplicity_batches order by filename`;
  return rows.map((row) => row.filename);
}

Deno.test("a stored object becomes a batch and its one job in the same transaction", () =>
  withDatabase(async (db) => {
    await db
      .sql`insert into intake.sources (source, priority, error_threshold_percent) values ('acme', 7, 3)`;
    const id = await drop(db, { path: "acme/2026/May.csv", version: "v1", size: 4711 });
    const batch = await batchOf(db, id);
    assertEquals(
      [
        batch.filename,
        batch.source,
        batch.status,
        batch.attempt,
        batch.file_size_bytes,
        batch.storage_bucket,
      ],
      ["May.csv", "acme", "uploaded", 1, 4711, "intake"],
    );
    assertEquals([batch.storage_path, batch.storage_version, batch.file_hash], [
      "acme/2026/May.csv",
      "v1",
      null,
    ]);
    assertEquals([batch.priority, batch.error_threshold_percent, batch.created_by], [7, 3, "storage"]);
    const jobs = await db
      .sql`select job_type, payload, status, priority, attempts, max_attempts from ops.job_queue`;
    assertEquals([...jobs], [{
      job_type: "ingest",
      payload: { batch_id: id, source: "acme", attempt: 1 },
      status: "pending",
      priority: 7,
      attempts: 0,
      max_attempts: 5,
    }]);
  }));

for (
  const [path, source] of [
    ["acme/x.csv", "acme"],
    ["acme/deep/er/x.csv", "acme"],
    ["unknown/x.csv", "simplicity"],
    ["acme", "simplicity"],
    ["x.csv", "simplicity"],
    ["ACME/x.csv", "simplicity"],
  ] as const
) {
  Deno.test(`source_of() says ${path} belongs to ${source}`, () =>
    withDatabase(async (db) => {
      await db.sql`insert into intake.sources (source) values ('acme')`;
      const [row] = await db.sql`select intake.source_of(${path}) as source`;
      assertEquals(row?.source, source);
    }));
}

const TYPES: readonly [type: string | null, taken: boolean][] = [
  ...CONTENT_TYPES.map((type): [string, boolean] => [type, true]),
  ["text/csv; charset=utf-8", true],
  ["TEXT/PLAIN", true],
  ["multipart/form-data", true],
  ["application/x-www-form-urlencoded", false],
  ["application/pdf", false],
  ["application/json", false],
  ["image/png", false],
  ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", false],
];
for (const [type, taken] of TYPES) {
  Deno.test(`an object of type ${type} is ${taken ? "a drop" : "ignored"}`, () =>
    withDatabase(async (db) => {
      await store(db, { path: "simplicity/a.csv", type });
      assertEquals(await batches(db), taken ? ["a.csv"] : []);
    }));
}

Deno.test("is_drop() passes over the names that isDesktopName() knows, in any folder, and over no other", () =>
  withDatabase(async (db) => {
    const names = [
      ".DS_Store",
      "._march.csv",
      ".keep",
      "Thumbs.db",
      "desktop.ini",
      "DESKTOP.INI",
      "~$march.csv",
    ];
    const others = [
      "march.csv",
      "a.DS_Store",
      ".keeper",
      "thumbs.db.csv",
      "_march.csv",
      "~march.csv",
      "$march.csv",
    ];
    for (const name of [...names, ".emptyFolderPlaceholder", ...others]) {
      const [row] = await db.sql`
        select intake.is_drop('intake', ${name}, '{}') as plain, intake.is_drop('intake', ${`acme/${name}`}, '{}') as below`;
      assertEquals([row?.plain, row?.below], Array(2).fill(!isDesktopName(name)), name);
      assertEquals(isDesktopName(name), !others.includes(name), name);
    }
  }));

Deno.test("what is a drop goes by content type and name alone, and no spelling of either is passed over in silence (seed 176, 2,000)", () =>
  withDatabase(async (db) => {
    const dressed = (text: string) =>
      fc.array(fc.boolean(), { minLength: text.length, maxLength: text.length }).map((upper) =>
        Array.from(text, (character, at) => upper[at] ? character.toUpperCase() : character).join("")
      );
    const type = fc.record({
      known: fc.constantFrom(...CONTENT_TYPES, "application/pdf", "image/png", "text/html").chain(dressed),
      rest: fc.constantFrom("", ";charset=utf-8", " ; header=present", "; boundary=x"),
    }).map(({ known, rest }) => known + rest);
    const name = fc.oneof(
      fc.constantFrom("Thumbs.db", "desktop.ini", ".DS_Store", "._march.csv", "~$march.csv", ".keep").chain(
        dressed,
      ),
      fc.stringMatching(/^[A-Za-z0-9._~$-]{1,12}$/),
    );
    const objects = fc.sample(fc.record({ type, name }), { seed: 176, numRuns: 2000 });
    const rows = await db.sql`
      select intake.is_drop('intake', 'acme/' || (o ->> 'name'), jsonb_build_object('mimetype', o ->> 'type')) as taken
        from jsonb_array_elements(${db.sql.json(objects)}) with ordinality e(o, n) order by n`;
    const known = (given: string) => {
      const plain = given.split(";")[0]?.trim().toLowerCase();
      return CONTENT_TYPES.some((one) => one === plain);
    };
    const wanted = objects.map((one) => known(one.type) && !isDesktopName(one.name));
    assertEquals(objects.filter((_, at) => rows[at]?.taken !== wanted[at]), []);
    assertEquals(new Set(wanted).size, 2, "both kinds were tried");
  }));

Deno.test("an object of another bucket is ignored", () =>
  withDatabase(async (db) => {
    await store(db, { path: "simplicity/a.csv", bucket: "evidence" });
    assertEquals(await batches(db), []);
  }));

Deno.test("the placeholder of an empty folder is ignored", () =>
  withDatabase(async (db) => {
    await store(db, { path: "simplicity/.emptyFolderPlaceholder", type: "application/octet-stream" });
    assertEquals(await batches(db), []);
  }));

Deno.test("the probe insert that Storage rolls back leaves no batch, no job, no wake-up", () =>
  withDatabase(async (db) => {
    await connectProject(db);
    const storage = db.connect("supabase_storage_admin");
    await errorOf(storage.begin(async (sql) => {
      await sql`insert into storage.objects (bucket_id, name, version, metadata)
        values ('intake', 'simplicity/p.csv', 'v', '{"mimetype":"text/csv","size":1}')`;
      await sql`select 1 / 0`; // rolls back
    }));
    const [left] = await db.admin`
      select (select count(*) from intake.simplicity_batches) as batches, (select count(*) from ops.job_queue) as jobs,
             (select count(*) from net.http_request_queue) as calls`;
    assertEquals(left, { batches: 0, jobs: 0, calls: 0 });
  }));

Deno.test("metadata that comes in a second write makes the drop then, once", () =>
  withDatabase(async (db) => {
    const object = { path: "simplicity/late.csv", version: "v1" };
    await store(db, { ...object, type: null });
    assertEquals(await batches(db), []);
    await store(db, object);
    await store(db, { ...object, size: 200 });
    assertEquals(await batches(db), ["late.csv"]);
  }));

Deno.test("replacing an object is a drop of its own, and the first batch fails for what was changed", () =>
  withDatabase(async (db) => {
    const first = await drop(db, { path: "simplicity/same.csv", version: "v1" });
    const unit = await mustClaim(db, "stage");
    const second = await drop(db, { path: "simplicity/same.csv", version: "v2" });
    await finishStaging(db, unit, FILE);
    assertEquals((await batchOf(db, first)).rejection_reason, "File changed in storage");
    await workOff(db, FILE);
    assertEquals((await batchOf(db, second)).status, "completed");
  }));

Deno.test("an object that vanished before it was read fails its batch", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    const unit = await mustClaim(db, "stage");
    await db.admin.begin(async (sql) => {
      await sql`set local storage.allow_delete_query = 'true'`;
      await sql`delete from storage.objects`;
    });
    await finishStaging(db, unit, FILE);
    assertEquals((await batchOf(db, id)).rejection_reason, "File missing in storage");
  }));

Deno.test("an object replaced after it was read and before the decision is not inserted", () =>
  withDatabase(async (db) => {
    const id = await bringTo(db, "validating", FILE);
    await doUnit(db, await mustClaim(db, "slice"), FILE);
    await db.admin`update storage.objects set version = 'other' where bucket_id = 'intake'`;
    await doUnit(db, await mustClaim(db, "settle"), FILE);
    const batch = await batchOf(db, id);
    assertEquals([batch.status, batch.rejection_reason], ["failed", "File changed in storage"]);
  }));

Deno.test("an object that is moved keeps its batch", () =>
  withDatabase(async (db) => {
    const id = await drop(db, { path: "simplicity/a.csv", version: "v1" });
    await db
      .admin`update storage.objects set name = 'simplicity/b.csv', version = 'v2' where bucket_id = 'intake'`;
    const batch = await batchOf(db, id);
    assertEquals([batch.storage_path, batch.storage_version], ["simplicity/b.csv", "v2"]);
    assertEquals((await db.sql`select 1 from intake.simplicity_batches`).length, 1);
  }));

Deno.test("an error in our tables never fails the upload; the sweep takes the object in later", () =>
  withDatabase(async (db) => {
    await db
      .admin`alter table intake.simplicity_batches add constraint broken check (filename <> 'a.csv') not valid`;
    await store(db, { path: "simplicity/a.csv" });
    assertEquals(await batches(db), []);
    await db.admin`alter table intake.simplicity_batches drop constraint broken`;
    await makeOld(db);
    assertEquals((await db.sql`select intake.sweep() as repaired`)[0]?.repaired, 1);
    assertEquals(await batches(db), ["a.csv"]);
  }));

async function makeOld(db: TestDatabase): Promise<void> {
  await db.admin.begin(async (sql) => {
    await sql`alter table storage.objects disable trigger user`;
    await sql`update storage.objects set created_at = now() - interval '3 minutes', updated_at = now() - interval '3 minutes'`;
    await sql`alter table storage.objects enable trigger user`;
  });
}

Deno.test("sweep() leaves objects alone that are younger than two minutes", () =>
  withDatabase(async (db) => {
    await store(db, { path: "simplicity/a.csv", type: null });
    assertEquals((await db.sql`select intake.sweep() as repaired`)[0]?.repaired, 0);
    await makeOld(db);
    assertEquals((await db.sql`select intake.sweep() as repaired`)[0]?.repaired, 1);
  }));

Deno.test("sweep() reaches a missed drop behind any number of objects it must not take", () =>
  withDatabase(async (db) => {
    await db.admin`
      insert into storage.objects (bucket_id, name, version, metadata)
      select 'intake', 'simplicity/' || n || '.pdf', 'v', '{"mimetype":"application/pdf"}' from generate_series(1, 1001) n`;
    await db.admin`
      insert into storage.objects (bucket_id, name, version) select 'intake', 'old/' || n || '.csv', 'v' from generate_series(1, 1001) n`;
    await db.admin`
      insert into intake.forgotten_objects (storage_bucket, storage_path, storage_version)
      select bucket_id, name, version from storage.objects where name like 'old/%'`;
    await store(db, { path: "simplicity/a.csv", type: null });
    await makeOld(db);
    await db
      .admin`update storage.objects set created_at = created_at - interval '1 hour' where name <> 'simplicity/a.csv'`;
    await makeOldAgain(db);
    assertEquals((await db.sql`select intake.sweep() as repaired`)[0]?.repaired, 1);
  }));

Deno.test("sweep() goes through the bucket place by place, and at once to what the trigger knows that it missed", () =>
  withDatabase(async (db) => {
    await db.admin.unsafe(`create or replace function intake.max_swept_objects() returns int
      language sql immutable set search_path = '' as $$ select 2 $$`);
    const sweep = async () => (await db.sql`select intake.sweep() as repaired`)[0]?.repaired;
    await db.admin`
      insert into storage.objects (bucket_id, name, version, metadata)
      select 'intake', 'a/' || n || '.pdf', 'v', '{"mimetype":"application/pdf"}' from generate_series(1, 5) n`;
    await store(db, { path: "b/behind.csv", type: null }); // its trigger saw nothing to take in
    await makeOld(db);
    assertEquals([await sweep(), await sweep(), await sweep(), await sweep()], [0, 0, 1, 0]);
    await db
      .admin`alter table intake.simplicity_batches add constraint broken check (filename <> 'c.csv') not valid`;
    await store(db, { path: "b/c.csv" });
    await db.admin`alter table intake.simplicity_batches drop constraint broken`;
    await makeOld(db);
    assertEquals(await sweep(), 1, "though its place is at the beginning again");
    await db.sql`update intake.missed_objects set missed_at = now() - interval '3 minutes' where true`;
    assertEquals(await sweep(), 0);
    assertEquals((await db.sql`select 1 from intake.missed_objects`).length, 0);
  }));

/** An update above made them young. */
const makeOldAgain = async (db: TestDatabase) => {
  await db.admin.begin(async (sql) => {
    await sql`alter table storage.objects disable trigger user`;
    await sql`update storage.objects set updated_at = created_at`;
    await sql`alter table storage.objects enable trigger user`;
  });
};

Deno.test("sweep() queues a batch whose job is missing", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    await db.sql`delete from ops.job_queue`;
    await db.sql`select intake.sweep()`;
    assertEquals((await jobOf(db, id)).status, "pending");
  }));

Deno.test("sweep() removes staged rows that nobody needs any more, and only those", () =>
  withDatabase(async (db) => {
    const done = await ingest(db, FILE);
    const running = await bringTo(db, "inserting", { rows: rowsOf("E", 2) });
    await db
      .sql`insert into intake.staged_blocks values (${done}, 0, 0, 1, 'x'), (gen_random_uuid(), 0, 0, 1, 'x')`;
    await db.sql`select intake.sweep()`;
    const left = await db.sql`select distinct batch_id from intake.staged_blocks`;
    assertEquals(left.map((row) => row.batch_id), [running]);
  }));

async function reserve(
  db: TestDatabase,
  options: Record<string, unknown>,
  expires = "1 hour",
): Promise<string> {
  const id = crypto.randomUUID();
  const sql = engine(db);
  await sql`
    insert into intake.uploads (id, storage_path, filename, source, options, created_by, expires_at)
    values (${id}, ${`uploads/${id}/May 2026.csv`}, 'May 2026.csv', 'simplicity', ${
    sql.json(options as never)
  }, 'vendor:acme',
            now() + ${expires}::interval)`;
  return id;
}

Deno.test("the bytes of a reservation become the batch of its id, with its options", () =>
  withDatabase(async (db) => {
    const id = await reserve(db, {
      error_threshold_percent: 25,
      priority: 9,
      dry_run: true,
      source_reference: "invoice 7",
    });
    assertEquals(await drop(db, { path: `uploads/${id}/May 2026.csv` }), id);
    const batch = await batchOf(db, id);
    assertEquals(
      [
        batch.filename,
        batch.error_threshold_percent,
        batch.priority,
        batch.dry_run,
        batch.source_reference,
        batch.created_by,
      ],
      ["May 2026.csv", 25, 9, true, "invoice 7", "vendor:acme"],
    );
  }));

Deno.test("a reservation whose bytes never came ends as a failed batch that says so", () =>
  withDatabase(async (db) => {
    const id = await reserve(db, {}, "-1 minute");
    const open = await reserve(db, {});
    await db.sql`select intake.sweep()`;
    const batch = await batchOf(db, id);
    assertEquals([batch.status, batch.rejection_reason], ["failed", "Upload never arrived"]);
    assertEquals((await db.sql`select 1 from intake.simplicity_batches where id = ${open}`).length, 0);
  }));

Deno.test("of two reservations of the same bytes one is refused", () =>
  withDatabase(async (db) => {
    const { file_hash } = await planOf(FILE);
    const add = (path: string) =>
      engine(db)`insert into intake.uploads (storage_path, filename, file_hash, expires_at)
        values (${path}, 'a.csv', ${file_hash}, now() + interval '1 hour')`;
    await add("uploads/1/a.csv");
    assertMatch(await errorOf(add("uploads/2/a.csv")) ?? "", /^23505 .*uploads_open_hash_key/);
  }));

Deno.test("a drop queues one wake-up with the narrow token, however many files are dropped", () =>
  withDatabase(async (db) => {
    await connectProject(db);
    await drop(db);
    await drop(db);
    const calls = await db.admin`
      select method, url, headers, convert_from(body, 'UTF8')::jsonb as body, timeout_milliseconds from net.http_request_queue`;
    assertEquals([...calls], [{
      method: "POST",
      url: "http://functions.test/functions/v1/worker/run",
      headers: { "content-type": "application/json", "x-wake-token": "token-of-the-test" },
      body: { by: "trigger" },
      timeout_milliseconds: 3000,
    }]);
  }));

Deno.test("a drop is taken in while the project's secrets are missing; wake() says it woke nobody", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    assertEquals((await batchOf(db, id)).status, "uploaded");
    const [woken] = await engine(db)`select ops.wake('worker') as woken`;
    assertEquals(woken?.woken, false);
  }));

Deno.test("a drop is taken in while pg_net is out of order", () =>
  withDatabase(async (db) => {
    await connectProject(db);
    await db.admin`alter table net.http_request_queue rename to broken`;
    const id = await drop(db);
    assertEquals((await batchOf(db, id)).status, "uploaded");
    assertEquals((await claim(db))?.batch.id, id);
  }));

Deno.test("known bytes end as skipped with the reason, the hash and what they repeat, and insert nothing", () =>
  withDatabase(async (db) => {
    const first = await ingest(db, FILE);
    const second = await ingest(db, FILE);
    const batch = await batchOf(db, second);
    assertEquals([batch.status, batch.rejection_reason, batch.duplicate_of, batch.file_hash], [
      "skipped",
      "Duplicate file_hash",
      first,
      (await planOf(FILE)).file_hash,
    ]);
    assertEquals((await jobOf(db, second)).status, "completed");
    assertEquals(await countsOf(db, first), [3, 3, 0, 3, 0]);
    assertEquals((await batchOf(db, first)).attempt, 1);
  }));

Deno.test("a file without rows makes no bytes known: each fails for itself, and can be tried again beside the others", () =>
  withDatabase(async (db) => {
    const empty: File = { rows: [], problem: "Empty file: a header and no rows", code: "EMPTY_FILE" };
    const first = await ingest(db, empty);
    const second = await ingest(db, empty);
    const fates = async () =>
      (await Promise.all([first, second].map((id) => batchOf(db, id)))).map((batch) => [
        batch.status,
        batch.rejection_code,
        batch.duplicate_of,
        batch.attempt,
      ]);
    assertEquals(await fates(), [["failed", "EMPTY_FILE", null, 1], ["failed", "EMPTY_FILE", null, 1]]);
    const { file_hash } = await planOf(empty);
    const [known] = await engine(db)`select intake.check_duplicate(${file_hash}) as known`;
    assertEquals([known?.known.duplicate, known?.known.batch_id], [false, null]);
    await db.sql`update intake.simplicity_batches set status = 'uploaded'`;
    await workOff(db, empty);
    assertEquals(await fates(), [["failed", "EMPTY_FILE", null, 2], ["failed", "EMPTY_FILE", null, 2]]);
  }));

Deno.test("bytes of a batch that is still running are skipped too", () =>
  withDatabase(async (db) => {
    const first = await bringTo(db, "validating", FILE);
    const second = await drop(db);
    await workOff(db, FILE);
    assertEquals([(await batchOf(db, first)).status, (await batchOf(db, second)).duplicate_of], [
      "completed",
      first,
    ]);
  }));

Deno.test("bytes of a failed batch start its next attempt with the options given now, and have their own skipped row", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("D", 8, 2) };
    const first = await ingest(db, file);
    assertEquals((await batchOf(db, first)).status, "failed");
    await db
      .sql`update intake.sources set error_threshold_percent = 30, priority = 4 where source = 'simplicity'`;
    const second = await ingest(db, file);
    const revived = await batchOf(db, first);
    assertEquals([revived.status, revived.attempt, revived.error_threshold_percent, revived.priority], [
      "completed",
      2,
      30,
      4,
    ]);
    const skipped = await batchOf(db, second);
    assertEquals([skipped.status, skipped.duplicate_of], ["skipped", first]);
  }));

Deno.test("a failed batch whose object is gone is revived from the bytes that came now", () =>
  withDatabase(async (db) => {
    const first = await drop(db, { path: "simplicity/one.csv", version: "v1" });
    const unit = await mustClaim(db, "stage");
    await finishStaging(db, unit, { ...FILE, problem: "Missing required fields: amount" });
    assertEquals((await batchOf(db, first)).status, "failed");
    await db.admin.begin(async (sql) => {
      await sql`set local storage.allow_delete_query = 'true'`;
      await sql`delete from storage.objects`;
    });
    const second = await drop(db, { path: "simplicity/two.csv", version: "v2" });
    await workOff(db, FILE);
    const revived = await batchOf(db, first);
    assertEquals([revived.status, revived.storage_path, revived.storage_version], [
      "completed",
      "simplicity/two.csv",
      "v2",
    ]);
    assertEquals((await batchOf(db, second)).status, "skipped");
    await makeOld(db);
    assertEquals((await db.sql`select intake.sweep() as repaired`)[0]?.repaired, 0);
  }));

Deno.test("of two drops of the same bytes that race one is worked on and the other skipped", () =>
  withDatabase(async (db) => {
    const ids = [await drop(db), await drop(db)];
    const units = [await mustClaim(db, "stage", "a"), await mustClaim(db, "stage", "b")];
    await Promise.all(units.map((unit) => finishStaging(db, unit, FILE)));
    const states = await Promise.all(ids.map(async (id) => String((await batchOf(db, id)).status)));
    assertEquals(states.sort(), ["skipped", "validating"]);
    await workOff(db, FILE);
    assertEquals((await db.sql`select 1 from public.judgments`).length, 3);
  }));

Deno.test("a dry run does not make bytes known, and is not stopped by known bytes", () =>
  withDatabase(async (db) => {
    const dry = await reserve(db, { dry_run: true });
    await drop(db, { path: `uploads/${dry}/May 2026.csv` });
    await workOff(db, FILE);
    assertEquals((await batchOf(db, dry)).status, "completed");
    const real = await ingest(db, FILE);
    assertEquals(await countsOf(db, real), [3, 3, 0, 3, 0]);
    const again = await reserve(db, { dry_run: true });
    await drop(db, { path: `uploads/${again}/May 2026.csv` });
    await workOff(db, FILE);
    assertEquals(await countsOf(db, again), [3, 3, 0, 0, 3], "duplicates are what would be skipped");
  }));

Deno.test("two batches with the same bytes cannot both stand", () =>
  withDatabase(async (db) => {
    const { file_hash } = await planOf(FILE);
    const add = () =>
      db.sql`insert into intake.simplicity_batches (filename, file_hash) values ('a.csv', ${file_hash})`;
    await add();
    assertMatch(await errorOf(add()) ?? "", /^23505 .*simplicity_batches_file_hash_key/);
  }));
