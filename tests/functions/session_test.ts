/** Sessions and how our own key travels, on a fetch of the test's making. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import { Problem } from "../../shared/errors.ts";
import {
  createServiceClient,
  FUNCTION_HEADER,
  functionProof,
  secretKeyOf,
} from "../../supabase/functions/_shared/clients.ts";
import { createSessionCheck, type SigningKeys } from "../../supabase/functions/_shared/session.ts";

const KEY = "sb_secret_of_the_tests";
const environment = {
  SUPABASE_URL: "http://127.0.0.1:1",
  SUPABASE_SECRET_KEYS: { default: KEY },
  DRAGONFLY_WAKE_TOKEN: "wake-token-of-these-tests",
};

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

const URL_OF_PROJECT = "https://abcdefghij.supabase.co";
const ISSUER = `${URL_OF_PROJECT}/auth/v1`;

/** The check of a project, and how often it was about to ask Auth. now: milliseconds. */
function checkOf(
  client: ReturnType<typeof clientWith>["client"],
  jwks: SigningKeys | undefined,
  now?: () => number,
) {
  const check = createSessionCheck(client, jwks, URL_OF_PROJECT, now);
  const asking = { times: 0 };
  return { verify: (text: string) => check(text, () => void asking.times++), asking };
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
      aud: "authenticated",
      iss: ISSUER,
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
  const { verify } = checkOf(client, JWKS);
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
  const { verify } = checkOf(client, JWKS);
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
  const { verify } = checkOf(client, JWKS);
  assertEquals(
    await verify(hmac),
    { role: "viewer", name: "b@example.org" },
    "Auth's word counts, not the token's",
  );
  assertEquals(await verify(await token({}, { kid: "unknown" })), { role: "viewer", name: "b@example.org" });
  assertEquals(seen.map((request) => new URL(request.url).pathname), ["/auth/v1/user", "/auth/v1/user"]);
  assertEquals(seen[0]?.headers.get("authorization"), `Bearer ${hmac}`);
  assertEquals(await checkOf(client, undefined).verify(await token({})), {
    role: "viewer",
    name: "b@example.org",
  });
});

Deno.test("createSessionCheck() tells a refusal of Auth from its absence", async () => {
  const refused = checkOf(
    clientWith(() => Response.json({ code: 403, msg: "bad_jwt" }, { status: 403 })).client,
    undefined,
  );
  assertEquals(await refused.verify(await token({})), null);
  const away = checkOf(clientWith(() => new Response("bad gateway", { status: 502 })).client, undefined);
  const some = await token({});
  assertEquals((await assertRejects(() => away.verify(some), Problem)).code, "UNAVAILABLE");
  assertEquals(
    (await assertRejects(() => away.verify(some), Problem)).code,
    "UNAVAILABLE",
    "absence is no refusal",
  );
});

const encoded = (part: string) => base64url(new TextEncoder().encode(part));
const header = encoded('{"alg":"ES256","kid":"k1"}');
const MALFORMED: readonly (readonly [string, string])[] = [
  ["a payload that is no JSON", `${header}.${encoded("{no json")}.${encoded("s")}`],
  ["a payload that is no object", `${header}.${encoded("[1]")}.${encoded("s")}`],
  [
    "a payload that is not UTF-8",
    `${header}.${base64url(new Uint8Array([0x22, 0xff, 0x22]))}.${encoded("s")}`,
  ],
  ["a header that is no JSON", `${encoded("x")}.${encoded("{}")}.${encoded("s")}`],
  ["a header without an algorithm", `${encoded('{"kid":"k1"}')}.${encoded("{}")}.${encoded("s")}`],
  [
    "an algorithm that does not fit the key",
    `${encoded('{"alg":"RS256","kid":"k1"}')}.${encoded("{}")}.${encoded("s")}`,
  ],
  ["a signature of another length", `${header}.${encoded("{}")}.${encoded("s")}`],
  ["no base64 at all", "a.b.c"],
];
for (const [what, bad] of MALFORMED) {
  Deno.test(`createSessionCheck() takes ${what} for no session, and asks nobody`, async () => {
    const { client, seen } = clientWith(nobodyAnswers);
    const { verify, asking } = checkOf(client, JWKS);
    assertEquals(await verify(bad), null);
    assertEquals([seen, asking.times], [[], 0]);
  });
}

