import { assertEquals } from "deno-std/assert/mod.js";
import { SCAN_SHARE_BYTES, Share } from "../../../shared/jobs/share.ts";

Deno.test("Share is spent after one slice's worth of parsed bytes", () => {
  const share = new Share(0);
  share.spendParsed(8 * 1024 * 1024 - 1);
  assertEquals(share.isSpent(0), false);
  share.spendParsed(1);
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
