/** What migration-status reads from a database that the real CLI migrated. */
import { assertEquals } from "deno-std/assert/equals.js";
import { ROOT } from "../../checkout/root.ts";
import { readMigrations } from "../../ops/migrations/files.ts";
import { compareMigrations, readApplied } from "../../ops/migrations/status.ts";
import { type TestDatabase, withDatabase } from "../support/database.ts";

async function drift({ sql }: TestDatabase): Promise<string[]> {
  return compareMigrations(await readMigrations(ROOT), await readApplied(sql))
    .filter(({ state }) => state !== "applied").map(({ version, state }) => `${version} ${state}`);
}

Deno.test("compareMigrations() finds no drift right after db push", async () => {
  await withDatabase(async (db) => assertEquals(await drift(db), []));
});

Deno.test("compareMigrations() finds what is pending, orphaned and edited in a real register", async () => {
  await withDatabase(async (db) => {
    const versions = (await readMigrations(ROOT)).map(({ version }) => version);
    const [first, second] = versions;
    await db.sql`delete from supabase_migrations.schema_migrations where version = ${first ?? ""}`;
    await db.sql`
      update supabase_migrations.schema_migrations set statements = array['select 1'] where version = ${
      second ?? ""
    }`;
    await db
      .sql`insert into supabase_migrations.schema_migrations (version, name) values ('20990101000000', 'ghost')`;
    assertEquals(await drift(db), [`${first} pending`, `${second} edited`, "20990101000000 orphan"]);
  });
});

Deno.test("readApplied() takes a database before its first migration for what it is", async () => {
  await withDatabase(async (db) => {
    await db.admin`drop schema supabase_migrations cascade`;
    assertEquals(await readApplied(db.sql), []);
  });
});
