/**
 * Templates: stopped clusters, made once per checkout and content and copied for every stack, so that `up` is quick. The
 * bare one has everything a project has before its first migration, the migrated one this checkout's migrations too.
 */
import { App } from "@supabase/lite";
import { createPostgresConnection } from "@supabase/lite/postgres";
import { afterAuth, BEFORE_AUTH, type DefaultPrivileges } from "../database/bootstrap.ts";
import { connect } from "../database/connect.ts";
import { openDoors, pushMigrations } from "../database/prepare.ts";
import type { Config } from "../../checkout/config.ts";
import { ROOT } from "../../checkout/root.ts";
import { digest } from "../../checkout/digest.ts";
import { makeBuckets } from "../../checkout/setup.ts";
import { makeKeys } from "../keys.ts";
import { supabaseCli } from "../../checkout/supabase_cli.ts";
import { STACKS } from "../../checkout/stacks.ts";
import { randomLetters } from "../../checkout/letters.ts";
import { freePort } from "../../checkout/free_port.ts";
import { STAND_INS } from "./extensions/mod.ts";
import { canEnter, type Programs, run, temporaryFolder } from "./programs.ts";
import { give, initialise, makeServer } from "./server.ts";

/** What the template's key does not see by itself: bump when this file changes what it makes. */
const GENERATION = 1;

export interface Template {
  folder: string;
  /** Of `supabase_admin` until a copy sets its own. */
  password: string;
}

/** @returns a template that fits the programs, the bootstrap and its default privileges, making it when there is none. */
export async function template(
  programs: Programs,
  log: (line: string) => void,
  defaults: DefaultPrivileges = "none",
): Promise<Template> {
  const rest = afterAuth(defaults);
  const key = await bareKey(programs, defaults);
  return await kept(programs, "template", key, async (fresh) => {
    const password = randomLetters(24);
    await initialise(programs, `${fresh}/cluster`, password);
    await fill(programs, `${fresh}/cluster`, password, rest, log);
    return password;
  });
}

/**
 * @returns a template that the real Supabase CLI has brought to this checkout's last migration, making it when there is
 *   none: every other stack is spared the seconds that takes.
 * @throws with what the CLI said when a migration fails; nothing is kept then.
 */
export async function migratedTemplate(
  programs: Programs,
  config: Config,
  log: (line: string) => void,
  defaults: DefaultPrivileges = "none",
): Promise<Template> {
  const key = await digest([await bareKey(programs, defaults), supabaseCli(), config, await migrations()]);
  return await kept(programs, "migrated", key, async (fresh) => {
    const bare = await template(programs, log, defaults);
    await copyTemplate(bare, `${fresh}/cluster`);
    return await migrate(programs, fresh, bare.password, config, log);
  });
}

/** @param make fills `fresh`, and returns the password of the cluster's `supabase_admin`. */
async function kept(
  programs: Programs,
  kind: "template" | "migrated",
  key: string,
  make: (fresh: string) => Promise<string>,
): Promise<Template> {
  const parent = await shelf(programs);
  const folder = `${parent}/${kind}-${key}`;
  const found = await passwordOf(folder);
  if (found !== null) {
    const now = new Date();
    await Deno.utime(`${folder}/password`, now, now);
    return { folder, password: found };
  }
  await removeUnused(parent, kind);
  const fresh = await Deno.makeTempDir({ dir: parent, prefix: "making-" });
  try {
    await Deno.chmod(fresh, 0o711);
    await give(fresh, programs.user);
    const password = await make(fresh);
    await Deno.writeTextFile(`${fresh}/password`, password, { mode: 0o600 });
    await Deno.rename(fresh, folder);
    return { folder, password };
  } catch (error) {
    await Deno.remove(fresh, { recursive: true });
    const other = await passwordOf(folder);
    if (other === null) throw error;
    return { folder, password: other }; // another stack was first
  }
}

const UNUSED_MS = 24 * 3600_000;

