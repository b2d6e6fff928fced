/** What is read is what was stored, whatever a cache between says. */
import { assertEquals, assertRejects } from "deno-std/assert/mod.js";
import { ObjectDiffers, ObjectMissing, ObjectStore } from "../../../shared/data/object_store.ts";
import type { StoredObject } from "../../../shared/intake/stored_object.ts";

const OBJECT: StoredObject = {
  bucket: "intake",
  path: "simplicity/a b.csv",
  version: "v 1",
  etag: '"tag"',
  bytes: 10,
};

/** A store whose storage gives this answer to everything, and the requests it got. */
function storeOn(answer: () => Response): { store: ObjectStore; asked: string[] } {
  const asked: string[] = [];
  const send = (input: string | URL | Request, init?: RequestInit) => {
    asked.push(`${input} ${new Headers(init?.headers).get("range")}`);
    return Promise.resolve(answer());
  };
  return { store: new ObjectStore("http://storage", {}, send), asked };
}

function part(headers: Record<string, string>, status = 206): () => Response {
  return () => new Response("0123", { status, headers });
}

const FITTING = { etag: '"tag"', "content-range": "bytes 2-5/10" };

Deno.test("openRange() names the version in the address and gives what fits", async () => {
  const { store, asked } = storeOn(part(FITTING));
  const range = await store.openRange(OBJECT, 2, 6);
  assertEquals([await new Response(range.stream).text(), range.totalBytes], ["0123", 10]);
  assertEquals(asked, [
    "http://storage/storage/v1/object/authenticated/intake/simplicity/a%20b.csv?cacheNonce=v%201 bytes=2-5",
  ]);
});

const OTHERS: readonly (readonly [name: string, answer: () => Response])[] = [
  ["another etag", part({ ...FITTING, etag: '"other"' })],
  ["another size", part({ ...FITTING, "content-range": "bytes 2-5/11" })],
  ["the whole of another object", part({ etag: '"other"', "content-length": "4" }, 200)],
  ["a whole of another size", part({ etag: '"tag"', "content-length": "4" }, 200)],
  ["an end before the first byte", () => new Response("{}", { status: 416 })],
];

for (const [name, answer] of OTHERS) {
  Deno.test(`openRange() refuses ${name}`, async () => {
    await assertRejects(() => storeOn(answer).store.openRange(OBJECT, 2, 6), ObjectDiffers);
  });
}

Deno.test("openRange() takes a weak etag for the same bytes, and an answer without one by its size", async () => {
  for (const headers of [{ ...FITTING, etag: 'W/"tag"' }, { "content-range": "bytes 2-5/10" }]) {
    const range = await storeOn(part(headers)).store.openRange(OBJECT, 2, 6);
    assertEquals(range.totalBytes, 10);
    await range.stream.cancel();
  }
});

Deno.test("openRange() asks nobody for what lies behind the end", async () => {
  const { store, asked } = storeOn(part(FITTING));
  const range = await store.openRange(OBJECT, 10, 20);
  assertEquals([await new Response(range.stream).text(), range.totalBytes, asked], ["", 10, []]);
});

Deno.test("openRange() of an object of which nothing is known holds it against nothing", async () => {
  const unknown = { ...OBJECT, version: null, etag: null, bytes: null };
  const { store, asked } = storeOn(part({ ...FITTING, etag: '"any"' }));
  const range = await store.openRange(unknown, 2, 6);
  assertEquals([range.totalBytes, asked.length, asked[0]?.includes("cacheNonce")], [10, 1, false]);
  await range.stream.cancel();
  const end = await storeOn(() => new Response("{}", { status: 416 })).store.openRange(unknown, 7, 9);
  assertEquals([await new Response(end.stream).text(), end.totalBytes], ["", 7]);
});

Deno.test("openRange() tells an object that is gone from a storage that is unwell", async () => {
  const gone = () => Response.json({ statusCode: "404", error: "not_found" }, { status: 400 });
  await assertRejects(() => storeOn(gone).store.openRange(OBJECT, 0, 6), ObjectMissing);
  const unwell = () => Response.json({ statusCode: "500" }, { status: 500 });
  await assertRejects(() => storeOn(unwell).store.openRange(OBJECT, 0, 6), Error, "storage answered 500");
});
