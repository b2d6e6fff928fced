/** What a database's register and the files say together, and the page about it. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import { compareMigrations, driftPage } from "../../../ops/migrations/status.ts";

const migration = (version: string, text: string) => ({
  file: `${version}_create_a.sql`,
  version,
  name: "create_a",
  text,
});
const states = (text: string, statements: string[] | null) =>
  compareMigrations([migration("1", text)], [{ version: "1", name: "create_a", statements }])
    .map(({ state }) => state);

Deno.test("compareMigrations() tells pending and orphans", () => {
  const lines = compareMigrations([migration("2", "select 1;")], [{
    version: "1",
    name: "gone",
    statements: [],
  }]);
  assertEquals(lines.map(({ version, state }) => [version, state]), [["1", "orphan"], ["2", "pending"]]);
});

Deno.test("compareMigrations() sees an edit, and none in comments, spacing or case", () => {
  const text = "-- why\ncreate table a (b int);\n\nselect  1;";
  assertEquals(states(text, ["create table a (b int)", "select 1"]), ["applied"]);
  assertEquals(states(text, ["create table a (b bigint)", "select 1"]), ["edited"]);
  assertEquals(states(text, ["create table a (b int)"]), ["edited"]);
});

Deno.test("compareMigrations() sees an edit in the body of a function", () => {
  const text = "create function f() returns int as $$ select 1 $$;";
  assertEquals(states(text, [text.replace("select 1", "select 2")]), ["edited"]);
});

Deno.test("compareMigrations() takes a migration marked by hand at its word", () => {
  assertEquals(states("select 1;", null), ["applied"]);
});

Deno.test("driftPage() lists what differs and says so when nothing does", () => {
  const fine = driftPage("prod", [{ version: "1", name: "create_a", state: "applied" }]);
  assertStringIncludes(fine, "No drift.");
  assertStringIncludes(fine, "- applied up to: 1");
  const page = driftPage("prod", [{ version: "2", name: "create_b", state: "pending" }]);
  assertStringIncludes(page, "| 2 | create_b | pending |");
  assertStringIncludes(page, "- applied up to: nothing");
});
