/** The app factory: what every function answers alike, whoever calls. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { Problem } from "../../shared/errors.ts";
import { ACCESS, type Access } from "../../shared/http/access.ts";
import { type AppContext, type AppParts, createApp } from "../../supabase/functions/_shared/app.ts";
import type { Caller } from "../../supabase/functions/_shared/caller.ts";
import { type Role, ROLES } from "../../shared/http/access.ts";
import type { Declaration } from "../../shared/http/declaration.ts";
import { methodAndPath, routesOf } from "../../shared/http/routes.ts";
import { FUNCTION_NAMES, type FunctionName } from "../../shared/environment/function_names.ts";
import { createLogger } from "../../supabase/functions/_shared/log.ts";

const ORIGIN = "https://app.example.org";

/** An app whose callers name their role in a header, and whose handlers all answer 200. */
function tryOut(
  functionName: FunctionName,
  parts: Partial<AppParts> = {},
  handler: (context: AppContext) => Response | Promise<Response> = (context) => context.json({ ok: true }),
) {
  const lines: string[] = [];
  const taken: string[] = [];
  const handlers = Object.fromEntries(Object.keys(ACCESS[functionName]).map((route) => [route, handler]));
  const app = createApp(functionName, {
    identify: (headers, beforeAsking) => {
      if (headers.has("x-asks-auth")) beforeAsking();
      const role = headers.get("x-role");
      if (role === null) throw new Problem("UNAUTHORIZED", "No credential was sent.");
      return Promise.resolve({ role, name: "somebody" } as Caller);
    },
    limit: (kind, who) => {
      taken.push(`${kind} ${who}`);
      return Promise.resolve();
    },
    strangers: {
      take: (kind, address) => {
        taken.push(`${kind} of ${address}`);
        return () => taken.push(`back to ${address}`);
      },
    },
    corsOrigins: [ORIGIN],
    log: createLogger({ functionName, level: "debug", write: (line) => lines.push(line) }),
    ...parts,
  }, handlers as never);
  return { app, lines, taken };
}

const ROUTES = FUNCTION_NAMES.flatMap((functionName) => {
  const table: Readonly<Record<string, Access>> = ACCESS[functionName];
  return routesOf(functionName).map(([name, declaration]) => {
    const access = table[name];
    if (access === undefined) throw new TypeError(`${name} is in no table`);
    return { functionName, name, access, ...exampleOf(name, declaration) };
  });
});

/** A request with the examples of the declaration. */
function exampleOf(name: string, { path = {}, body }: Declaration) {
  const { method, path: pattern } = methodAndPath(name);
  const filled = pattern.replace(/:([a-z]+)/g, (_, part: string) => path[part]?.example ?? "");
  const fields = body === undefined || body.kind === "file" ? null : Object.entries(body.fields);
  const json = fields === null
    ? {}
    : { body: JSON.stringify(Object.fromEntries(fields.map(([field, { example }]) => [field, example]))) };
  return { method, path: filled, ...json };
}

for (const route of ROUTES) {
  for (const role of [...ROLES, null] as (Role | null)[]) {
    const { may } = route.access;
    const expected = may === "anyone" ? 200 : role === null ? 401 : may.includes(role) ? 200 : 403;
    Deno.test(`${route.name} answers ${role ?? "nobody"} with ${expected}`, async () => {
      const { app } = tryOut(route.functionName);
      const answer = await app.request(route.path, {
        method: route.method,
        body: route.body,
        headers: role === null ? {} : { "x-role": role },
      });
      assertEquals(answer.status, expected);
      if (expected >= 400) assertEquals(answer.headers.get("content-type"), "application/problem+json");
      await answer.body?.cancel();
    });
  }
}

Deno.test("createApp() answers unknown addresses 404 and wrong methods 405 before it looks at credentials", async () => {
  const { app, taken } = tryOut("intake");
  for (
    const path of [
      "/intake",
      "/intake/",
      "/intake/nothing",
      "/intake/batches/",
      "/intake/batches/a/b",
      "/upload",
      "/",
    ]
  ) {
    const answer = await app.request(path);
    assertEquals([path, answer.status, (await answer.json()).code], [path, 404, "NOT_FOUND"]);
  }
  const cases: [string, string, string][] = [
    ["GET", "/intake/upload", "POST"],
    ["PATCH", `/intake/batches/${crypto.randomUUID()}`, "GET, HEAD, DELETE"],
    ["POST", "/intake/health", "GET, HEAD"],
    ["OPTIONS", "/intake/batches", "GET, HEAD"],
  ];
  for (const [method, path, allow] of cases) {
    const answer = await app.request(path, { method });
    assertEquals([method, answer.status, answer.headers.get("allow")], [method, 405, allow]);
    assertEquals((await answer.json()).code, "METHOD_NOT_ALLOWED");
  }
  assertEquals(taken, []);
});

Deno.test("createApp() answers health without credentials, database or limits", async () => {
  const { app, taken } = tryOut("worker", { identify: () => Promise.reject(new Error("must not be asked")) });
  const answer = await app.request("/worker/health");
  assertEquals(answer.status, 200);
  assertEquals((await answer.json()).status, "healthy");
  assertEquals(taken, []);
});

