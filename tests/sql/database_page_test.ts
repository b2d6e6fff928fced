/** The page about the database is what it would be now, and is not written while something says nowhere what it is. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import { DATABASE_PAGE, databasePage } from "../checks/database_page.ts";
import { withDatabase } from "../support/database.ts";

Deno.test("docs/database.md is what the migrations make; else run `deno task types`", async () => {
  await withDatabase(async ({ sql }) => {
    const fresh = await databasePage(sql);
    for (
      const part of ["### intake.simplicity_batches\n", "### ops.claim()\n", "## Clock\n", "firing order"]
    ) {
      assertStringIncludes(fresh, part);
    }
    assertEquals(await Deno.readTextFile(DATABASE_PAGE), fresh);
  });
});

Deno.test("docs/database.md is not written while something says nowhere what it is", async () => {
  await withDatabase(async ({ sql }) => {
    await sql`create view ops.v_silent as select 1 as one`;
    const words = await databasePage(sql).catch((error: Error) => error.message);
    assertEquals(words, "Cannot write docs/database.md: no comment on ops: v_silent, ops: one");
  });
});
