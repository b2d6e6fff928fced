/** One scratch database for all gates that want one, built from the migrations of this checkout when the first asks. */
import postgres from "postgres";
import { ROOT } from "../../checkout/root.ts";
import { openScratchDatabase, type ScratchDatabase } from "../deploy/scratch_database.ts";
import { CannotRun } from "../refusals.ts";
import { lastWords, runCli } from "../supabase_cli.ts";

/** Opened at most once; ended with its owner. */
export class Scratch implements AsyncDisposable {
  #database: Promise<ScratchDatabase> | undefined;

  /** Its address, as the login `postgres`. */
  async url(): Promise<string> {
    return (await (this.#database ??= build())).url;
  }

  /** A connection as `postgres`. */
  async connect(): Promise<postgres.Sql> {
    return open(await this.url());
  }

  /** A connection as the superuser, who may fill tables past their triggers. */
  async connectAbove(): Promise<postgres.Sql> {
    const url = new URL(await this.url());
    url.username = "supabase_admin";
    return open(url.href);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const database = await this.#database?.catch(() => undefined); // what failed to come up has ended itself
    await database?.[Symbol.asyncDispose]();
  }
}

async function build(): Promise<ScratchDatabase> {
  const database = await openScratchDatabase();
  const home = await Deno.makeTempDir({ prefix: "dragonfly-scratch-" }); // the CLI reads nobody's login
  try {
    const run = await runCli(["db", "push", `--remote=${database.url}`, "--skip-vault", "--yes"], {
      workdir: ROOT,
      env: { HOME: home },
      alone: true,
    });
    if (!run.ok) throw new CannotRun(`Cannot build a database from the migrations: ${lastWords(run)}`);
    return database;
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

function open(url: string): postgres.Sql {
  return postgres(url, {
    max: 2,
    onnotice: () => {},
    connection: { application_name: "dragonfly-scratch" },
  });
}
