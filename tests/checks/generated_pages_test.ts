/** The page of every code is what it would be now; who calls whom in SQL is read by Postgres's own grammar. */
import { assertEquals } from "deno-std/assert/equals.js";
import { callsIn, placesIn } from "./database_calls.ts";
import { ERRORS_PAGE, errorsPage } from "./errors_page.ts";
import { FOLDER, keptIn, runbookPages } from "./runbook_pages.ts";
import { ROOT } from "./project_files.ts";

Deno.test("docs/errors.md has every code as the code has it; else run `deno task types`", async () => {
  assertEquals(await Deno.readTextFile(ERRORS_PAGE), errorsPage());
});

Deno.test("docs/runbooks has a page for every check and code as the code has it; else run `deno task types`", async () => {
  const pages = await runbookPages();
  for (const [path, text] of pages) {
    assertEquals(await Deno.readTextFile(`${ROOT}/${FOLDER}/${path}`), text, path);
  }
  const kept = [...await keptIn("checks"), ...await keptIn("codes")];
  assertEquals(kept.filter((path) => !pages.has(path)), []);
});

const MIGRATION = {
  file: "1.sql",
  version: "1",
  name: "a",
  text: `-- what
create function ops.a() returns int language sql set search_path = '' as $$ select ops.b((select ops.c())) $$;

create function ops.d() returns trigger language plpgsql set search_path = '' as $$
declare row ops.t := ops.e(1);
  kept constant text := $sql$select ops.f()$sql$;
begin
  perform ops.a();
  execute 'select ops.b(1)';
  return new;
end $$;
create view ops.v as select ops.c() as x;
create table ops.t (x int default ops.c());
create trigger _100_t before insert on ops.t for each row when (ops.b(new.x) > 1) execute function ops.d();
select cron.schedule('every-minute', '* * * * *', $$select ops.a()$$);`,
};

Deno.test("callsIn() finds who calls what: bodies, texts that are executed, views, defaults, triggers, the clock", () => {
  const calls = callsIn([MIGRATION]).map(({ called, by }) => `${by} → ${called}`);
  assertEquals([...new Set(calls)].sort(), [
    "ops.a → ops.b",
    "ops.a → ops.c",
    "ops.d → ops.a",
    "ops.d → ops.b",
    "ops.d → ops.e",
    "ops.d → ops.f",
    "table ops.t → ops.c",
    "the clock (every-minute) → ops.a",
    "trigger _100_t on ops.t → ops.b",
    "trigger _100_t on ops.t → ops.d",
    "view ops.v → ops.c",
  ]);
});

Deno.test("placesIn() knows the line of everything", () => {
  const places = placesIn([MIGRATION]);
  assertEquals(places.get("function ops.a"), { file: "1.sql", line: 2 });
  assertEquals(places.get("function ops.d"), { file: "1.sql", line: 4 });
  assertEquals(places.get("table ops.t"), { file: "1.sql", line: 13 });
});
