/** Rate limits: the buckets in Postgres, and what becomes of a call. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import { assertThrows } from "deno-std/assert/throws.js";
import { Problem } from "../../shared/errors.ts";
import { createLogger } from "../../supabase/functions/_shared/log.ts";
import {
  addressOf,
  createRateLimit,
  createStrangers,
  type TakeRateToken,
} from "../../supabase/functions/_shared/rates.ts";
import { withDatabase } from "../support/database.ts";

const lines: string[] = [];
const log = createLogger({ functionName: "intake", level: "debug", write: (line) => lines.push(line) });

Deno.test("ops.take_rate_token() gives the burst, then says in how many seconds the next call passes", () =>
  withDatabase(async (db) => {
    const take = async () => {
      const [row] = await db.as("service_role")`select * from ops.take_rate_token('b', 6, 3)`;
      return [row?.allowed, row?.retry_after_seconds];
    };
    for (let call = 0; call < 3; call++) assertEquals(await take(), [true, 0]);
    assertEquals(await take(), [false, 10]);
    await db.sql`update ops.rate_buckets set refilled_at = refilled_at - interval '10 seconds'`;
    assertEquals(await take(), [true, 0]);
    assertEquals((await take())[0], false);
    await db.sql`update ops.rate_buckets set refilled_at = refilled_at - interval '1 day'`;
    for (let call = 0; call < 3; call++) assertEquals(await take(), [true, 0]);
    assertEquals((await take())[0], false, "a bucket never holds more than its burst");
  }));

Deno.test("ops.take_rate_token() never gives more than the burst to callers at the same time", () =>
  withDatabase(async (db) => {
    const service = db.as("service_role");
    const rows = await Promise.all(
      Array.from({ length: 40 }, () => service`select allowed from ops.take_rate_token('b', 1, 7)`),
    );
    assertEquals(rows.filter(([row]) => row?.allowed === true).length, 7);
  }));

Deno.test("ops.prune_rate_buckets() removes buckets that are full again", () =>
  withDatabase(async (db) => {
    await db.sql`select ops.take_rate_token('old', 6, 3), ops.take_rate_token('new', 6, 3)`;
    await db
      .sql`update ops.rate_buckets set refilled_at = now() - interval '11 minutes' where bucket = 'old'`;
    const [row] = await db.as("service_role")`select ops.prune_rate_buckets() as pruned`;
    assertEquals(row?.pruned, 1);
    assertEquals((await db.sql`select bucket from ops.rate_buckets`).map((left) => left.bucket), ["new"]);
  }));

Deno.test("createRateLimit() asks for the burst of each kind and keeps buckets apart", async () => {
  const asked: [string, number, number][] = [];
  const limit = createRateLimit({ writes: 100, reads: 600 }, (...call) => {
    asked.push(call);
    return Promise.resolve({ allowed: true, retryAfterSeconds: 0 });
  }, log);
  await limit("writes", "operator-key");
  await limit("reads", "operator-key");
  await limit("reads", "vendor:acme");
  await limit("reads", "vendor:acme");
  assertEquals(asked.map(([, rate, burst]) => [rate, burst]), [[100, 40], [600, 120], [600, 120], [
    600,
    120,
  ]]);
  assertEquals(new Set(asked.map(([bucket]) => bucket)).size, 3, "a caller has one bucket of a kind");
  for (const [bucket] of asked) assert(!/acme/.test(bucket), "names are not kept");
});

Deno.test("createRateLimit() asks nobody when the rate is 0", async () => {
  const limit = createRateLimit(
    { writes: 0, reads: 0 },
    () => Promise.reject(new Error("must not be asked")),
    log,
  );
  await limit("writes", "a");
});

Deno.test("createRateLimit() refuses with retry-after of at least a second", async () => {
  const limit = createRateLimit(
    { writes: 1, reads: 1 },
    () => Promise.resolve({ allowed: false, retryAfterSeconds: 0 }),
    log,
  );
  const problem = await assertRejects(() => limit("writes", "a"), Problem);
  assertEquals([problem.code, problem.headers["retry-after"]], ["RATE_LIMITED", "1"]);
});

Deno.test("createRateLimit() refuses nobody when the database is away, and says so in the log", async () => {
  const away: TakeRateToken = () => Promise.reject(new Error("connection refused"));
  lines.length = 0;
  await createRateLimit({ writes: 1, reads: 1 }, away, log)("writes", "a");
  assert(lines.some((line) => line.includes("rate_limit.unavailable")));
});

Deno.test("addressOf() takes the hop the edge added itself, and nothing a client says", () => {
  assertEquals(addressOf(new Headers({ "x-forwarded-for": " 1.1.1.1 , 2.2.2.2" })), "2.2.2.2");
  assertEquals(
    addressOf(
      new Headers({ "cf-connecting-ip": "9.9.9.9", "x-real-ip": "8.8.8.8", "x-forwarded-for": "1.1.1.1" }),
    ),
    "1.1.1.1",
  );
  assertEquals(addressOf(new Headers({ "cf-connecting-ip": "9.9.9.9" })), "unknown");
});

Deno.test("createStrangers() gives an address its burst, then one token each time one has come", () => {
  let now = 0;
  const strangers = createStrangers({ writes: 100, reads: 10 }, () => now);
  const passes = (address: string) => {
    try {
      strangers.take("reads", address);
      return true;
    } catch (refusal) {
      if (!(refusal instanceof Problem)) throw refusal;
      return Number(refusal.headers["retry-after"]);
    }
  };
  assertEquals([passes("a"), passes("a"), passes("a"), passes("b")], [true, true, 6, true]);
  now = 6000;
  assertEquals([passes("a"), passes("a")], [true, 6]);
});

Deno.test("createStrangers() gives back what one who is known took, and never more than the burst", () => {
  const strangers = createStrangers({ writes: 5, reads: 5 }, () => 0); // a burst of 2 writes and of 1 read
  for (let call = 0; call < 10; call++) strangers.take("reads", "a")();
  const giveBack = strangers.take("reads", "a");
  assertThrows(() => strangers.take("reads", "a"), Problem);
  giveBack();
  giveBack();
  strangers.take("reads", "a");
  assertThrows(() => strangers.take("reads", "a"), Problem);
});

Deno.test("createStrangers() remembers no more addresses than it may, the latest ones", () => {
  const strangers = createStrangers({ writes: 5, reads: 5 }, () => 0);
  strangers.take("reads", "first");
  for (let n = 0; n < 9_999; n++) strangers.take("reads", `address ${n}`);
  assertThrows(() => strangers.take("reads", "first"), Problem);
  strangers.take("reads", "one more");
  strangers.take("reads", "address 0"); // forgotten: it was quiet longest
  assertThrows(() => strangers.take("reads", "first"), Problem);
});
