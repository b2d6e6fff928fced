/** The database as a hosted project's: roles, Storage's rules, Vault. */
import { assertEquals } from "deno-std/assert/mod.js";
import postgres from "postgres";
import { sharedStack, until } from "./shared_stack.ts";

const shared = sharedStack({ functions: false });

/** Runs `work` and takes all of it back. */
async function rolledBack(
  sql: postgres.Sql,
  work: (tx: postgres.TransactionSql) => Promise<void>,
): Promise<void> {
  const undo = new Error("undo");
  await sql.begin(async (tx) => {
    await work(tx);
    throw undo;
  }).catch((error) => {
    if (error !== undo) throw error;
  });
}

async function refused(sql: postgres.Sql, text: string, code: string): Promise<void> {
  try {
    await sql.unsafe(text);
  } catch (error) {
    if (!(error instanceof postgres.PostgresError)) throw error;
    return assertEquals([text, error.code], [text, code]);
  }
  throw new Error(`was not refused: ${text}`);
}

Deno.test("migrations run as a postgres that is no superuser and bypasses RLS", async () => {
  const { sql } = shared();
  const [role] = await sql`
    select current_user::text as name, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls
    from pg_roles where rolname = current_user
  `;
  assertEquals({ ...role }, {
    name: "postgres",
    rolsuper: false,
    rolcreatedb: true,
    rolcreaterole: true,
    rolbypassrls: true,
  });
  const [owner] = await sql`
    select count(*)::int as objects from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('intake', 'ops', 'audit') and pg_get_userbyid(c.relowner) <> 'postgres'
  `;
  assertEquals(owner?.objects, 0);
});

Deno.test("parity 12: roles are what they are on hosted", async () => {
  const { sql } = shared();
  const roles = await sql`
    select rolname::text as role, rolinherit as inherits, rolcreaterole as makes_roles, rolreplication as replicates
    from pg_roles
    where rolname in ('postgres', 'anon', 'authenticated', 'service_role', 'authenticator',
      'supabase_auth_admin', 'supabase_storage_admin')
    order by 1
  `;
  assertEquals(roles.map((row) => Object.values(row)), [
    ["anon", true, false, false],
    ["authenticated", true, false, false],
    ["authenticator", false, false, false],
    ["postgres", true, true, true],
    ["service_role", true, false, false],
    ["supabase_auth_admin", false, false, false],
    ["supabase_storage_admin", false, true, false],
  ]);
  const members = await sql`
    select m.member::regrole::text as member, string_agg(m.roleid::regrole::text, ' ' order by m.roleid::regrole::text) as of
    from pg_auth_members m
    where m.grantor <> m.member and m.member::regrole::text in ('authenticator', 'postgres', 'supabase_storage_admin')
    group by 1 order by 1
  `;
  assertEquals(members.map((row) => [row.member, row.of]), [
    ["authenticator", "anon authenticated service_role"],
    [
      "postgres",
      "anon authenticated pg_monitor pg_read_all_data pg_signal_backend service_role supabase_superuser",
    ],
    ["supabase_storage_admin", "authenticator"],
  ]);
  const owners = await sql`
    select nspname::text as schema, nspowner::regrole::text as owner from pg_namespace
    where nspname in ('extensions', 'storage', 'auth') order by 1
  `;
  assertEquals(owners.map((row) => [row.schema, row.owner]), [
    ["auth", "supabase_auth_admin"],
    ["extensions", "postgres"],
    ["storage", "supabase_admin"],
  ]);
});

/** Hosted lets postgres drop triggers there and make policies, by supautils, which cannot be loaded here. */
Deno.test("parity 6: postgres may create and replace a trigger on storage.objects, and truncate it", async () => {
  const { sql } = shared();
  await rolledBack(sql, async (tx) => {
    await tx.unsafe(`
      create function public.sample_drop() returns trigger language plpgsql as 'begin return new; end';
      create trigger sample after insert on storage.objects for each row execute function public.sample_drop();
      create or replace trigger sample after update on storage.objects for each row execute function public.sample_drop();
    `).simple();
  });
  const [trigger] = await sql`
    select tgname as name from pg_trigger where tgrelid = 'storage.objects'::regclass and not tgisinternal
      and tgname not like 'protect%' and tgname not like 'update_%' limit 1
  `;
  await refused(sql, `drop trigger ${trigger?.name} on storage.objects`, "42501");
  await refused(sql, `comment on trigger ${trigger?.name} on storage.objects is 'x'`, "42501");
  await refused(sql, "create policy sample on storage.objects for select using (true)", "42501");
  await refused(sql, `alter table storage.objects disable trigger ${trigger?.name}`, "42501");
  await refused(sql, "create table storage.sample ()", "42501");
  await refused(sql, "create index on storage.objects (version)", "42501");
  await rolledBack(sql, async (tx) => {
    await tx`truncate storage.objects`;
  });
});

Deno.test("parity 6: an upload tries its insert and takes it back, stores the bytes, then writes the row", async () => {
  const { sql, service } = shared();
  await sql.unsafe(`
    create sequence public.sample_probes;
    create sequence public.sample_announced;
    create function public.sample_probe() returns trigger language plpgsql security definer set search_path = '' as $$
    begin
      -- Sequences keep what the rolled back probe did.
      perform nextval('public.sample_probes');
      if new.version = '1' and new.metadata = '{"mimetype": "text/plain", "contentLength": 3}'::jsonb then
        perform nextval('public.sample_announced');
      end if;
      return new;
    end $$;
    create trigger sample_probe before insert on storage.objects for each row execute function public.sample_probe();
  `).simple();
  const upload = await service.storage.from("intake").upload("simplicity/probe.txt", "one", {
    contentType: "text/plain",
  });
  assertEquals(upload.error, null);
  const [probes] = await sql`
    select p.last_value::int as inserts, a.last_value::int as announced, a.is_called
    from public.sample_probes p, public.sample_announced a
  `;
  assertEquals({ ...probes }, { inserts: 2, announced: 1, is_called: true });
  const [row] =
    await sql`select metadata ->> 'size' as size, version from storage.objects where name = 'simplicity/probe.txt'`;
  assertEquals(row?.size, "3");
  await sql`create or replace function public.sample_probe() returns trigger language plpgsql as 'begin return new; end'`;
});

