/** The typed client: what it sends, what it makes of answers, how calls end that bring none. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import { createClient, NoAnswer, Refused, StrangeAnswer } from "../../../shared/http/client.ts";

const ID = "3f2a1b2c-9d4e-4f5a-8b6c-7d8e9f0a1b2c";
const PROBLEM = {
  type: "urn:dragonfly:problem:conflict",
  title: "Something else stands in the way",
  status: 409,
  detail: "The job is pending.",
  code: "CONFLICT",
  request_id: "some-request",
  fix: "Wait.",
  allowed_from: ["failed"],
};

interface Call {
  readonly url: string;
  readonly init: RequestInit;
}

/** A client, and the calls it makes; each is answered alike. */
function clientThatGets(answer: (call: Call) => Response | Promise<Response>) {
  const calls: Call[] = [];
  const client = createClient({
    base: "https://x.test/functions/v1",
    headers: () => ({ authorization: "Bearer key" }),
    fetch: async (input, init = {}) => {
      const call = { url: String(input), init };
      calls.push(call);
      return await answer(call);
    },
  });
  return { client, calls };
}

const json = (body: unknown, status = 200, headers = {}) => Response.json(body, { status, headers });

Deno.test("call() fills the address, leaves out what is not said, and sends the credential", async () => {
  const page = { batches: [], total: 0, page: 2, page_size: 50 };
  const { client, calls } = clientThatGets(() => json(page));
  const { status, body } = await client.call("GET /intake/batches", {
    query: { q: "a&b", page: 2, source: null, status: undefined },
  });
  assertEquals([status, body.total], [200, 0]);
  assertEquals(calls[0]?.url, "https://x.test/functions/v1/intake/batches?q=a%26b&page=2");
  assertEquals(new Headers(calls[0]?.init.headers).get("authorization"), "Bearer key");
  await client.call("GET /intake/batches");
  assertEquals(calls[1]?.url, "https://x.test/functions/v1/intake/batches");
});

Deno.test("call() writes what stands in the address so that it stays one part", async () => {
  const { client, calls } = clientThatGets(() => json(PROBLEM, 409));
  const path = { id: "../../system/alerts?x#y" };
  await assertRejects(() => client.call("POST /system/jobs/:id/redrive", { path }), Refused);
  assertEquals(
    calls[0]?.url,
    "https://x.test/functions/v1/system/jobs/..%2F..%2Fsystem%2Falerts%3Fx%23y/redrive",
  );
});

Deno.test("call() sends JSON, and a file as a form", async () => {
  const silence = { check: "success_rate", silenced_until: "2026-01-01T00:00:00Z" };
  const one = clientThatGets(() => json(silence));
  await one.client.call("POST /system/alerts/:id/silence", {
    path: { id: ID },
    body: { minutes: 5, reason: "known" },
  });
  assertEquals(one.calls[0]?.init.body, '{"minutes":5,"reason":"known"}');
  const taken = {
    batch_id: ID,
    status: "uploaded",
    duplicate: false,
    attempt: 1,
    filename: "a.csv",
    file_hash: "0".repeat(64),
    file_size_bytes: 3,
  };
  const two = clientThatGets(() => json(taken, 202));
  const { body } = await two.client.call("POST /intake/upload", {
    body: { file: new Blob(["a,b"]), filename: "a.csv", dry_run: true, source: null },
  });
  assertEquals(body.batch_id, ID);
  const form = two.calls[0]?.init.body;
  if (!(form instanceof FormData)) throw new Error("no form was sent");
  const file = form.get("file");
  if (!(file instanceof File)) throw new Error("no file was sent");
  assertEquals([file.name, form.get("dry_run"), form.has("source")], ["a.csv", "true", false]);
});

Deno.test("call() hands on every member of an answer, declared or not", async () => {
  const { client } = clientThatGets(() => json({ status: "healthy", version: "9", mood: "fine" }));
  assertEquals((await client.call("GET /system/health")).body.mood, "fine");
});

Deno.test("call() gives every declared status back as an answer", async () => {
  const { client } = clientThatGets(() => json({ ready: false, checks: [] }, 503));
  const answer = await client.call("GET /system/readyz");
  assertEquals([answer.status, answer.body.ready], [503, false]);
});

Deno.test("call() does not follow to a file; it tells where it is", async () => {
  const { client, calls } = clientThatGets(() =>
    new Response(null, { status: 302, headers: { location: "https://y.test/z" } })
  );
  const answer = await client.call("GET /intake/batches/:id/file", { path: { id: ID } });
  assertEquals([answer.status, answer.headers.get("location"), answer.body], [302, "https://y.test/z", null]);
  assertEquals(calls[0]?.init.redirect, "manual");
});

Deno.test("open() gives the stream unread", async () => {
  const { client } = clientThatGets(() => new Response("row_number\r\n"));
  const response = await client.open("GET /intake/batches/:id/errors.csv", { path: { id: ID } });
  assertEquals(await response.text(), "row_number\r\n");
});

Deno.test("a problem is thrown with its code, its words and when to come again", async () => {
  const { client } = clientThatGets(() => json(PROBLEM, 409, { "retry-after": "7" }));
  for (const road of ["call", "open"] as const) {
    const refused = await assertRejects(
      () => client[road]("POST /system/jobs/:id/redrive", { path: { id: ID } }),
      Refused,
    );
    assertEquals([refused.status, refused.code, refused.retryAfterSeconds], [409, "CONFLICT", 7]);
    assertEquals(refused.message, "409 CONFLICT The job is pending. Wait. (allowed_from: failed)");
    assertEquals(refused.problem?.request_id, "some-request");
  }
});

for (
  const [what, body, words] of [
    ["a gateway's JSON", '{"message":"no such function"}', "502 no such function"],
    ["a gateway's text", "x".repeat(500), `502 ${"x".repeat(200)}`],
    ["nothing", "", "502"],
  ] as const
) {
  Deno.test(`${what} that is no problem is thrown without a code`, async () => {
    const { client } = clientThatGets(() => new Response(body, { status: 502 }));
    const refused = await assertRejects(() => client.call("GET /system/status"), Refused);
    assertEquals([refused.code, refused.message], [null, words]);
  });
}

Deno.test("an answer that is not as declared is strange, and says where", async () => {
  const { client } = clientThatGets(() => json({ status: "healthy" }));
  await assertRejects(() => client.call("GET /system/health"), StrangeAnswer, "version:");
});

Deno.test("no answer is told by the host's first line, and by its length when it took too long", async () => {
  const broken = clientThatGets(() => Promise.reject(new TypeError("connection refused\nat 10.0.0.1")));
  await assertRejects(
    () => broken.client.call("GET /system/status"),
    NoAnswer,
    "GET /system/status: connection refused",
  );
  const slow = clientThatGets(({ init }) =>
    new Promise((_, reject) => init.signal?.addEventListener("abort", () => reject(init.signal?.reason)))
  );
  await assertRejects(
    () => slow.client.call("GET /system/status", { timeoutMs: 1 }),
    NoAnswer,
    "it took too long",
  );
  const given = new AbortController();
  const waiting = slow.client.call("GET /system/status", { signal: given.signal });
  given.abort(new Error("nobody waits any more"));
  await assertRejects(() => waiting, NoAnswer, "nobody waits any more");
});
