/**
 * A template for `tests/sql` on a Postgres that is there already: its migrated database, copied once and emptied of what
 * a running stack writes. The database itself is not changed; for the second the copy takes, nobody is connected to it.
 */
import postgres from "postgres";
import * as z from "zod";

/** Where tests get their databases from; `tests/support/database.ts` reads it. */
export const TestPostgres = z.object({
  host: z.string().default("127.0.0.1"),
  port: z.number().int(),
  /** Of every role that may log in: the superuser `supabase_admin`, Storage's and the API's logins, `postgres`. */
  password: z.string(),
  /** The database tests clone. */
  template: z.string().default("postgres"),
});
export type TestPostgres = z.infer<typeof TestPostgres>;

const TEMPLATE = "dragonfly_tests_template";

/** Tables that have rows as soon as the migrations have run. All others of ours begin empty. */
export const CATALOGUES = [
  "enforcement.action_moves",
  "enforcement.summed_up_to",
  "intake.batch_moves",
  "intake.error_codes",
  "intake.sources",
  "intake.sweep_place",
  "ops.expected_workers",
  "ops.guard_triggers",
  "ops.queue_control",
  "ops.vendor_feeds",
] as const;

/**
 * Makes the template of the database a connection string names.
 * @throws in words when there is no superuser to be had, as on hosted, or the migrations have not run.
 */
export async function makeForeignTemplate(url: string): Promise<TestPostgres & { remove(): Promise<void> }> {
  const { hostname, port, password, pathname } = new URL(url);
  const source = decodeURIComponent(pathname.slice(1)) || "postgres";
  const place = { host: hostname, port: Number(port || 5432), password: decodeURIComponent(password) };
  const admin = (database: string) =>
    postgres({ ...place, user: "supabase_admin", database, max: 1, onnotice: () => {} });
  const keeper = admin("template1");
  const remove = async () => {
    await keeper.unsafe(`drop database if exists ${TEMPLATE} with (force)`);
    await keeper.end();
  };
  try {
    await keeper.unsafe(`drop database if exists ${TEMPLATE} with (force)`);
    await copyAlone(keeper, source);
    const copy = admin(TEMPLATE);
    try {
      await emptied(copy);
    } finally {
      await copy.end();
    }
  } catch (error) {
    await remove();
    throw new Error(`Cannot make a template of ${place.host}:${place.port}/${source}`, { cause: error });
  }
  return { ...place, template: TEMPLATE, remove };
}

/** A database can be copied only while nobody is connected to it. */
async function copyAlone(keeper: postgres.Sql, source: string): Promise<void> {
  const name = `"${source.replaceAll('"', '""')}"`;
  await keeper.unsafe(`alter database ${name} with allow_connections false`);
  try {
    for (let left = 1; left > 0;) {
      const ended = await keeper`
        select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = ${source}
      `;
      left = ended.length;
    }
    await keeper.unsafe(`create database ${TEMPLATE} template ${name} strategy file_copy`);
  } finally {
    await keeper.unsafe(`alter database ${name} with allow_connections true`);
  }
}

/** Takes out what a running stack has written, guards and all; they are put back as they were. */
async function emptied(copy: postgres.Sql): Promise<void> {
  const tables = await copy<{ name: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname in ('intake', 'ops', 'enforcement', 'legal', 'evidence', 'audit', 'public')
  `;
  if (tables.length === 0) throw new Error("The migrations have not run there");
  const filled = tables.map(({ name }) => name).filter((name) => !CATALOGUES.some((kept) => kept === name));
  await copy.begin(async (tx) => {
    await tx`set local lock_timeout = '10s'`;
    const guards = await tx<{ table: string; name: string }[]>`
      select t.tgrelid::regclass::text as table, quote_ident(t.tgname) as name
      from pg_trigger t
      where not t.tgisinternal and t.tgenabled = 'A' and (t.tgtype & 32) <> 0
    `;
    for (const { table, name } of guards) await tx.unsafe(`alter table ${table} disable trigger ${name}`);
    await tx.unsafe(`truncate ${[...filled, "storage.objects"].join(", ")} restart identity`);
    for (const { table, name } of guards) {
      await tx.unsafe(`alter table ${table} enable always trigger ${name}`);
    }
    await tx`update enforcement.summed_up_to set judgment_id = 0, next_id = null, waits_for = null where true`;
    await tx`update intake.sweep_place set storage_path = '' where true`;
    await tx`delete from vault.secrets where name like 'dragonfly%'`;
    await tx`truncate net.http_request_queue, net._http_response, cron.job_run_details`;
  });
}
