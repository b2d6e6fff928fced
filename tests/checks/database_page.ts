/** The page `docs/database.md`: what a migrated database holds, where each thing is written, and who calls what. */
import { FOLDER, readMigrations } from "../../ops/migrations/files.ts";
import { SCHEMAS } from "../../ops/security/rights.ts";
import type { Sql } from "../support/database.ts";
import { type Call, callsIn, type Place, placesIn } from "./database_calls.ts";
import { codeFiles, projectFiles, ROOT } from "./project_files.ts";
import { inCell, table } from "./tables.ts";

/** Where the page is kept. */
export const DATABASE_PAGE = `${ROOT}/docs/database.md`;

const HEAD = `# The database

Written from a migrated database by \`deno task types\`; not edited by hand. What the words mean is in the
[glossary](glossary.md), how a batch moves from state to state in [a picture](batch-states.md).

Nobody but \`service_role\` is granted anything here, every table has row level security without policies, and every
function an empty \`search_path\`. *definer* marks functions that run with the rights of their owner.
Names in brackets are constraints and indexes; \`?\` behind a type says that the column may be null.
`;

interface Commented {
  readonly name: string;
  readonly comment: string | null;
}

interface Column extends Commented {
  readonly type: string;
  readonly filled: string | null;
}

interface Trigger extends Commented {
  readonly fires: string;
  readonly runs: string;
  readonly always: boolean;
}

interface Relation extends Commented {
  readonly kind: string;
  readonly unlogged: boolean;
  readonly columns: readonly Column[];
  readonly constraints: readonly (Commented & { definition: string })[];
  readonly indexes: readonly (Commented & { definition: string })[];
  readonly triggers: readonly Trigger[];
}

interface Routine extends Commented {
  readonly args: string;
  readonly gives: string;
  readonly definer: boolean;
  readonly language: string;
}

/** @returns the page as it should be. @throws when something in our schemas has no comment. */
export async function databasePage(sql: Sql): Promise<string> {
  const migrations = await readMigrations(ROOT);
  const places = placesIn(migrations);
  const names = [...places.keys()].filter((name) => name.startsWith("function ")).map((name) =>
    name.slice(9)
  );
  const calls = [...callsIn(migrations), ...await callsInCode(names)];
  const silent: string[] = [];
  const sections: string[] = [];
  for (const schema of SCHEMAS) {
    const [there] = await sql<Commented[]>`
      select n.nspname as name, obj_description(n.oid, 'pg_namespace') as comment
        from pg_namespace n where n.nspname = ${schema}`;
    if (there === undefined) continue;
    const relations = await relationsOf(sql, schema);
    const routines = await routinesOf(sql, schema);
    silent.push(
      ...[...relations.flatMap(commentedParts), ...routines].filter(({ comment }) => comment === null)
        .map(({ name }) => `${schema}: ${name}`),
    );
    sections.push(schemaSection(there, relations, routines, places, calls));
  }
  if (silent.length > 0) throw new Error(`Cannot write docs/database.md: no comment on ${silent.join(", ")}`);
  return [HEAD, ...sections, await cronSection(sql)].join("\n");
}

function commentedParts(relation: Relation): Commented[] {
  const { columns, constraints, indexes, triggers } = relation;
  const ours = triggers.filter(() => !relation.name.startsWith("storage."));
  return [relation, ...columns, ...constraints, ...indexes, ...ours];
}

