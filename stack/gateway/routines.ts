/** What the REST side knows about SQL functions: PostgREST's schema cache, as far as calls need it. */
import type { Sql } from "../database/connect.ts";

export interface Routine {
  schema: string;
  name: string;
  /** Input arguments in order; the name is empty where the argument has none. */
  args: { name: string; type: string }[];
  /** How many of the last arguments have defaults. */
  defaults: number;
  volatile: boolean;
  returns: "void" | "scalar" | "row";
  set: boolean;
  /** The function's own `statement_timeout`, as written; null when it has none. */
  statementTimeout: string | null;
}

/** A cache of routines; `forget()` is what a reload notice does. */
export interface Routines {
  find(schema: string, name: string): Promise<Routine[]>;
  forget(): void;
}

export function makeRoutines(sql: Sql): Routines {
  let known = new Map<string, Promise<Routine[]>>();
  return {
    find(schema, name) {
      const key = `${schema}.${name}`;
      let found = known.get(key);
      if (found === undefined) {
        found = read(sql, schema, name);
        known.set(key, found);
        // Neither an error nor an absence may outlive the cause: hosted reloads on DDL, we look again.
        found.then((all) => all.length === 0 && known.delete(key), () => known.delete(key));
      }
      return found;
    },
    forget() {
      known = new Map();
    },
  };
}

async function read(sql: Sql, schema: string, name: string): Promise<Routine[]> {
  const rows = await sql`
    select
      p.pronargdefaults as defaults,
      p.provolatile = 'v' as volatile,
      p.proretset as set,
      p.prorettype = 'void'::regtype as is_void,
      t.typtype = 'c' or p.prorettype = 'record'::regtype or 't' = any (p.proargmodes) or 'o' = any (p.proargmodes)
        as is_row,
      coalesce(
        (
          select json_agg(
            json_build_object(
              'name', coalesce(p.proargnames[arg.place], ''),
              'type', format_type(arg.type, null),
              'variadic', p.provariadic <> 0
            )
            order by arg.place
          )
          from unnest(p.proargtypes::oid[]) with ordinality as arg (type, place)
        ),
        '[]'
      ) as args,
      (
        select substr(setting, length('statement_timeout=') + 1)
        from unnest(p.proconfig) as setting
        where setting like 'statement_timeout=%'
      ) as statement_timeout
    from pg_proc p
      join pg_namespace n on n.oid = p.pronamespace
      join pg_type t on t.oid = p.prorettype
    where n.nspname = ${schema} and p.proname = ${name} and p.prokind = 'f'
  `;
  return rows.map((row) => ({
    schema,
    name,
    args: row.args,
    defaults: row.defaults,
    volatile: row.volatile,
    returns: row.is_void ? "void" : row.is_row ? "row" : "scalar",
    set: row.set,
    statementTimeout: row.statement_timeout,
  }));
}
