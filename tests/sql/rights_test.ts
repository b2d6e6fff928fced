/** Roles × objects × verbs, each cell tried for real: what ops/security/rights.ts says is what Postgres does. */
import { assertEquals } from "deno-std/assert/equals.js";
import type postgres from "postgres";
import { rightsOf, SCHEMAS, SERVICE_RIGHTS, type Verb } from "../../ops/security/rights.ts";
import { type ApiRole, type Sql, type TestDatabase, withDatabase } from "../support/database.ts";

/** Postgres' code for a right that is missing. */
const DENIED = "42501";

/** A statement that needs the verb's right and touches no row. Rights are looked at before rows and defaults. */
const ATTEMPTS: Partial<Record<Verb, (relation: string, column: string) => string>> = {
  select: (relation) => `select from ${relation} limit 0`,
  insert: (relation) => `insert into ${relation} default values`,
  update: (relation, column) => `update ${relation} set ${column} = null where false`,
  delete: (relation) => `delete from ${relation} where false`,
  truncate: (relation) => `truncate ${relation}`,
};

const API_ROLES: readonly ApiRole[] = ["anon", "authenticated", "service_role"];

for (const role of API_ROLES) {
  Deno.test(`${role} may do what the table of rights says, and nothing else`, async (t) => {
    await withDatabase(async (db) => {
      for (const { relation, kind, column } of await relationsOf(db.sql)) {
        for (const [verb, attempt] of Object.entries(ATTEMPTS)) {
          if (kind === "v" && verb !== "select") continue; // a view that cannot be written says so before it asks who
          const allowed = rightsOf(role, relation).some((right) => right === verb);
          await t.step(`${role} ${allowed ? "may" : "may not"} ${verb} on ${relation}`, async () => {
            assertEquals(await isDenied(db, role, attempt(relation, column)), !allowed);
          });
        }
      }
    });
  });
}

Deno.test("only service_role executes functions of ours", async () => {
  await withDatabase(async ({ sql }) => {
    const rows = await sql`
      select r.role, p.oid::regprocedure::text as function
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        cross join unnest(string_to_array(${API_ROLES.join(" ")}, ' ')) r(role)
       where n.nspname = any(string_to_array(${SCHEMAS.join(" ")}, ' '))
         and has_function_privilege(r.role, p.oid, 'execute') <> (r.role = 'service_role')
         and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`;
    assertEquals([...rows], []);
  });
});

Deno.test("the table of rights names only what there is", async () => {
  await withDatabase(async ({ sql }) => {
    const there = new Set((await relationsOf(sql)).map(({ relation }) => relation));
    assertEquals(Object.keys(SERVICE_RIGHTS).filter((relation) => !there.has(relation)), []);
  });
});

interface Relation {
  /** Schema and name. */
  readonly relation: string;
  /** `r` table, `v` view. */
  readonly kind: string;
  /** Any column that can be set. */
  readonly column: string;
}

async function relationsOf(sql: Sql): Promise<Relation[]> {
  const rows = await sql`
    select format('%I.%I', n.nspname, c.relname) as relation, c.relkind::text as kind,
           (select quote_ident(a.attname) from pg_attribute a
             where a.attrelid = c.oid and a.attnum > 0 and a.attidentity = '' and a.attgenerated = '' limit 1) as column
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any(string_to_array(${SCHEMAS.join(" ")}, ' ')) and c.relkind in ('r', 'v')
     order by 1`;
  return rows.map((row) => ({
    relation: String(row.relation),
    kind: String(row.kind),
    column: String(row.column),
  }));
}

/** Tries it and takes it back, whatever came of it. */
async function isDenied(db: TestDatabase, role: ApiRole, statement: string): Promise<boolean> {
  const undo = new Error("taken back");
  try {
    await db.as(role).begin(async (sql: postgres.TransactionSql) => {
      await sql.unsafe(statement);
      throw undo;
    });
  } catch (error) {
    if (error === undo) return false;
    if (error instanceof Error && "code" in error) return error.code === DENIED;
    throw error;
  }
  return false;
}
