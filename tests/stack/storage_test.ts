/** Storage as supabase-js and range readers use it. */
import { assert, assertEquals, assertLess, assertRejects } from "deno-std/assert/mod.js";
import { rangeOf } from "../../stack/storage/download.ts";
import { readUpload } from "../../stack/storage/multipart.ts";
import { sharedStack, until } from "./shared_stack.ts";

const shared = sharedStack({ functions: false });
const bucket = () => shared().service.storage.from("intake");

Deno.test("an object is what was uploaded, by bytes, Blob or form, and its row says so", async () => {
  const { sql } = shared();
  const bytes = new TextEncoder().encode("ä,ö\r\n--not a boundary\r\n");
  await bucket().upload("simplicity/bytes.txt", bytes, { contentType: "text/plain" });
  await bucket().upload("simplicity/blob.txt", new Blob([bytes], { type: "text/plain" }));
  for (const name of ["simplicity/bytes.txt", "simplicity/blob.txt"]) {
    const { data } = await bucket().download(name);
    assertEquals([name, new Uint8Array(await data?.arrayBuffer() ?? [])], [name, bytes]);
    const [row] = await sql`select metadata from storage.objects where name = ${name}`;
    assertEquals([row?.metadata.size, row?.metadata.mimetype], [bytes.length, "text/plain"]);
  }
});

Deno.test("a name is taken once; an upsert replaces bytes and version; downloads fire no trigger", async () => {
  const { sql } = shared();
  const row = async () =>
    (await sql`select version, updated_at from storage.objects where name = 'simplicity/again.txt'`)[0];
  await bucket().upload("simplicity/again.txt", "one");
  const first = await row();
  const second = await bucket().upload("simplicity/again.txt", "two");
  assertEquals(second.error !== null && "statusCode" in second.error && second.error.statusCode, "409");
  assertEquals((await bucket().upload("simplicity/again.txt", "three", { upsert: true })).error, null);
  const replaced = await row();
  assert(replaced?.version !== first?.version);
  assertEquals(await (await bucket().download("simplicity/again.txt")).data?.text(), "three");
  assertEquals(await row(), replaced);
});

Deno.test("signed URLs work both ways without a key, and only for what was signed", async () => {
  const { anon, stack } = shared();
  const { data: upload } = await bucket().createSignedUploadUrl("simplicity/signed.txt");
  const put = await anon.storage.from("intake").uploadToSignedUrl(
    "simplicity/signed.txt",
    upload?.token ?? "",
    new Blob(["signed"]),
  );
  assertEquals(put.error, null);
  const again = await fetch(upload?.signedUrl ?? "", { method: "PUT", body: "twice" });
  assertEquals((await again.json()).statusCode, "409");
  const { data: download } = await bucket().createSignedUrl("simplicity/signed.txt", 60);
  const answer = await fetch(download?.signedUrl ?? "");
  assertEquals([answer.status, await answer.text()], [200, "signed"]);
  const other = (download?.signedUrl ?? "").replace("signed.txt", "again.txt");
  assertEquals((await (await fetch(other)).json()).error, "InvalidJWT");
  assertEquals(
    (await (await fetch(`${stack.api_url}/storage/v1/object/sign/intake/simplicity/signed.txt?token=x`))
      .json()).error,
    "InvalidJWT",
  );
  const past = await bucket().createSignedUrl("simplicity/signed.txt", -1);
  assertEquals((await (await fetch(past.data?.signedUrl ?? "")).json()).error, "InvalidJWT");
});

Deno.test("a name with spaces survives signing", async () => {
  await bucket().upload("simplicity/two words.txt", "spaced");
  const { data } = await bucket().createSignedUrl("simplicity/two words.txt", 60);
  assertEquals(await (await fetch(data?.signedUrl ?? "")).text(), "spaced");
});

Deno.test("ranges are honoured on every way to an object", async () => {
  const { stack } = shared();
  await bucket().upload("simplicity/range.txt", "0123456789");
  const { data } = await bucket().createSignedUrl("simplicity/range.txt", 60);
  const ways = [
    data?.signedUrl ?? "",
    `${stack.api_url}/storage/v1/object/intake/simplicity/range.txt`,
    `${stack.api_url}/storage/v1/object/authenticated/intake/simplicity/range.txt`,
  ];
  for (const url of ways) {
    const headers = { apikey: stack.secret_key, range: "bytes=2-4" };
    const part = await fetch(url, { headers });
    assertEquals([part.status, part.headers.get("content-range"), await part.text()], [
      206,
      "bytes 2-4/10",
      "234",
    ]);
    const beyond = await fetch(url, { headers: { ...headers, range: "bytes=10-" } });
    assertEquals([beyond.status, beyond.headers.get("content-range"), (await beyond.json()).error], [
      416,
      null, // RFC 9110 would have the size here; Storage does not
      "invalid_range",
    ]);
    const head = await fetch(url, { method: "HEAD", headers: { apikey: stack.secret_key } });
    assertEquals([head.status, head.headers.get("content-length")], [200, "10"]);
  }
});

