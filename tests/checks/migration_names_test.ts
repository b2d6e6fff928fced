/** Migrations are named alike, have a version of their own, and say in their name what they do. */
import { assertEquals } from "deno-std/assert/equals.js";
import { migrationProblems } from "./migration_names.ts";
import { ROOT } from "./project_files.ts";

Deno.test("every migration is named <14 digits>_<verb>_<object>.sql", async () => {
  const names = (await Array.fromAsync(Deno.readDir(`${ROOT}/supabase/migrations`))).map((entry) =>
    entry.name
  );
  assertEquals(migrationProblems(names.sort()), []);
});

const WRONG: Record<string, string> = {
  "no verb": "20261101000000_judgments.sql",
  "an unknown verb": "20261101000000_misc_judgments.sql",
  "13 digits": "2026110100000_create_judgments.sql",
  "a month that is none": "20261301000000_create_judgments.sql",
  "a day that is none": "20260230000000_create_judgments.sql",
  "capitals": "20261101000000_create_Judgments.sql",
  "another ending": "20261101000000_create_judgments.txt",
  "a number in front": "0001_create_judgments.sql",
};

for (const [what, name] of Object.entries(WRONG)) {
  Deno.test(`migrationProblems() refuses ${what}`, () => assertEquals(migrationProblems([name]).length, 1));
}

Deno.test("migrationProblems() refuses a version used twice", () => {
  const names = ["20261101000000_create_jobs.sql", "20261101000000_create_views.sql"];
  assertEquals(migrationProblems(names), [
    "20261101000000_create_views.sql: has the version of 20261101000000_create_jobs.sql",
  ]);
});

Deno.test("migrationProblems() lets a migration revert another by name", () => {
  assertEquals(migrationProblems(["20261101000000_revert_create_jobs.sql"]), []);
});
