/** Evidence over HTTP: what is kept, who may have it, and that the bucket does not let go of it. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { check } from "../../docs/verify.mjs";
import { ops } from "../support/ops.ts";
import { until } from "../support/until.ts";
import { asOperator, call, intakeStack, sha256, signIn, someCsv, upload, VENDOR } from "./intake_stack.ts";

const shared = intakeStack();
const PDF = new TextEncoder().encode("%PDF-1.7\nsigned by Anna Łęcka\n");

function form(
  parts: Record<string, string>,
  file: Uint8Array<ArrayBuffer> | null = PDF,
  name = "loa.pdf",
): FormData {
  const body = new FormData();
  for (const [field, value] of Object.entries(parts)) body.append(field, value);
  if (file !== null) body.append("file", new Blob([file], { type: "application/pdf" }), name);
  return body;
}

async function keep(body: FormData, headers = asOperator(shared())) {
  return await call(shared(), "enforcement/evidence", { method: "POST", headers, body });
}

const ABOUT = { entity_type: "plaintiff", entity_id: "p-1" };

Deno.test("POST /enforcement/evidence stores, reads back, hashes and registers; the link gives the same bytes", async () => {
  const { status, body } = await keep(form(ABOUT));
  assertEquals([status, body.sha256, body.size_bytes, body.mime_type, body.entity_id, body.uploaded_by], [
    201,
    await sha256(PDF),
    PDF.length,
    "application/pdf",
    "p-1",
    "operator-key",
  ]);
  const link = await call(shared(), `enforcement/evidence/${body.evidence_file_id}`, {
    headers: asOperator(shared()),
  });
  assertEquals(link.status, 302);
  const file = await fetch(link.headers.get("location") ?? "");
  assertMatch(file.headers.get("content-disposition") ?? "", /loa\.pdf/);
  assertEquals(new Uint8Array(await file.arrayBuffer()), PDF);
  const [event] = await shared().sql`
    select actor, after from audit.event_log where action = 'evidence.registered' and entity_id = ${
    String(body.evidence_file_id)
  }`;
  assertEquals([event?.actor, event?.after.sha256, event?.after.by_hand], [
    "operator-key",
    await sha256(PDF),
    undefined,
  ]);
});

Deno.test("POST /enforcement/evidence refuses what is no form, has no file, no bytes or does not say of what it is proof", async () => {
  assertEquals((await keep(form(ABOUT, null))).status, 400);
  assertEquals((await keep(form(ABOUT, new Uint8Array(0)))).body.code, "EMPTY_FILE");
  for (const [field, value] of [["entity_type", "No Type"], ["entity_id", ""]] as const) {
    const { status, body } = await keep(form({ ...ABOUT, [field]: value }));
    assertEquals([status, body.field], [422, field]);
  }
  const raw = await call(shared(), "enforcement/evidence?filename=a.pdf", {
    method: "POST",
    headers: asOperator(shared(), { "content-type": "application/octet-stream" }),
    body: PDF,
  });
  assertEquals([raw.status, raw.body.code], [415, "UNSUPPORTED_MEDIA_TYPE"]);
});

Deno.test("GET /enforcement/evidence/:id: unknown 404; a viewer may have evidence, and no packet", async () => {
  const viewer = { authorization: `Bearer ${await signIn(shared(), "viewer")}` };
  const unknown = await call(shared(), `enforcement/evidence/${crypto.randomUUID()}`, { headers: viewer });
  assertEquals(unknown.status, 404);
  const { body } = await keep(form(ABOUT));
  assertEquals(
    (await call(shared(), `enforcement/evidence/${body.evidence_file_id}`, { headers: viewer })).status,
    302,
  );
  const path = `packets/${crypto.randomUUID()}/packet.pdf`;
  assertEquals((await shared().service.storage.from("evidence").upload(path, PDF)).error, null);
  const { data: packet } = await shared().service.schema("evidence").rpc("register", {
    bucket_path: path,
    file_name: "packet.pdf",
    sha256: await sha256(PDF),
    size_bytes: PDF.length,
    mime_type: "application/pdf",
    entity_type: "action",
    entity_id: "a-1",
    actor: "operator-key",
  });
  const refused = await call(shared(), `enforcement/evidence/${packet}`, { headers: viewer });
  assertEquals([refused.status, refused.body.code], [403, "FORBIDDEN"]);
  assertEquals(
    (await call(shared(), `enforcement/evidence/${packet}`, { headers: asOperator(shared()) })).status,
    302,
  );
});

Deno.test("with the secret key itself, what is registered is neither removed, replaced nor moved in the bucket", async () => {
  const { body } = await keep(form(ABOUT));
  const path = String(body.bucket_path);
  const bucket = shared().service.storage.from("evidence");
  const removed = await bucket.remove([path]);
  const replaced = await bucket.upload(path, new TextEncoder().encode("forged"), { upsert: true });
  const moved = await bucket.move(path, "elsewhere.pdf");
  assert(removed.error !== null && replaced.error !== null && moved.error !== null);
  const { data } = await bucket.download(path);
  assertEquals(new Uint8Array(await data?.arrayBuffer() ?? new ArrayBuffer(0)), PDF);
});

/** The certificate of a batch, as a caller gets it. */
async function certificateOf(batch: string, headers: Record<string, string>) {
  return await fetch(`${shared().stack.api_url}/functions/v1/intake/batches/${batch}/certificate`, {
    headers,
  });
}

