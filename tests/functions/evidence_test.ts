/** Evidence over HTTP: what is kept, who may have it, and that the bucket does not let go of it. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { asOperator, call, intakeStack, sha256, signIn } from "./intake_stack.ts";

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
