/** Certificates on a real chain: checked by the script and by the commands of docs/proof.md, and whatever is changed shows. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { check } from "../../docs/verify.mjs";
import { ROOT } from "../../checkout/root.ts";
import { randomSigningKey } from "../../checkout/signing_key.ts";
import { signHead } from "../../shared/audit/head.ts";
import type { Proof } from "../../shared/audit/proof.ts";
import { pemOf, readSigningKey, type SigningKey } from "../../shared/audit/signing.ts";
import { makeBundle } from "../../shared/proof/bundle.ts";
import { makeCertificate } from "../../shared/proof/certificate.ts";
import { ChainProof } from "../../shared/proof/chain.ts";
import { stampAt } from "../../shared/proof/time_stamp.ts";
import type { TestDatabase } from "../support/database.ts";
import { withDatabase } from "../support/database.ts";
import { engine } from "./engine.ts";

const SUBJECT = {
  kind: "batch",
  id: "3f2a1b2c-9d4e-4f5a-8b6c-7d8e9f0a1b2c",
  figures: [["File", "märz.csv"], ["SHA-256", "a".repeat(64)], ["Refused because", null]],
  process: ["It was read."],
  record: { filename: "märz.csv" },
} as const;
const PROJECT = "https://project.example.org";

/** A chain with events of the subject and of others, and a head that was exported. */
async function recorded(db: TestDatabase, signing: SigningKey, others = 2) {
  const append = (id: string, note: string) =>
    db.sql`select audit.append('batch.noted', 'batch', ${id}, null, ${db.sql.json({ note })})`;
  await append(SUBJECT.id, 'first: "quoted"\nsecond line, Łódź');
  for (let n = 0; n < others; n++) await append(`other-${n}`, "secret of others");
  await append(SUBJECT.id, "last");
  return await exported(db, signing);
}

async function exported(db: TestDatabase, signing: SigningKey) {
  await engine(db)`select audit.seal(most_ms => 60000)`;
  const [head] = await db.sql`select seal_no::int as seal_no, hash from audit.head()`;
  const file = await signHead(
    { seal_no: Number(head?.seal_no), hash: String(head?.hash) },
    PROJECT,
    new Date("2026-11-27T12:00:00Z"),
    signing,
  );
  await db.sql`
    insert into audit.exported_heads (seal_no, hash, destination, key_id, signature)
    values (${
    file.signed.statement && Number(head?.seal_no)
  }, ${head?.hash}, ${`evidence/${file.path}`}, ${signing.key_id}, 's')`;
  return file;
}

async function proofOf(db: TestDatabase, most = 20_000): Promise<ChainProof> {
  const [row] = await engine(db)`select audit.proof_of('batch', ${SUBJECT.id}, ${most}) as proof`;
  return ChainProof.parse(row?.proof);
}

async function newKey(): Promise<SigningKey> {
  return await readSigningKey(randomSigningKey());
}

function proofWith(signing: SigningKey, files: Readonly<Record<string, string>>): Proof {
  return {
    signing,
    keys: [signing],
    project: PROJECT,
    heads: {
      newest: () => Promise.resolve(null),
      read: (path) => Promise.resolve(files[path] ?? null),
      store: () => Promise.resolve(),
    },
  };
}

async function certify(
  proof: Proof,
  chain: ChainProof,
  whole = true,
  stamp: Parameters<typeof makeBundle>[4] = null,
) {
  return await makeCertificate(SUBJECT, chain, { proof, stamp, version: "0.1.0", now: new Date(0), whole });
}

/** What the script says of a certificate. */
function verdict(bytes: Uint8Array, key: string | null): { ok: boolean; said: string[] } {
  const said: string[] = [];
  const ok = check(bytes, key, (line: string) => said.push(line));
  return { ok, said };
}

/** A certificate of a fresh chain. */
async function withCertificate(
  test: (
    made: { bytes: Uint8Array<ArrayBuffer>; signing: SigningKey; chain: ChainProof; proof: Proof },
  ) => Promise<void>,
): Promise<void> {
  const signing = await newKey();
  let chain: ChainProof | undefined;
  let files: Record<string, string> = {};
  await withDatabase(async (db) => {
    const head = await recorded(db, signing);
    chain = await proofOf(db);
    files = { [head.path]: head.text };
  });
  if (chain === undefined) throw new Error("there is no chain");
  const proof = proofWith(signing, files);
  const { bytes } = await certify(proof, chain);
  await test({ bytes, signing, chain, proof });
}

