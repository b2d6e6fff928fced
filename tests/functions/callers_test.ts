/** The callers' matrix on running functions: real keys, real sessions, every route of the table that is served. */
import { until } from "../support/until.ts";
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { ACCESS, type Access } from "../../shared/http/access.ts";
import { ROLES } from "../../shared/http/access.ts";
import { KEPT_MS } from "../../supabase/functions/system/readiness.ts";
import { type Answer, call, intakeStack, signIn, someCsv, upload, VENDOR } from "./intake_stack.ts";

const shared = intakeStack();
let credentials: Readonly<Record<string, Record<string, string>>> = {};
let ownBatch = "";

Deno.test.beforeAll(async () => {
  const { stack } = shared();
  const session = async (role: string | null) => ({
    apikey: stack.publishable_key,
    authorization: `Bearer ${await signIn(shared(), role)}`,
  });
  credentials = {
    service: { apikey: stack.secret_key },
    operator_key: { "x-dragonfly-api-key": stack.operator_key },
    operator: await session("operator"),
    viewer: await session("viewer"),
    no_role: await session(null),
    vendor: { "x-dragonfly-api-key": VENDOR.key },
    wake: { "x-wake-token": stack.wake_token },
  };
  ownBatch = (await upload(shared(), someCsv(), {}, credentials.vendor)).body.batch_id;
});

/** The worker is not handed the publishable key, so there it is an unknown one. */
function headersOf(role: string, path: string): Record<string, string> {
  const headers = { ...credentials[role] };
  if (path.startsWith("worker/") && role !== "service") delete headers.apikey;
  return headers;
}

const SERVED = ["intake", "worker", "enforcement", "system"] as const;
const ROUTES = SERVED.flatMap((name) => Object.entries<Access>(ACCESS[name]));

for (const [route, access] of ROUTES) {
  Deno.test(`${route} lets in who may, and no one else`, async () => {
    const [method = "", pattern = ""] = route.split(" ");
    // A batch that exists, so that 404 does not hide 403; nothing is sent, so that nothing is done.
    const path = pattern.replace(":id", ownBatch).slice(1);
    for (const role of ROLES) {
      const { status, body, text } = await call(shared(), path, { method, headers: headersOf(role, path) });
      if (access.may === "anyone" || access.may.includes(role)) {
        assert(status !== 401 && status !== 403 && status !== 500, `${role}: ${status} ${text}`);
      } else assertEquals([role, status, body.code], [role, 403, "FORBIDDEN"]);
    }
    if (access.may === "anyone") return;
    for (
      const headers of [{}, { apikey: shared().stack.publishable_key }, { "x-api-key": "wrong" }, {
        authorization: "Bearer a.b.c",
      }]
    ) {
      const { status, body } = await call(shared(), path, {
        method,
        headers: new Headers(Object.entries(headers)),
      });
      assertEquals([status, body.code], [401, "UNAUTHORIZED"]);
    }
    const beside = { ...credentials.service, "x-api-key": "wrong" };
    assertEquals(
      (await call(shared(), path, { method, headers: beside })).status,
      401,
      "a wrong key beside a good one",
    );
  });
}

Deno.test("a session ends when its user is removed", async () => {
  const token = await signIn(shared(), "operator");
  const headers = { authorization: `Bearer ${token}` };
  assertEquals((await call(shared(), "intake/batches", { headers })).status, 200);
  const id = JSON.parse(atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"))).sub;
  assertEquals((await shared().service.auth.admin.deleteUser(id)).error, null);
  assertEquals((await call(shared(), "intake/batches", { headers })).status, 401);
});

Deno.test("readyz tells all four parts are well, and health answers", async () => {
  const { status, body } = await call(shared(), "system/readyz");
  assertEquals([status, body.ready], [200, true]);
  assertEquals((body.checks as { name: string }[]).map((check) => check.name), [
    "database",
    "rest",
    "storage",
    "migrations",
  ]);
  for (const name of SERVED) assertEquals((await call(shared(), `${name}/health`)).body.status, "healthy");
});

/** An answer of readyz's that is as wanted; it may give an earlier one for a while. */
async function readyzOnce(isWanted: (answer: Answer) => boolean): Promise<Answer> {
  return await until("readyz look again", async () => {
    const answer = await call(shared(), "system/readyz");
    return isWanted(answer) && answer;
  }, 2 * KEPT_MS);
}

Deno.test("with REST away uploads answer 503, health still answers, and readyz says which part it is", async () => {
  await shared().stack.ask({ do: "faults", set: { rest_out: "always" } });
  try {
    assertEquals((await upload(shared(), someCsv())).body.code, "UNAVAILABLE");
    assertEquals((await call(shared(), "intake/health")).status, 200);
    const { status, body } = await readyzOnce((answer) => answer.status === 503);
    const broken = (body.checks as { name: string; ok: boolean }[]).filter((check) => !check.ok);
    assertEquals([status, broken.map((check) => check.name)], [503, ["rest"]]);
  } finally {
    await shared().stack.ask({ do: "faults", set: { rest_out: "no" } });
  }
});

Deno.test("GET /system/status tells workers and queue", async () => {
  const { body } = await call(shared(), "system/status", { headers: credentials.viewer });
  assertEquals(Object.keys(body).sort(), [
    "checked_at",
    "enforcement_last_heartbeat",
    "enforcement_status",
    "ingest_last_heartbeat",
    "ingest_status",
    "queue_depth",
    "queue_processing",
  ]);
});

Deno.test("no credential is found in any log of the functions", async () => {
  const { stack } = shared();
  const secrets = [stack.operator_key, stack.secret_key, stack.wake_token, VENDOR.key, "eyJ"];
  const logs = new URL(`../../.stack/${stack.name}/logs/`, import.meta.url);
  let read = 0;
  for (const name of SERVED) {
    const text = await Deno.readTextFile(new URL(`${name}.log`, logs)).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return ""; // said nothing so far
      throw error;
    });
    read += text.length;
    for (const secret of secrets) assert(!text.includes(secret), `${name}.log`);
  }
  assert(read > 0, "the failures above are in the logs");
});