Deno.test("rangeOf() reads RFC 9110 ranges", () => {
  const cases: [string | null, number, ReturnType<typeof rangeOf>][] = [
    [null, 10, null],
    ["bytes=0-", 10, [0, 9]],
    ["bytes=3-99", 10, [3, 9]],
    ["bytes=-4", 10, [6, 9]],
    ["bytes=-40", 10, [0, 9]],
    ["bytes=9-9", 10, [9, 9]],
    ["bytes=10-", 10, "unsatisfiable"],
    ["bytes=-0", 10, "unsatisfiable"],
    ["bytes=0-", 0, "unsatisfiable"],
    ["bytes=5-2", 10, null],
    ["bytes=0-1,3-4", 10, null],
    ["lines=0-1", 10, null],
    ["bytes=-", 10, null],
  ];
  for (const [header, size, wanted] of cases) assertEquals([header, rangeOf(header, size)], [header, wanted]);
});

Deno.test("readUpload() finds the file however the stream is cut", async () => {
  const file = "a\r\n--bound but not the whole\r\n-\r\n--";
  const text = `--boundary\r\nContent-Disposition: form-data; name="cacheControl"\r\n\r\n3600\r\n` +
    `--boundary\r\nContent-Disposition: form-data; name=""; filename="blob"\r\nContent-Type: text/csv\r\n\r\n${file}\r\n--boundary--\r\n`;
  const bytes = new TextEncoder().encode(text);
  for (let size = 1; size < bytes.length; size++) {
    const chunks = [];
    for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.slice(at, at + size));
    const upload = await readUpload(ReadableStream.from(chunks), "boundary");
    let read = "";
    for await (const chunk of upload.file) read += new TextDecoder().decode(chunk);
    assertEquals([size, read, upload.type, upload.fields.get("cacheControl")], [
      size,
      file,
      "text/csv",
      "3600",
    ]);
  }
  await assertRejects(() => readUpload(ReadableStream.from([bytes.slice(0, 60)]), "boundary"));
});

Deno.test("a bucket's size limit holds, and nothing of a refused upload stays", async () => {
  const { sql, service } = shared();
  await service.storage.createBucket("small", { public: false, fileSizeLimit: 10 });
  const small = service.storage.from("small");
  assertEquals((await small.upload("ten", "0123456789")).error, null);
  const over = await small.upload("eleven", "0123456789a");
  assertEquals(over.error !== null && "statusCode" in over.error && over.error.statusCode, "413");
  assertEquals(
    (await sql`select name from storage.objects where bucket_id = 'small'`).map((row) => row.name),
    ["ten"],
  );
});

Deno.test("copies, moves, lists and removals keep bytes and rows together", async () => {
  await bucket().upload("list/a.txt", "a");
  await bucket().upload("list/deep/b.txt", "b");
  assertEquals((await bucket().copy("list/a.txt", "list/c.txt")).error, null);
  assertEquals((await bucket().move("list/c.txt", "list/d.txt")).error, null);
  assertEquals(await (await bucket().download("list/d.txt")).data?.text(), "a");
  const { data } = await bucket().list("list");
  assertEquals(data?.map((entry) => [entry.name, entry.id === null]), [["a.txt", false], ["d.txt", false], [
    "deep",
    true,
  ]]);
  assertEquals((await bucket().info("list/a.txt")).data?.size, 1);
  assertEquals((await bucket().remove(["list/a.txt", "list/d.txt", "list/none.txt"])).data?.length, 2);
  assertEquals((await bucket().download("list/a.txt")).data, null);
});

Deno.test("anon and sessions reach nothing: there are no storage policies", async () => {
  const { anon } = shared();
  await bucket().upload("simplicity/closed.txt", "closed");
  assert((await anon.storage.from("intake").upload("simplicity/anon.txt", "x")).error !== null);
  assert((await anon.storage.from("intake").download("simplicity/closed.txt")).error !== null);
  assertEquals((await anon.storage.from("intake").list("simplicity")).data, []);
});

