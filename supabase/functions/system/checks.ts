/** The checks of readiness against the real parts. */
import type { SupabaseClient } from "@supabase/supabase-js";
import type { Database } from "../_shared/database.ts";
import { NEWEST_MIGRATION } from "./newest_migration.ts";
import { type Checks, judgeMigrations, NotReady } from "./readiness.ts";

/** The bucket that drops arrive in. */
const BUCKET = "intake";

/** @param database null when there is no address this function may connect to. */
export function createChecks(
  client: SupabaseClient,
  database: Database | null,
): Checks {
  return {
    database: async () => {
      const [row] = await connected(database)<
        { version: string }[]
      >`select current_setting('server_version') as version`;
      return `Postgres ${row?.version ?? "?"}`;
    },
    rest: async (signal) => {
      const { error, status } = await client.schema("ops").rpc("time_scale")
        .abortSignal(signal);
      if (error !== null) {
        throw new NotReady(`REST answers ${status} ${error.code ?? ""}`.trim());
      }
      return "answers";
    },
    storage: async () => {
      const { error } = await client.storage.getBucket(BUCKET);
      if (error !== null) {
        throw new NotReady(`bucket ${BUCKET} cannot be reached`);
      }
      return `bucket ${BUCKET} is there`;
    },
    migrations: async () => {
      const [row] = await connected(database)<{ version: string | null }[]>`
        select max(version) as version from supabase_migrations.schema_migrations`;
      return judgeMigrations(row?.version ?? null, NEWEST_MIGRATION);
    },
  };
}

function connected(database: Database | null): Database {
  if (database === null) throw new NotReady("DATABASE_URL is not set");
  return database;
}