async function relationsOf(sql: Sql, schema: string): Promise<Relation[]> {
  return await sql<Relation[]>`
    select c.relname as name, obj_description(c.oid, 'pg_class') as comment,
      case c.relkind when 'v' then 'view' else 'table' end as kind, c.relpersistence = 'u' as unlogged,
      (select coalesce(json_agg(json_build_object('name', a.attname, 'comment', col_description(c.oid, a.attnum),
          'type', format_type(a.atttypid, a.atttypmod)
            || case when a.attnotnull or c.relkind = 'v' then '' else '?' end,
          'filled', case when a.attidentity <> '' then 'identity' when a.attgenerated <> '' then 'generated'
            else pg_get_expr(d.adbin, d.adrelid) end) order by a.attnum), '[]')
         from pg_attribute a left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
      (select coalesce(json_agg(json_build_object('name', k.conname, 'comment', obj_description(k.oid, 'pg_constraint'),
          'definition', pg_get_constraintdef(k.oid, true))
          order by array_position('{p,u,f,c}'::text[], k.contype::text), k.conname), '[]')
         from pg_constraint k where k.conrelid = c.oid and k.contype in ('p', 'u', 'f', 'c')) as constraints,
      (select coalesce(json_agg(json_build_object('name', i.relname, 'comment', obj_description(i.oid, 'pg_class'),
          'definition', pg_get_indexdef(i.oid)) order by i.relname), '[]')
         from pg_index x join pg_class i on i.oid = x.indexrelid
        where x.indrelid = c.oid and not exists (select from pg_constraint k where k.conindid = i.oid)) as indexes,
      (select coalesce(json_agg(json_build_object('name', t.tgname, 'comment', obj_description(t.oid, 'pg_trigger'),
          'fires', pg_get_triggerdef(t.oid, true), 'always', t.tgenabled = 'A',
          'runs', (select f.pronamespace::regnamespace || '.' || f.proname from pg_proc f where f.oid = t.tgfoid))
          order by case when t.tgtype & 2 = 2 then t.tgtype & 1 else 3 - (t.tgtype & 1) end, t.tgname), '[]')
         from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal) as triggers
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = ${schema} and c.relkind in ('r', 'p', 'v', 'm')
     and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
   order by c.relkind in ('v', 'm'), c.relname`;
}

async function routinesOf(sql: Sql, schema: string): Promise<Routine[]> {
  return await sql<Routine[]>`
    select p.proname as name, obj_description(p.oid, 'pg_proc') as comment, pg_get_function_arguments(p.oid) as args,
           pg_get_function_result(p.oid) as gives, p.prosecdef as definer, l.lanname as language
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
     where n.nspname = ${schema}
       and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
     order by p.proname, args`;
}

async function cronSection(sql: Sql): Promise<string> {
  const jobs = await sql<{ name: string; schedule: string; command: string }[]>`
    select j.jobname as name, j.schedule, j.command from cron.job j order by j.jobname`;
  return [
    "## Clock\n",
    table(
      ["job", "when (UTC)", "runs"],
      jobs.map(({ name, schedule, command }) => [name, code(schedule), code(command)]),
    ),
  ].join("\n");
}

function schemaSection(
  { name, comment }: Commented,
  relations: readonly Relation[],
  routines: readonly Routine[],
  places: ReadonlyMap<string, Place>,
  calls: readonly Call[],
): string {
  const links = (list: readonly Commented[], path: (one: Commented) => string) =>
    list.map((one) => `[${one.name}](#${path(one)})`).join(" · ");
  const names = [...new Map(routines.map((one) => [one.name, one])).values()];
  return [
    `## Schema ${name}\n`,
    `${comment ?? ""}\n`,
    relations.length === 0 ? "" : `Tables and views: ${links(relations, (one) => anchor(name, one.name))}\n`,
    names.length === 0 ? "" : `Functions: ${links(names, (one) => anchor(name, `${one.name}()`))}\n`,
    ...relations.map((relation) => relationSection(name, relation, places)),
    ...routines.map((routine) => routineSection(name, routine, places, calls)),
  ].filter((part) => part !== "").join("\n");
}

/** As GitHub makes an anchor of a heading. */
function anchor(schema: string, name: string): string {
  return `${schema}.${name}`.toLowerCase().replace(/[^\w-]/g, "");
}

