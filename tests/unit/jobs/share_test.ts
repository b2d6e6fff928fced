import { assertEquals } from "deno-std/assert/mod.js";
import { SCAN_SHARE_BYTES, Share, SLICE_BYTES } from "../../../shared/jobs/share.ts";

Deno.test("Share is spent after one slice's worth of parsed bytes", () => {
  const share = new Share(0);
  share.spendParsed(8 * 1024 * 1024 - 1);
  assertEquals(share.isSpent(0), false);
  share.spendParsed(1);
  assertEquals(share.isSpent(0), true);
});

Deno.test("Share is spent by rows where they are short, and by bytes where they are long", () => {
  const short = new Share(0);
  short.spendParsed(50_000 * 55);
  short.spendRows(49_999);
  assertEquals(short.isSpent(0), false);
  short.spendRows(1);
  assertEquals(short.isSpent(0), true);
  const long = new Share(0);
  long.spendParsed(8 * 1024 * 1024 - 1);
  long.spendRows(40_000);
  assertEquals(long.isSpent(0), false);
});

Deno.test("Share.spendRows() weighs rows by the scale of the unit", () => {
  const share = new Share(0);
  share.spendRows(4_999, 0.1);
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
  for (let i = 0; i < 63; i++) share.spendUnit();
  assertEquals(share.isSpent(0), false);
  share.spendUnit();
  assertEquals(share.isSpent(0), true);
});

Deno.test("Share is spent when a third of the wall clock is over, whatever was done", () => {
  const share = new Share(1_000, 50_000);
  assertEquals(share.isSpent(50_999), false);
  assertEquals(share.isSpent(51_000), true);
});

Deno.test("Share is overdrawn at twice its size, by bytes and by rejects, or at twice its wall clock", () => {
  const share = new Share(0);
  share.spendParsed(SLICE_BYTES);
  assertEquals([share.isSpent(0), share.isOverdrawn(0)], [true, false]);
  share.spendRejects(20_165, 20_165); // 416 bytes each
  assertEquals(share.isOverdrawn(0), true);
  assertEquals([new Share(0).isOverdrawn(99_999), new Share(0).isOverdrawn(100_000)], [false, true]);
});

Deno.test("Share.spendRejects() weighs rejects and each of their issues, by the scale of the unit", () => {
  const share = new Share(0);
  share.spendRejects(1_048, 5_240, 0.1); // 800 bytes each, ten times
  assertEquals(share.isSpent(0), false);
  share.spendRejects(0, 5, 0.1);
  assertEquals(share.isSpent(0), true);
});

Deno.test("Share is spent by the steps of the reader beyond the usual ones", () => {
  const share = new Share(0);
  share.spendSteps(4 * SLICE_BYTES - 1);
  assertEquals(share.isSpent(0), false);
  share.spendSteps(-100);
  assertEquals(share.isSpent(0), false);
  share.spendSteps(1);
  assertEquals(share.isSpent(0), true);
});
