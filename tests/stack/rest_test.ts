/** REST as hosted PostgREST: keys, time limits, row limits, schemas, calls of functions. */
import { assert, assertEquals, assertMatch } from "deno-std/assert/mod.js";
import { unfilteredStatements } from "../../stack/database/safe_update.ts";
import { sharedStack, until } from "./shared_stack.ts";

const shared = sharedStack({ functions: false });

Deno.test.beforeAll(async () => {
  await shared().sql.unsafe(`
    create sequence public.sample_seq;
    create table public.samples (id int primary key, note text);
    alter table public.samples enable row level security;
    grant select, insert, update, delete on public.samples to service_role;
    insert into public.samples select n, 'note ' || n from generate_series(1, 1500) as n;

    create function public.sample_length(text) returns int language sql as 'select length($1)';
    create function public.sample_echo(jsonb) returns jsonb language sql as 'select $1';
    create function public.sample_bytes(bytea) returns int language sql as 'select length($1)';
    create function public.sample_rows(n int, tag text default 'x') returns table (i int, t text)
      language sql as 'select g, tag from generate_series(1, n) as g';
    create function public.sample_numbers(n int) returns setof int language sql as 'select generate_series(1, n)';
    create function public.sample_json(payload jsonb, tags text[] default null) returns jsonb
      language sql as $$ select jsonb_build_object('payload', payload, 'tags', tags) $$;
    create function public.sample_nothing() returns void language sql as 'select';
    create function public.sample_timeout() returns text language sql as $$ select current_setting('statement_timeout') $$;
    create function public.sample_patient() returns text language sql set statement_timeout = '120s'
      as $$ select current_setting('statement_timeout') $$;
    create function public.sample_hasty() returns text language sql set statement_timeout = '100ms'
      as 'select pg_sleep(0.3)::text';
    create function public.sample_nested() returns text language sql as 'select public.sample_hasty()';
    create function public.sample_sleep() returns text language sql set statement_timeout = '200ms'
      as 'select pg_sleep(30)::text';
    create function public.sample_who() returns jsonb language sql as $$
      select jsonb_build_object(
        'user', current_user,
        'role', current_setting('request.jwt.claims', true)::jsonb ->> 'role',
        'path', current_setting('request.path', true),
        'agent', current_setting('request.headers', true)::jsonb ->> 'x-sample',
        'search_path', current_setting('search_path')
      ) $$;
    create function public.sample_refusal(code text) returns void language plpgsql
      as 'begin raise exception using errcode = code, message = ''no'', hint = ''try'', detail = ''because''; end';
    create function public.sample_stable_write() returns void language sql stable
      as $$ select nextval('public.sample_seq') $$;
    grant usage on sequence public.sample_seq to service_role;
    grant execute on all functions in schema public to service_role;
  `).simple();
});

/** Posts a body of any type to a function. */
function call(name: string, body: BodyInit, headers: Record<string, string>): Promise<Response> {
  const { stack } = shared();
  return fetch(`${stack.api_url}/rest/v1/rpc/${name}`, {
    method: "POST",
    headers: { apikey: stack.secret_key, ...headers },
    body,
  });
}

/** Reads one row plainly: supabase-js repeats what got a 503, seven seconds long. @returns the code, or "fine". */
async function read(): Promise<string> {
  const { stack } = shared();
  const response = await fetch(`${stack.api_url}/rest/v1/samples?limit=1`, {
    headers: { apikey: stack.secret_key },
  });
  const body = await response.json();
  return response.status === 200 ? "fine" : body.code;
}

Deno.test("parity 4: without a key REST and Storage are refused, on the loopback too", async () => {
  const { stack } = shared();
  for (
    const path of [
      "/rest/v1/samples",
      "/rest/v1/rpc/sample_nothing",
      "/storage/v1/bucket",
      "/auth/v1/admin/users",
    ]
  ) {
    const response = await fetch(stack.api_url + path);
    assertEquals([path, response.status], [path, 401]);
    await response.body?.cancel();
  }
  const bearer = await fetch(`${stack.api_url}/rest/v1/samples`, {
    headers: { authorization: `Bearer ${stack.secret_key}` },
  });
  assertEquals([bearer.status, (await bearer.json()).message], [401, "No API key found in request"]);
  const wrong = await fetch(`${stack.api_url}/rest/v1/samples`, { headers: { apikey: "sb_secret_wrong" } });
  assertEquals([wrong.status, (await wrong.json()).message], [401, "Invalid API key"]);
});

Deno.test("parity 4: the publishable key is anon, which has no grant on anything of ours", async () => {
  const { anon, sql } = shared();
  const { error, status } = await anon.from("samples").select();
  assertEquals([status, error?.code], [401, "42501"]);
  const [granted] = await sql`
    select count(*)::int as grants from information_schema.role_table_grants
    where grantee in ('anon', 'authenticated') and table_schema = any ('{public,intake,ops,audit}')
  `;
  assertEquals(granted?.grants, 0);
});

