import { assertEquals } from "deno-std/assert/equals.js";
import { assertNotEquals } from "deno-std/assert/not_equals.js";
import { type Act, type Kind, KINDS, schedule } from "./schedule.ts";

Deno.test("schedule() gives the same run for the same seed, another for another", () => {
  assertEquals(schedule(42), schedule(42));
  assertNotEquals(schedule(42), schedule(43));
});

Deno.test("schedule() reaches every kind of fault within a hundred seeds, and ends what it began", () => {
  const acts = Array.from({ length: 100 }, (_, seed) => schedule(seed).steps.map(({ act }) => act)).flat();
  for (const kind of KINDS) assertEquals(acts.some((act) => kindOf(act) === kind), true, kind);
  for (const work of ["notice", "pull"]) assertEquals(acts.some((act) => act.do === work), true, work);
  assertEquals(
    acts.filter((act) => act.do === "stop").length,
    acts.filter((act) => act.do === "continue").length,
  );
  const rest = acts.filter((act) => act.do === "rest");
  assertEquals(rest.filter((act) => act.out).length, rest.filter((act) => !act.out).length);
});

Deno.test("schedule() keeps to the faults it is told", () => {
  const allowed: Kind[] = ["kill", "cut"];
  const acts = new Set(schedule(3, { focus: allowed, faults: 20 }).steps.map(({ act }) => act.do));
  for (const work of ["notice", "pull"] as const) acts.delete(work); // what there is to do, by chance
  assertEquals(acts, new Set(["drop", "kill", "cut"]));
});

/** The fault it is of, for the faults that have one act. */
function kindOf(act: Act): string {
  return (act.do === "kill" || act.do === "stop") && act.of === "outbound" ? `${act.do}_outbound` : act.do;
}