Deno.test("a certificate is verified by the script, with the key one trusts and without", () =>
  withCertificate(({ bytes, signing }) => {
    const { ok, said } = verdict(bytes, pemOf(signing));
    assert(ok, said.join("\n"));
    assertEquals(said.map((line) => line.replace(/[0-9a-f]{16}/g, "<key>")), [
      "ok  archive: 9 files, nothing between them",
      "ok  SHA256SUMS: 7 files are the ones that were signed",
      "ok  signature over SHA256SUMS by <key>",
      "ok  chain: 4 links",
      "ok  events: 2 are in the chain, 0 are not sealed yet",
      "ok  head of event 4, exported 2026-11-27T12:00:00.000Z, signed by <key>",
      "CERTIFICATE VERIFIED",
    ]);
    assert(verdict(bytes, null).said.some((line) => /any key can sign/.test(line)));
    return Promise.resolve();
  }));

Deno.test("of other things' events a certificate tells hashes alone, and a viewer is told no contents at all", () =>
  withCertificate(async ({ bytes, chain, proof, signing }) => {
    const text = new TextDecoder().decode(bytes);
    assert(text.includes("second line, Łódź") && !text.includes("secret of others"));
    const masked = (await certify(proof, chain, false)).bytes;
    assert(!new TextDecoder().decode(masked).includes("Łódź"));
    assert(verdict(masked, pemOf(signing)).ok);
  }));

Deno.test("one byte changed anywhere in a certificate shows", () =>
  withCertificate(({ bytes, signing }) => {
    const key = pemOf(signing);
    // Each position of the first two files' heads, then one in 41, which meets every kind of place; each bit in turn.
    let step = 0;
    for (let at = 0; at < bytes.length; at += at < 1536 ? 1 : 41) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ (1 << step++ % 8);
      assert(!verdict(changed, key).ok, `byte ${at} of ${bytes.length}`);
    }
    for (const end of [0, 1, 511, 512, bytes.length - 512, bytes.length - 1]) {
      assert(!verdict(bytes.slice(0, end), key).ok);
    }
    assert(!verdict(new Uint8Array([...bytes, 0]), key).ok);
    return Promise.resolve();
  }));

Deno.test("a certificate signed by somebody else is refused in plain words", () =>
  withCertificate(async ({ chain, signing, proof }) => {
    const forger = await newKey();
    const forged = await certify({ ...proof, signing: forger, keys: [forger, signing] }, chain);
    const { ok, said } = verdict(forged.bytes, pemOf(signing));
    assertEquals([ok, said.at(-2)], [
      false,
      "WRONG  The signature over SHA256SUMS is not by the key you trust: somebody else signed, or it was changed.",
    ]);
  }));

/** What somebody with the signing key of certificates, but not the exported heads, may try; and what is said of it. */
const FORGERIES: readonly [what: string, forge: (chain: ChainProof) => ChainProof, said: RegExp][] = [
  [
    "a changed row under the chain",
    (chain) => ({
      ...chain,
      events: chain.events.map((one, at) =>
        at === 0 ? { ...one, content: one.content.replace("first", "other") } : one
      ),
    }),
    /^WRONG {2}Event 1 is not the one that was chained\.$/,
  ],
  [
    "a removed last row",
    (chain) => ({ ...chain, links: chain.links.replace(/link 4 .*\n$/, "") }),
    /^WRONG {2}Event 4 is not the one that was chained\.$/,
  ],
  [
    "a removed row in between",
    (chain) => ({ ...chain, links: chain.links.replace(/link 2 .*\n/, "") }),
    /^WRONG {2}The chain has a gap: 3 stands behind 1\.$/,
  ],
  [
    "a link with another hash",
    (chain) => ({ ...chain, links: chain.links.replace(/(link 2 )[0-9a-f]{4}/, "$1ffff") }),
    /^WRONG {2}The chain is broken at 2: its hash is another\.$/,
  ],
];
for (const [what, forge, words] of FORGERIES) {
  Deno.test(`${what} is found in a certificate that is signed rightly`, () =>
    withCertificate(async ({ chain, proof, signing }) => {
      const { bytes } = await certify(proof, forge(chain));
      const { ok, said } = verdict(bytes, pemOf(signing));
      assertEquals(ok, false);
      assertMatch(said.at(-2) ?? "", words);
    }));
}

