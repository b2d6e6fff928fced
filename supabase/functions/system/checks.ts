/** The checks of readiness against the real parts. */
import type { SupabaseClient } from "@supabase/supabase-js";
import { DatabaseRefused } from "../../../shared/data/database_refused.ts";
import type { SystemGateway } from "../../../shared/data/system_gateway.ts";
import { DROP_BUCKET } from "../../../shared/intake/limits.ts";
import type { Database } from "../_shared/database.ts";
import { NEWEST_MIGRATION } from "./newest_migration.ts";
import { type Checks, judgeMigrations, NotReady } from "./readiness.ts";

/** @param database null when there is no address this function may connect to. */
export function createChecks(
  system: SystemGateway,
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
    rest: async () => {
      try {
        await system.answers();
      } catch (error) {
        if (!(error instanceof DatabaseRefused)) throw error;
        throw new NotReady(`REST answers ${error.status} ${error.code}`);
      }
      return "answers";
    },
    storage: async () => {
      const { error } = await client.storage.getBucket(DROP_BUCKET);
      if (error !== null) {
        throw new NotReady(`bucket ${DROP_BUCKET} cannot be reached`);
      }
      return `bucket ${DROP_BUCKET} is there`;
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
