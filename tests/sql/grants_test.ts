/** Sweeps over the whole schema: who may enter, what protects it, and that everything says what it is for. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { ROW_CODES } from "../../shared/judgments/mod.ts";
import { supabaseCli } from "../../checkout/supabase_cli.ts";
import { ROOT } from "../../checkout/root.ts";
import { withDatabase } from "../support/database.ts";
import { errorOf } from "./engine.ts";

/** Schemas whose every object is ours; those of the contract that do not exist yet are simply empty. */
const OURS = ["intake", "ops", "enforcement", "legal", "evidence", "audit", "public"];

const MIGRATIONS = `${ROOT}/supabase/migrations`;

Deno.test("every table of ours has row level security enabled, and no policy lets anybody in", () =>
  withDatabase(async (db) => {
    const open = await db.sql`
      select c.oid::regclass::text as name from pg_class c
       where c.relnamespace::regnamespace::text = any(${OURS}) and c.relkind in ('r', 'p') and not c.relrowsecurity`;
    assertEquals(open.map((row) => row.name), []);
    const policies = await db.sql`
      select schemaname || '.' || tablename || ': ' || policyname as name from pg_policies
       where schemaname = any(${[...OURS, "storage"]})`;
    assertEquals(policies.map((row) => row.name), []);
  }));

Deno.test("every function of ours fixes its search_path", () =>
  withDatabase(async (db) => {
    const loose = await db.sql`
      select p.oid::regprocedure::text as name from pg_proc p
       where p.pronamespace::regnamespace::text = any(${OURS})
         and not exists (select 1 from unnest(p.proconfig) s where s = 'search_path=""')`;
    assertEquals(loose.map((row) => row.name), []);
  }));

Deno.test("every view of ours runs with the rights of its reader", () =>
  withDatabase(async (db) => {
    const views = await db.sql`
      select c.oid::regclass::text as name from pg_class c
       where c.relnamespace::regnamespace::text = any(${OURS}) and c.relkind in ('v', 'm')
         and not coalesce(c.reloptions @> array['security_invoker=true'], false)`;
    assertEquals(views.map((row) => row.name), []);
  }));

