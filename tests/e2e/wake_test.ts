/** A drop is found whatever is lost on the way: wake-ups may be lost, doubled or late. */
import { assertEquals } from "deno-std/assert/mod.js";
import { story } from "../support/against.ts";
import { batchOf, clientOf, drop, ended, goodCsv } from "../support/drops.ts";
import { startStack, untilNobodyWorks } from "../support/stack.ts";

Deno.test(story("a drop is found", ["faults", "time"], async (t) => {
  const stack = await startStack({ time: 0.1 }); // cron wakes every 3 s instead of 30
  const client = clientOf(stack);
  try {
    await t.step("by cron when every wake-up of a trigger is lost", async () => {
      await stack.ask({ do: "faults", set: { wakes: { trigger: { lose: 1, double: 0, delay_ms: 0 } } } });
      await drop(client, "simplicity/lost.csv", goodCsv("LOST", 100));
      assertEquals((await ended(client, "simplicity/lost.csv", 20_000)).status, "completed");
    });

    await t.step("after all of pg_net stood still", async () => {
      await stack.ask({ do: "faults", set: { wakes: {}, net_stopped: true } });
      await untilNobodyWorks(stack); // who was woken before looks twice, and would find the drop
      await drop(client, "simplicity/still.csv", goodCsv("STILL", 100));
      assertEquals((await batchOf(client, "simplicity/still.csv"))?.status, "uploaded");
      await stack.ask({ do: "faults", set: { net_stopped: false } });
      assertEquals((await ended(client, "simplicity/still.csv", 20_000)).status, "completed");
    });

    await t.step("once, when every wake-up is doubled", async () => {
      const doubled = { lose: 0, double: 1, delay_ms: 0 };
      await stack.ask({ do: "faults", set: { wakes: { trigger: doubled, cron: doubled } } });
      await drop(client, "simplicity/twice.csv", goodCsv("TWICE", 100));
      const batch = await ended(client, "simplicity/twice.csv", 20_000);
      assertEquals([batch.status, batch.row_count_inserted, batch.attempt], ["completed", 100, 1]);
    });
  } finally {
    await stack.stop();
  }
}));
