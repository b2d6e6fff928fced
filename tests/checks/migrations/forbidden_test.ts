/** The go-live runbook's forbidden patterns, and what looks like them and is not. */
import { assertEquals } from "deno-std/assert/equals.js";
import { forbiddenIn } from "../../../ops/migrations/forbidden.ts";

const FILE = "20270101000000_alter_things.sql";
const rulesOf = (sql: string, file = FILE, others: string[] = []) =>
  forbiddenIn(file, sql, others).map(({ rule, line }) => `${rule}:${line}`);

const FORBIDDEN: Record<string, string> = {
  "alter table public.judgments drop column county;": "drop-column:1",
  "ALTER TABLE ONLY foo DROP COLUMN IF EXISTS bar": "drop-column:1",
  "alter table foo add column a int, drop b;": "drop-column:1",
  "drop table if exists intake.row_errors cascade;": "drop-table:1",
  "drop schema intake;": "drop-schema:1",
  "truncate table foo;": "truncate:1",
  "truncate foo, bar;": "truncate:1",
  "-- all of them\n\nupdate foo set bar = 1;": "unguarded-update:3",
  "update foo set bar = 'where';": "unguarded-update:1",
  "delete from foo;": "unguarded-delete:1",
  "with a as (select 1) delete from foo;": "unguarded-delete:1",
  "select 1;\ndo $$\nbegin\n  delete from foo;\nend $$;": "unguarded-delete:3", // where its block begins

  "do $x$ begin if true then drop table foo; end if; end $x$": "drop-table:1",
};
for (const [sql, expected] of Object.entries(FORBIDDEN)) {
  Deno.test(`forbiddenIn() refuses ${JSON.stringify(sql)}`, () => assertEquals(rulesOf(sql), [expected]));
}

const ALLOWED = [
  "alter table foo drop constraint bar;",
  "alter table foo alter column bar drop not null;",
  "alter table foo alter column bar drop default;",
  "drop policy if exists p on foo;",
  "drop view if exists ops.v_old;",
  "drop trigger t on foo;",
  "create index if not exists i on t (col);",
  "update foo set bar = 1 where bar is null;",
  "delete from foo where id = 1;",
  "comment on table foo is 'never drop table foo; never truncate it';",
  "-- drop table foo;\nselect 1;",
  "/* truncate foo; */ select 1;",
  "create function f() returns void language plpgsql as $$ begin delete from foo; truncate bar; end $$;",
  'select "drop table" from foo;',
  "insert into foo values ('; drop table bar; ');",
];
for (const sql of ALLOWED) {
  Deno.test(`forbiddenIn() lets ${JSON.stringify(sql)} through`, () => assertEquals(rulesOf(sql), []));
}

Deno.test("forbiddenIn() lets a revert that names what it reverts do it", () => {
  const others = ["20261231000000_add_column.sql"];
  const drop = "alter table foo drop column if exists bad_column;";
  assertEquals(rulesOf(drop, "20270101000000_revert_add_column.sql", others), []);
  assertEquals(rulesOf(`-- reverts 20261231000000\n${drop}`, "20270101000000_revert_it.sql", others), []);
});

Deno.test("forbiddenIn() refuses a revert of nothing, and of what comes later", () => {
  const drop = "alter table foo drop column bad_column;";
  const file = "20270101000000_revert_add_column.sql";
  assertEquals(rulesOf(drop, file, [file]), ["revert-of-nothing:1"]);
  assertEquals(rulesOf(drop, file, ["20270102000000_add_column.sql"]), ["revert-of-nothing:1"]);
});

const IN_BODIES: Record<string, string> = {
  "do $$ begin execute 'drop table foo'; end $$": "drop-table:1",
  "do $$ begin execute 'truncate ' || quote_ident('foo'); end $$": "truncate:1",
  "do $$ declare t text; begin\nfor t in select 'a' loop execute format('drop table %I.%I', 'x', t); end loop; end $$":
    "drop-table:1",
  "with gone as (delete from foo returning *) select count(*) from gone;": "unguarded-delete:1",
  "do language plpgsql $$\nbegin\n  update foo set bar = 1;\nexception when others then null;\nend $$":
    "unguarded-update:2",
};
for (const [sql, expected] of Object.entries(IN_BODIES)) {
  Deno.test(`forbiddenIn() sees through ${JSON.stringify(sql)}`, () =>
    assertEquals(rulesOf(sql), [expected]));
}

Deno.test("forbiddenIn() says where a text is no SQL", () => {
  assertEquals(rulesOf("select 1;\nselect ) 2;"), ["syntax:2"]);
  assertEquals(rulesOf("select 1;\ndo $$\nbegin\n  perform 1 +;\nend $$;").length, 1);
});