Deno.test("createApp() hides what an unknown error says and logs it under the same request id", async () => {
  const { app, lines } = tryOut("system", {}, () => {
    throw new Error('relation "secret_table" does not exist, sb_secret_abc, postgres://u:hunter2@h/db');
  });
  const answer = await app.request("/system/status", { headers: { "x-role": "service" } });
  const body = await answer.json();
  assertEquals([answer.status, body.code, body.status], [500, "INTERNAL", 500]);
  assert(!JSON.stringify(body).includes("secret_table"));
  assertEquals(answer.headers.get("x-request-id"), body.request_id);
  const logged = lines.join("\n");
  assert(logged.includes(body.request_id) && logged.includes("secret_table"), "the log has the cause");
  assert(!logged.includes("sb_secret_abc") && !logged.includes("hunter2"), "the log has no secret");
});

Deno.test("createApp() answers also when a handler's own call was cut short", async () => {
  const { app } = tryOut("system", {}, () => Promise.reject(new DOMException("gone", "AbortError")));
  const answer = await app.request("/system/status", { headers: { "x-role": "service" } });
  assertEquals((await answer.json()).code, "INTERNAL");
});

Deno.test("createApp() keeps a harmless request id and makes one otherwise", async () => {
  const { app } = tryOut("system");
  const idFor = async (given: string | null) => {
    const answer = await app.request("/system/health", {
      headers: given === null ? {} : { "x-request-id": given },
    });
    await answer.body?.cancel();
    return answer.headers.get("x-request-id") ?? "";
  };
  assertEquals(await idFor("trace-12345678"), "trace-12345678");
  for (const bad of [null, "short", "with space and more", "x".repeat(65), 'quote"quote"']) {
    assert(/^[0-9a-f-]{36}$/.test(await idFor(bad)), String(bad));
  }
});

Deno.test("createApp() permits listed origins and no other, on answers and refusals alike", async () => {
  const { app } = tryOut("intake");
  for (const [origin, permitted] of [[ORIGIN, ORIGIN], ["https://evil.example.org", null]] as const) {
    const preflight = await app.request("/intake/batches", {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "GET",
        "access-control-request-headers": "authorization",
      },
    });
    assertEquals([preflight.status, preflight.headers.get("access-control-allow-origin")], [204, permitted]);
    const withAndWithout: Record<string, string>[] = [{ origin, "x-role": "operator" }, { origin }];
    for (const headers of withAndWithout) {
      const answer = await app.request("/intake/batches", { headers });
      assertEquals(answer.headers.get("access-control-allow-origin"), permitted, `${answer.status}`);
      assert(answer.headers.get("vary")?.toLowerCase().includes("origin"), "caches must tell origins apart");
      await answer.body?.cancel();
    }
  }
});

Deno.test("createApp() counts reads and writes by caller, refusals by address, wake tokens not at all", async () => {
  const { app, taken } = tryOut("intake");
  const call = async (path: string, method: string, role: string | null) => {
    const answer = await app.request(path, { method, headers: role === null ? {} : { "x-role": role } });
    await answer.body?.cancel();
  };
  await call("/intake/batches", "GET", "viewer");
  await call("/intake/upload", "POST", "vendor");
  await call("/intake/upload", "POST", "viewer");
  await call("/intake/upload", "POST", null);
  assertEquals(taken.splice(0), [
    "reads viewer:somebody",
    "writes vendor:somebody",
    "writes viewer:somebody",
    "writes of unknown",
  ]);
  const worker = tryOut("worker");
  await (await worker.app.request("/worker/run", { method: "POST", headers: { "x-role": "wake" } })).body
    ?.cancel();
  assertEquals(worker.taken, []);
});

Deno.test("createApp() counts who needs Auth by address before it asks, and once; the known get it back", async () => {
  const { app, taken } = tryOut("intake");
  const send = async (headers: Record<string, string>) => {
    const all = { "x-asks-auth": "yes", "x-forwarded-for": "6.6.6.6, 7.7.7.7", ...headers };
    await (await app.request("/intake/batches", { headers: all })).body?.cancel();
    return taken.splice(0);
  };
  assertEquals(await send({ "x-role": "viewer" }), [
    "reads of 7.7.7.7",
    "back to 7.7.7.7",
    "reads viewer:somebody",
  ]);
  assertEquals(await send({}), ["reads of 7.7.7.7"]);
});

Deno.test("createApp() asks nobody about a session from an address that is too fast", async () => {
  let asked = 0;
  const { app } = tryOut("intake", {
    identify: (_, beforeAsking) => {
      beforeAsking();
      asked++;
      return Promise.resolve({ role: "viewer", name: "somebody" });
    },
    strangers: {
      take: () => {
        throw new Problem("RATE_LIMITED", "too fast", { headers: { "retry-after": "3" } });
      },
    },
  });
  const answer = await app.request("/intake/batches");
  assertEquals([answer.status, answer.headers.get("retry-after"), asked], [429, "3", 0]);
  await answer.body?.cancel();
});

Deno.test("createApp() answers 429 with retry-after when a limit says so", async () => {
  const tooFast = () => new Problem("RATE_LIMITED", "too fast", { headers: { "retry-after": "7" } });
  const { app } = tryOut("intake", {
    limit: () => Promise.reject(tooFast()),
    strangers: {
      take: () => {
        throw tooFast();
      },
    },
  });
  const withAndWithout: Record<string, string>[] = [{ "x-role": "operator" }, {}];
  for (const headers of withAndWithout) {
    const answer = await app.request("/intake/batches", { headers });
    assertEquals([answer.status, answer.headers.get("retry-after")], [429, "7"]);
    await answer.body?.cancel();
  }
});
