/** A database's schema as sorted lines, for comparing two roads to it. */
import type postgres from "postgres";
import { SCHEMAS } from "../security/rights.ts";

/**
 * Everything migrations make in our schemas: columns, constraints, indexes, functions, views, triggers, rights,
 * comments; and the scheduled jobs. One object a line.
 */
export async function schemaLines(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql`
    with ours as (
      select n.oid, n.nspname from pg_namespace n where n.nspname = any(string_to_array(${
    SCHEMAS.join(" ")
  }, ' '))
    ), relations as (
      select c.*, format('%I.%I', o.nspname, c.relname) as name
        from pg_class c join ours o on o.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'S')
    )
    select 'schema ' || o.nspname || ' ' || coalesce(n.nspacl::text, '') as line
      from ours o join pg_namespace n using (oid)
    union all
    select concat_ws(' ', 'relation', r.relkind, r.name, r.relpersistence, r.relrowsecurity, r.relacl::text,
                     r.reloptions::text, obj_description(r.oid, 'pg_class'))
      from relations r
    union all
    select concat_ws(' ', 'column', r.name, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                     a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid), a.attacl::text,
                     col_description(r.oid, a.attnum))
      from relations r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
     where r.relkind <> 'S'
    union all
    select concat_ws(' ', 'constraint', r.name, k.conname, pg_get_constraintdef(k.oid))
      from relations r join pg_constraint k on k.conrelid = r.oid
    union all
    select 'index ' || pg_get_indexdef(i.indexrelid) from relations r join pg_index i on i.indrelid = r.oid
    union all
    select concat_ws(' ', 'view', r.name, pg_get_viewdef(r.oid)) from relations r where r.relkind in ('v', 'm')
    union all
    select concat_ws(' ', 'trigger', t.tgenabled, pg_get_triggerdef(t.oid))
      from pg_trigger t
     where not t.tgisinternal
       and (t.tgrelid in (select r.oid from relations r)
            or t.tgfoid in (select p.oid from pg_proc p join ours o on o.oid = p.pronamespace))
    union all
    select concat_ws(' ', 'policy', p.schemaname, p.tablename, p.policyname, p.cmd, p.roles::text, p.qual, p.with_check)
      from pg_policies p join ours o on o.nspname = p.schemaname
    union all
    select concat_ws(' ', 'function', p.oid::regprocedure, md5(pg_get_functiondef(p.oid)), p.proacl::text,
                     obj_description(p.oid, 'pg_proc'))
      from pg_proc p join ours o on o.oid = p.pronamespace
     where p.prokind in ('f', 'p') and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    union all
    select concat_ws(' ', 'cron', j.jobname, j.schedule, j.command) from cron.job j
    order by 1`;
  return rows.map((row) => String(row.line));
}

/** Lines of one side that the other lacks, each with its side. */
export function differences(
  ours: readonly string[],
  theirs: readonly string[],
): { ours: string[]; theirs: string[] } {
  const [left, right] = [new Set(ours), new Set(theirs)];
  return { ours: ours.filter((line) => !right.has(line)), theirs: theirs.filter((line) => !left.has(line)) };
}
