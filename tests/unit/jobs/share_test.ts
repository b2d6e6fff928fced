import { assertEquals } from "deno-std/assert/mod.js";
import { SCAN_SHARE_BYTES, Share, SLICE_BYTES, SLICE_ROWS } from "../../../shared/jobs/share.ts";

Deno.test("Share is spent after one slice's worth of parsed bytes", () => {
  const share = new Share(0);
  share.spendParsed(SLICE_BYTES - 1);
  assertEquals(share.isSpent(0), false);
  share.spendParsed(1);
  assertEquals(share.isSpent(0), true);
});

Deno.test("Share is spent by rows where they are short, and by bytes where they are long", () => {
  const short = new Share(0);
  short.spendParsed(SLICE_ROWS * 55);
  short.spendRows(SLICE_ROWS - 1);
  assertEquals(short.isSpent(0), false);
  short.spendRows(1);
  assertEquals(short.isSpent(0), true);
  const long = new Share(0);
  long.spendParsed(SLICE_BYTES - 1);
  long.spendRows(SLICE_ROWS - 10_000);
  assertEquals(long.isSpent(0), false);
});

Deno.test("Share.spendRows() weighs rows by the scale of the unit", () => {
  const share = new Share(0);
  share.spendRows(SLICE_ROWS / 10 - 1, 0.1);
  assertEquals(share.isSpent(0), false);
  share.spendRows(1, 0.1);
  assertEquals(share.isSpent(0), true);
});

Deno.test("Share is spent after one scan's worth of scanned bytes", () => {
  const share = new Share(0);
  share.spendScanned(SCAN_SHARE_BYTES - 12);
  assertEquals(share.isSpent(0), false);
  share.spendScanned(12);
  assertEquals(share.isSpent(0), true);
});

Deno.test("Share is spent by many small units as well", () => {
  const share = new Share(0);
  for (let i = 0; i < 47; i++) share.spendUnit();
  assertEquals(share.isSpent(0), false);
  share.spendUnit();
  assertEquals(share.isSpent(0), true);
});

Deno.test("Share is spent when a third of the wall clock is over, whatever was done", () => {
  const share = new Share(1_000, 50_000);
  assertEquals(share.isSpent(50_999), false);
  assertEquals(share.isSpent(51_000), true);
});

Deno.test("Share is overdrawn at one and a half of its size, by bytes and by rejects, or at twice its wall clock", () => {
  const share = new Share(0);
  share.spendParsed(SLICE_BYTES);
  assertEquals([share.isSpent(0), share.isOverdrawn(0)], [true, false]);
  share.spendRejects(7_563, 7_563); // 416 bytes each
  assertEquals(share.isOverdrawn(0), true);
  assertEquals([new Share(0).isOverdrawn(99_999), new Share(0).isOverdrawn(100_000)], [false, true]);
});

Deno.test("Share lets another unit begin only where a usual slice is not broken off for it", () => {
  const share = new Share(0);
  assertEquals([share.mayBegin(0), share.mayBegin(50_000)], [true, false]);
  for (let units = 0; units < 19; units++) share.spendUnit();
  assertEquals(share.mayBegin(0), true);
  share.spendUnit(); // 20 of 128 kB are more than 0.4 of 6 MiB
  assertEquals(share.mayBegin(0), false);
  share.spendParsed(SLICE_BYTES);
  assertEquals(share.isOverdrawn(0), false);
});

Deno.test("Share.spendRejects() weighs rejects and each of their issues, by the scale of the unit", () => {
  const share = new Share(0);
  share.spendRejects(786, 3_930, 0.1); // 800 bytes each, ten times
  assertEquals(share.isSpent(0), false);
  share.spendRejects(0, 4, 0.1);
  assertEquals(share.isSpent(0), true);
});

Deno.test("Share is spent by the steps of the reader beyond the usual ones", () => {
  const share = new Share(0);
  share.spendSteps(2 * SLICE_BYTES - 1);
  assertEquals(share.isSpent(0), false);
  share.spendSteps(-100);
  assertEquals(share.isSpent(0), false);
  share.spendSteps(1);
  assertEquals(share.isSpent(0), true);
});

Deno.test("Share goes on for half of itself once the end of the isolate is announced, and no further", () => {
  const share = new Share(0);
  share.spendParsed(SLICE_BYTES / 4);
  share.announceEnd();
  share.spendParsed(SLICE_BYTES / 2 - 1);
  assertEquals(share.isOverdrawn(0), false);
  share.announceEnd(); // said again at every look
  share.spendParsed(1);
  assertEquals([share.isSpent(0), share.isOverdrawn(0)], [false, true]);
});