Deno.test("a chain that was forked and rewritten as a whole does not meet the head that was exported", async () => {
  const signing = await newKey();
  let file: Awaited<ReturnType<typeof signHead>> | undefined;
  await withDatabase(async (db) => void (file = await recorded(db, signing)));
  await withDatabase(async (db) => {
    await recorded(db, signing); // the same events at another time: another chain, whole in itself
    const chain = await proofOf(db);
    const honest = { ...proofWith(signing, {}) };
    const path = chain.heads[0]?.destination.replace("evidence/", "") ?? "";
    const { bytes } = await certify({
      ...honest,
      heads: { ...honest.heads, read: () => Promise.resolve(file?.text ?? null) },
    }, chain);
    const text = new TextDecoder().decode(bytes);
    assertMatch(text, /The exported head of event 4 says something else than the database\./);
    assertMatch(text, /No exported head stands behind these events yet\./);
    assert(path.length > 0);
  });
});

Deno.test("a head exported by somebody else's key is left out of a certificate, and said", () =>
  withDatabase(async (db) => {
    const [ours, theirs] = [await newKey(), await newKey()];
    const head = await recorded(db, theirs);
    const { bytes } = await certify(proofWith(ours, { [head.path]: head.text }), await proofOf(db));
    assertMatch(
      new TextDecoder().decode(bytes),
      /The exported head of event 4 is signed by a key that is not ours/,
    );
    assert(!new TextDecoder().decode(bytes).includes("heads/4.statement\0"));
  }));

Deno.test("where the chain to the last head would be long, each event is followed to the head exported behind it", () =>
  withDatabase(async (db) => {
    const signing = await newKey();
    const first = await recorded(db, signing);
    for (let n = 0; n < 30; n++) await db.sql`select audit.append('batch.noted', 'batch', 'other')`;
    await db.sql`select audit.append('batch.noted', 'batch', ${SUBJECT.id})`;
    const last = await exported(db, signing);
    const long = await proofOf(db);
    assertEquals([long.link_count, long.heads.map((head) => head.seal_no)], [35, [35]]);
    const short = await proofOf(db, 10);
    assertEquals([short.link_count, short.heads.map((head) => head.seal_no)], [5, [4, 35]]);
    const proof = proofWith(signing, { [first.path]: first.text, [last.path]: last.text });
    const { ok, said } = verdict((await certify(proof, short)).bytes, pemOf(signing));
    assert(ok, said.join("\n"));
  }));

