/** Whether a migration's file is what was applied, without asking Postgres's grammar. */
import { assertEquals } from "deno-std/assert/equals.js";
import { standVerbatim } from "../../../ops/migrations/verbatim.ts";

const FILE =
  "-- what\ncreate table a (x text default 'b  c');\n\n/* more; */ create view v as select 1; -- end\n";

for (
  const [what, statements, same] of [
    [
      "the statements of the file",
      ["create table a (x text default 'b  c')", "create view v as select 1"],
      true,
    ],
    ["with a comment before one", [
      "-- what\ncreate table a (x text default 'b  c')",
      "create view v as select 1;",
    ], true],
    ["white space in a text", ["create table a (x text default 'b c')", "create view v as select 1"], false],
    [
      "one that is not in the file",
      ["create table a (x text default 'b  c')", "create view v as select 2"],
      false,
    ],
    ["one too few", ["create table a (x text default 'b  c')"], false],
    ["the beginning of one", ["create table a (x text default 'b  c')", "create view v as select"], false],
    [
      "two in the other order",
      ["create view v as select 1", "create table a (x text default 'b  c')"],
      false,
    ],
    ["two that are one in the file", [
      "create table a",
      "(x text default 'b  c')",
      "create view v as select 1",
    ], false],
  ] as const
) {
  Deno.test(`standVerbatim() ${same ? "knows" : "does not take for the same"}: ${what}`, () => {
    assertEquals(standVerbatim(FILE, statements), same);
  });
}
