/**
 * A database of its own for each test, cloned in tens of milliseconds from one that the real Supabase CLI migrated.
 * Owns how tests reach Postgres; refuses to hand back a database in which a test left something open.
 */
import { assertEquals } from "deno-std/assert/equals.js";
import postgres from "postgres";
import { refuseWholeTables } from "../../stack/database/safe_update.ts";
import { TestPostgres } from "./foreign_template.ts";

export type Sql = postgres.Sql;

/** Roles of the API. Each is reached as on the platform: login `authenticator`, then its role. */
export type ApiRole = "service_role" | "authenticated" | "anon";

export interface TestDatabase {
  /** Connection string of the operators' login, as `stack status` prints `db_url`. */
  url: string;
  /** A pool of the operators' login `postgres`: owner of our objects, no superuser. */
  sql: Sql;
  /** A pool of an API role: what a call through REST may do. */
  as(role: ApiRole): Sql;
  /** A pool of the superuser: for tampering no honest role can do, and for looking everywhere. */
  admin: Sql;
  /** One more connection of `login`, for tests that need several at once. */
  connect(
    login?: "postgres" | "supabase_admin" | "supabase_storage_admin",
    settings?: Record<string, string>,
  ): Sql;
}

/** The runner may name a server that is there already; a keeper's line is passed on the same way. */
const ADDRESS = "DRAGONFLY_TEST_POSTGRES";

// At the top of the module: the keeper belongs to the run, not to the test that happens to come first.
const address = await findServer();

async function findServer(): Promise<TestPostgres> {
  const given = Deno.env.get(ADDRESS);
  if (given !== undefined) return TestPostgres.parse(JSON.parse(given));
  const line = await startKeeper();
  Deno.env.set(ADDRESS, line); // test files are isolates of one process and share its environment
  return TestPostgres.parse(JSON.parse(line));
}

async function startKeeper(): Promise<string> {
  const script = new URL("postgres_keeper.ts", import.meta.url).pathname;
  const keeper = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, String(Deno.pid)],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = keeper.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error("Cannot start the test database: its keeper ended, see above");
    text += value;
    const line = /^ready (.*)\n/m.exec(text)?.[1];
    if (line === undefined) continue;
    await reader.cancel();
    keeper.unref();
    return line;
  }
}

/** bigint as a number: what tests count stays far below 2^53. */
const COUNT = { to: 20, from: [20], parse: Number, serialize: String };

function open(user: string, database: string, max: number, settings: Record<string, string> = {}): Sql {
  return postgres({
    host: address.host,
    port: address.port,
    user,
    password: address.password,
    database,
    max,
    types: { bigint: COUNT },
    ...(user === "authenticator"
      ? { debug: (_: number, statement: string) => refuseWholeTables(statement) }
      : {}),
    onnotice: () => {}, // notices are for whoever runs the SQL by hand
    connection: { application_name: "tests", ...settings },
  });
}

/**
 * Runs `test` with a fresh, migrated database and drops it afterwards.
 * @throws what the test threw; else when it left a transaction, a lock, a temporary table or staged rows behind.
 */
export async function withDatabase(test: (db: TestDatabase) => Promise<void>): Promise<void> {
  const name = `t_${crypto.randomUUID().replaceAll("-", "")}`;
  const keeper = open("supabase_admin", "template1", 1);
  const pools: Sql[] = [];
  const pool = (user: string, max: number, settings?: Record<string, string>) => {
    const made = open(user, name, max, settings);
    pools.push(made);
    return made;
  };
  const roles = new Map<ApiRole, Sql>();
  try {
    await keeper.unsafe(
      `create database ${name} template ${address.template} owner postgres strategy file_copy`,
    );
    const sql = pool("postgres", 4);
    const admin = pool("supabase_admin", 2);
    await test({
      url: `postgresql://postgres:${address.password}@${address.host}:${address.port}/${name}`,
      sql,
      admin,
      as(role) {
        const known = roles.get(role) ?? pool("authenticator", 4, { role });
        roles.set(role, known);
        return known;
      },
      connect: (login = "postgres", settings) => pool(login, 1, settings),
    });
    assertEquals(await leaks(admin), [], "the test left something behind");
  } finally {
    await Promise.all(pools.map((made) => made.end({ timeout: 1 })));
    await keeper.unsafe(`drop database if exists ${name} with (force)`);
    await keeper.end();
  }
}

/** What must not be there when a test is over, one line each. */
async function leaks(admin: Sql): Promise<string[]> {
  const rows = await admin`
    select 'transaction left open: ' || a.query as leak
      from pg_stat_activity a
     where a.datname = current_database() and a.state like 'idle in transaction%'
    union all
    select 'advisory lock left: ' || l.objid
      from pg_locks l join pg_database d on d.oid = l.database
     where l.locktype = 'advisory' and d.datname = current_database()
    union all
    select 'temporary table left: ' || c.relname
      from pg_class c where c.relpersistence = 't' and c.relkind = 'r'
    union all
    select distinct 'staged rows left by batch ' || s.batch_id
      from intake.staged_blocks s left join intake.simplicity_batches b on b.id = s.batch_id
     where b.status is null or b.status not in ('validating', 'awaiting_approval', 'inserting')
    union all
    select distinct 'slices left by batch ' || s.batch_id || ', ' || b.status
      from intake.batch_slices s join intake.simplicity_batches b on b.id = s.batch_id
     where s.status <> 'done' and b.status <> 'validating'`;
  return rows.map((row) => String(row.leak));
}
