/** A few seeds of `deno task chaos`, chosen so that together they hold every kind of fault. */
import { assertEquals } from "deno-std/assert/equals.js";
import { openArena } from "./run.ts";
import { schedule } from "./schedule.ts";

const SEEDS = [237, 57, 421];

Deno.test("a stack under seeded chaos ends every file as it must", async (t) => {
  const arena = await openArena(0.1);
  try {
    for (const seed of SEEDS) {
      await t.step(`seed ${seed}`, async () => {
        const { violations, log } = await arena.run(schedule(seed));
        assertEquals(violations, [], JSON.stringify(log));
      });
    }
  } finally {
    await arena.stop();
  }
});
