/**
 * The schemas REST exposes, and `NOTIFY pgrst`. A schema that is configured but does not exist makes PostgREST answer
 * PGRST002 to everything until it does; so does this.
 */
import type { Sql } from "../database/connect.ts";

export interface Exposed {
  /** Configured schemas the database does not have. */
  missing(): string[];
}

/**
 * Looks which schemas exist, now and after every `notify pgrst, 'reload schema'` (an empty payload counts, any
 * other is ignored, `'reload'` too).
 * @param reloaded forgets what else was cached.
 */
export async function watchSchemas(
  sql: Sql,
  schemas: string[],
  reloaded: () => Promise<void>,
): Promise<Exposed> {
  let missing: string[] = [];
  const look = async () => {
    const rows = await sql<{ name: string }[]>`
      select name from unnest(${schemas}::text[]) as name where to_regnamespace(quote_ident(name)) is null
    `;
    missing = rows.map((row) => row.name);
  };
  await look();
  await sql.listen("pgrst", async (payload) => {
    if (payload !== "" && payload !== "reload schema") return;
    await reloaded();
    await look();
  });
  return { missing: () => missing };
}
