/** What the platform does beside us that must cost nobody a file: stale caches, slow calls of others, moves. */
import { assertEquals } from "deno-std/assert/mod.js";
import postgres from "postgres";
import { story } from "../support/against.ts";
import { clientOf, drop, ended, goodCsv } from "../support/drops.ts";
import { startStack, type TestStack, untilNobodyWorks } from "../support/stack.ts";

const HOLD_MS = 6000; // at a tenth of the time: the minute a Smart CDN may take

async function replace(stack: TestStack, path: string, content: string): Promise<void> {
  const { error } = await clientOf(stack).storage.from("intake").upload(
    path,
    new Blob([content], { type: "text/csv" }),
    { upsert: true },
  );
  if (error !== null) throw error;
}

Deno.test(story("the platform beside us", ["faults", "time"], async (t) => {
  const stack = await startStack({ time: 0.1 });
  const client = clientOf(stack);
  const sql = postgres(stack.db_url, { onnotice: () => {}, max: 2 });
  try {
    for (const by of ["address", "path"] as const) {
      await t.step(`a cache that gives old bytes by ${by} makes no new file a known one`, async () => {
        await stack.ask({ do: "faults", set: { storage_stale: { by, hold_ms: HOLD_MS } } });
        const path = `simplicity/replaced-${by}.csv`;
        await drop(client, path, goodCsv(`OLD-${by}`, 40));
        assertEquals((await ended(client, path)).status, "completed");
        await replace(stack, path, goodCsv(`NEW-${by}`, 60));
        await ended(client, path);
        const batches = await sql`
          select status, row_count_inserted as inserted from intake.simplicity_batches
          where storage_path = ${path} order by created_at`;
        assertEquals(batches.map((batch) => [batch.status, batch.inserted]), [["completed", 40], [
          "completed",
          60,
        ]]);
        await stack.ask({ do: "faults", set: { storage_stale: null } });
      });
    }

    await t.step("a file whose bytes are away for a moment, as while it is moved, completes", async () => {
      await stack.ask({ do: "faults", set: { storage_lost: 1 } });
      await drop(client, "simplicity/moving.csv", goodCsv("MOVING", 40));
      const batch = await ended(client, "simplicity/moving.csv");
      assertEquals([batch.status, batch.rejection_reason, batch.attempt], ["completed", null, 1]);
    });
  } finally {
    await sql.end();
    await stack.stop();
  }
}));

Deno.test(
  story("a drop is worked off beside a slow call of somebody else's", ["faults", "solitude"], async () => {
    const gate = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    const slow = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async () => {
      arrived.resolve();
      await gate.promise;
      return new Response("at last");
    });
    const stack = await startStack(); // in real time: cron would come to the rescue only after half a minute
    const client = clientOf(stack);
    const sql = postgres(stack.db_url, { onnotice: () => {}, max: 2 });
    try {
      // One batch of pg_net's: the slow call, and a wake-up that is answered at once and seen in the queue until the end.
      await sql.begin(async (tx) => {
        await tx`select net.http_get(${`http://127.0.0.1:${slow.addr.port}/`}, timeout_milliseconds => 6000)`;
        await tx`select ops.wake('worker', 'sql')`;
      });
      await arrived.promise;
      await untilNobodyWorks(stack); // who was woken looks twice, and would find the drop
      await drop(client, "simplicity/beside.csv", goodCsv("BESIDE", 40));
      const queued = await sql`
      select xmax::text = '0' as waits from net.http_request_queue where url like '%/worker/run' order by id`;
      assertEquals(queued.map((call) => call.waits), [false, true]); // the one that was answered, and one for this drop
      gate.resolve();
      assertEquals((await ended(client, "simplicity/beside.csv")).status, "completed");
    } finally {
      gate.resolve();
      await sql.end();
      await stack.stop();
      await slow.shutdown();
    }
  }),
);