Deno.test("parity 3: a call has 8 s, or the top function's own limit; a nested one's does not count", async () => {
  const { service } = shared();
  assertEquals((await service.rpc("sample_timeout")).data, "8s");
  assertEquals((await service.rpc("sample_patient")).data, "2min");
  assertEquals((await service.rpc("sample_hasty")).error?.code, "57014");
  assertEquals((await service.rpc("sample_nested")).status, 200);
  const { error, status } = await service.rpc("sample_sleep");
  assertEquals([status, error?.code], [500, "57014"]);
});

Deno.test("parity 3: sets end at max_rows, from functions and tables", async () => {
  const { service } = shared();
  assertEquals((await service.rpc("sample_rows", { n: 1500 })).data?.length, 1000);
  assertEquals((await service.rpc("sample_numbers", { n: 1500 })).data?.length, 1000);
  assertEquals((await service.from("samples").select()).data?.length, 1000);
});

Deno.test("parity 3: deletes and updates without a filter are refused", async () => {
  const { service, sql } = shared();
  const removed = await service.from("samples").delete();
  assertEquals([removed.status, removed.error?.code], [400, "21000"]);
  const changed = await service.from("samples").update({ note: "all" });
  assertEquals([changed.status, changed.error?.code], [400, "21000"]);
  assertEquals((await service.from("samples").delete().eq("id", 1500)).status, 204);
  const [left] = await sql`select count(*)::int as rows from public.samples where note like 'note %'`;
  assertEquals(left?.rows, 1499);
});

Deno.test("parity 3: an exposed schema that is gone makes every call PGRST002, until it is back", async () => {
  const { sql } = shared();
  await sql`alter schema audit rename to audit_away`;
  try {
    await until(async () => await read() === "PGRST002");
    assertEquals((await call("sample_nothing", "{}", {})).status, 503);
  } finally {
    await sql`alter schema audit_away rename to audit`;
  }
  await until(async () => await read() === "fine");
});

Deno.test("parity 5: DDL outside migrations reloads the schema cache by itself", async () => {
  const { service, sql } = shared();
  assertEquals((await service.from("late").select()).status, 404);
  await sql.unsafe(`
    create table public.late (id int primary key);
    grant select on public.late to service_role;
  `).simple();
  await until(async () => (await service.from("late").select()).status === 200);
  await sql`create function public.late_call(a int) returns int language sql as 'select 1'`;
  await sql`grant execute on function public.late_call(int) to service_role`;
  assertEquals((await service.rpc("late_call", { a: 1 })).data, 1);
  await sql`drop function public.late_call(int)`;
  await sql`create function public.late_call(b text) returns int language sql as 'select 2'`;
  await sql`grant execute on function public.late_call(text) to service_role`;
  await until(async () => (await service.rpc("late_call", { b: "x" })).data === 2);
});

Deno.test("a call gives one unnamed text, json, jsonb or bytea parameter the body as it is", async () => {
  const text = "a\u001f\u00e4\u001e\"'\\ \n".repeat(20_000);
  const answer = await call("sample_length", text, { "content-type": "text/plain" });
  assertEquals([answer.status, await answer.json()], [200, text.length]);
  const json = await call("sample_echo", '[1, {"a": "b"}]', { "content-type": "application/json" });
  assertEquals(await json.json(), [1, { a: "b" }]);
  const bytes = await call("sample_bytes", new Uint8Array([0, 1, 255]), {
    "content-type": "application/octet-stream",
  });
  assertEquals(await bytes.json(), 3);
  const none = await call("sample_bytes", "x", { "content-type": "text/plain" });
  assertEquals([none.status, (await none.json()).code], [404, "PGRST202"]);
});

Deno.test("a call takes named arguments with their types, and leaves defaults alone", async () => {
  const { service } = shared();
  assertEquals((await service.rpc("sample_rows", { n: 1 })).data, [{ i: 1, t: "x" }]);
  assertEquals((await service.rpc("sample_rows", { n: 1, tag: "y" }).single()).data, { i: 1, t: "y" });
  assertEquals((await service.rpc("sample_rows", { n: 2 }).single()).error?.code, "PGRST116");
  const args = { payload: { a: [1, '"quoted"'] }, tags: ["p", "q,r"] };
  assertEquals((await service.rpc("sample_json", args)).data, args);
  assertEquals((await service.rpc("sample_nothing")).status, 204);
  assertEquals((await service.rpc("sample_rows", { m: 1 })).error?.code, "PGRST202");
  assertEquals((await service.rpc("sample_rows", { n: 5 }).gt("i", 3)).data?.length, 2);
});

