/** How SQL is written here: what the rules see, and that nothing of ours breaks one. */
import { assertEquals } from "deno-std/assert/equals.js";
import { readMigrations } from "../../../ops/migrations/files.ts";
import { houseComplaints } from "../../../ops/migrations/house_rules.ts";
import { ROOT } from "../project_files.ts";

Deno.test("the migrations are written as the house writes SQL", async () => {
  assertEquals(houseComplaints(await readMigrations(ROOT), new Set()), []);
});

/** @returns `file:line rule` of texts that are migrations `1.sql`, `2.sql`, … */
function rules(texts: readonly string[], released: readonly string[] = []): string[] {
  const migrations = texts.map((text, index) => ({
    file: `${index + 1}.sql`,
    version: String(index + 1),
    name: "",
    text,
  }));
  return houseComplaints(migrations, new Set(released)).map(({ file, line, rule, message }) =>
    rule === "no-comment" ? message.replace(" says nowhere what it is", "") : `${file}:${line} ${rule}`
  );
}

const function_ = (body: string, { language = "plpgsql", path = "set search_path = ''" } = {}) =>
  `create function ops.f(a int) returns void language ${language} ${path}\nas $$${body}$$;
comment on function ops.f(int) is 'what';`;

const SEEN: Record<string, [sql: string, expected: string[]]> = {
  "a line too wide": [`select '${"x".repeat(121)}';`, ["1.sql:1 line-width"]],
  "a function that obeys its caller's path": [function_("begin end", { path: "" }), ["1.sql:1 search-path"]],
  "a path that is not empty": [
    function_("begin end", { path: "set search_path = 'public'" }),
    ["1.sql:1 search-path"],
  ],
  "a body that is none": [function_("begin perform 1 +; end"), ["1.sql:1 body"]],
  "a body of SQL that is none": [function_("\nselect ) 1;", { language: "sql" }), ["1.sql:3 body"]],
  "the engine's door": [function_("\nbegin\n  perform ops.set_door('engine');\nend"), ["1.sql:4 door"]],
  "the engine's door where variables begin": [
    function_("\ndeclare\n  row ops.t := ops.set_door('engine');\nbegin end"),
    ["1.sql:4 door"],
  ],
  "the door's own setting": [
    function_("\nbegin\n  perform set_config('dragonfly.door', 'engine', true);\nend"),
    ["1.sql:4 door"],
  ],
  "an update of everything": [function_("\nbegin\n  update ops.t set x = 1;\nend"), [
    "1.sql:4 unguarded-update",
  ]],
  "a table dropped by a text": [
    function_("\nbegin\n  execute format('drop table %I', a);\nend"),
    ["1.sql:4 drop-table"],
  ],
  "a table dropped by a text that is kept": [
    function_(
      "\ndeclare\n  gone constant text := $sql$\n    drop table ops.t\n  $sql$;\nbegin\n  execute gone;\nend",
    ),
    ["1.sql:5 drop-table"],
  ],
  "words compared with a pattern": [
    function_("select 1 from ops.t where t.rejection_reason like 'Gave up%'", { language: "sql" }),
    ["1.sql:2 prose"],
  ],
  "words in a condition": [
    function_("\nbegin\n  if new.last_error !~* '^lost' then return; end if;\nend"),
    ["1.sql:4 prose"],
  ],
  "words of a json value": [
    function_("select starts_with(e.after ->> 'reason', 'x') from ops.t e", { language: "sql" }),
    ["1.sql:2 prose"],
  ],
  "words in a view": [
    "create view ops.v as\nselect 1 from ops.t where actor not like 'sql:%';\ncomment on view ops.v is 'x';",
    ["1.sql:2 prose"],
  ],
};
for (const [what, [sql, expected]] of Object.entries(SEEN)) {
  Deno.test(`houseComplaints() sees ${what}`, () => assertEquals(rules([sql]), expected));
}

Deno.test("houseComplaints() lets be what only looks alike", () => {
  const fine = [
    function_("\nbegin\n  update ops.t set x = 1 where y;\n  if new.path ~ 'a' then return; end if;\nend"),
    "create function intake.move_batch() returns void language plpgsql set search_path = ''\n" +
    "as $$begin perform ops.set_door('engine'); end$$;\ncomment on function intake.move_batch() is 'x';",
    "comment on schema ops is 'update t; like ''x%''';",
  ];
  assertEquals(rules([fine.join("\n")]), []);
});

Deno.test("houseComplaints() asks everything what it is", () => {
  const sql = `create schema s;
create table s.t (
  id int primary key,
  b text unique references s.o (id),
  constraint t_b_long check (length(b) > 3),
  unique (id, b)
);
create index t_b_idx on s.t (b);
alter table s.t add column c int;
create view s.v as select 1 as one;
create trigger _100_x before update on ops.t for each row execute function ops.f();
create trigger platforms before update on storage.objects for each row execute function ops.f();
create view s.gone as select 1 as one;
drop view s.gone;
${function_("begin end").split("\n").slice(0, 2).join("\n")}`;
  const names = [
    "schema s",
    "table s.t",
    "column s.t.id",
    "constraint s.t.t_pkey",
    "column s.t.b",
    "constraint s.t.t_b_key",
    "constraint s.t.t_b_fkey",
    "constraint s.t.t_b_long",
    "constraint s.t.t_id_b_key",
    "index s.t_b_idx",
    "column s.t.c",
    "view s.v",
    "trigger ops.t._100_x",
    "function ops.f(int4)",
  ];
  assertEquals(rules([sql]), names);
  const comments = names.map((name) => {
    const [kind = "", path = ""] = name.replace("int4", "int").split(" ");
    const [, object, last] = /^(.*)\.([^.]*)$/.exec(path) ?? [];
    return /constraint|trigger/.test(kind)
      ? `comment on ${kind} ${last} on ${object} is 'x';`
      : `comment on ${kind} ${path} is 'x';`;
  });
  assertEquals(rules([sql, comments.join("\n")]), []);
});

Deno.test("houseComplaints() lets only a later release define a function anew", () => {
  const again = function_("begin end").replace("create function", "create or replace function");
  assertEquals(rules([function_("begin end"), again]), ["2.sql:1 defined-twice"]);
  assertEquals(rules([function_("begin end"), again], ["1.sql"]), []);
  assertEquals(rules([function_("begin end"), again], ["1.sql", "2.sql"]), ["2.sql:1 defined-twice"]);
  const other = function_("begin end").replaceAll("a int", "a text").replaceAll("f(int)", "f(text)");
  assertEquals(rules([function_("begin end"), other]), []);
});
