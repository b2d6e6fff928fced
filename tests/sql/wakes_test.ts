/** Wake-ups: one is enough while it waits, another is needed while it is being sent. */
import { assertEquals } from "deno-std/assert/equals.js";
import { type TestDatabase, withDatabase } from "../support/database.ts";

async function writeVault(db: TestDatabase): Promise<void> {
  await db.admin`select vault.create_secret('http://127.0.0.1:1', 'dragonfly_functions_url')`;
  await db.admin`select vault.create_secret('t', 'dragonfly_wake_token')`;
}

async function wake(db: TestDatabase, target: string): Promise<boolean> {
  const [row] = await db.sql`select ops.wake(${target}) as queued`;
  return row?.queued;
}

Deno.test("a wake-up is queued once per function", () =>
  withDatabase(async (db) => {
    await writeVault(db);
    assertEquals([await wake(db, "worker"), await wake(db, "worker"), await wake(db, "sentinel")], [
      true,
      false,
      true,
    ]);
  }));

Deno.test("a wake-up that pg_net is sending does not stand for another, though it is still seen in the queue", () =>
  withDatabase(async (db) => {
    await writeVault(db);
    assertEquals(await wake(db, "worker"), true);
    await db.admin.begin(async (sender) => {
      await sender`delete from net.http_request_queue`; // pg_net's transaction, until the slowest call answered
      assertEquals((await db.sql`select from net.http_request_queue`).length, 1);
      assertEquals([await wake(db, "worker"), await wake(db, "worker")], [true, false]);
    });
    assertEquals((await db.sql`select from net.http_request_queue`).length, 1);
  }));

Deno.test("which calls are wake-ups is kept, and forgotten after a day", () =>
  withDatabase(async (db) => {
    await writeVault(db);
    await wake(db, "worker");
    await db.sql`select net.http_get('http://127.0.0.1:1/somebody-else')`;
    const calls = await db.sql`
      select w.target, q.url from ops.wake_calls w left join net.http_request_queue q on q.id = w.request_id`;
    assertEquals(calls.map((call) => [call.target, call.url]), [["worker", "http://127.0.0.1:1/worker/run"]]);
    await db.sql`update ops.wake_calls set called_at = now() - interval '25 hours' where true`;
    await db.sql`select ops.prune()`;
    assertEquals((await db.sql`select from ops.wake_calls`).length, 0);
  }));
