/** Pulling a vendor's export: conditional, once, behind a breaker, or not at all. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import type { Ports } from "../../supabase/functions/outbound/ports.ts";
import { workOff } from "../../supabase/functions/outbound/work_off.ts";
import { letTimePass } from "../sql/engine.ts";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import { Outside, portsFor, type Seen } from "./outbound.ts";

const CSV = "Case Number,Plaintiff,Defendant,Amount,Judgment Date\nV-1,A,B,10,2024-01-15\n";

interface Scene {
  readonly db: TestDatabase;
  readonly outside: Outside;
  readonly stored: { path: string; text: string }[];
  readonly lines: string[];
  /** Queues a pull and works it off. */
  pull(over?: Partial<Ports>): Promise<void>;
}

function scene(
  answer: (request: Seen) => Response | Promise<Response>,
  test: (scene: Scene) => Promise<void>,
) {
  return withDatabase(async (db) => {
    const outside = new Outside(answer);
    const stored: Scene["stored"] = [];
    const lines: string[] = [];
    await test({
      db,
      outside,
      stored,
      lines,
      async pull(over = {}) {
        await db.sql`select ops.queue_vendor_pull()`;
        await workOff(portsFor(db, outside, {
          vendor: { url: "https://vendor.test/api", key: "secret-vendor", offline: false },
          storeExport: async (path, body) => {
            if (stored.some((object) => object.path === path)) return false;
            stored.push({
              path,
              text: await new Response(body instanceof Uint8Array ? new Uint8Array(body) : body).text(),
            });
            return true;
          },
          ...over,
        }, lines));
      },
    });
  });
}

const status = async (db: TestDatabase) => {
  const [row] = await db.sql`select status, last_error from ops.job_queue where job_type = 'vendor_pull'`;
  return [row?.status, row?.last_error];
};
const paused = async (db: TestDatabase) =>
  (await db.sql`select job_type from ops.queue_control where paused`).map((row) => row.job_type);

Deno.test("a pull asks for what is newer, with its key as bearer, and stores the export as a drop of its source", () =>
  scene(() => new Response(CSV, { headers: { etag: '"v1"' } }), async ({ db, outside, stored, pull }) => {
    await pull();
    const [request] = outside.seen;
    assertEquals(request?.url, "https://vendor.test/api/exports/judgments.csv?since=");
    assertEquals(request?.headers.get("authorization"), "Bearer secret-vendor");
    assertEquals(request?.headers.get("if-none-match"), null);
    assertMatch(stored[0]?.path ?? "", /^simplicity\/exports\/judgments-first-[0-9a-f]{12}\.csv$/);
    assertEquals(stored[0]?.text, CSV);
    assertEquals(await status(db), ["completed", "stored"]);
    await pull();
    const since = new URL(outside.seen[1]?.url ?? "").searchParams.get("since");
    assert(Date.now() - Date.parse(since ?? "") < 60_000, `since ${since}`);
    assertEquals(outside.seen[1]?.headers.get("if-none-match"), '"v1"');
  }));

Deno.test("an unchanged export makes no object, whether the vendor says so or not", () =>
  scene(() => new Response(CSV, { headers: { etag: '"v1"' } }), async ({ db, outside, stored, pull }) => {
    await pull();
    outside.answer = () => new Response(null, { status: 304 });
    await pull();
    outside.answer = () => new Response(CSV, { headers: { etag: '"v1"' } }); // heeds no condition
    await pull();
    outside.answer = () => new Response(CSV); // has no tags at all
    await pull();
    outside.answer = () => new Response("");
    await pull();
    assertEquals(stored.length, 1);
    assertEquals(await status(db), ["completed", "unchanged"]);
    outside.answer = () => new Response(`${CSV}V-2,A,B,10,2024-01-15\n`, { headers: { etag: '"v2"' } });
    await pull();
    assertEquals(stored.length, 2);
  }));

Deno.test("an export that was stored by a pull that died is not stored twice", () =>
  scene(() => new Response(CSV, { headers: { etag: '"v1"' } }), async ({ db, stored, pull }) => {
    await pull();
    await db.sql`update ops.vendor_feeds set etag = null, content_hash = null, since = null`; // as if it had not been recorded
    await pull();
    assertEquals(stored.length, 1);
    assertEquals(await status(db), ["completed", "stored"]);
  }));

