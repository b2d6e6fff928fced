/** The one shape of what commands look at: what counts as well, and how it reads. */
import { assertEquals } from "deno-std/assert/equals.js";
import {
  type Check,
  isWarning,
  runChecks,
  unwell,
  verdictOf,
  warned,
  well,
  wellUnless,
} from "../../../ops/checks/check.ts";
import { showRow, showVerdict } from "../../../ops/checks/show.ts";
import { plainPen } from "../../../ops/pen.ts";
import { CannotRun } from "../../../ops/refusals.ts";

const check = (name: string, look: Check["look"]): Check => ({ name, remedy: `mend ${name}`, look });

const sees = (name: string, seen: ReturnType<typeof well>) => check(name, () => Promise.resolve(seen));

Deno.test("runChecks() looks at everything, tells each at once, and a look that fails hinders no other", async () => {
  const heard: string[] = [];
  const rows = await runChecks([
    sees("first", well("3 of 3")),
    check("blind", () => Promise.reject(new CannotRun("DATABASE_URL is not set"))),
    check("down", () => Promise.reject(Object.assign(new AggregateError([]), { code: "ECONNREFUSED" }))),
    sees("last", unwell("2 missing", "make them")),
  ], { onRow: ({ name }) => heard.push(name) });
  assertEquals(rows, [
    { name: "first", passed: true, evidence: "3 of 3", remedy: null },
    {
      name: "blind",
      passed: false,
      evidence: "could not look: DATABASE_URL is not set",
      remedy: "mend blind",
    },
    {
      name: "down",
      passed: false,
      evidence: "could not look: Postgres does not answer (ECONNREFUSED)",
      remedy: "mend down",
    },
    { name: "last", passed: false, evidence: "2 missing", remedy: "make them" },
  ]);
  assertEquals(heard, ["first", "blind", "down", "last"]);
});

Deno.test("runChecks() begins nothing after an interruption", async () => {
  const stop = new AbortController();
  const rows = await runChecks([sees("first", well("")), sees("second", well(""))], {
    stopping: stop.signal,
    onRow: () => stop.abort(),
  });
  assertEquals(rows.map(({ name }) => name), ["first"]);
});

Deno.test("verdictOf() passes with a warning, and not when strict", () => {
  const rows = [{ name: "a", ...well("") }, { name: "b", ...warned("late", "hurry") }];
  assertEquals(rows.map(isWarning), [false, true]);
  assertEquals([verdictOf("local", rows).passed, verdictOf("local", rows, true).passed], [true, false]);
  assertEquals(verdictOf("local", [{ name: "c", ...unwell("x", "y") }]).passed, false);
});

Deno.test("wellUnless() has a line for each thing that is wrong", () => {
  assertEquals(wellUnless([], "fine", "mend"), well("fine"));
  assertEquals(wellUnless(["a", "b"], "fine", "mend"), unwell("a\nb", "mend"));
});

Deno.test("showRow() writes the cure under what needs one, and nothing that a terminal obeys", () => {
  const row = {
    name: "queue",
    ...unwell("1 stuck: a\x1b[2Jb\n2 given up", "ops queue redrive\nops logs worker"),
  };
  assertEquals(
    showRow(row, plainPen),
    "❌ queue: 1 stuck: a [2Jb\n     2 given up\n   → ops queue redrive\n   → ops logs worker",
  );
  assertEquals(showRow({ name: "env", ...well("whole") }, plainPen, " · "), "✅ env · whole");
  assertEquals(showRow({ name: "Cleanup complete", ...well("") }, plainPen), "✅ Cleanup complete");
});

Deno.test("showVerdict() ends with the verdict", () => {
  const last = (rows: Parameters<typeof verdictOf>[1], strict = false) =>
    showVerdict(verdictOf("local", rows, strict), plainPen, { fine: "ALL WELL" }).split("\n").at(-1);
  assertEquals(last([{ name: "a", ...well("") }]), "ALL WELL");
  assertEquals(last([{ name: "a", ...well("") }, { name: "b", ...unwell("x", "y") }]), "1 of 2 failed");
  assertEquals(
    last([{ name: "a", ...warned("x", "y") }], true),
    "1 warnings, which a strict run does not let pass",
  );
});