function relationSection(schema: string, relation: Relation, places: ReadonlyMap<string, Place>): string {
  const { name, kind, unlogged, comment, columns, constraints, indexes, triggers } = relation;
  const place = places.get(`${kind} ${schema}.${name}`);
  const parts = [
    `### ${schema}.${name}\n`,
    `${unlogged ? "Unlogged table" : kind === "view" ? "View" : "Table"}${at(place)}. ${inCell(comment)}\n`,
    kind === "view"
      ? table(["column", "type", "what it is"], columns.map((one) => [code(one.name), one.type, one.comment]))
      : table(
        ["column", "type", "default", "what it is"],
        columns.map((one) => [code(one.name), one.type, code(one.filled), one.comment]),
      ),
  ];
  if (constraints.length > 0) {
    parts.push(table(
      ["rule", "what it holds"],
      constraints.map((one) => [code(one.definition), `${one.comment} (${one.name})`]),
    ));
  }
  if (indexes.length > 0) {
    parts.push(table(
      ["index", "what for"],
      indexes.map((one) => [
        code(
          one.definition.replace(
            /^CREATE (UNIQUE )?INDEX \S+ ON \S+ USING btree /,
            (_, unique = "") => unique,
          ),
        ),
        `${one.comment} (${one.name})`,
      ]),
    ));
  }
  if (triggers.length > 0) {
    parts.push(table(
      ["trigger, in firing order", "when", "runs", "what for"],
      triggers.map((one) => [
        code(one.name) + (one.always ? " always" : ""),
        one.fires.replace(/^CREATE TRIGGER \S+ | ON \S+| EXECUTE FUNCTION .*$/g, "").toLowerCase(),
        `[${one.runs}](#${one.runs.replace(/[^\w-]/g, "")})`,
        one.comment,
      ]),
    ));
  }
  return parts.join("\n");
}

function routineSection(
  schema: string,
  routine: Routine,
  places: ReadonlyMap<string, Place>,
  calls: readonly Call[],
): string {
  const name = `${schema}.${routine.name}`;
  const callers = [
    ...new Map(calls.filter(({ called }) => called === name).map((call) => [call.by, call])).values(),
  ];
  const inSql = callers.filter(({ file }) => file === null).map(({ by }) => code(by)).sort();
  const inCode = callers.filter(({ file }) => file !== null)
    .map(({ by, file }) => `[${by}](../${file})`).sort();
  const kind = [routine.language === "plpgsql" ? "" : "SQL", routine.definer ? "*definer*" : ""]
    .filter((word) => word !== "").join(", ");
  return [
    `### ${name}()\n`,
    `\`\`\`sql\n${routine.name}(${routine.args}) returns ${routine.gives}\n\`\`\`\n`,
    `${inCell(routine.comment)}${kind === "" ? "" : ` ${kind}.`}\n`,
    `Written${at(places.get(`function ${name}`))}. ${
      callers.length === 0
        ? "Called by nothing here: for operators."
        : `Called by ${[...inSql, ...inCode].join(", ")}.`
    }\n`,
  ].join("\n");
}

function at(place: Place | undefined): string {
  return place === undefined
    ? ""
    : ` in [${place.file.slice(15)}:${place.line}](../${FOLDER}/${place.file}#L${place.line})`;
}

function code(text: string | null): string {
  return text === null || text === "" ? "" : `\`${text.replace(/\s+/g, " ")}\``;
}

/** Which code that ships calls SQL functions: by the pair of schema and name, by `call` or `rpc`, or in SQL text. */
async function callsInCode(names: readonly string[]): Promise<Call[]> {
  const paths = codeFiles(await projectFiles())
    .filter((path) =>
      /^(shared|supabase|ops|stack|bench|checkout)\//.test(path) && !path.endsWith("database.types.ts")
    );
  const found = await Promise.all(paths.map(async (path) => {
    const text = await Deno.readTextFile(`${ROOT}/${path}`);
    return [...text.matchAll(CALL)].flatMap(({ groups = {} }): Call[] => {
      const { schema, name } = groups;
      const called = schema === undefined
        ? names.find((one) => one.endsWith(`.${name}`))
        : `${schema}.${name}`;
      return called === undefined ? [] : [{ called, by: path, file: path }];
    });
  }));
  return found.flat();
}

const SCHEMA = `(?<schema>${SCHEMAS.join("|")})`;
const NAME = "(?<name>[a-z_0-9]+)";
const CALL = new RegExp(
  [
    `\\b${SCHEMA}\\.${NAME}\\(`,
    `"${SCHEMA}",\\s*"${NAME}"`,
    `schema\\("${SCHEMA}"\\)\\s*\\.rpc\\(\\s*"${NAME}"`,
    `\\b(?:call|rpc|engine)\\(\\s*"${NAME}"`,
    `"${NAME}" satisfies FunctionIn<"${SCHEMA}">`,
  ].join("|"),
  "g",
);
