/** Memory for uploads: who waits for whom, and that nobody waits for ever. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import * as fc from "fast-check";
import { Problem } from "../../../shared/errors.ts";
import {
  type Place,
  ROOM,
  type RoomSizes,
  UploadRoom,
} from "../../../supabase/functions/_shared/upload/upload_room.ts";

/** A room of 100 bytes for big files of 60 at most, and 20 for the first 5 of each. */
const SIZES: RoomSizes = { big: 100, small: 20, head: 5, largest: 60, perCaller: 3, patienceMs: 60_000 };

/** An upload that stays until it is told to go. */
async function staying(room: UploadRoom, caller = "a") {
  const begun = Promise.withResolvers<Place>();
  const gone = Promise.withResolvers<void>();
  const over = room.hold(caller, async (place) => {
    begun.resolve(place);
    await gone.promise;
  });
  const place = await begun.promise;
  return {
    place,
    async leave() {
      gone.resolve();
      await over;
    },
  };
}

/** Whether work is done after everything that could go on at once has gone on. */
async function isDone(work: Promise<unknown>): Promise<boolean> {
  let done = false;
  work.then(() => (done = true), () => {});
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  return done;
}

Deno.test("UploadRoom keeps what the largest file needs for the upload that has been there longest", async () => {
  const room = new UploadRoom(SIZES);
  const first = await staying(room);
  const second = await staying(room);
  await first.place.take(5 + 10);
  const much = second.place.take(5 + 41); // 100 - 10 are free, 50 of which are the first one's
  assertEquals(await isDone(much), false);
  const last = first.place.take(50);
  assert(await isDone(last), "the first one goes on before it");
  await first.leave();
  await much;
  await second.leave();
});

Deno.test("UploadRoom lets small files pass big ones that wait", async () => {
  const room = new UploadRoom(SIZES);
  const first = await staying(room);
  const second = await staying(room);
  await first.place.take(5 + 60);
  const waiting = second.place.take(5 + 41);
  assertEquals(await isDone(waiting), false);
  const small = await staying(room, "b");
  assert(await isDone(small.place.take(5)));
  await small.leave();
  await first.leave();
  await waiting;
  await second.leave();
});

Deno.test("UploadRoom takes nothing for what was only announced", async () => {
  const room = new UploadRoom(SIZES);
  const idle = await Promise.all(Array.from({ length: 14 }, (_, n) => staying(room, `vendor ${n}`)));
  const real = await staying(room, "other");
  assert(await isDone(real.place.take(65)));
  await Promise.all([real, ...idle].map((upload) => upload.leave()));
});

Deno.test("UploadRoom lets a caller have three uploads under way, and another one its own", async () => {
  const room = new UploadRoom(SIZES);
  const mine = await Promise.all([staying(room), staying(room), staying(room)]);
  const fourth = staying(room);
  assertEquals(await isDone(fourth), false);
  const other = await staying(room, "b");
  await mine[0]?.leave();
  const late = await fourth;
  await Promise.all([late, other, ...mine.slice(1)].map((upload) => upload.leave()));
});

Deno.test("UploadRoom gives back what a failed upload took", async () => {
  const room = new UploadRoom(SIZES);
  for (let turn = 0; turn < 5; turn++) {
    const broken = room.hold("a", async (place) => {
      await place.take(65);
      throw new Error("broke off");
    });
    await assertRejects(() => broken, Error, "broke off");
  }
});

Deno.test("UploadRoom says that it is full when its patience is at an end, and goes on afterwards", async () => {
  const room = new UploadRoom({ ...SIZES, patienceMs: 1 });
  const first = await staying(room);
  await first.place.take(65);
  const late = () => room.hold("b", (place) => place.take(5 + 41));
  assertEquals((await assertRejects(late, Problem)).code, "UNAVAILABLE");
  await first.leave();
  await late();
});

Deno.test("UploadRoom finishes every upload, whatever arrives when, and never holds more than there is", async () => {
  const chunks = fc.array(fc.integer({ min: 1, max: 13 }), { maxLength: 8 })
    .filter((sizes) => sizes.reduce((sum, bytes) => sum + bytes, 0) <= SIZES.head + SIZES.largest);
  await fc.assert(
    fc.asyncProperty(
      fc.array(chunks, { minLength: 1, maxLength: 30 }),
      fc.scheduler(),
      async (uploads, turns) => {
        const room = new UploadRoom({ ...SIZES, perCaller: 30 });
        let held = 0;
        const all = uploads.map((sizes) =>
          room.hold("a", async (place) => {
            let own = 0;
            for (const bytes of sizes) {
              await turns.schedule(Promise.resolve());
              await place.take(bytes);
              own += bytes;
              held += bytes;
              assert(held <= SIZES.big + SIZES.small, `${held} bytes are held`);
            }
            held -= own;
          })
        );
        await turns.waitFor(Promise.all(all));
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("ROOM holds the largest file beside what others may take of it", () => {
  assert(ROOM.largest <= ROOM.big && ROOM.head <= ROOM.small);
  assert(ROOM.big + ROOM.small <= 110_000_000, "an isolate has 256 MB for everything");
});
