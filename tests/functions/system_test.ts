/** The system function: readiness and status on stand-ins, and what it was built with. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import { assertThrows } from "deno-std/assert/throws.js";
import { createPublicKey } from "node:crypto";
import { randomSigningKey } from "../../checkout/signing_key.ts";
import { readSigningKey } from "../../shared/audit/signing.ts";
import { tellKeys } from "../../supabase/functions/system/keys.ts";
import { NEWEST_MIGRATION } from "../../supabase/functions/system/newest_migration.ts";
import {
  checkReadiness,
  type Checks,
  judgeMigrations,
  keepReadiness,
  NotReady,
} from "../../supabase/functions/system/readiness.ts";

const well: Checks = {
  database: () => Promise.resolve("Postgres 17.6"),
  rest: () => Promise.resolve("answers"),
  storage: () => Promise.resolve("bucket intake is there"),
  migrations: () => Promise.resolve("applied"),
};
const quiet = () => {};

Deno.test("tellKeys() tells the public halves of all keys, which of them signs, and nothing of the private ones", async () => {
  const [now, before] = [randomSigningKey(), randomSigningKey()];
  const keys = await tellKeys([now, before]);
  assertEquals(keys.map((key) => key.signs), [true, false]);
  assertEquals(keys[0]?.key_id, (await readSigningKey(now)).key_id);
  assertEquals(createPublicKey(keys[1]?.pem ?? "").asymmetricKeyType, "ed25519");
  for (const secret of [now, before]) assert(!JSON.stringify(keys).includes(secret.slice(-40)));
  assertEquals(await tellKeys(undefined), []);
});

Deno.test("checkReadiness() is ready when all four parts are, in their order", async () => {
  const readiness = await checkReadiness(well, 1000, quiet);
  assertEquals(readiness.ready, true);
  assertEquals(readiness.checks.map((check) => check.name), ["database", "rest", "storage", "migrations"]);
});

for (const name of ["database", "rest", "storage", "migrations"] as const) {
  Deno.test(`checkReadiness() is not ready without ${name}, and still tells about the rest`, async () => {
    const broken = { ...well, [name]: () => Promise.reject(new Error("connect ECONNREFUSED 10.0.0.1:5432")) };
    const noted: string[] = [];
    const readiness = await checkReadiness(broken, 1000, (check) => noted.push(check));
    assertEquals(readiness.ready, false);
    assertEquals(readiness.checks.filter((check) => !check.ok).map((check) => check.name), [name]);
    assertEquals(noted, [name]);
    assert(!JSON.stringify(readiness).includes("10.0.0.1"), "strangers read this");
  });
}

Deno.test("checkReadiness() does not wait for a part that hangs", async () => {
  const hanging: Checks = { ...well, rest: () => new Promise(() => {}) };
  const readiness = await checkReadiness(hanging, 20, quiet);
  assertEquals(readiness.checks[1], { name: "rest", ok: false, detail: "no answer within 0.02 s" });
});

Deno.test("keepReadiness() lets all who ask at once wait for one look, and answers it again for 2 s", async () => {
  let now = 0;
  let looks = 0;
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const ask = keepReadiness(async () => {
    looks++;
    await released;
    return { ready: looks === 1, checks: [] };
  }, () => now);
  const first = Promise.all(Array.from({ length: 20 }, () => ask(null)));
  release();
  assertEquals((await first).map((readiness) => readiness.ready), Array(20).fill(true));
  now = 1999;
  assertEquals([(await ask(null)).ready, looks], [true, 1]);
  now = 2000;
  assertEquals([(await ask(null)).ready, looks], [false, 2]);
});

Deno.test("keepReadiness() keeps no look that failed", async () => {
  let looks = 0;
  const ask = keepReadiness(() => {
    looks++;
    return looks === 1 ? Promise.reject(new Error("away")) : Promise.resolve({ ready: true, checks: [] });
  }, () => 0);
  await assertRejects(() => ask(null), Error, "away");
  assertEquals((await ask(null)).ready, true);
});

Deno.test("judgeMigrations() takes the right and a newer database, refuses an older or empty one", () => {
  assertEquals(judgeMigrations("20260101000000", "20260101000000"), "applied up to 20260101000000");
  assert(judgeMigrations("20260102000000", "20260101000000").startsWith("applied up to 20260102000000"));
  assertThrows(
    () => judgeMigrations("20251231000000", "20260101000000"),
    NotReady,
    "the code needs 20260101000000",
  );
  assertThrows(() => judgeMigrations(null, "20260101000000"), NotReady, "no migration is applied");
});

Deno.test("NEWEST_MIGRATION is the newest file in supabase/migrations", async () => {
  const versions: string[] = [];
  for await (const entry of Deno.readDir(new URL("../../supabase/migrations", import.meta.url))) {
    const version = /^(\d{14})_.*\.sql$/.exec(entry.name)?.[1];
    if (version !== undefined) versions.push(version);
  }
  assertEquals(
    NEWEST_MIGRATION,
    versions.sort().at(-1),
    "write this version into supabase/functions/system/newest_migration.ts",
  );
});
