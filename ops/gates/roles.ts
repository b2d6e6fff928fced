/** Gate 4: people's own roles reach nothing, tried as those roles, not read from a list. */
import type postgres from "postgres";
import { auditSecurity } from "../security/checks.ts";
import { SCHEMAS } from "../security/rights.ts";
import type { Target } from "../target.ts";
import { type Seen, wellUnless } from "../checks/check.ts";

/** The checks of the rights that are about people's roles; the others are gate 9's. */
export const ROLE_CHECKS: readonly string[] = ["no_grants_to_people", "row_level_security", "no_policies"];

const PEOPLE = ["anon", "authenticated"];

/** Becomes each role in turn and reads from every table and view; what it may write is asked of Postgres. */
const PROBE = `
do $probe$
declare
  role_name text;
  relation record;
  found text[] := '{}';
  tried int := 0;
begin
  foreach role_name in array array['${PEOPLE.join("', '")}'] loop
    for relation in
      select format('%I.%I', n.nspname, c.relname) as name, c.oid
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = any(array['${SCHEMAS.join("', '")}']) and c.relkind in ('r', 'p', 'v', 'm')
         and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
       order by 1
    loop
      tried := tried + 1;
      begin
        perform set_config('role', role_name, true);
        execute format('select 1 from %s limit 1', relation.name);
        perform set_config('role', 'none', true);
        found := found || format('%s may read %s', role_name, relation.name);
      exception
        when insufficient_privilege then null;
      end;
      if has_table_privilege(role_name, relation.oid, 'insert, update, delete, truncate') then
        found := found || format('%s may write %s', role_name, relation.name);
      end if;
    end loop;
  end loop;
  perform set_config('dragonfly.probe', jsonb_build_object('found', found, 'tried', tried)::text, true);
end
$probe$`;

/** Tries every table and view as every role of people. */
export async function lookAtRoles(target: Target): Promise<Seen> {
  const sql = await target.sql();
  const { found, tried } = await probe(sql);
  const violations = (await auditSecurity(sql)).filter(({ check }) => ROLE_CHECKS.includes(check));
  return wellUnless(
    [...found, ...violations.map(({ object, detail }) => `${object}: ${detail}`)],
    `${tried} tries as ${PEOPLE.join(" and ")}: all refused; row level security everywhere`,
    "revoke all on the object from anon, authenticated, public (and memberships of those roles); ops security-audit lists " +
      "what is granted.",
  );
}

async function probe(sql: postgres.Sql): Promise<{ found: string[]; tried: number }> {
  return await sql.begin(async (transaction) => {
    await transaction.unsafe("set local lock_timeout = '5s'");
    await transaction.unsafe(PROBE);
    const [row] = await transaction`select current_setting('dragonfly.probe') as probe`;
    const { found, tried } = JSON.parse(String(row?.probe));
    return { found: [found].flat().map(String), tried: Number(tried) };
  });
}
