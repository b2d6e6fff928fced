/** Calls of SQL functions over Postgres itself: what goes in, what comes out, what a refusal is; and their patience. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import { patienceFor } from "../../shared/data/calls.ts";
import { DatabaseRefused } from "../../shared/data/database_refused.ts";
import { PostgresCalls } from "../../shared/data/postgres_calls.ts";
import { withDatabase } from "../support/database.ts";
import { until } from "../support/until.ts";
import { drop } from "./engine.ts";

const NOBODY = "00000000-0000-4000-8000-000000000000";

Deno.test("PostgresCalls hands over JSON, lists and nulls, and gives back JSON as REST does", () =>
  withDatabase(async (db) => {
    const calls = new PostgresCalls(db.as("service_role"));
    assertEquals(await calls.call("ops", "time_scale", {}), 1);
    assertEquals(await calls.call("ops", "beat", { job: NOBODY, slice: null, token: NOBODY }), false);
    const cells = { raw_data: { a: "1", b: "=2", "3": `"` }, columns: ["a", "b"] };
    assertEquals(await calls.call("intake", "csv_cells", cells), `1,'=2`);
    await drop(db);
    const types = ["undo", "ingest"];
    const unit = await calls.call("ops", "claim", { types, holder: "w" });
    assertEquals(typeof unit === "object" && unit !== null && "token" in unit, true);
    const beat = {
      worker_id: "w",
      worker_type: "ingest",
      status: "idle",
      version: "1",
      memory_mb: 1.5,
      jobs_done: 1,
      jobs_failed: 0,
    };
    assertEquals(await calls.call("ops", "beat_worker", beat), null);
  }));

Deno.test("PostgresCalls throws what the database says, with its code", () =>
  withDatabase(async (db) => {
    const calls = new PostgresCalls(db.as("service_role"));
    const lost = () => calls.call("ops", "finish", { job: NOBODY, token: NOBODY, note: null });
    const refused = await assertRejects(lost, DatabaseRefused);
    assertEquals([refused.call, refused.leaseLost, refused.unavailable], ["ops.finish", true, false]);
  }));

Deno.test("PostgresCalls gives a call up after its patience, and leaves nothing running", () =>
  withDatabase(async (db) => {
    const calls = new PostgresCalls(db.as("service_role"));
    const token = { bucket: "b", per_minute: 60, burst: 10 };
    await db.as("service_role")`select ops.take_rate_token('b', 60, 10)`;
    const locker = db.connect();
    await locker.begin(async (transaction) => {
      await transaction`select from ops.rate_buckets for update`;
      const refused = await assertRejects(() => calls.call("ops", "take_rate_token", token), DatabaseRefused);
      assertEquals(refused.unavailable, true);
      await until("an end of the statement that was given up", async () => {
        const [left] = await db.admin`
          select count(*)::int as n from pg_stat_activity
           where datname = current_database() and state = 'active' and query like '%take_rate_token%'
             and pid <> pg_backend_pid()`;
        return left?.n === 0;
      }, 5000);
    });
  }));

Deno.test("every function may take longer on the way than in the database", () =>
  withDatabase(async (db) => {
    const limits = await db.sql<{ schema: "intake"; name: string; ms: number }[]>`
      select n.nspname as schema, p.proname as name, extract(epoch from coalesce(substring(s.setting from '=(.*)$'), '8s')::interval)::int * 1000 as ms
        from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        left join lateral (select c as setting from unnest(p.proconfig) c where c like 'statement_timeout=%') s on true
       where n.nspname in ('intake', 'ops', 'audit') and s.setting is not null`;
    assert(limits.length >= 3, "no function sets a limit of its own any more");
    const short = limits.filter(({ schema, name, ms }) => patienceFor(schema, name) < ms + 10_000);
    assertEquals(short.map(({ schema, name }) => `${schema}.${name}`), []);
    assert(
      patienceFor("intake", "describe_batch") >= 8000 + 10_000,
      "the usual limit of the API's roles is 8 s",
    );
  }));
