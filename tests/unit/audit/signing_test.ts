/** Keys that sign proof, and the heads they sign. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import { readHead, signHead } from "../../../shared/audit/head.ts";
import { beginning, isOurs, signPosition } from "../../../shared/audit/position.ts";
import { isPrivateKey, isSignedBy, pemOf, readSigningKey } from "../../../shared/audit/signing.ts";

/** PKCS#8 of the seeds of RFC 8032, section 7.1, tests 1 and 2; and the public key and signature of test 1. */
const ONE = pkcs8("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
const TWO = pkcs8("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
const ONE_PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const ONE_SIGNS_NOTHING =
  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b" +
  "d25bf5f0595bbe24655141438e7a100b";
const AT = new Date("2026-11-21T12:00:00Z");
const HEAD = { seal_no: 12, hash: "a".repeat(64) };

function pkcs8(seed: string): string {
  return base64(`302e020100300506032b657004220420${seed}`);
}

function base64(hex: string): string {
  return btoa(String.fromCharCode(...(hex.match(/../g) ?? []).map((pair) => parseInt(pair, 16))));
}

Deno.test("readSigningKey() gives the public key and the signatures of RFC 8032", async () => {
  const key = await readSigningKey(ONE);
  assertEquals(key.public_key, base64(`302a300506032b6570032100${ONE_PUBLIC}`));
  assertEquals(await key.sign(""), base64(ONE_SIGNS_NOTHING));
  assert(await isSignedBy(key, "", base64(ONE_SIGNS_NOTHING)));
  assert(pemOf(key).startsWith("-----BEGIN PUBLIC KEY-----\nMCow"));
});

Deno.test("readSigningKey() takes nothing but such a key, and never says what it was given", async () => {
  for (const text of ["", "x", "hunter2!", ONE.slice(0, -4), `${ONE}AAAA`, base64("00".repeat(48))]) {
    assertEquals(isPrivateKey(text), false, text);
    const error = await assertRejects(() => readSigningKey(text), TypeError);
    assert(text === "" || text === "x" || !error.message.includes(text));
  }
});

Deno.test("isSignedBy() is false for another text, key or signature, and for what is none", async () => {
  const [key, other] = [await readSigningKey(ONE), await readSigningKey(TWO)];
  const signature = await key.sign("text");
  assertEquals(await isSignedBy(key, "text", signature), true);
  assertEquals(await isSignedBy(key, "Text", signature), false);
  assertEquals(await isSignedBy(other, "text", signature), false);
  assertEquals(await isSignedBy(key, "text", await other.sign("text")), false);
  assertEquals(await isSignedBy(key, "text", "no base64!"), false);
  assertEquals(await isSignedBy({ ...key, public_key: "AAAA" }, "text", signature), false);
});

Deno.test("readHead() believes what one of our keys signed, as it was signed", async () => {
  const [key, other] = [await readSigningKey(ONE), await readSigningKey(TWO)];
  const { text, path, signed } = await signHead(HEAD, "https://x.supabase.co", AT, key);
  assertEquals(path, "audit/heads/000000000000012-20261121120000.json");
  assertEquals(await readHead(text, [other, key]), {
    believed: true,
    head: {
      what: "dragonfly audit head",
      project: "https://x.supabase.co",
      ...HEAD,
      exported_at: "2026-11-21T12:00:00.000Z",
    },
  });
  const why = async (changed: string, keys = [key]) => {
    const read = await readHead(changed, keys);
    return read.believed ? "believed" : read.why;
  };
  assertEquals(await why(text, [other]), `is signed by a key that is not ours (${key.key_id})`);
  const forged = { ...signed, statement: signed.statement.replace("12", "13") };
  assertEquals(await why(JSON.stringify(forged)), "has a signature that our key did not make");
  assertEquals(await why("{}"), "cannot be read");
  assertEquals(await why("no JSON"), "cannot be read");
  const other_text = { ...signed, statement: "{}", signature: await key.sign("{}") };
  assertEquals(await why(JSON.stringify(other_text)), "says nothing we know");
});

Deno.test("a position is ours when every part of it is as one of our keys signed it", async () => {
  const [key, other] = [await readSigningKey(ONE), await readSigningKey(TWO)];
  const position = await signPosition({ ...beginning("whole", AT), seal_no: 5, hash: HEAD.hash }, key);
  assertEquals(await isOurs(position, [key]), true);
  assertEquals(await isOurs(position, [other]), false);
  const changes = [{ seal_no: 6 }, { hash: "b".repeat(64) }, { walk: "newest" }, {
    started_at: "2026-11-22T12:00:00.000Z",
  }, {
    whole_at: "2026-11-22T12:00:00.000Z",
  }] as const;
  for (const change of changes) {
    assertEquals(await isOurs({ ...position, ...change }, [key]), false, Object.keys(change)[0]);
  }
});
