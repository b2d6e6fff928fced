/**
 * The template: a stopped cluster with everything a project has before its first migration. Made once per
 * checkout and content, copied for every stack, so that `up` is quick.
 */
import { App } from "@supabase/lite";
import { createPostgresConnection } from "@supabase/lite/postgres";
import { afterAuth, BEFORE_AUTH, type DefaultPrivileges } from "../database/bootstrap.ts";
import { connect } from "../database/connect.ts";
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
  const key = await digest([
    GENERATION,
    programs.version,
    BEFORE_AUTH,
    rest,
    STAND_INS,
    `${Deno.uid()}`,
  ]);
  const parent = await shelf(programs);
  const folder = `${parent}/template-${key}`;
  const found = await passwordOf(folder);
  if (found !== null) return { folder, password: found };
  const fresh = await Deno.makeTempDir({ dir: parent, prefix: "making-" });
  await Deno.chmod(fresh, 0o711);
  await give(fresh, programs.user);
  const password = randomLetters(24);
  await initialise(programs, `${fresh}/cluster`, password);
  await fill(programs, `${fresh}/cluster`, password, rest, log);
  await Deno.writeTextFile(`${fresh}/password`, password, { mode: 0o600 });
  try {
    await Deno.rename(fresh, folder);
  } catch (error) {
    const other = await passwordOf(folder);
    if (other === null) throw error;
    await Deno.remove(fresh, { recursive: true }); // another stack was first
    return { folder, password: other };
  }
  return { folder, password };
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

async function digest(parts: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(
    hash.subarray(0, 8),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");
}
