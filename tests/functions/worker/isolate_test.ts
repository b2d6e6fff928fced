/** The worker's isolate on a real gateway whose requests end in this file. */
import { createClient } from "@supabase/supabase-js";
import { assertEquals } from "deno-std/assert/equals.js";
import type { Database } from "../../../shared/data/database.types.ts";
import { IntakeGateway } from "../../../shared/data/intake_gateway.ts";
import { RestCalls } from "../../../shared/data/rest_calls.ts";
import { ObjectStore } from "../../../shared/data/object_store.ts";
import { createLogger } from "../../../supabase/functions/_shared/log.ts";
import { Isolate } from "../../../supabase/functions/worker/isolate.ts";

const URL = "http://worker.test";
const ID = "11111111-1111-4111-8111-111111111111";

/** Answers the calls of a worker: `undos` undos of one step each, then no more work. */
function database(undos: number): typeof fetch {
  let left = undos;
  return (input) => {
    const call = new Request(input).url.split("/rpc/")[1] ?? "";
    const unit = {
      kind: "undo",
      job_id: ID,
      token: ID,
      beat_seconds: 20,
      wake_more: false,
      payload: { batch_id: ID },
    };
    if (call === "claim") return Promise.resolve(Response.json(left-- > 0 ? unit : null));
    return Promise.resolve(Response.json(call === "undo_step" ? { outcome: "done" } : null));
  };
}

function isolateOn(send: typeof fetch, wakeSelf: () => Promise<void>): Isolate {
  const client = createClient<Database>(URL, "sb_secret_test", {
    global: { fetch: send },
    auth: { persistSession: false, autoRefreshToken: false },
  });
  return new Isolate({
    gateway: new IntakeGateway(new RestCalls(client), { url: URL, headers: {}, send }),
    store: new ObjectStore(URL, {}, send),
    log: createLogger({ functionName: "worker", level: "error" }),
    now: () => new Date(0),
    wakeSelf,
  });
}

Deno.test("Isolate sends its hand-over on when the wake-up came back to itself", async () => {
  let wakes = 0;
  const isolate: Isolate = isolateOn(database(1_000), async () => {
    wakes += 1;
    if (wakes === 1) assertEquals((await isolate.runNow()).claimed, 0); // routed to the isolate that handed over
  });
  const report = await isolate.runNow();
  assertEquals([report.handed_over, wakes], [1, 2]);
});

Deno.test("Isolate wakes nobody when there is nothing left", async () => {
  let wakes = 0;
  const isolate = isolateOn(database(1), () => {
    wakes += 1;
    return Promise.resolve();
  });
  const report = await isolate.runNow();
  assertEquals([report.completed, report.handed_over, wakes], [1, 0, 0]);
});

for (const [reason, completed] of [["cpu", 1], ["wall_clock", 1], ["termination", 1]] as const) {
  Deno.test(`Isolate begins nothing new once its end is announced: ${reason}`, async () => {
    let wakes = 0;
    const answers = database(1_000);
    const isolate = isolateOn((input, init) => {
      if (String(input).endsWith("/undo_step")) {
        dispatchEvent(new CustomEvent("beforeunload", { detail: { reason } }));
      }
      return answers(input, init);
    }, () => {
      wakes += 1;
      return Promise.resolve();
    });
    const report = await isolate.runNow();
    assertEquals([report.completed, report.handed_over, wakes], [completed, 1, 1]);
  });
}
