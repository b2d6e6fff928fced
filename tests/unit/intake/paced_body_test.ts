/** Bodies that come slowly, break off, or find no room; boundaries that would cost CPU. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import { Problem } from "../../../shared/errors.ts";
import { pacedBody } from "../../../supabase/functions/_shared/upload/paced_body.ts";
import { isCostly } from "../../../supabase/functions/_shared/upload/received_file.ts";

type Bytes = Uint8Array<ArrayBuffer>;

async function readAll(
  body: ReadableStream<Bytes> | null,
  take = (_: number) => Promise.resolve(),
  withinMs = 20,
) {
  const request = new Request("http://127.0.0.1/x", { method: "POST", body });
  let bytes = 0;
  for await (const chunk of pacedBody(request, take, { bytes: 10, withinMs })) bytes += chunk.length;
  return bytes;
}

Deno.test("pacedBody() refuses a body that stops coming, and lets go of it", async () => {
  const cancelled = Promise.withResolvers<void>();
  const stuck = new ReadableStream<Bytes>({
    start: (controller) => controller.enqueue(new Uint8Array(9)),
    cancel: () => cancelled.resolve(),
  });
  assertEquals((await assertRejects(() => readAll(stuck), Problem)).code, "REQUEST_TIMEOUT");
  await cancelled.promise;
});

Deno.test("pacedBody() refuses a body that trickles in, however lively it looks", async () => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const trickle = new ReadableStream<Bytes>({
    pull: (controller) =>
      new Promise((resolve) => {
        timer = setTimeout(() => {
          controller.enqueue(new Uint8Array(1));
          resolve();
        }, 5);
      }),
    cancel: () => clearTimeout(timer),
  }, { highWaterMark: 0 });
  assertEquals((await assertRejects(() => readAll(trickle), Problem)).code, "REQUEST_TIMEOUT");
});

Deno.test("pacedBody() does not count the time in which there was no room", async () => {
  const chunks = [4, 4, 4, 4].map((bytes) => new Uint8Array(bytes));
  let waited = 0;
  const take = async () => {
    waited += 15;
    await new Promise((resolve) => setTimeout(resolve, 15)); // three of them are longer than the body may take
  };
  assertEquals(await readAll(ReadableStream.from(chunks), take), 16);
  assert(waited > 20);
});

Deno.test("pacedBody() takes room for each chunk before it hands it on, and reads no further meanwhile", async () => {
  let pulled = 0;
  const body = new ReadableStream<Bytes>({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(10));
    },
  }, { highWaterMark: 0 });
  const full = new Problem("UNAVAILABLE", "full");
  const refused = await assertRejects(() => readAll(body, () => Promise.reject(full)), Problem);
  assertEquals([refused, pulled <= 2], [full, true]);
});

Deno.test("pacedBody() says of a body that broke off that it is a bad request", async () => {
  const broken = new ReadableStream<Bytes>({ pull: (controller) => controller.error(new Error("reset")) });
  assertEquals((await assertRejects(() => readAll(broken), Problem)).code, "BAD_REQUEST");
  assertEquals(await readAll(null), 0);
});

Deno.test("isCostly() finds boundaries that repeat their own end, and none that programs make", () => {
  for (const costly of ["a".repeat(70), "xyz" + "-".repeat(30), "ab".repeat(30), "abc".repeat(20)]) {
    assert(isCostly(costly), costly);
  }
  for (
    const usual of [
      "XX",
      "boundary",
      "----WebKitFormBoundary7MA4YWxkTrZu0gWW",
      "---------------------------974767299852498929531610575",
      "------------------------d74496d66958873e",
      "--------------------------123456789012345678901234",
      "0a4c2d5e8f6b4f7d9d1b6f0c4f7e2a10",
      "----formdata-undici-033447766333",
      "===============7330845974216740156==",
      "Boundary+0xAbCdEfGbOuNdArY",
      crypto.randomUUID(),
    ]
  ) {
    assert(!isCostly(usual), usual);
  }
});
