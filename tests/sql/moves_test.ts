/** Objects that are moved: the batch follows, nobody waits, and no batch fails for it. */
import { assertEquals } from "deno-std/assert/equals.js";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import {
  batchOf,
  bringTo,
  drop,
  engine,
  type File,
  jobOf,
  letTimePass,
  mustClaim,
  rowsOf,
  type Unit,
  workOff,
} from "./engine.ts";

const FILE: File = { rows: rowsOf("M", 4), slices: [2, 2] };

/** Moves an object the way Storage does: one update of its row, as Storage's own login, within its own time limit. */
async function move(db: TestDatabase, from: string, to: string, version: string): Promise<void> {
  const storage = db.connect("supabase_storage_admin", { statement_timeout: "5000" });
  await storage`update storage.objects set name = ${to}, version = ${version} where name = ${from}`;
}

/** What a worker says that found no bytes. */
async function missing(db: TestDatabase, unit: Unit): Promise<{ outcome: string }> {
  const [row] = await engine(db)`
    select intake.fail_batch(${unit.batch.id}, ${
    unit.slice?.no ?? null
  }, ${unit.token}, 'File missing in storage', 'FILE_MISSING') as said`;
  return row?.said;
}

for (const [state, kind] of [["staging", "stage"], ["validating", "slice"]] as const) {
  Deno.test(`a batch whose object is moved while it is opened in ${state} is tried again, not failed`, () =>
    withDatabase(async (db) => {
      const id = kind === "stage"
        ? await drop(db, { path: "simplicity/before.csv" })
        : await bringTo(db, state, FILE);
      const { storage_path } = await batchOf(db, id);
      const unit = await mustClaim(db, kind);
      await move(db, storage_path, "simplicity/after.csv", "v2");
      assertEquals((await missing(db, unit)).outcome, "again");
      const after = await batchOf(db, id);
      assertEquals([after.status, after.storage_path, after.storage_version], [
        state,
        "simplicity/after.csv",
        "v2",
      ]);
      assertEquals((await jobOf(db, id)).attempts, 1);
      await letTimePass(db, 3600);
      await workOff(db, FILE);
      assertEquals((await batchOf(db, id)).status, "completed");
    }));
}

Deno.test("a batch whose object is gone fails", () =>
  withDatabase(async (db) => {
    const id = await drop(db, { path: "simplicity/gone.csv" });
    const unit = await mustClaim(db, "stage");
    const storage = db.connect("supabase_storage_admin", { "storage.allow_delete_query": "true" });
    await storage`delete from storage.objects where name = 'simplicity/gone.csv'`;
    assertEquals((await missing(db, unit)).outcome, "failed");
    const { status, rejection_reason } = await batchOf(db, id);
    assertEquals([status, rejection_reason], ["failed", "File missing in storage"]);
  }));

/** Holds the batch as an insert does, for as long as `meanwhile` takes. */
async function whileInserting(db: TestDatabase, id: string, meanwhile: () => Promise<void>): Promise<void> {
  const insert = db.connect();
  await insert.begin(async (tx) => {
    await tx`select 1 from intake.simplicity_batches where id = ${id} for no key update`;
    await meanwhile();
  });
}

Deno.test("a move does not wait for its batch's insert; the batch follows with the next sweep, as the one it is", () =>
  withDatabase(async (db) => {
    const id = await bringTo(db, "inserting", FILE);
    const { storage_path, storage_version } = await batchOf(db, id);
    await whileInserting(db, id, async () => {
      await move(db, storage_path, "simplicity/after.csv", "v2");
      await move(db, "simplicity/after.csv", "simplicity/last.csv", "v3"); // and once more
      await db.sql`select intake.sweep()`;
    });
    assertEquals((await batchOf(db, id)).storage_version, storage_version);
    await letTimePass(db, 61); // the insert's worker is gone, another does it
    await workOff(db, FILE);
    await db
      .admin`update storage.objects set created_at = now() - interval '1 hour', updated_at = now() - interval '1 hour'`;
    assertEquals((await db.sql`select intake.sweep() as taken_in`)[0]?.taken_in, 0);
    const batches = await db
      .sql`select id, status, storage_path, storage_version from intake.simplicity_batches`;
    assertEquals(batches.map((batch) => ({ ...batch })), [{
      id,
      status: "completed",
      storage_path: "simplicity/last.csv",
      storage_version: "v3",
    }]);
    assertEquals((await db.admin`select from intake.moved_objects`).length, 0);
  }));

Deno.test("a move that meets an insert that has just begun gives up waiting, and its batch follows later", () =>
  withDatabase(async (db) => {
    const id = await bringTo(db, "validating", FILE);
    const { storage_path } = await batchOf(db, id);
    await whileInserting(db, id, () => move(db, storage_path, "simplicity/after.csv", "v2"));
    await db.sql`select intake.sweep()`;
    assertEquals((await batchOf(db, id)).storage_path, "simplicity/after.csv");
  }));

Deno.test("an object moved during an insert is no drop for the sweep, however old it is", () =>
  withDatabase(async (db) => {
    const id = await bringTo(db, "inserting", FILE);
    const { storage_path } = await batchOf(db, id);
    await move(db, storage_path, "simplicity/after.csv", "v2");
    await db.admin.begin(async (tx) => {
      await tx`set local session_replication_role = replica`; // no trigger touches updated_at
      await tx`update storage.objects set created_at = now() - interval '1 hour', updated_at = now() - interval '1 hour'`;
    });
    assertEquals((await db.sql`select intake.sweep() as taken_in`)[0]?.taken_in, 0);
    assertEquals((await db.sql`select from intake.simplicity_batches`).length, 1);
  }));
