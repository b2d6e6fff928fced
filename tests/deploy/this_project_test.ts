/** This project's own deploy, rehearsed. */
import { assertEquals } from "deno-std/assert/equals.js";
import { rehearse } from "../../ops/deploy/rehearse.ts";
import { ROOT } from "../../checkout/root.ts";

Deno.test("rehearse() finds nothing wrong with this project", async () => {
  const steps = await rehearse({ root: ROOT, note: () => {} });
  const red = steps.filter(({ ok }) => !ok).map(({ step, detail }) => `${step}: ${detail}`);
  assertEquals(red, []);
});
