/** From headers to a caller. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import { Problem } from "../../../shared/errors.ts";
import { ROLES } from "../../../shared/http/access.ts";
import { actorOf, type Caller, createDoor } from "../../../supabase/functions/_shared/caller.ts";

const OPERATOR_SESSION = "aaa.operator.sig";
const VIEWER_SESSION = "aaa.viewer.sig";

const identify = createDoor({
  secretKeys: ["sb_secret_1", "sb_secret_2"],
  publishableKeys: ["sb_publishable_1"],
  operatorKey: "the-operator-key",
  wakeToken: "the-wake-token",
  vendorKeys: { acme: "key-of-acme", beta: "key-of-beta" },
}, (token) => {
  if (token === OPERATOR_SESSION) {
    return Promise.resolve<Caller>({ role: "operator", name: "op@example.org" });
  }
  if (token === VIEWER_SESSION) return Promise.resolve<Caller>({ role: "viewer", name: "vi@example.org" });
  return Promise.resolve(null);
});

const ACCEPTED: readonly (readonly [Record<string, string>, string])[] = [
  [{ apikey: "sb_secret_1" }, "service"],
  [{ apikey: "sb_secret_2" }, "service"],
  [{ authorization: "Bearer the-operator-key" }, "operator-key"],
  [{ authorization: "bearer the-operator-key" }, "operator-key"],
  [{ "x-api-key": "the-operator-key" }, "operator-key"],
  [{ "x-dragonfly-api-key": "the-operator-key" }, "operator-key"],
  [{ "x-dragonfly-api-key": "key-of-acme" }, "vendor:acme"],
  [{ "x-dragonfly-api-key": "key-of-beta" }, "vendor:beta"],
  [{ "x-wake-token": "the-wake-token" }, "wake"],
  [{ authorization: `Bearer ${OPERATOR_SESSION}` }, "operator:op@example.org"],
  [{ authorization: `Bearer ${VIEWER_SESSION}` }, "viewer:vi@example.org"],
  [{ apikey: "sb_publishable_1", authorization: `Bearer ${VIEWER_SESSION}` }, "viewer:vi@example.org"],
  [{ "x-wake-token": "the-wake-token", "x-api-key": "the-operator-key" }, "operator-key"],
  [{ authorization: `Bearer ${VIEWER_SESSION}`, "x-dragonfly-api-key": "key-of-acme" }, "vendor:acme"],
];

for (const [headers, actor] of ACCEPTED) {
  Deno.test(`createDoor() takes ${Object.keys(headers).join(" and ")} for ${actor}`, async () => {
    assertEquals(actorOf(await identify(new Headers(headers), () => {})), actor);
  });
}

const REFUSED: readonly (readonly [string, Record<string, string>])[] = [
  ["nothing", {}],
  ["a publishable key alone", { apikey: "sb_publishable_1" }],
  ["an empty key", { "x-api-key": "" }],
  ["a bearer without a token", { authorization: "Bearer" }],
  ["another scheme", { authorization: "Basic the-operator-key" }],
  ["a vendor's key as bearer", { authorization: "Bearer key-of-acme" }],
  ["a vendor's key in x-api-key", { "x-api-key": "key-of-acme" }],
  ["a secret key as bearer", { authorization: "Bearer sb_secret_1" }],
  ["a secret key in x-api-key", { "x-api-key": "sb_secret_1" }],
  ["the operator key in apikey", { apikey: "the-operator-key" }],
  ["the wake token as bearer", { authorization: "Bearer the-wake-token" }],
  ["the operator key as wake token", { "x-wake-token": "the-operator-key" }],
  ["a beginning of the key", { "x-api-key": "the-operator-ke" }],
  ["more than the key", { "x-api-key": "the-operator-key2" }],
  ["the key twice", { "x-api-key": "the-operator-key, the-operator-key" }],
  ["an unknown session", { authorization: "Bearer aaa.bbb.ccc" }],
  ["a wrong key beside a good one", { "x-api-key": "the-operator-key", "x-dragonfly-api-key": "nope" }],
  ["a wrong wake token beside a good key", { "x-api-key": "the-operator-key", "x-wake-token": "nope" }],
  ["a wrong apikey beside a good session", { apikey: "nope", authorization: `Bearer ${OPERATOR_SESSION}` }],
  ["a bad session beside a secret key", { apikey: "sb_secret_1", authorization: "Bearer aaa.bbb.ccc" }],
];

for (const [what, headers] of REFUSED) {
  Deno.test(`createDoor() refuses ${what}`, async () => {
    const problem = await assertRejects(() => identify(new Headers(headers), () => {}), Problem);
    assertEquals(problem.code, "UNAUTHORIZED");
    for (const value of Object.values(headers)) {
      if (value.length > 6) {
        assertEquals(problem.detail.includes(value), false, "the answer repeats the credential");
      }
    }
  });
}

Deno.test("createDoor() finds each vendor by its own key, and asks Auth only about tokens", async () => {
  const seen: string[] = [];
  const spied = createDoor({
    secretKeys: [],
    publishableKeys: [],
    operatorKey: "o",
    wakeToken: "w",
    vendorKeys: { first: "k1", second: "k2" },
  }, (token) => {
    seen.push(token);
    return Promise.resolve(null);
  });
  assertEquals((await spied(new Headers({ "x-dragonfly-api-key": "k1" }), () => {})).name, "first");
  assertEquals((await spied(new Headers({ "x-dragonfly-api-key": "k2" }), () => {})).name, "second");
  await assertRejects(() => spied(new Headers({ authorization: "Bearer no-jwt" }), () => {}), Problem);
  assertEquals(seen, [], "what is no token is never sent to Auth");
});

Deno.test("actorOf() names every role differently", () => {
  const actors = ROLES.map((role) => actorOf({ role, name: "n" } as Caller));
  assertEquals(new Set(actors).size, ROLES.length);
});
