/** auditSecurity() on a migrated database: nothing to say, until one thing is loosened. Each breakage is seen by name. */
import { assertEquals } from "deno-std/assert/equals.js";
import { auditSecurity, CHECK_NAMES, missingSchemas, type Violation } from "../../ops/security/checks.ts";
import { GUARDS } from "../../ops/security/rights.ts";
import { type TestDatabase, withDatabase } from "../support/database.ts";

Deno.test("auditSecurity() finds nothing in a migrated database", async () => {
  await withDatabase(async ({ sql }) => assertEquals((await auditSecurity(sql)).map(named), []));
});

interface Breakage {
  /** Ends the test's name. */
  readonly what: string;
  readonly sql: string;
  readonly check: string;
  readonly object: string;
  readonly detail: string;
  /** Only the superuser can do it to a platform's object. */
  readonly as?: "admin";
}

const BREAKAGES: readonly Breakage[] = [
  {
    what: "a table that anon may read",
    sql: "grant select on public.judgments to anon",
    check: "no_grants_to_people",
    object: "public.judgments",
    detail: "anon may select",
  },
  {
    what: "one column that authenticated may read",
    sql: "grant select (amount) on public.judgments to authenticated",
    check: "no_grants_to_people",
    object: "public.judgments",
    detail: "authenticated may select column amount",
  },
  {
    what: "a function that everybody may execute",
    sql: "grant execute on function ops.reap_leases(text[]) to public",
    check: "no_grants_to_people",
    object: "ops.reap_leases(text[])",
    detail: "public may execute",
  },
  {
    what: "a schema that authenticated may enter",
    sql: "grant usage on schema ops to authenticated",
    check: "no_grants_to_people",
    object: "schema ops",
    detail: "authenticated may usage",
  },
  {
    what: "a sequence that anon may use",
    sql: "grant usage on sequence public.judgments_id_seq to anon",
    check: "no_grants_to_people",
    object: "public.judgments_id_seq",
    detail: "anon may usage",
  },
  {
    what: "default privileges that would give anon the next table",
    sql: "alter default privileges in schema public grant select on tables to anon",
    check: "no_grants_to_people",
    object: "default privileges of postgres",
    detail: "anon may select future r in public",
  },
  {
    what: "a right of service_role that is not listed",
    sql: "grant delete on audit.event_log to service_role",
    check: "service_role_as_listed",
    object: "audit.event_log",
    detail: "service_role may delete, which is not listed",
  },
  {
    what: "a right of service_role that was taken away",
    sql: "revoke update on ops.job_queue from service_role",
    check: "service_role_as_listed",
    object: "ops.job_queue",
    detail: "service_role may not update, which is listed",
  },
  {
    what: "a function that service_role may not execute",
    sql: "revoke execute on function ops.time_scale() from service_role",
    check: "service_role_executes",
    object: "ops.time_scale()",
    detail: "service_role may not execute it",
  },
  {
    what: "row level security switched off",
    sql: "alter table intake.row_errors disable row level security",
    check: "row_level_security",
    object: "intake.row_errors",
    detail: "row level security is off",
  },
  {
    what: "a policy",
    sql: "create policy readable on public.judgments for select to authenticated using (true)",
    check: "no_policies",
    object: "public.judgments",
    detail: "policy readable",
  },
  {
    what: "a policy on stored objects",
    sql: "create policy readable on storage.objects for select to anon using (true)",
    check: "no_policies",
    object: "storage.objects",
    detail: "policy readable",
    as: "admin",
  },
  {
    what: "a guard that is not always on",
    sql: "alter table intake.simplicity_batches enable trigger _100_guard_batch_status",
    check: "guards_always",
    object: "intake.simplicity_batches",
    detail: "trigger _100_guard_batch_status is not enable always",
  },
  {
    what: "a guard that is disabled",
    sql: "alter table audit.event_log disable trigger _100_protect_events",
    check: "guards_always",
    object: "audit.event_log",
    detail: "trigger _100_protect_events is disabled",
  },
  {
    what: "a guard that is gone",
    sql: "drop trigger _100_protect_events_truncate on audit.event_log",
    check: "guards_always",
    object: "audit.event_log",
    detail: "trigger _100_protect_events_truncate is missing",
  },
  {
    what: "a new guard that is not always on",
    sql:
      "create trigger _200_guard_more before update on public.judgments for each row execute function ops.touch_updated_at()",
    check: "guards_always",
    object: "public.judgments",
    detail: "trigger _200_guard_more is not enable always",
  },
  {
    what: "a view with its owner's rights",
    sql: "alter view ops.v_system_health set (security_invoker = false)",
    check: "views_as_invoker",
    object: "ops.v_system_health",
    detail: "reads with its owner's rights",
  },
  {
    what: "a function with its caller's search_path",
    sql: "alter function ops.time_scale() reset search_path",
    check: "search_path_fixed",
    object: "ops.time_scale()",
    detail: "runs with its caller's search_path",
  },
  {
    what: "a public bucket",
    sql: "update storage.buckets set public = true where id = 'intake'",
    check: "buckets_private",
    object: "bucket intake",
    detail: "is public",
    as: "admin",
  },
  {
    what: "a bucket that keeps versions",
    sql: "update storage.buckets set versioning_status = 'ENABLED' where id = 'intake'",
    check: "buckets_unversioned",
    object: "bucket intake",
    detail: "versioning is ENABLED",
    as: "admin",
  },
];

function named({ check, object, detail }: Pick<Violation, "check" | "object" | "detail">): string {
  return `${check}: ${object}: ${detail}`;
}

for (const { what, sql, as, ...expected } of BREAKAGES) {
  Deno.test(`auditSecurity() finds ${what}`, async () => {
    await withDatabase(async (db: TestDatabase) => {
      const before = (await auditSecurity(db.sql)).map(named);
      await (as === "admin" ? db.admin : db.sql).unsafe(sql);
      const found = (await auditSecurity(db.sql)).map(named).filter((line) => !before.includes(line));
      assertEquals(found, [named(expected)]);
    });
  });
}

Deno.test("every check of auditSecurity() is seen to fail above", () => {
  assertEquals([...new Set(BREAKAGES.map(({ check }) => check))].sort(), [...CHECK_NAMES].sort());
});

Deno.test("missingSchemas() names an exposed schema that does not exist", async () => {
  await withDatabase(async ({ sql }) => {
    assertEquals(await missingSchemas(sql, ["public", "intake", "nowhere"]), ["nowhere"]);
  });
});

Deno.test("the guards auditSecurity() asks for are those the sentinel watches", async () => {
  await withDatabase(async ({ sql }) => {
    const register =
      await sql`select table_name, trigger_name from ops.guard_triggers where must_be = 'always'`;
    const watched = register.map((row) => `${row.table_name} ${row.trigger_name}`).sort();
    assertEquals(GUARDS.map(([table, trigger]) => `${table} ${trigger}`).sort(), watched);
  });
});