Deno.test("parity 6: a trigger that raises makes the upload fail and leaves no object", async () => {
  const { sql, service } = shared();
  await sql.unsafe(`
    create function public.sample_raise() returns trigger language plpgsql as $$
    begin
      if new.name like '%raise%' then raise exception 'not here'; end if;
      return new;
    end $$;
    create trigger sample_raise before insert on storage.objects for each row execute function public.sample_raise();
  `).simple();
  const { error } = await service.storage.from("intake").upload("simplicity/raise.txt", "one");
  assertEquals(error === null, false);
  assertEquals((await sql`select from storage.objects where name = 'simplicity/raise.txt'`).length, 0);
});

Deno.test("parity 7: postgres may switch plain triggers off; only enable always keeps a guard", async () => {
  const { sql } = shared();
  await rolledBack(sql, async (tx) => {
    await tx.unsafe(`
      create table public.guarded (id int);
      create function public.guard() returns trigger language plpgsql as $$ begin raise exception 'guarded'; end $$;
      create trigger guard before insert on public.guarded for each row execute function public.guard();
      set local session_replication_role = replica;
      insert into public.guarded values (1);
      alter table public.guarded enable always trigger guard;
    `).simple();
    await tx.savepoint((inner) => inner`insert into public.guarded values (2)`).then(
      () => assertEquals("inserted", "guarded"),
      (error) => assertEquals(error.message, "guarded"),
    );
  });
});

Deno.test("parity 7: postgres sees all statistics and data, and may end other sessions", async () => {
  const { sql } = shared();
  const [member] = await sql`
    select
      pg_has_role('pg_monitor', 'member') as monitor,
      pg_has_role('pg_read_all_data', 'member') as data,
      pg_has_role('pg_signal_backend', 'member') as signal
  `;
  assertEquals({ ...member }, { monitor: true, data: true, signal: true });
});

Deno.test("parity 8: execute is taken from public only without a schema", async () => {
  const { sql } = shared();
  const executable = async (setup: string) => {
    let answer: boolean | undefined;
    await rolledBack(sql, async (tx) => {
      await tx.unsafe(`
        create role sample_creator;
        grant sample_creator to postgres;
        create schema sample authorization sample_creator;
        set local role sample_creator;
        ${setup};
        create function sample.f() returns int language sql as 'select 1';
      `).simple();
      const [row] = await tx`select has_function_privilege('anon', 'sample.f()', 'execute') as may`;
      answer = row?.may;
    });
    return answer;
  };
  assertEquals(
    await executable("alter default privileges in schema sample revoke execute on functions from public"),
    true,
  );
  assertEquals(await executable("alter default privileges revoke execute on functions from public"), false);
});

Deno.test("parity 9: unlogged tables are empty after a crash, logged ones are not", async () => {
  const { sql, stack, service } = shared();
  await sql.unsafe(`
    create unlogged table public.lost (id int);
    create table public.kept (id int);
    insert into public.lost values (1);
    insert into public.kept values (1);
    grant select on public.lost, public.kept to service_role;
  `).simple();
  await stack.ask({ do: "restart_postgres", mode: "immediate" });
  const [counts] = await sql`
    select (select count(*)::int from public.lost) as lost, (select count(*)::int from public.kept) as kept
  `;
  assertEquals({ ...counts }, { lost: 0, kept: 1 });
  await until(async () => (await service.rpc("no_such_function")).status === 404); // REST is back too
});

Deno.test("parity 11: the shipped Postgres has no psql and no pg_dump", async () => {
  const { findPrograms } = await import("../../stack/postgres/programs.ts");
  const { postgres: program } = await findPrograms();
  const names = [...Deno.readDirSync(program.replace(/\/postgres$/, ""))].map((entry) => entry.name).sort();
  assertEquals(names, ["initdb", "pg_ctl", "postgres"]);
});

Deno.test("Storage refuses SQL deletes", async () => {
  await refused(shared().sql, "delete from storage.objects where name = 'x'", "42501");
});

Deno.test("Vault gives secrets to postgres and service_role, to nobody else", async () => {
  const { sql, stack } = shared();
  const [secret] = await sql`
    select decrypted_secret as value, secret from vault.decrypted_secrets where name = 'dragonfly_wake_token'
  `;
  assertEquals(secret?.value, stack.wake_token);
  assertEquals(secret?.secret.includes(stack.wake_token), false);
  const [url] =
    await sql`select decrypted_secret as value from vault.decrypted_secrets where name = 'dragonfly_functions_url'`;
  assertEquals(url?.value, `${stack.api_url}/functions/v1`);
  const [made] = await sql`select vault.create_secret('one', 'sample') as id`;
  await sql`select vault.update_secret(${made?.id}, 'two')`;
  const [changed] =
    await sql`select decrypted_secret as value from vault.decrypted_secrets where id = ${made?.id}`;
  assertEquals(changed?.value, "two");
  await rolledBack(sql, async (tx) => {
    await tx`set local role anon`;
    await tx.savepoint((inner) => inner`select * from vault.decrypted_secrets`).then(
      () => assertEquals("read", "refused"),
      (error) => assertEquals(error.code, "42501"),
    );
  });
});
