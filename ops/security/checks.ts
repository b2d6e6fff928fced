/**
 * What must be true of a database's rights, one query a check. Each returns the objects that break it, as
 * (object, detail), and nothing when all is well.
 */
import type postgres from "postgres";
import * as z from "zod";
import { GUARDS, SCHEMAS, SERVICE_RIGHTS, VERBS } from "./rights.ts";

/** One object that breaks a check. */
export interface Violation {
  readonly check: string;
  readonly object: string;
  readonly detail: string;
  readonly fix: string;
}

interface Check {
  readonly name: string;
  /** What to write in the next migration. */
  readonly fix: string;
  find(sql: postgres.Sql): Promise<postgres.RowList<postgres.Row[]>>;
}

const Found = z.array(z.object({ object: z.string(), detail: z.string() }));

// Lists go as one text each: postgres.js knows array types only once a connection has looked them up.
const schemas = SCHEMAS.join(" ");
const verbs = VERBS.join(" ");
const guards = GUARDS.map(([table, trigger]) => `${table} ${trigger}`).join(",");
const serviceRights = JSON.stringify(SERVICE_RIGHTS);

/** All checks, in the order they are shown. */
const CHECKS: readonly Check[] = [
  {
    name: "no_grants_to_people",
    fix: "revoke all on the object from anon, authenticated, public",
    find: (sql) =>
      sql`
      with held as (
        select format('%I.%I', n.nspname, c.relname) as object, c.relacl as acl, null::text as part
          from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = any(string_to_array(${schemas}, ' ')) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
        union all
        select format('%I.%I', n.nspname, c.relname), a.attacl, 'column ' || a.attname
          from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = any(string_to_array(${schemas}, ' ')) and a.attacl is not null
        union all
        select p.oid::regprocedure::text, coalesce(p.proacl, acldefault('f', p.proowner)), null
          from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where n.nspname = any(string_to_array(${schemas}, ' '))
           and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
        union all
        select format('schema %I', n.nspname), n.nspacl, null
          from pg_namespace n where n.nspname = any(string_to_array(${schemas}, ' ')) and n.nspname <> 'public'
        union all
        select 'default privileges of ' || d.defaclrole::regrole, d.defaclacl,
               'future ' || d.defaclobjtype::text || coalesce(' in ' || nullif(d.defaclnamespace, 0)::regnamespace, '')
          from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace
         where d.defaclrole = 'postgres'::regrole and (n.nspname is null or n.nspname = any(string_to_array(${schemas}, ' ')))
      )
      select h.object,
             concat_ws(' ', who.name, 'may', lower(a.privilege_type), h.part) as detail
        from held h
        cross join lateral aclexplode(h.acl) a
        cross join lateral (
          select case when a.grantee = 0 then 'public' else a.grantee::regrole::text end as name
        ) who
       where who.name in ('anon', 'authenticated', 'public')
       order by 1, 2`,
  },
  {
    name: "service_role_as_listed",
    fix: "grant or revoke it, or give the object its line in ops/security/rights.ts",
    find: (sql) =>
      sql`
      with relations as (
        select format('%I.%I', n.nspname, c.relname) as object, c.oid
          from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = any(string_to_array(${schemas}, ' ')) and c.relkind in ('r', 'p', 'v', 'm', 'f')
      ), wanted as (
        select w.key as object, v.verb
          from jsonb_each(${serviceRights}::text::jsonb) w cross join lateral jsonb_array_elements_text(w.value) v(verb)
      ), held as (
        select r.object, v.verb
          from relations r cross join unnest(string_to_array(${verbs}, ' ')) v(verb)
         where has_table_privilege('service_role', r.oid, v.verb)
      )
      select object, 'service_role may ' || verb || ', which is not listed' as detail
        from (select * from held except select * from wanted) more
      union all
      select object, 'service_role may not ' || verb || ', which is listed'
        from (select * from wanted except select * from held) less
      order by 1, 2`,
  },
  {
    name: "service_role_executes",
    fix: "grant execute on function … to service_role",
    find: (sql) =>
      sql`
      select p.oid::regprocedure::text as object, 'service_role may not execute it' as detail
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where n.nspname = any(string_to_array(${schemas}, ' ')) and not has_function_privilege('service_role', p.oid, 'execute')
         and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
       order by 1`,
  },
  {
    name: "row_level_security",
    fix: "alter table … enable row level security",
    find: (sql) =>
      sql`
      select format('%I.%I', n.nspname, c.relname) as object, 'row level security is off' as detail
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = any(string_to_array(${schemas}, ' ')) and c.relkind in ('r', 'p') and not c.relrowsecurity
       order by 1`,
  },
  {
    name: "no_policies",
    fix: "drop policy …: people reach data through the functions, which mask",
    find: (sql) =>
      sql`
      select format('%I.%I', p.schemaname, p.tablename) as object, 'policy ' || p.policyname as detail
        from pg_policies p
       where p.schemaname = any(string_to_array(${schemas}, ' ')) or (p.schemaname = 'storage' and p.tablename in ('objects', 'buckets'))
       order by 1, 2`,
  },
  {
    name: "guards_always",
    fix: "alter table … enable always trigger …",
    find: (sql) =>
      sql`
      with wanted as (
        select split_part(g, ' ', 1) as object, split_part(g, ' ', 2) as trigger from unnest(string_to_array(${guards}, ',')) g
      ), found as (
        select format('%I.%I', n.nspname, c.relname) as object, t.tgname as trigger, t.tgenabled as state
          from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = any(string_to_array(${schemas}, ' ')) and not t.tgisinternal
      )
      select coalesce(w.object, f.object) as object,
             'trigger ' || coalesce(w.trigger, f.trigger) || case
               when f.trigger is null then ' is missing'
               when f.state = 'D' then ' is disabled'
               else ' is not enable always' end as detail
        from wanted w full join found f using (object, trigger)
       -- A trigger that is numbered below 900 keeps a rule, listed or not; 900 and above is bookkeeping.
       where f.state is distinct from 'A' and (w.trigger is not null or f.trigger ~ '^_[1-8][0-9]{2}_')
       order by 1, 2`,
  },
  {
    name: "views_as_invoker",
    fix: "alter view … set (security_invoker = true)",
    find: (sql) =>
      sql`
      select format('%I.%I', n.nspname, c.relname) as object, 'reads with its owner''s rights' as detail
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = any(string_to_array(${schemas}, ' ')) and c.relkind = 'v'
         and not coalesce(c.reloptions && array['security_invoker=true', 'security_invoker=on'], false)
       order by 1`,
  },
  {
    name: "search_path_fixed",
    fix: "set search_path = '' on the function",
    find: (sql) =>
      sql`
      select p.oid::regprocedure::text as object, 'runs with its caller''s search_path' as detail
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where n.nspname = any(string_to_array(${schemas}, ' '))
         and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
         and not exists (select from unnest(coalesce(p.proconfig, '{}')) s where s in ('search_path=""', 'search_path='))
       order by 1`,
  },
  {
    name: "buckets_private",
    fix: "set public = false under [storage.buckets.…] in supabase/config.toml and push it",
    find: (sql) =>
      sql`
      select 'bucket ' || b.id as object, 'is public' as detail from storage.buckets b where b.public order by 1`,
  },
  {
    name: "buckets_unversioned",
    fix: "switch versioning of the bucket off: a path with several rows is several drops",
    // As JSON: older Storage has no such column.
    find: (sql) =>
      sql`
      select 'bucket ' || b.id as object, 'versioning is ' || v.status as detail
        from storage.buckets b cross join lateral (select to_jsonb(b) ->> 'versioning_status' as status) v
       where v.status <> 'DISABLED' order by 1`,
  },
];

/** Names of all checks. */
export const CHECK_NAMES: readonly string[] = CHECKS.map((check) => check.name);

/** Runs all checks. @returns every violation, nothing when the database is as it should be. */
export async function auditSecurity(sql: postgres.Sql): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const { name, fix, find } of CHECKS) {
    for (const row of Found.parse([...await find(sql)])) violations.push({ check: name, ...row, fix });
  }
  return violations;
}

/** Schemas that are to be exposed over REST and do not exist: each makes every REST call fail (PGRST002). */
export async function missingSchemas(sql: postgres.Sql, exposed: readonly string[]): Promise<string[]> {
  const rows = await sql`
    select s as name from unnest(string_to_array(${exposed.join(" ")}, ' ')) s
     where not exists (select from pg_namespace n where n.nspname = s)`;
  return rows.map((row) => String(row.name));
}
