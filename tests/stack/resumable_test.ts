/** Uploads in pieces (TUS), as hosted Storage takes them. */
import { assertEquals } from "deno-std/assert/mod.js";
import { sharedStack } from "./shared_stack.ts";

const shared = sharedStack({ functions: false });

const CHUNK_BYTES = 6 * 1024 * 1024; // what Supabase's documentation tells clients to send
const WHOLE = new Uint8Array(CHUNK_BYTES + 1000).map((_, at) => at % 251);

interface Creation {
  name: string;
  length: number;
  bucket?: string;
  type?: string;
  body?: Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
  path?: string;
}

function create(
  { name, length, bucket = "intake", type = "text/plain", body, headers, path }: Creation,
): Promise<Response> {
  const { stack } = shared();
  const said = { bucketName: bucket, objectName: name, contentType: type, cacheControl: "3600" };
  return fetch(`${stack.api_url}/storage/v1/upload/resumable${path ?? ""}`, {
    method: "POST",
    headers: {
      apikey: stack.secret_key,
      "tus-resumable": "1.0.0",
      "upload-length": String(length),
      "upload-metadata": Object.entries(said).map(([key, value]) => `${key} ${btoa(value)}`).join(","),
      ...(body === undefined ? {} : { "content-type": "application/offset+octet-stream" }),
      ...headers,
    },
    body,
  });
}

function send(
  location: string,
  offset: number,
  body: BodyInit,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(location, {
    method: "PATCH",
    headers: {
      apikey: shared().stack.secret_key,
      "tus-resumable": "1.0.0",
      "upload-offset": String(offset),
      "content-type": "application/offset+octet-stream",
      ...headers,
    },
    body,
  });
}

async function offsetOf(location: string): Promise<[number, string | null, string | null]> {
  const headers = { apikey: shared().stack.secret_key, "tus-resumable": "1.0.0" };
  const answer = await fetch(location, { method: "HEAD", headers });
  return [answer.status, answer.headers.get("upload-offset"), answer.headers.get("upload-length")];
}

async function rowsOf(name: string) {
  return await shared().sql`select metadata, version from storage.objects where name = ${name}`;
}

async function bytesOf(name: string): Promise<Uint8Array> {
  const { data } = await shared().service.storage.from("intake").download(name);
  return new Uint8Array(await data?.arrayBuffer() ?? []);
}

Deno.test("an upload in pieces is an object with its last byte, and nothing before", async () => {
  const name = "simplicity/pieces.txt";
  const created = await create({ name, length: WHOLE.length });
  const location = created.headers.get("location") ?? "";
  assertEquals([created.status, await offsetOf(location)], [201, [200, "0", String(WHOLE.length)]]);
  const first = await send(location, 0, WHOLE.slice(0, CHUNK_BYTES));
  assertEquals([first.status, first.headers.get("upload-offset")], [204, String(CHUNK_BYTES)]);
  assertEquals((await rowsOf(name)).length, 0);
  const wrong = await send(location, 0, WHOLE.slice(0, 10));
  assertEquals([wrong.status, await wrong.text()], [409, "Upload-Offset conflict"]);
  const last = await send(location, CHUNK_BYTES, WHOLE.slice(CHUNK_BYTES));
  assertEquals(last.status, 204);
  const [row] = await rowsOf(name);
  assertEquals([row?.metadata.size, row?.metadata.mimetype, row?.metadata.cacheControl], [
    WHOLE.length,
    "text/plain",
    "max-age=3600",
  ]);
  assertEquals(/^"[0-9a-f]{32}-2"$/.test(row?.metadata.eTag), true);
  assertEquals(await bytesOf(name), WHOLE);
  assertEquals((await offsetOf(location))[0], 404);
});