Deno.test("a large object passes both ways with flat memory", async () => {
  const { stack } = shared();
  const peak = async () => {
    const status = await Deno.readTextFile(`/proc/${stack.pid}/status`);
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  };
  const size = 200;
  const chunk = new Uint8Array(1024 * 1024);
  const url = `${stack.api_url}/storage/v1/object/intake/large/zeros.bin`;
  const before = await peak();
  const sent = await fetch(url, {
    method: "POST",
    headers: { apikey: stack.secret_key },
    body: ReadableStream.from(Array.from({ length: size }, () => chunk)),
  });
  assertEquals(sent.status, 200);
  await sent.body?.cancel();
  const got = await fetch(url, { headers: { apikey: stack.secret_key } });
  let length = 0;
  for await (const part of got.body ?? []) length += part.length;
  assertEquals(length, size * 1024 * 1024);
  assertLess(await peak() - before, 150);
});

Deno.test("faults: a body is cut after so many bytes, so often as asked", async () => {
  const { stack } = shared();
  await bucket().upload("simplicity/cut.txt", "x".repeat(1_000_000));
  await stack.ask({ do: "faults", set: { storage_cut: { after_bytes: 300_000, times: 1 } } });
  const url = `${stack.api_url}/storage/v1/object/intake/simplicity/cut.txt`;
  const headers = { apikey: stack.secret_key };
  await assertRejects(async () => await (await fetch(url, { headers })).arrayBuffer());
  assertEquals((await (await fetch(url, { headers })).arrayBuffer()).byteLength, 1_000_000);
});

Deno.test("faults: an object's bytes are not found, so often as asked, though its row is there", async () => {
  const { stack } = shared();
  await bucket().upload("simplicity/lost.txt", "here");
  await stack.ask({ do: "faults", set: { storage_lost: 1 } });
  const url = `${stack.api_url}/storage/v1/object/authenticated/intake/simplicity/lost.txt`;
  const headers = { apikey: stack.secret_key };
  const lost = await fetch(url, { headers });
  assertEquals([lost.status, (await lost.json()).statusCode], [400, "404"]);
  assertEquals(await (await fetch(url, { headers })).text(), "here");
});

Deno.test("faults: a stale cache gives old bytes for as long as asked, by address or whatever the query", async () => {
  const { stack, sql } = shared();
  const headers = { apikey: stack.secret_key };
  const read = async (query: string) => {
    const url = `${stack.api_url}/storage/v1/object/authenticated/intake/simplicity/stale.txt${query}`;
    const answer = await fetch(url, { headers });
    return [await answer.text(), answer.headers.get("etag")];
  };
  const put = async (text: string) => {
    await bucket().upload("simplicity/stale.txt", text, { upsert: true });
    const [row] = await sql`
      select metadata ->> 'eTag' as etag from storage.objects where name = 'simplicity/stale.txt'
    `;
    return [text, row?.etag];
  };
  try {
    await stack.ask({ do: "faults", set: { storage_stale: { by: "address", hold_ms: 60_000 } } });
    const first = await put("first");
    assertEquals(await read(""), first);
    const second = await put("second");
    assertEquals(await read(""), first);
    assertEquals(await read("?cacheNonce=2"), second);
    await stack.ask({ do: "faults", set: { storage_stale: { by: "path", hold_ms: 60_000 } } });
    assertEquals(await read("?cacheNonce=2"), second);
    const third = await put("third");
    assertEquals(await read("?cacheNonce=3"), second);
    await stack.ask({ do: "faults", set: { storage_stale: { by: "path", hold_ms: 300 } } });
    assertEquals(await read("?cacheNonce=3"), third);
    const fourth = await put("fourth");
    assertEquals(await read("?cacheNonce=4"), third);
    await until(async () => (await read("?cacheNonce=4"))[0] === fourth[0]);
  } finally {
    await stack.ask({ do: "faults", set: { storage_stale: null } });
  }
});

Deno.test("uploads of many at once arrive whole", async () => {
  const { sql } = shared();
  const names = Array.from({ length: 40 }, (_, at) => `many/${at}.txt`);
  await Promise.all(names.map((name) => bucket().upload(name, name.repeat(1000))));
  const rows = await until(async () => {
    const found =
      await sql`select name, metadata ->> 'size' as size from storage.objects where name like 'many/%'`;
    return found.length === 40 && found;
  });
  for (const row of rows) assertEquals(Number(row.size), row.name.length * 1000);
});