/** Each change of a migration makes another template: those nobody has copied for a day go, and those half made. */
async function removeUnused(parent: string, kind: string): Promise<void> {
  for await (const { name } of Deno.readDir(parent)) {
    const isHalfMade = name.startsWith("making-");
    if (!isHalfMade && !name.startsWith(`${kind}-`)) continue;
    try {
      const { mtime } = await Deno.stat(`${parent}/${name}${isHalfMade ? "" : "/password"}`);
      if (mtime !== null && Date.now() - mtime.getTime() < UNUSED_MS) continue;
      await Deno.remove(`${parent}/${name}`, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // another stack was first
    }
  }
}

function bareKey(programs: Programs, defaults: DefaultPrivileges): Promise<string> {
  return digest([GENERATION, programs.version, BEFORE_AUTH, afterAuth(defaults), STAND_INS, `${Deno.uid()}`]);
}

/** Name and text of each migration, in order. */
async function migrations(): Promise<[string, string][]> {
  const folder = `${ROOT}/supabase/migrations`;
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  return await Promise.all(
    names.map(async (
      name,
    ): Promise<[string, string]> => [name, await Deno.readTextFile(`${folder}/${name}`)]),
  );
}

/** @returns the password every login has afterwards. */
async function migrate(
  programs: Programs,
  fresh: string,
  password: string,
  config: Config,
  log: (line: string) => void,
): Promise<string> {
  const keys = makeKeys();
  const home = `${fresh}/home`;
  await Deno.mkdir(home, { mode: 0o700 });
  const server = makeServer(programs, `${fresh}/cluster`, freePort(), { fsync: "off" }, log);
  await server.start();
  try {
    const admin = connect({ port: server.port, password }, "supabase_admin", "stack-template");
    try {
      await openDoors(admin, keys, 1);
      await makeBuckets(admin, config); // before migrations run, as on a project whose config was pushed
    } finally {
      await admin.end();
    }
    await pushMigrations(
      `postgresql://postgres:${keys.databasePassword}@127.0.0.1:${server.port}/postgres`,
      home,
    );
  } finally {
    await server.stop("fast");
    await Deno.remove(home, { recursive: true });
  }
  return keys.databasePassword;
}

/** Copies the template to `target`, which must not exist. */
export async function copyTemplate(
  source: Template,
  target: string,
): Promise<void> {
  await run("cp", ["-a", `${source.folder}/cluster`, target]);
}

/** Templates lie in the checkout, or beside other temporary files where Postgres' user cannot get there. */
async function shelf(programs: Programs): Promise<string> {
  await Deno.mkdir(STACKS, { recursive: true });
  if (programs.user === undefined || await canEnter(programs.user, STACKS)) {
    await Deno.mkdir(`${STACKS}/.templates`, { recursive: true });
    return `${STACKS}/.templates`;
  }
  const outside = `${temporaryFolder()}/dragonfly-templates-${Deno.uid()}`;
  await Deno.mkdir(outside, { recursive: true, mode: 0o711 });
  return outside;
}

async function passwordOf(folder: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(`${folder}/password`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function fill(
  programs: Programs,
  folder: string,
  password: string,
  rest: string[],
  log: (line: string) => void,
) {
  const server = makeServer(
    programs,
    folder,
    freePort(),
    { fsync: "off" },
    log,
  );
  await server.start();
  const admin = connect(
    { port: server.port, password },
    "supabase_admin",
    "stack-template",
  );
  try {
    for (const text of BEFORE_AUTH) await admin.unsafe(text);
    await makeAuthSchema(
      `postgresql://supabase_admin:${password}@127.0.0.1:${server.port}/postgres`,
    );
    for (const text of rest) await admin.unsafe(text);
  } finally {
    await admin.end();
    await server.stop("fast");
  }
}

/** Schema auth is `@supabase/lite`'s own; `supabase_migrations` is left to the Supabase CLI. */
async function makeAuthSchema(url: string): Promise<void> {
  const connection = createPostgresConnection({
    url,
    postgresOptions: { onnotice: () => {} },
  });
  const app = new App({
    connection,
    auth: { enabled: true },
    db: { migrations: { enabled: false } },
  });
  try {
    await app.ensureSystemSchema();
  } finally {
    await connection.close();
  }
}
