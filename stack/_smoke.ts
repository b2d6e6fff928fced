import { createClient } from "@supabase/supabase-js";
import postgres from "postgres";
const s = JSON.parse(await Deno.readTextFile(Deno.args[0])).addresses;
const sb = createClient(s.api_url, s.secret_key, { auth: { persistSession: false } });
const anon = createClient(s.api_url, s.publishable_key, { auth: { persistSession: false } });
const sql = postgres(s.db_url, { onnotice() {} });
const show = (l: string, v: unknown) => console.log(l, JSON.stringify(v)?.slice(0, 400));
show("keyless", [
  (await fetch(s.api_url + "/rest/v1/judgments")).status,
  (await fetch(s.api_url + "/storage/v1/bucket")).status,
]);
await sql.unsafe(`
 create schema if not exists intake;
 create or replace function intake.t_echo(text) returns int language sql as $$ select length($1) $$;
 create or replace function intake.t_json(jsonb) returns jsonb language sql as $$ select $1 $$;
 create or replace function intake.t_set(n int, tag text default 'x') returns table(i int, t text) language sql as $$ select g, tag from generate_series(1,n) g $$;
 create or replace function intake.t_named(payload jsonb, tags text[] default null) returns jsonb language sql as $$ select jsonb_build_object('p',payload,'t',tags) $$;
 create or replace function intake.t_void() returns void language sql as $$ select $$;
 create or replace function intake.t_slow(s float8) returns text language sql volatile as $$ select pg_sleep(s)::text $$;
 create or replace function intake.t_bytes(bytea) returns int language sql as $$ select length($1) $$;
 grant execute on all functions in schema intake to service_role;
`);
await new Promise((r) => setTimeout(r, 100));
const i = sb.schema("intake");
show("set", await i.rpc("t_set", { n: 3 }));
show("set 2000", (await i.rpc("t_set", { n: 2000 })).data?.length);
show("named", await i.rpc("t_named", { payload: { a: [1, "x"] }, tags: ["a", "b"] }));
show("void", await i.rpc("t_void"));
show("missing", await i.rpc("t_nope", { a: 1 }));
show("single", await i.rpc("t_set", { n: 1 }).single());
show("filter (lite)", await i.rpc("t_set", { n: 3 }).gt("i", 1));
show("anon", await anon.schema("intake").rpc("t_void"));
const h = { apikey: s.secret_key, "content-profile": "intake" };
const body = "x".repeat(650_000);
for (let k = 0; k < 3; k++) {
  const t = performance.now();
  const r = await fetch(s.api_url + "/rest/v1/rpc/t_echo", {
    method: "POST",
    headers: { ...h, "content-type": "text/plain" },
    body,
  });
  show("text", [r.status, await r.text(), performance.now() - t]);
}
let r = await fetch(s.api_url + "/rest/v1/rpc/t_bytes", {
  method: "POST",
  headers: { ...h, "content-type": "application/octet-stream" },
  body: new Uint8Array([1, 2, 0, 255]),
});
show("bytes", [r.status, await r.text()]);
r = await fetch(s.api_url + "/rest/v1/rpc/t_json", {
  method: "POST",
  headers: { ...h, "content-type": "application/json" },
  body: "[1,2]",
});
show("json", [r.status, await r.text()]);
const t0 = performance.now();
for (let k = 0; k < 200; k++) {
  await fetch(s.api_url + "/rest/v1/rpc/t_echo", {
    method: "POST",
    headers: { ...h, "content-type": "text/plain" },
    body: "ab",
  }).then((r) => r.text());
}
show("ms per small rpc", (performance.now() - t0) / 200);
show("table", await sb.schema("intake").from("simplicity_batches").select("*").limit(1));
show("anon table", await anon.from("judgments").select("*").limit(1));
show("delete all", await sb.schema("intake").from("simplicity_batches").delete());
show(
  "storage up",
  await sb.storage.from("intake").upload("a/b c.csv", new Blob(["hello,world\n"]), {
    contentType: "text/csv",
  }),
);
show("storage dup", await sb.storage.from("intake").upload("a/b c.csv", "x", { contentType: "text/csv" }));
show(
  "upsert",
  await sb.storage.from("intake").upload("a/b c.csv", new TextEncoder().encode("bye,world\n"), {
    contentType: "text/csv",
    upsert: true,
  }),
);
show("list", await sb.storage.from("intake").list("a"));
show("list root", await sb.storage.from("intake").list());
const d = await sb.storage.from("intake").download("a/b c.csv");
show("download", [d.error, await d.data?.text()]);
const su = await sb.storage.from("intake").createSignedUrl("a/b c.csv", 60);
show("signed", su);
r = await fetch(su.data!.signedUrl, { headers: { range: "bytes=4-8" } });
show("range", [r.status, r.headers.get("content-range"), await r.text()]);
r = await fetch(su.data!.signedUrl, { headers: { range: "bytes=40-" } });
show("416", [r.status, r.headers.get("content-range"), await r.text()]);
const up = await sb.storage.from("intake").createSignedUploadUrl("a/signed.csv");
show("upurl", up);
show(
  "uploadToSigned",
  await anon.storage.from("intake").uploadToSignedUrl("a/signed.csv", up.data!.token, new Blob(["s1,s2"]), {
    contentType: "text/csv",
  }),
);
const d2 = await sb.storage.from("intake").download("a/signed.csv");
show("download", await d2.data?.text());
show("copy", await sb.storage.from("intake").copy("a/signed.csv", "a/copy.csv"));
show("move", await sb.storage.from("intake").move("a/copy.csv", "a/moved.csv"));
show("info", await sb.storage.from("intake").info("a/moved.csv"));
show("anon up", await anon.storage.from("intake").upload("x.csv", "x"));
show("remove", (await sb.storage.from("intake").remove(["a/moved.csv", "a/signed.csv"])).data?.length);
show("sql delete", await sql`delete from storage.objects where name like 'a/%'`.catch((e) => e.message));
show(
  "user",
  (await sb.auth.admin.createUser({
    email: "Op@x.test",
    password: "secret-1234",
    email_confirm: true,
    app_metadata: { role: "operator" },
  })).data.user?.app_metadata,
);
const si = await anon.auth.signInWithPassword({ email: "op@x.test", password: "secret-1234" });
show("signin", [si.error?.message, si.data.user?.app_metadata]);
const me = createClient(s.api_url, s.publishable_key, {
  global: { headers: { Authorization: `Bearer ${si.data.session?.access_token}` } },
  auth: { persistSession: false },
});
show("getUser", (await sb.auth.getUser(si.data.session?.access_token)).data.user?.email);
show("me table", await me.from("judgments").select("*").limit(1));
show("users", (await sb.auth.admin.listUsers()).data.users.length);
show("signup", (await anon.auth.signUp({ email: "z@x.test", password: "secret-1234" })).error?.message);
show("slow", await i.rpc("t_slow", { s: 9 }));
show(
  "grants",
  await sql`select count(*) from information_schema.role_table_grants where grantee in ('anon','authenticated') and table_schema in ('public','intake','ops','audit')`,
);
show("cron", await sql`select jobname, schedule, username from cron.job`);
show("vault", await sql`select name, length(decrypted_secret) from vault.decrypted_secrets`);
show("batches", await sql`select status, storage_path from intake.simplicity_batches`);
show("net", await sql`select * from net._http_response`);
show("cronruns", await sql`select command, status, return_message from cron.job_run_details`);
await sql.end();