Deno.test("an export too large to compare goes straight through, whole", () => {
  const chunk = new Uint8Array(1024 * 1024).fill(65);
  const large = () => {
    let sent = 0;
    return new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent++ < 18) controller.enqueue(chunk);
        else controller.close();
      },
    });
  };
  return scene(() => new Response(large(), { headers: { etag: '"big"' } }), async ({ db, stored, pull }) => {
    await pull();
    assertEquals(stored[0]?.text.length, 18 * 1024 * 1024);
    const [feed] = await db.sql`select content_hash, etag from ops.vendor_feeds`;
    assertEquals([feed?.content_hash, feed?.etag], [null, '"big"']);
    await pull(); // the vendor heeds no condition; its tag alone says that nothing changed
    assertEquals([stored.length, await status(db)], [1, ["completed", "unchanged"]]);
  });
});

Deno.test("five failures open the breaker, a probe that succeeds closes it, and nothing is fetched twice", () =>
  scene(() => new Response("down", { status: 500 }), async ({ db, outside, stored, pull }) => {
    for (let failure = 0; failure < 5; failure++) {
      await pull();
      await letTimePass(db, 3600);
    }
    assertEquals(await paused(db), ["vendor_pull"]);
    const asked = outside.seen.length;
    await pull();
    assertEquals(outside.seen.length, asked); // no hammering
    outside.answer = () => new Response(CSV, { headers: { etag: '"v1"' } });
    await db.sql`update ops.vendor_feeds set probe_at = now()`;
    await pull();
    assertEquals([await paused(db), stored.length], [[], 1]);
    outside.answer = (request) =>
      new Response(null, { status: request.headers.get("if-none-match") === '"v1"' ? 304 : 500 });
    await pull();
    assertEquals([await status(db), stored.length], [["completed", "unchanged"], 1]);
  }));

Deno.test("a vendor that asks for patience gets it", () =>
  scene(
    () => new Response(null, { status: 503, headers: { "retry-after": "600" } }),
    async ({ db, pull }) => {
      await pull();
      const [row] = await db
        .sql`select extract(epoch from next_run_at - now())::int as wait from ops.job_queue`;
      assert(row?.wait > 590 && row?.wait <= 600, `${row?.wait}`);
    },
  ));

Deno.test("an answer that breaks off, no answer, and storage that refuses are failures, told without address or key", () =>
  scene(() => new Response(CSV), async ({ db, outside, lines, pull }) => {
    outside.answer = () => {
      throw new TypeError("refused: https://vendor.test/api?key=secret-vendor");
    };
    await pull();
    assertEquals(await status(db), ["pending", "vendor did not answer (TypeError)"]);
    outside.answer = () =>
      new Response(new ReadableStream({ pull: (controller) => controller.error(new Error("cut")) }));
    await letTimePass(db, 3600);
    await pull();
    assertEquals(await status(db), ["pending", "vendor's answer broke off (Error)"]);
    outside.answer = () => new Response(CSV);
    await letTimePass(db, 3600);
    await pull({ storeExport: () => Promise.reject(new Error("bucket full")) });
    assertEquals(await status(db), ["pending", "storage did not take the export: Error"]);
    assert(!lines.join("\n").includes("secret-vendor"));
  }));

Deno.test("offline mode makes no call and says so; without an address likewise", () =>
  scene(() => new Response(CSV), async ({ db, outside, lines, pull }) => {
    await pull({ vendor: { url: "https://vendor.test", key: "k", offline: true } });
    assertEquals([outside.seen.length, await status(db)], [0, [
      "completed",
      "offline mode: no call was made",
    ]]);
    assert(lines.some((line) => line.includes('"outcome":"offline"')));
    await pull({ vendor: { url: null, key: "", offline: false } });
    assertEquals([outside.seen.length, await status(db)], [0, [
      "completed",
      "SIMPLICITY_API_URL is not set",
    ]]);
  }));
