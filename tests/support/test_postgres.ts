/**
 * The Postgres server of a test run: a copy of the stack's template, which the real Supabase CLI has migrated as the
 * non-superuser `postgres`. Its database `postgres` is then a template itself: each test gets a clone of it.
 */
import { readConfig } from "../../checkout/config.ts";
import type { DefaultPrivileges } from "../../stack/database/bootstrap.ts";
import { freePort } from "../../checkout/free_port.ts";
import { findPrograms, temporaryFolder } from "../../stack/postgres/programs.ts";
import { give, makeServer } from "../../stack/postgres/server.ts";
import { copyTemplate, migratedTemplate } from "../../stack/postgres/template.ts";
import { birthOf } from "../../stack/processes.ts";

export interface TestServer {
  port: number;
  /** Of every role that may log in. */
  password: string;
}

/** What a test server need not keep: it is thrown away, and deadlocks are looked for, not waited for. */
const SETTINGS = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  autovacuum: "off", // a vacuum in the template would hold up cloning
  deadlock_timeout: "200ms",
  max_connections: "200",
};

const PREFIX = "dragonfly-test-";

/** Starts a migrated server; `stop()` ends it and removes everything it wrote. */
export async function startTestServer(
  defaults: DefaultPrivileges = "none",
): Promise<TestServer & { stop(): Promise<void> }> {
  await removeOrphans();
  const programs = await findPrograms();
  const folder = `${temporaryFolder()}/${PREFIX}${Deno.pid}-${await birthOf(Deno.pid)}-${
    crypto.randomUUID().slice(0, 8)
  }`;
  await Deno.mkdir(folder, { mode: 0o711 });
  await give(folder, programs.user);
  const lines: string[] = [];
  const source = await migratedTemplate(programs, await readConfig(), (line) => lines.push(line), defaults);
  await copyTemplate(source, `${folder}/cluster`);
  const server = makeServer(programs, `${folder}/cluster`, freePort(), SETTINGS, (line) => lines.push(line));
  const stop = async () => {
    await server.stop("immediate");
    await Deno.remove(folder, { recursive: true });
  };
  try {
    await server.start();
    return { port: server.port, password: source.password, stop };
  } catch (error) {
    await stop();
    throw new Error(
      `Cannot start the test database; the last words of Postgres: ${lines.slice(-5).join("\n")}`,
      {
        cause: error,
      },
    );
  }
}

/** Removes what test runs left that were killed together with the keeper of their server. */
async function removeOrphans(): Promise<void> {
  for await (const entry of Deno.readDir(temporaryFolder())) {
    const [pid, born] = entry.name.startsWith(PREFIX) ? entry.name.slice(PREFIX.length).split("-") : [];
    if (pid === undefined || born === undefined || await birthOf(Number(pid)) === born) continue;
    try {
      await Deno.remove(`${temporaryFolder()}/${entry.name}`, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // another run was first
    }
  }
}
