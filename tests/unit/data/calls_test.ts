/** Calls of SQL functions as the compiler sees them, and how long they may take. */
import { assertEquals } from "deno-std/assert/equals.js";
import { type ArgsOf, type FunctionIn, patienceFor } from "../../../shared/data/calls.ts";
import { DatabaseRefused } from "../../../shared/data/database_refused.ts";

type Beat = ArgsOf<"ops", "beat">;
type Takes<Given, Wanted> = Given extends Wanted ? true : false;
type Id = { token: string };

// Each of these is settled by the compiler: the value beside it must be what the type says.
const TAKEN: {
  "a function that there is": Takes<"beat", FunctionIn<"ops">>;
  "one of another name": Takes<"beats", FunctionIn<"ops">>;
  "one of another schema": Takes<"beat", FunctionIn<"intake">>;
  "all arguments": Takes<Id & { job: string; slice: number }, Beat>;
  "null for any of them": Takes<Id & { job: string; slice: null }, Beat>;
  "one of another name beside them": Takes<Id & { job_id: string; slice: null }, Beat>;
  "one too few": Takes<Id & { job: string }, Beat>;
  "one of another type": Takes<Id & { job: string; slice: string }, Beat>;
  "without what has a default": Takes<
    Id & { job: string; slice: null; error: string },
    ArgsOf<"ops", "fail">
  >;
  "a list that may not be changed": Takes<
    { types: readonly string[]; holder: string },
    ArgsOf<"ops", "claim">
  >;
  "anything for JSON": Takes<
    Id & { batch: string; plan: { readonly slices: readonly object[] } },
    ArgsOf<"intake", "finish_staging">
  >;
} = {
  "a function that there is": true,
  "one of another name": false,
  "one of another schema": false,
  "all arguments": true,
  "null for any of them": true,
  "one of another name beside them": false,
  "one too few": false,
  "one of another type": false,
  "without what has a default": true,
  "a list that may not be changed": true,
  "anything for JSON": true,
};

Deno.test("ArgsOf takes what a function takes, and nothing that was renamed", () => {
  const refused = Object.entries(TAKEN).filter(([, taken]) => !taken).map(([what]) => what);
  assertEquals(refused, [
    "one of another name",
    "one of another schema",
    "one of another name beside them",
    "one too few",
    "one of another type",
  ]);
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