Deno.test("a function that runs with its owner's rights says why, on the line that says so", async () => {
  const silent = [];
  for await (const { name } of Deno.readDir(MIGRATIONS)) {
    const text = await Deno.readTextFile(`${MIGRATIONS}/${name}`);
    const functions = [
      ...text.matchAll(/create (?:or replace )?function (\S+?)\([^$]*?\bsecurity definer\b(.*)/g),
    ];
    for (const [, of, rest] of functions) if (!rest?.startsWith(" -- ")) silent.push(`${name}: ${of}`);
  }
  assertEquals(silent, []);
});

/** Every right anon, authenticated or PUBLIC holds on an object of ours, one line each. */
const GRANTS = `
with acls as (
  select n.nspname as name, n.nspacl as acl, n.nspowner as owner, 'n' as kind from pg_namespace n
   where n.nspname = any(string_to_array($1, ',')) and n.nspname <> 'public'
  union all
  select c.oid::regclass::text, c.relacl, c.relowner, case c.relkind when 'S' then 's' else 'r' end from pg_class c
   where c.relnamespace::regnamespace::text = any(string_to_array($1, ',')) and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
  union all
  select c.oid::regclass::text || '.' || a.attname, a.attacl, c.relowner, 'c' from pg_attribute a join pg_class c on c.oid = a.attrelid
   where c.relnamespace::regnamespace::text = any(string_to_array($1, ',')) and a.attacl is not null
  union all
  select p.oid::regprocedure::text, p.proacl, p.proowner, 'f' from pg_proc p where p.pronamespace::regnamespace::text = any(string_to_array($1, ','))
)
select a.name || ': ' || g.privilege_type || ' to ' || case g.grantee when 0 then 'public' else g.grantee::regrole::text end as line
  from acls a cross join lateral aclexplode(coalesce(a.acl, acldefault(a.kind::"char", a.owner))) g
 where g.grantee = 0 or g.grantee::regrole::text in ('anon', 'authenticated')
 order by 1`;

Deno.test("anon, authenticated and PUBLIC have no right on any schema, table, view, sequence, column or function of ours", () =>
  withDatabase(async (db) => {
    assertEquals((await db.sql.unsafe(GRANTS, [OURS.join(",")])).map((row) => row.line), []);
  }));

Deno.test("what a later migration makes is closed to anon, authenticated and PUBLIC as well", () =>
  withDatabase(async (db) => {
    for (const schema of ["public", "intake", "ops", "audit", "evidence", "legal", "enforcement"]) {
      await db.sql.unsafe(`create table ${schema}.later (id bigint generated always as identity)`);
      await db.sql.unsafe(`create view ${schema}.v_later as select 1 as one`);
      await db.sql.unsafe(`create function ${schema}.later() returns int language sql as 'select 1'`);
    }
    assertEquals((await db.sql.unsafe(GRANTS, [OURS.join(",")])).map((row) => row.line), []);
  }));

for (const role of ["anon", "authenticated"] as const) {
  Deno.test(`${role} is turned away from every relation and every function of ours`, () =>
    withDatabase(async (db) => {
      const relations = await db.sql`
        select c.oid::regclass::text as name from pg_class c
         where c.relnamespace::regnamespace::text = any(${OURS}) and c.relkind in ('r', 'v')`;
      assert(relations.length > 20);
      for (const { name } of relations) {
        assertMatch(
          await errorOf(db.as(role).unsafe(`select 1 from ${name}`)) ?? "no error",
          /^42501 /,
          name,
        );
      }
      for (
        const call of [
          "intake.sweep()",
          "ops.wake('worker')",
          "audit.append('a', 'b', 'c')",
          "ops.claim('{ingest}', 'w')",
        ]
      ) {
        assertMatch(await errorOf(db.as(role).unsafe(`select ${call}`)) ?? "no error", /^42501 /, call);
      }
    }));
}

Deno.test("service_role has no right to change what it may only read", () =>
  withDatabase(async (db) => {
    for (
      const table of [
        "audit.event_log",
        "audit.exported_heads",
        "intake.batch_moves",
        "intake.error_codes",
        "ops.expected_workers",
      ]
    ) {
      assertMatch(
        await errorOf(db.as("service_role").unsafe(`delete from ${table} where true`)) ?? "no error",
        /^42501 /,
        table,
      );
    }
  }));

Deno.test("every schema, table, view, function and trigger of ours says what it is for", () =>
  withDatabase(async (db) => {
    const silent = await db.sql`
      select 'schema ' || n.nspname as name from pg_namespace n
       where n.nspname = any(${OURS}) and obj_description(n.oid, 'pg_namespace') is null
      union all
      select 'relation ' || c.oid::regclass from pg_class c
       where c.relnamespace::regnamespace::text = any(${OURS}) and c.relkind in ('r', 'p', 'v', 'm')
         and obj_description(c.oid, 'pg_class') is null
      union all
      select 'function ' || p.oid::regprocedure from pg_proc p
       where p.pronamespace::regnamespace::text = any(${OURS}) and obj_description(p.oid, 'pg_proc') is null
      union all
      select 'trigger ' || t.tgname || ' on ' || t.tgrelid::regclass from pg_trigger t join pg_class c on c.oid = t.tgrelid
       where c.relnamespace::regnamespace::text = any(${OURS}) and not t.tgisinternal
         and obj_description(t.oid, 'pg_trigger') is null`;
    assertEquals(silent.map((row) => row.name), []);
  }));

/** Columns whose name says all there is to say, wherever they stand. */
const PLAIN = new Set(
  ("id name batch_id filename source source_reference status priority created_at updated_at created_by reason paused " +
    "changed_by changed_at payload job_type max_attempts locked_by last_error worker_id worker_type last_seen_at version " +
    "memory_mb jobs_done jobs_failed since case_number plaintiff_name defendant_name amount judgment_date filing_date court " +
    "county state defendant_address defendant_phone defendant_email enforcement_stage enforcement_stage_updated_at firm_name " +
    "storage_bucket storage_path storage_version file_size_bytes row_count_total row_count_staged row_count_valid " +
    "row_count_invalid row_count_inserted row_count_duplicate dry_run").split(" "),
);
Deno.test("the columns of batches, jobs and judgments that are not plain are explained", () =>
  withDatabase(async (db) => {
    const rows = await db.sql`
      select c.oid::regclass || '.' || a.attname as name, a.attname as column
        from pg_attribute a join pg_class c on c.oid = a.attrelid
       where c.oid in ('intake.simplicity_batches'::regclass, 'ops.job_queue'::regclass, 'public.judgments'::regclass)
         and a.attnum > 0 and not a.attisdropped and col_description(c.oid, a.attnum) is null order by 1`;
    assertEquals(rows.filter((row) => !PLAIN.has(row.column)).map((row) => row.name), []);
  }));

Deno.test("every trigger of ours but the keepers of updated_at fires always, in replica sessions too", () =>
  withDatabase(async (db) => {
    const soft = await db.sql`
      select t.tgname || ' on ' || t.tgrelid::regclass as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
       where c.relnamespace::regnamespace::text = any(${OURS}) and not t.tgisinternal
         and t.tgname <> '_900_touch_updated_at' and t.tgenabled <> 'A'`;
    assertEquals(soft.map((row) => row.name), []);
  }));

Deno.test("trigger names show their order: a number before every one", () =>
  withDatabase(async (db) => {
    const odd = await db.sql`
      select t.tgname as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
       where c.relnamespace::regnamespace::text = any(${OURS}) and not t.tgisinternal and t.tgname !~ '^_[0-9]{3}_'`;
    assertEquals(odd.map((row) => row.name), []);
  }));

Deno.test("intake.error_codes and the catalogue in code are the same, word for word", () =>
  withDatabase(async (db) => {
    const rows = await db.sql`select code, stage, cause, fix from intake.error_codes`;
    const byCode = (a: { code: string }, b: { code: string }) => a.code < b.code ? -1 : 1;
    const known = rows.map(({ code, stage, cause, fix }) => ({ code: String(code), stage, cause, fix }));
    const wanted = ROW_CODES.map(({ code, stage, cause, fix }) => ({ code, stage, cause, fix }));
    assertEquals(known.sort(byCode), [...wanted].sort(byCode));
  }));

Deno.test("no secret stands in the schema: wake-ups read the Vault when they are sent", () =>
  withDatabase(async (db) => {
    const found = await db.sql`
      select p.oid::regprocedure::text as name from pg_proc p
       where p.pronamespace::regnamespace::text = any(${OURS}) and p.prosrc ~ '(sb_secret_|dfwake_|dfop_|eyJ)'`;
    assertEquals(found.map((row) => row.name), []);
    assertEquals((await db.admin`select 1 from vault.secrets`).length, 0);
  }));

interface Finding {
  name: string;
  level: "ERROR" | "WARN" | "INFO";
  categories: string[];
  detail: string;
}

async function advise(url: string, home: string): Promise<Finding[]> {
  const { success, stdout, stderr } = await new Deno.Command(supabaseCli(), {
    args: ["db", "advisors", `--remote=${url}`, "--level", "info", "--output-format", "json"],
    env: { HOME: home, PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", SUPABASE_TELEMETRY_DISABLED: "1" },
    clearEnv: true,
    stdin: "null",
  }).output();
  const said = new TextDecoder().decode(stdout);
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(said).results;
}

Deno.test("Supabase's advisors find nothing about security, and about performance nothing above INFO", () =>
  withDatabase(async (db) => {
    const home = await Deno.makeTempDir();
    try {
      const serious = (found: Finding[]) =>
        found.filter((one) => one.level !== "INFO").map((one) => `${one.level} ${one.name}: ${one.detail}`);
      assertEquals(serious(await advise(db.url, home)), []);
      await db.sql`create function public.loose() returns int language sql as 'select 1'`;
      assertEquals(serious(await advise(db.url, home)).length > 0, true, "the advisors see what they should");
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  }));
