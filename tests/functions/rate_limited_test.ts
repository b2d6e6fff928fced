/** Rate limits on running functions. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { asOperator, call, intakeStack, someCsv, upload, VENDOR } from "./intake_stack.ts";

// 10 reads a minute are a burst of 2, 5 writes a minute one of 2.
const shared = intakeStack({ DRAGONFLY_RATE_READS: "10", DRAGONFLY_RATE_WRITES: "5" });

async function statuses(send: () => Promise<{ status: number }>, times: number): Promise<number[]> {
  const found: number[] = [];
  for (let turn = 0; turn < times; turn++) found.push((await send()).status);
  return found;
}

Deno.test("calls beyond the burst answer 429 with retry-after, each caller for himself", async () => {
  const list = () => call(shared(), "intake/batches", { headers: asOperator(shared()) });
  assertEquals(await statuses(list, 3), [200, 200, 429]);
  const refused = await list();
  assertEquals([refused.body.code, refused.headers.get("content-type")], [
    "RATE_LIMITED",
    "application/problem+json",
  ]);
  const wait = Number(refused.headers.get("retry-after"));
  assert(wait >= 1 && wait <= 6, String(wait));
  const other = { "x-dragonfly-api-key": VENDOR.key };
  assertEquals((await upload(shared(), someCsv(), {}, other)).status, 202);
});

Deno.test("guessing keys is slowed down like everything else", async () => {
  const guess = () => call(shared(), "intake/batches", { headers: { "x-api-key": crypto.randomUUID() } });
  assertEquals(await statuses(guess, 3), [401, 401, 429]);
});

Deno.test("a stranger who claims another address each time is one stranger, and costs the database nothing", async () => {
  const buckets = async () => (await shared().sql`select count(*)::int as n from ops.rate_buckets`)[0]?.n;
  const before = await buckets();
  let claimed = 0;
  const guess = () => {
    claimed++;
    const address = `10.9.8.${claimed}`;
    return call(shared(), "intake/batches", {
      headers: { "x-api-key": crypto.randomUUID(), "x-forwarded-for": address, "cf-connecting-ip": address },
    });
  };
  const found = await statuses(guess, 12);
  assert(found.includes(429) && found.every((status) => status === 401 || status === 429), String(found));
  assertEquals(await buckets(), before);
});

Deno.test("health, readyz and the wake token are exempt", async () => {
  assertEquals(await statuses(() => call(shared(), "intake/health"), 5), [200, 200, 200, 200, 200]);
  assertEquals(await statuses(() => call(shared(), "system/readyz"), 5), [200, 200, 200, 200, 200]);
  const wake = () =>
    call(shared(), "worker/run", { method: "POST", headers: { "x-wake-token": shared().stack.wake_token } });
  assertEquals(await statuses(wake, 5), [202, 202, 202, 202, 202]);
});

Deno.test("a database that is away refuses nobody for going too fast", async () => {
  await shared().stack.ask({ do: "faults", set: { rest_out: "always" } });
  try {
    const list = () => call(shared(), "intake/batches", { headers: { apikey: shared().stack.secret_key } });
    assertEquals(await statuses(list, 4), [503, 503, 503, 503]);
  } finally {
    await shared().stack.ask({ do: "faults", set: { rest_out: "no" } });
  }
});