/** A day passes since the last export, so that the sentinel exports the newest head. */
async function exportAgain(): Promise<void> {
  await shared().sql.begin(async (sql) => {
    await sql`alter table audit.exported_heads disable trigger user`;
    await sql`update audit.exported_heads set exported_at = exported_at - interval '25 hours'`;
    await sql`alter table audit.exported_heads enable always trigger _100_protect_heads`;
    await sql`alter table audit.exported_heads enable always trigger _100_protect_heads_truncate`;
  });
  await shared().sql`select audit.seal(most_ms => 60000)`;
  await call(shared(), "sentinel/run", { method: "POST", headers: asOperator(shared()) });
  await until("the head is exported", async () => {
    return (await shared().sql`
      select 1 from audit.exported_heads where exported_at > now() - interval '1 hour'`).length > 0;
  });
}

Deno.test("with the secret key itself, the file of an exported head is neither removed nor replaced", async () => {
  await keep(form(ABOUT)); // leaves an event: without one there is no head
  await exportAgain();
  const [head] = await shared().sql`
    select destination from audit.exported_heads order by exported_at desc limit 1`;
  const path = String(head?.destination).replace("evidence/", "");
  const bucket = shared().service.storage.from("evidence");
  const removed = await bucket.remove([path]);
  const replaced = await bucket.upload(path, new TextEncoder().encode("{}"), { upsert: true });
  assert(removed.error !== null && replaced.error !== null);
  const { data } = await bucket.download(path);
  assertMatch(await data?.text() ?? "", /dragonfly audit head/);
});

Deno.test("GET /intake/batches/:id/certificate: signed, with the chain to the exported head, and checked by a stranger", async () => {
  const csv = someCsv();
  const { body: { batch_id } } = await upload(shared(), csv);
  await call(shared(), "system/queue/ingest/resume", { method: "POST", headers: asOperator(shared()) });
  await until("the batch is completed", async () => {
    const { body } = await call(shared(), `intake/batches/${batch_id}`, { headers: asOperator(shared()) });
    return body.status === "completed";
  });
  await exportAgain();
  const answer = await certificateOf(batch_id, asOperator(shared()));
  assertEquals(
    [answer.status, answer.headers.get("content-type"), answer.headers.get("content-disposition")],
    [
      200,
      "application/x-tar",
      `attachment; filename="certificate-batch-${batch_id}.tar"`,
    ],
  );
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const keys = await call(shared(), "system/keys");
  const [key] = keys.body.keys as { pem: string }[];
  const said: string[] = [];
  assert(check(bytes, key?.pem ?? "", (line: string) => said.push(line)), said.join("\n"));
  assert(said.some((line) => line.startsWith("ok  head of event")), said.join("\n"));
  const text = new TextDecoder().decode(bytes);
  for (const value of [await sha256(csv), batch_id, "902(13)", "WHAT THIS DOES NOT PROVE"]) {
    assert(text.includes(value));
  }
});

