/** Calls of SQL functions as the compiler sees them, and how long they may take. */
import { assertEquals } from "deno-std/assert/equals.js";
import { type Calls, patienceFor } from "../../../shared/data/calls.ts";
import { DatabaseRefused } from "../../../shared/data/database_refused.ts";

const told: unknown[][] = [];
const CALLS: Calls = {
  call: (...call) => {
    told.push(call);
    return Promise.reject(new DatabaseRefused("x", 400, "DF001", "gone"));
  },
};
const ID = "00000000-0000-4000-8000-000000000000";

Deno.test("Calls takes functions and arguments that there are, and no others", async () => {
  const made = [
    CALLS.call("ops", "beat", { job: ID, slice: null, token: ID }),
    CALLS.call("ops", "fail", { job: ID, slice: 1, token: ID, error: "e" }), // what has a default may be left out
    CALLS.call("ops", "claim", { types: ["ingest"] as const, holder: "w" }),
    CALLS.call("intake", "save_scan", { batch: ID, token: ID, scan: { any: new Set() } }),
    // @ts-expect-error -- no such function
    CALLS.call("ops", "beats", { job: ID, slice: null, token: ID }),
    // @ts-expect-error -- it is in another schema
    CALLS.call("intake", "beat", { job: ID, slice: null, token: ID }),
    // @ts-expect-error -- an argument of another name
    CALLS.call("ops", "beat", { job: ID, slice: null, tokens: ID }),
    // @ts-expect-error -- one too many
    CALLS.call("ops", "beat", { job: ID, slice: null, token: ID, more: 1 }),
    // @ts-expect-error -- one is missing
    CALLS.call("ops", "beat", { job: ID, token: ID }),
    // @ts-expect-error -- of another type
    CALLS.call("ops", "beat", { job: ID, slice: "1", token: ID }),
  ];
  const refused = await Promise.allSettled(made);
  assertEquals(refused.filter((one) => one.status === "fulfilled"), []);
  assertEquals(told.length, made.length);
});

Deno.test("patienceFor() is the usual one where nothing else is said", () => {
  assertEquals(patienceFor("ops", "beat"), 20_000);
  assertEquals(patienceFor("ops", "take_rate_token"), 1000);
  assertEquals(patienceFor("intake", "decide"), patienceFor("intake", "insert_batch"));
});

Deno.test("DatabaseRefused tells a lost lease and an absent database from other refusals", () => {
  const of = (status: number, code: string) => {
    const { leaseLost, unavailable } = DatabaseRefused.from("f", status, { code, message: "m" });
    return [leaseLost, unavailable];
  };
  assertEquals(of(400, "DF001"), [true, false]);
  assertEquals(of(400, "23505"), [false, false]);
  assertEquals(of(503, "PGRST002"), [false, true]);
  assertEquals(of(0, ""), [false, true]);
});