Deno.test("the first bytes may come with the creation; a piece that breaks off is gone on with", async () => {
  const name = "simplicity/broken.txt";
  const created = await create({ name, length: WHOLE.length, body: WHOLE.slice(0, 1000) });
  const location = created.headers.get("location") ?? "";
  assertEquals([created.status, created.headers.get("upload-offset")], [201, "1000"]);
  await created.body?.cancel();
  const cut = new AbortController();
  const piece = new ReadableStream({
    pull(controller) {
      controller.enqueue(WHOLE.slice(1000, 2000));
      return new Promise(() => {}); // the rest never comes
    },
  }, { highWaterMark: 0 });
  const broken = fetch(location, {
    method: "PATCH",
    headers: {
      apikey: shared().stack.secret_key,
      "tus-resumable": "1.0.0",
      "upload-offset": "1000",
      "content-type": "application/offset+octet-stream",
    },
    body: piece,
    signal: cut.signal,
  }).then(() => "answered", () => "broken");
  while ((await offsetOf(location))[1] !== "2000") await new Promise((resolve) => setTimeout(resolve, 20));
  cut.abort();
  assertEquals(await broken, "broken");
  let rest = await send(location, 2000, WHOLE.slice(2000));
  while (rest.status === 423) { // until the break is noticed, the first request holds the upload
    await rest.body?.cancel();
    rest = await send(location, 2000, WHOLE.slice(2000));
  }
  assertEquals(rest.status, 204);
  assertEquals(await bytesOf(name), WHOLE);
});

Deno.test("what a bucket refuses is refused before a byte is sent, with a status of its own", async () => {
  const gib = 1024 ** 3;
  const status = async (creation: Creation) => {
    const answer = await create(creation);
    await answer.body?.cancel();
    return answer.status;
  };
  const { service, stack } = shared();
  await service.storage.from("intake").upload("simplicity/taken.txt", "taken");
  assertEquals(await status({ name: "simplicity/taken.txt", length: 3 }), 409);
  assertEquals(await status({ name: "simplicity/big.txt", length: gib + 1 }), 413);
  await service.storage.createBucket("texts", { public: false, allowedMimeTypes: ["text/plain"] });
  assertEquals(await status({ bucket: "texts", name: "a.png", length: 3, type: "image/png" }), 415);
  assertEquals(await status({ bucket: "none", name: "a.txt", length: 3 }), 404);
  assertEquals(await status({ name: "simplicity/~.txt", length: 3 }), 400);
  const old = { "tus-resumable": "0.2.0" };
  assertEquals(await status({ name: "simplicity/old.txt", length: 3, headers: old }), 412);
  const anon = { apikey: stack.publishable_key };
  assertEquals(await status({ name: "simplicity/anon.txt", length: 3, headers: anon }), 403);
});

Deno.test("an upsert in pieces replaces; an upload that is ended leaves nothing", async () => {
  const name = "simplicity/upsert.txt";
  await shared().service.storage.from("intake").upload(name, "before");
  const [before] = await rowsOf(name);
  const body = new TextEncoder().encode("after");
  const created = await create({ name, length: body.length, body, headers: { "x-upsert": "true" } });
  assertEquals([created.status, new TextDecoder().decode(await bytesOf(name))], [201, "after"]);
  assertEquals((await rowsOf(name))[0]?.version === before?.version, false);
  const ended = await create({ name: "simplicity/ended.txt", length: 10 });
  const location = ended.headers.get("location") ?? "";
  const headers = { apikey: shared().stack.secret_key, "tus-resumable": "1.0.0" };
  assertEquals((await fetch(location, { method: "DELETE", headers })).status, 204);
  assertEquals([(await offsetOf(location))[0], (await rowsOf("simplicity/ended.txt")).length], [404, 0]);
});

Deno.test("a signed upload goes in pieces by its token alone, and only for what was signed", async () => {
  const name = "simplicity/signed-pieces.txt";
  const { data } = await shared().service.storage.from("intake").createSignedUploadUrl(name);
  const body = new TextEncoder().encode("signed");
  const headers = { apikey: "", "x-signature": data?.token ?? "" };
  const other = await create({ name: "simplicity/other.txt", length: 6, body, headers, path: "/sign" });
  assertEquals(other.status, 400);
  await other.body?.cancel();
  const forged = { ...headers, "x-signature": "x" };
  const refused = await create({ name, length: 6, body, headers: forged, path: "/sign" });
  assertEquals((await refused.json()).error, "InvalidJWT");
  const created = await create({ name, length: 6, body, headers, path: "/sign" });
  assertEquals([created.status, new TextDecoder().decode(await bytesOf(name))], [201, "signed"]);
});