async function run(
  command: string[],
  cwd: string,
  env: Record<string, string>,
): Promise<{ code: number; said: string }> {
  const { code, stdout, stderr } = await new Deno.Command(command[0] ?? "", {
    args: command.slice(1),
    cwd,
    env,
    clearEnv: true,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, said: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** The commands of docs/proof.md, and what it says they print. */
async function documented(): Promise<{ commands: string; prints: string }> {
  const page = await Deno.readTextFile(`${ROOT}/docs/proof.md`);
  const [, commands = "", prints = ""] =
    /## By hand[\s\S]*?```sh\n([\s\S]*?)```\s+It prints:\s+```\n([\s\S]*?)```/.exec(page) ?? [];
  return { commands, prints };
}

Deno.test("the commands of docs/proof.md print what it says, on a machine that has nothing of ours", () =>
  withCertificate(async ({ bytes, signing }) => {
    const folder = await Deno.makeTempDir({ prefix: "dragonfly-stranger-" });
    try {
      await Deno.writeFile(`${folder}/certificate.tar`, bytes);
      await Deno.writeTextFile(`${folder}/key.pem`, pemOf(signing));
      const { commands, prints } = await documented();
      const env = { HOME: folder, PATH: "/usr/bin:/bin" };
      assertEquals(await run(["sh", "-c", commands], folder, env), { code: 0, said: prints });
      const changed = bytes.slice();
      const at = new TextDecoder("latin1").decode(bytes).indexOf("first: ");
      changed[at] = 0x46;
      await Deno.writeFile(`${folder}/certificate.tar`, changed);
      assertMatch((await run(["sh", "-c", commands], folder, env)).said, /events\.txt: FAILED/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }));

Deno.test("the script runs by itself, far from the project, and its exit code says what it found", () =>
  withCertificate(async ({ bytes, signing }) => {
    // Not where TMPDIR may say: Deno reads below /dev for nobody who has less than all rights.
    const folder = await Deno.makeTempDir({ dir: "/tmp", prefix: "dragonfly-stranger-" });
    try {
      await Deno.copyFile(`${ROOT}/docs/verify.mjs`, `${folder}/verify.mjs`);
      await Deno.writeFile(`${folder}/good.tar`, bytes);
      await Deno.writeFile(`${folder}/bad.tar`, bytes.slice(0, -1));
      await Deno.writeTextFile(`${folder}/key.pem`, pemOf(signing));
      const script = [Deno.execPath(), "run", "--no-config", "--allow-read", "verify.mjs"];
      const env = { HOME: folder, NO_COLOR: "1" };
      const good = await run([...script, "good.tar", "key.pem"], folder, env);
      assertEquals([good.code, good.said.trim().split("\n").at(-1)], [0, "CERTIFICATE VERIFIED"]);
      const bad = await run([...script, "bad.tar", "key.pem"], folder, env);
      assertEquals([bad.code, bad.said.trim().split("\n")], [1, [
        "WRONG  The archive does not end where it should.",
        "NOT VERIFIED",
      ]]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }));

Deno.test("a time stamp of an authority is put in, and openssl verifies it; without an answer there is none", () =>
  withCertificate(async ({ chain, proof, signing }) => {
    const folder = await Deno.makeTempDir({ prefix: "dragonfly-tsa-" });
    const sh = async (command: string) => {
      const { code, said } = await run(["sh", "-ec", command], folder, {
        HOME: folder,
        PATH: "/usr/bin:/bin",
      });
      assertEquals(code, 0, said);
      return said;
    };
    await sh(`
      printf '[tsa]\\nserial=serial\\nsigner_cert=tsa.pem\\nsigner_key=tsa.key\\nsigner_digest=sha256\\ndefault_policy=1.2.3.4.1\\ndigests=sha256\\n[r]\\ndistinguished_name=d\\n[d]\\n[e]\\nextendedKeyUsage=critical,timeStamping\\n' > tsa.cnf
      echo 01 > serial
      openssl req -x509 -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.pem -subj /CN=tsa -days 2 -config tsa.cnf -extensions e`);
    let refuse = false;
    const authority = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      if (refuse) return new Response("no", { status: 503 });
      await Deno.writeFile(`${folder}/query.tsq`, new Uint8Array(await request.arrayBuffer()));
      await sh("openssl ts -reply -config tsa.cnf -section tsa -queryfile query.tsq -out reply.tsr");
      return new Response(await Deno.readFile(`${folder}/reply.tsr`), {
        headers: { "content-type": "application/timestamp-reply" },
      });
    });
    try {
      const stamp = stampAt(
        `http://127.0.0.1:${authority.addr.port}/`,
        fetch,
        () => crypto.getRandomValues(new Uint8Array(8)),
      );
      const { bytes, unstamped } = await certify(proof, chain, true, stamp);
      assertEquals(unstamped, null);
      assert(verdict(bytes, pemOf(signing)).ok);
      await Deno.writeFile(`${folder}/certificate.tar`, bytes);
      await sh("tar -xf certificate.tar --strip-components=1");
      assertMatch(
        await sh("openssl ts -verify -data contents.sha256 -in contents.tsr -CAfile tsa.pem"),
        /Verification: OK/,
      );
      refuse = true;
      const without = await certify(proof, chain, true, stamp);
      assertMatch(String(without.unstamped), /the authority answered 503/);
      assert(verdict(without.bytes, pemOf(signing)).ok);
    } finally {
      await authority.shutdown();
      await Deno.remove(folder, { recursive: true });
    }
  }));