Deno.test("createSessionCheck() takes a key without an algorithm for a refusal too when it does not fit", async () => {
  const { client } = clientWith(nobodyAnswers);
  const keys = JWKS.keys.map(({ alg: _, ...key }) => key);
  const { verify } = checkOf(client, { keys });
  assertEquals(
    await verify(`${encoded('{"alg":"RS256","kid":"k1"}')}.${encoded('{"exp":9999999999}')}.${encoded("s")}`),
    null,
  );
});

const LATER = Math.floor(Date.now() / 1000) + 300;
const FOREIGN: readonly (readonly [string, Record<string, unknown>])[] = [
  ["another project's", { iss: "https://other.supabase.co/auth/v1" }],
  ["nobody's", { iss: undefined }],
  ["for another audience", { aud: "somebody-else" }],
  ["for no audience", { aud: undefined }],
  ["not valid yet", { nbf: LATER }],
  ["another program's", { client_id: "11111111-2222-3333-4444-555555555555" }],
];
for (const [what, claims] of FOREIGN) {
  Deno.test(`createSessionCheck() refuses a well-signed token that is ${what}`, async () => {
    const { verify } = checkOf(clientWith(nobodyAnswers).client, JWKS);
    assertEquals(await verify(await token({ app_metadata: { role: "operator" }, ...claims })), null);
  });
}

Deno.test("createSessionCheck() asks nobody about another program's token that Auth would take", async () => {
  const { client, seen } = clientWith(nobodyAnswers);
  const foreign = await token({ client_id: "11111111-2222-3333-4444-555555555555" }, {
    alg: "HS256",
    kid: undefined,
  });
  assertEquals([await checkOf(client, undefined).verify(foreign), seen], [null, []]);
});

Deno.test("createSessionCheck() takes a token for several audiences, and one that is valid since now", async () => {
  const { verify } = checkOf(clientWith(nobodyAnswers).client, JWKS);
  const claims = { aud: ["x", "authenticated"], nbf: Math.floor(Date.now() / 1000) };
  assertEquals((await verify(await token({ app_metadata: { role: "viewer" }, ...claims })))?.role, "viewer");
});

Deno.test("createSessionCheck() compares a local project's issuer by its path, for it is reached by another name", async () => {
  const check = createSessionCheck(clientWith(nobodyAnswers).client, JWKS, "http://kong:8000");
  assertEquals(
    (await check(await token({ iss: "http://127.0.0.1:54321/auth/v1" }), () => {}))?.role,
    "no_role",
  );
  assertEquals(await check(await token({ iss: "http://127.0.0.1:54321/other" }), () => {}), null);
});

Deno.test("createSessionCheck() asks Auth once about a token it refused, until some seconds have passed", async () => {
  let now = 1_000_000;
  const { client, seen } = clientWith(() => Response.json({ code: 403, msg: "bad_jwt" }, { status: 403 }));
  const { verify, asking } = checkOf(client, undefined, () => now);
  const bad = await token({}, { alg: "HS256", kid: undefined });
  for (let turn = 0; turn < 3; turn++) assertEquals(await verify(bad), null);
  assertEquals([seen.length, asking.times], [1, 1]);
  await verify(await token({ sub: "another" }, { alg: "HS256", kid: undefined }));
  assertEquals(seen.length, 2);
  now += 10_000;
  await verify(bad);
  assertEquals(seen.length, 3);
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

Deno.test("createServiceClient() shows the database, and nobody else, that a function speaks, and not by the token itself", async () => {
  const { client, seen } = clientWith(() => Response.json([]));
  await client.from("judgments").select("*");
  await client.schema("ops").rpc("time_scale");
  await client.storage.from("intake").list();
  await client.functions.invoke("worker");
  await client.auth.admin.listUsers();
  const proof = functionProof(environment.DRAGONFLY_WAKE_TOKEN);
  assertEquals(seen.map(({ headers }) => headers.get(FUNCTION_HEADER)), [proof, proof, null, null, null]);
  assert(!proof.includes(environment.DRAGONFLY_WAKE_TOKEN));
});

Deno.test("secretKeyOf() takes the default key, else the first", () => {
  assertEquals(secretKeyOf({ other: "o", default: "d" }), "d");
  assertEquals(secretKeyOf({ only: "o" }), "o");
});