Deno.test("ops certificate writes the same file for whoever has the first characters of an id, and over no other", async () => {
  const { body: { batch_id } } = await upload(shared(), someCsv());
  const folder = await Deno.makeTempDir({ prefix: "dragonfly-certificate-" });
  try {
    const file = `${folder}/one.tar`;
    const typed = ["certificate", batch_id.slice(0, 8), "--output", file];
    const { code, out, err } = await ops(shared().stack.name, typed);
    assertEquals(code, 0, out + err);
    const bytes = await Deno.readFile(file);
    assertMatch(out, new RegExp(`of batch ${batch_id}, [\\d,]+ bytes\\nSHA-256 ${await sha256(bytes)}`));
    const { body } = await call(shared(), "system/keys");
    assert(check(bytes, (body.keys as { pem: string }[])[0]?.pem ?? "", () => {}));
    const again = await ops(shared().stack.name, typed);
    assertEquals([again.code, again.out], [2, ""]);
    assertMatch(again.err, /one\.tar is there already/);
    const unknown = await ops(shared().stack.name, ["certificate", crypto.randomUUID()]);
    assertEquals([unknown.code, unknown.out], [1, ""]);
    assertMatch(unknown.err, /There is no batch and no action/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a viewer's certificate tells no contents of events; a vendor gets none; an unknown batch has none", async () => {
  const { body: { batch_id } } = await upload(shared(), someCsv());
  const viewer = { authorization: `Bearer ${await signIn(shared(), "viewer")}` };
  const masked = await certificateOf(batch_id, viewer);
  assertEquals(masked.status, 200);
  assert(!new TextDecoder().decode(await masked.arrayBuffer()).includes("events.txt\0"));
  const refused = await certificateOf(batch_id, { "x-dragonfly-api-key": VENDOR.key });
  assertEquals([refused.status, (await refused.json()).code], [403, "FORBIDDEN"]);
  const unknown = await certificateOf(crypto.randomUUID(), viewer);
  assertEquals([unknown.status, (await unknown.json()).code], [404, "NOT_FOUND"]);
});

Deno.test("verify-court-proof tries what must not be possible, and says so line by line", async () => {
  const { code, out, err } = await ops(shared().stack.name, ["verify-court-proof"]);
  assertEquals(code, 0, out + err);
  for (const name of ["The Shredder", "The Forgery", "The Integrity"]) {
    assertMatch(out, new RegExp(`✅ .*${name}`));
  }
  assertMatch(out.trim().split("\n").at(-1) ?? "", /AUDIT LOG IMMUTABILITY CONFIRMED/);
  const [left] = await shared()
    .sql`select is_proof from evidence.files where file_name = 'dragonfly-proof.txt'`;
  assertEquals(left?.is_proof, true);
});

/** Takes the guard of the bucket away while `work` is done. */
async function withoutGuard(work: () => Promise<void>): Promise<void> {
  const [made] = await shared().sql`select pg_get_functiondef('evidence.protect_object'::regproc) as text`;
  await shared().sql.unsafe(`
    create or replace function evidence.protect_object() returns trigger language plpgsql set search_path = '' as
    'begin return case when tg_op = ''DELETE'' then old else new end; end'`);
  try {
    await work();
  } finally {
    await shared().sql.unsafe(String(made?.text));
  }
}

Deno.test("verify-court-proof is red when a guard is gone", async () => {
  await withoutGuard(async () => {
    const { code, out } = await ops(shared().stack.name, ["verify-court-proof"]);
    assertEquals(code, 1, out);
    assertMatch(out, /possible: removing the object with the secret key/);
  });
});

Deno.test("verify-evidence reads every file again, and names one that was swapped in the bucket or is gone", async () => {
  const about = { entity_type: "test", entity_id: "swapped" };
  const { body } = await keep(form(about, PDF, "swapped.pdf"));
  const found = async () =>
    (await ops(shared().stack.name, ["verify-evidence", "--json"])).json<{
      files: number;
      differing: { evidence_file_id: string; problem: string }[];
    }>();
  const problem = async () =>
    (await found()).differing.find((one) => one.evidence_file_id === body.evidence_file_id)?.problem ?? null;
  assertEquals(await problem(), null);
  assert((await found()).files > 0);
  await withoutGuard(async () => {
    const bucket = shared().service.storage.from("evidence");
    const forged = PDF.slice();
    forged[10] = 0x53;
    assertEquals((await bucket.upload(String(body.bucket_path), forged, { upsert: true })).error, null);
    assertMatch(await problem() ?? "", /^has other bytes: SHA-256 [0-9a-f]{64}, registered is [0-9a-f]{64}$/);
    assertEquals((await bucket.remove([String(body.bucket_path)])).error, null);
    assertEquals(await problem(), "is gone from the bucket");
  });
});
