/** Which tables have rows as soon as the migrations have run: whoever empties a copy of a database has to leave them. */
import { assertEquals } from "deno-std/assert/equals.js";
import { withDatabase } from "../support/database.ts";
import { CATALOGUES } from "../support/foreign_template.ts";

Deno.test("the tables that begin with rows are the catalogues, and no others", () =>
  withDatabase(async ({ admin }) => {
    const tables = await admin<{ name: string }[]>`
      select format('%I.%I', n.nspname, c.relname) as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname in ('intake', 'ops', 'enforcement', 'legal', 'evidence', 'audit', 'public')
      order by 1
    `;
    const filled: string[] = [];
    for (const { name } of tables) {
      const [row] = await admin.unsafe(`select exists (select from ${name}) as filled`);
      if (row?.filled === true) filled.push(name);
    }
    assertEquals(filled, [...CATALOGUES]);
  }));