Deno.test("a call runs as the key's role and tells the function about the request", async () => {
  const answer = await call("sample_who", "{}", { "content-type": "application/json", "x-sample": "me" });
  assertEquals(await answer.json(), {
    user: "service_role",
    role: "service_role",
    path: "/rpc/sample_who",
    agent: "me",
    search_path: '"public", "extensions"',
  });
});

Deno.test("a refusal carries code, message, detail and hint; PTxyz sets the status, 40001 warns", async () => {
  const { service } = shared();
  const plain = await service.rpc("sample_refusal", { code: "P0001" });
  assertEquals([plain.status, plain.error?.message, plain.error?.hint], [400, "no", "try"]);
  assertEquals(plain.error?.details, "because");
  assertEquals((await service.rpc("sample_refusal", { code: "PT418" })).status, 418);
  const again = await service.rpc("sample_refusal", { code: "40001" });
  assertMatch(again.error?.details ?? "", /for ever/);
});

Deno.test("a stable function runs read only", async () => {
  assertEquals((await shared().service.rpc("sample_stable_write")).error?.code, "25006");
});

Deno.test("faults: REST is out until a notice, or whatever is notified; 'reload' alone is no notice", async () => {
  const { stack, sql } = shared();
  await stack.ask({ do: "faults", set: { rest_out: "until_notify" } });
  assertEquals(await read(), "PGRST002");
  await sql`notify pgrst, 'reload'`;
  await sql`notify pgrst, 'reload config'`;
  assertEquals(await read(), "PGRST002");
  await sql`notify pgrst, 'reload schema'`;
  await until(async () => await read() === "fine");
  await stack.ask({ do: "faults", set: { rest_out: "always" } });
  await sql`notify pgrst, 'reload schema'`;
  assertEquals(await read(), "PGRST002");
  await stack.ask({ do: "faults", set: { rest_out: "no" } });
  assertEquals(await read(), "fine");
});

Deno.test("accounts: made and removed with the secret key alone, signed in with a password", async () => {
  const { service, anon } = shared();
  assertEquals((await anon.auth.admin.createUser({ email: "no@example.org" })).error?.status, 403);
  const { data } = await service.auth.admin.createUser({
    email: "Operator@example.org",
    password: "correct horse",
    email_confirm: true,
    app_metadata: { role: "operator" },
  });
  assertEquals(data.user?.app_metadata.role, "operator");
  const wrong = await anon.auth.signInWithPassword({
    email: "operator@example.org",
    password: "wrong horse",
  });
  assert(wrong.error !== null);
  const right = await anon.auth.signInWithPassword({
    email: "operator@example.org",
    password: "correct horse",
  });
  const token = right.data.session?.access_token ?? "";
  assertEquals((await service.auth.getUser(token)).data.user?.app_metadata.role, "operator");
  assertEquals(
    (await anon.auth.signUp({ email: "x@example.org", password: "long enough" })).error?.code,
    "signup_disabled",
  );
  assertEquals((await service.auth.admin.listUsers()).data.users.length, 1);
  assertEquals((await service.auth.admin.deleteUser(data.user?.id ?? "")).error, null);
  assertEquals((await service.auth.admin.listUsers()).data.users.length, 0);
});

Deno.test("unfilteredStatements() finds deletes and updates of whole tables, and nothing else", () => {
  const cases: [string, number][] = [
    ["delete from a;", 1],
    ["update a set b = 1;", 1],
    ["delete from a where true;", 0],
    ["update a set b = (select 1 where true) where c;", 0],
    ["with gone as (delete from a returning b) select * from gone where b = 1;", 1],
    ["with gone as (delete from a where b returning b) select * from gone;", 0],
    ["insert into a values (1) on conflict (b) do update set b = 2;", 0],
    ["select 1 from a for update skip locked;", 0],
    ["select 1 from a for no key update;", 0],
    ["-- delete from a;\nselect 'delete from a';", 0],
    ["begin update only a.b set c = 1 ; end", 1],
  ];
  for (const [source, count] of cases) {
    assertEquals([source, unfilteredStatements(source).length], [source, count]);
  }
});

Deno.test("parity 3: no function of ours deletes or updates a whole table", async () => {
  const rows = await shared().sql<{ name: string; source: string }[]>`
    select n.nspname || '.' || p.proname as name, coalesce(nullif(p.prosrc, ''), pg_get_functiondef(p.oid)) as source
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('public', 'intake', 'ops', 'enforcement', 'legal', 'evidence', 'audit') and p.prokind in ('f', 'p')
  `;
  const found = rows.flatMap(({ name, source }) =>
    unfilteredStatements(source).map((text) => `${name}: ${text}`)
  );
  assertEquals(found, []);
});
