/** What stands in a database in the way of guards: read alike by the sentinel and by whoever writes its table. */
import * as z from "zod";

/** SHA-256 over what a function is: its body, whose rights it has, its settings, its language. */
const FUNCTION_HASH = `encode(sha256(convert_to(jsonb_build_array(
    p.prosrc, p.prosecdef, p.proconfig, (select l.lanname from pg_catalog.pg_language l where l.oid = p.prolang)
  )::text, 'UTF8')), 'hex')`;
const FUNCTION_NAME =
  `(select n.nspname from pg_catalog.pg_namespace n where n.oid = p.pronamespace) || '.' || p.proname`;

/** Every trigger on tables of ours and of Storage, with the function it calls. */
export const TRIGGERS_SQL = `
  select n.nspname || '.' || c.relname as "table", t.tgname as trigger,
         case t.tgenabled when 'A' then 'always' when 'D' then 'disabled' when 'R' then 'replica only' else 'enabled' end
           as state,
         encode(sha256(convert_to(pg_catalog.pg_get_triggerdef(t.oid), 'UTF8')), 'hex') as definition,
         ${FUNCTION_NAME} as function, ${FUNCTION_HASH} as body
    from pg_catalog.pg_trigger t
    join pg_catalog.pg_class c on c.oid = t.tgrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_proc p on p.oid = t.tgfoid
   where not t.tgisinternal
     and n.nspname in ('intake', 'ops', 'audit', 'enforcement', 'legal', 'evidence', 'public', 'storage')
   order by 1, 2`;

/** The functions the record and the guards stand on, beside those that triggers call. Overloads are one text. */
export const FUNCTIONS_SQL = `
  select ${FUNCTION_NAME} as function, string_agg(${FUNCTION_HASH}, ' ' order by ${FUNCTION_HASH}) as body
    from pg_catalog.pg_proc p
   where p.pronamespace in (select n.oid from pg_catalog.pg_namespace n where n.nspname in ('audit', 'evidence', 'legal'))
      or p.pronamespace = (select n.oid from pg_catalog.pg_namespace n where n.nspname = 'ops')
         and p.proname in ('actor', 'act_as', 'kind_of_actor', 'vouched_actor', 'is_from_function', 'is_engine',
                           'is_by_hand', 'set_door')
      or p.pronamespace = (select n.oid from pg_catalog.pg_namespace n where n.nspname = 'enforcement')
         and p.proname in ('owns', 'pass_gate')
   group by 1
   order by 1`;

export const FoundTrigger = z.object({
  table: z.string(),
  trigger: z.string(),
  state: z.enum(["always", "enabled", "disabled", "replica only"]),
  definition: z.string(),
  function: z.string(),
  body: z.string(),
});
export type FoundTrigger = z.infer<typeof FoundTrigger>;

export const FoundFunction = z.object({ function: z.string(), body: z.string() });
export type FoundFunction = z.infer<typeof FoundFunction>;

/** Triggers named so are guards, also those of later migrations: they fire always. */
export const GUARD_NAME = /^_(100|500)_/;
