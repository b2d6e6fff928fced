/**
 * The schemas REST exposes, and `NOTIFY pgrst`. A schema that is configured but does not exist makes PostgREST answer
 * PGRST002 to everything until it does; so does this.
 */
import type { DatabaseAddress, Sql } from "../database/connect.ts";
import { listen } from "../database/listen.ts";

export interface Exposed {
  /** Configured schemas the database does not have. */
  missing(): string[];
  /** The database has gone and is not back yet. */
  away(): boolean;
  stop(): Promise<void>;
}

/**
 * Looks which schemas exist, now and after every `notify pgrst, 'reload schema'` (an empty payload counts, any
 * other is ignored, `'reload'` too).
 * @param lost is told when the database went away.
 * @param reloaded forgets what else was cached; `asked` is false when only the connection came back.
 */
export async function watchSchemas(
  database: DatabaseAddress,
  sql: Sql,
  schemas: string[],
  log: (line: string) => void,
  reloaded: (asked: boolean) => Promise<void>,
  lost: () => void,
): Promise<Exposed> {
  let missing: string[] = [];
  const look = async () => {
    const rows = await sql<{ name: string }[]>`
      select name from unnest(${schemas}::text[]) as name where to_regnamespace(quote_ident(name)) is null
    `;
    missing = rows.map((row) => row.name);
  };
  await look();
  const reload = async (asked: boolean) => {
    await reloaded(asked);
    await look();
  };
  let away = false;
  const heard = (payload: string | null) => {
    away = false;
    if (payload !== null && payload !== "" && payload !== "reload schema") return;
    reload(payload !== null).catch((error) =>
      log(`schema cache: ${error instanceof Error ? error.message : error}`)
    );
  };
  const listener = await listen(database, "pgrst", heard, () => {
    away = true;
    lost();
  });
  return { missing: () => missing, away: () => away, stop: () => listener.stop() };
}
