/** Sessions and how our own key travels, on a fetch of the test's making. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import { Problem } from "../../shared/errors.ts";
import { createServiceClient, secretKeyOf } from "../../supabase/functions/_shared/clients.ts";
import { createSessionCheck } from "../../supabase/functions/_shared/session.ts";

const KEY = "sb_secret_of_the_tests";
const environment = { SUPABASE_URL: "http://127.0.0.1:1", SUPABASE_SECRET_KEYS: { default: KEY } };

interface Seen {
  readonly url: string;
  readonly headers: Headers;
}

/** A client whose requests are answered by `answer`, and what it sent. */
function clientWith(answer: (url: string) => Response) {
  const seen: Seen[] = [];
  const client = createServiceClient(environment, (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    seen.push({ url, headers: new Headers(init?.headers) });
    return Promise.resolve(answer(url));
  });
  return { client, seen };
}

const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
  "sign",
  "verify",
]);
const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
const JWKS = { keys: [{ kty: kty ?? "", crv, x, y, kid: "k1", alg: "ES256", use: "sig" }] };

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function token(claims: Record<string, unknown>, header: Record<string, unknown> = {}): Promise<string> {
  const encode = (part: unknown) => base64url(new TextEncoder().encode(JSON.stringify(part)));
  const signed = `${encode({ alg: "ES256", typ: "JWT", kid: "k1", ...header })}.${
    encode({
      sub: "11111111-1111-1111-1111-111111111111",
      email: "a@example.org",
      role: "authenticated",
      exp: Math.floor(Date.now() / 1000) + 600,
      ...claims,
    })
  }`;
  const signature = await crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-256" },
    pair.privateKey,
    new TextEncoder().encode(signed),
  );
  return `${signed}.${base64url(new Uint8Array(signature))}`;
}

const nobodyAnswers = (): Response => {
  throw new TypeError("no network");
};

Deno.test("createSessionCheck() checks signatures of known keys here, without asking anybody", async () => {
  const { client, seen } = clientWith(nobodyAnswers);
  const verify = createSessionCheck(client, JWKS);
  assertEquals(await verify(await token({ app_metadata: { role: "operator" } })), {
    role: "operator",
    name: "a@example.org",
  });
  assertEquals(await verify(await token({ app_metadata: { role: "viewer" } })), {
    role: "viewer",
    name: "a@example.org",
  });
  assertEquals((await verify(await token({ app_metadata: { role: "root" } })))?.role, "no_role");
  assertEquals((await verify(await token({})))?.role, "no_role");
  assertEquals(
    (await verify(await token({ user_metadata: { role: "operator" } })))?.role,
    "no_role",
    "users write that themselves",
  );
  assertEquals(seen, []);
});

Deno.test("createSessionCheck() refuses expired, altered and other tokens of a known key", async () => {
  const { client } = clientWith(nobodyAnswers);
  const verify = createSessionCheck(client, JWKS);
  const operator = { app_metadata: { role: "operator" } };
  assertEquals(await verify(await token({ ...operator, exp: Math.floor(Date.now() / 1000) - 1 })), null);
  assertEquals(await verify(await token({ ...operator, exp: undefined })), null);
  assertEquals(await verify(await token({ ...operator, role: "anon" })), null);
  const [header, , signature] = (await token(operator)).split(".");
  const [, otherClaims] = (await token({ ...operator, sub: "somebody else" })).split(".");
  assertEquals(await verify(`${header}.${otherClaims}.${signature}`), null);
});

Deno.test("createSessionCheck() asks Auth about every other token", async () => {
  const user = {
    id: "u1",
    aud: "authenticated",
    email: "b@example.org",
    app_metadata: { role: "viewer" },
    user_metadata: {},
    created_at: "",
  };
  const { client, seen } = clientWith(() => Response.json(user));
  const hmac = await token({ app_metadata: { role: "operator" } }, { alg: "HS256", kid: undefined });
  const verify = createSessionCheck(client, JWKS);
  assertEquals(
    await verify(hmac),
    { role: "viewer", name: "b@example.org" },
    "Auth's word counts, not the token's",
  );
  assertEquals(await verify(await token({}, { kid: "unknown" })), { role: "viewer", name: "b@example.org" });
  assertEquals(seen.map((request) => new URL(request.url).pathname), ["/auth/v1/user", "/auth/v1/user"]);
  assertEquals(seen[0]?.headers.get("authorization"), `Bearer ${hmac}`);
  assertEquals(await createSessionCheck(client, undefined)(await token({})), {
    role: "viewer",
    name: "b@example.org",
  });
});

Deno.test("createSessionCheck() tells a refusal of Auth from its absence", async () => {
  const refused = createSessionCheck(
    clientWith(() => Response.json({ code: 403, msg: "bad_jwt" }, { status: 403 })).client,
    undefined,
  );
  assertEquals(await refused("a.b.c"), null);
  const away = createSessionCheck(
    clientWith(() => new Response("bad gateway", { status: 502 })).client,
    undefined,
  );
  assertEquals((await assertRejects(() => away("a.b.c"), Problem)).code, "UNAVAILABLE");
});

Deno.test("createServiceClient() sends its key in apikey and never as a bearer", async () => {
  const { client, seen } = clientWith(() => Response.json([]));
  await client.from("judgments").select("*");
  await client.schema("ops").rpc("time_scale");
  await client.storage.from("intake").list();
  await client.storage.from("intake").upload("a.csv", new Blob(["a"]));
  await client.functions.invoke("worker");
  await client.auth.admin.listUsers();
  assertEquals(seen.length, 6);
  for (const { url, headers } of seen) {
    assertEquals([url, headers.get("apikey")], [url, KEY]);
    assert(!(headers.get("authorization") ?? "").includes(KEY), url);
  }
});

Deno.test("secretKeyOf() takes the default key, else the first", () => {
  assertEquals(secretKeyOf({ other: "o", default: "d" }), "d");
  assertEquals(secretKeyOf({ only: "o" }), "o");
});
