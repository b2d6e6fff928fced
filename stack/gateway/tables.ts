/**
 * Tables, views and accounts, served by `@supabase/lite` behind the rules it lacks: time limit, refusal of deletes and
 * updates without a filter, PGRST002.
 */
import { App } from "@supabase/lite";
import { createPostgresConnection } from "@supabase/lite/postgres";
import type { Config } from "../../checkout/config.ts";
import type { DatabaseAddress } from "../database/connect.ts";
import type { Keys } from "../keys.ts";
import { databaseAway, refuse } from "./postgrest_error.ts";

export interface Lite {
  fetch(request: Request): Promise<Response>;
  reloadSchema(): Promise<void>;
  /** The database went away: what is under way is answered, as lite itself would wait for ever. */
  databaseLost(): void;
  close(): Promise<void>;
}

/** `json` columns and arguments arrive as JSON text already; encoding them again would make strings of them. */
function passThrough(oid: number) {
  return {
    to: oid,
    from: [oid],
    serialize: (value: unknown) => typeof value === "string" ? value : JSON.stringify(value),
    parse: (text: string) => JSON.parse(text),
  };
}

/** @param apiUrl where the gateway is reached; Auth writes it into links. */
export function startLite(config: Config, keys: Keys, database: DatabaseAddress, apiUrl: string): Lite {
  let lite = makeLite(config, keys, database, apiUrl);
  let loss = Promise.withResolvers<Response>();
  return {
    fetch: (request) =>
      Promise.race([lite.app.fetch(request), loss.promise.then((answer) => answer.clone())]),
    reloadSchema: () => lite.connection.clearSchemaCache(),
    databaseLost() {
      loss.resolve(databaseAway());
      loss = Promise.withResolvers();
      // Its pool may hold connections that belong to nobody any more.
      lite.connection.driver.end({ timeout: 0 });
      lite = makeLite(config, keys, database, apiUrl);
    },
    close: () => lite.connection.driver.end({ timeout: 1 }),
  };
}

function makeLite(config: Config, keys: Keys, database: DatabaseAddress, apiUrl: string) {
  const connection = createPostgresConnection({
    url: `postgresql://supabase_admin:${database.password}@127.0.0.1:${database.port}/postgres`,
    postgresOptions: {
      max: 10,
      onnotice: () => {},
      connection: { application_name: "stack-rest", statement_timeout: 8000 },
      types: { json: passThrough(114), jsonb: passThrough(3802) },
    },
  });
  // Left "unknown", lite grants ALL on every schema with RLS to anon at the first request, and switches no role before.
  Object.assign(connection, { rlsState: "active" });
  const app = new App({
    connection,
    api: {
      schemas: config.api.schemas,
      extra_search_path: config.api.extra_search_path,
      max_rows: config.api.max_rows,
    },
    auth: {
      enabled: true,
      jwt_secret: keys.jwtSecret,
      jwt_expiry: config.auth.jwt_expiry,
      publishable_key: keys.publishableKey,
      secret_key: keys.secretKey,
      site_url: apiUrl,
      enable_signup: config.auth.enable_signup,
      email: { enable_confirmations: false },
    },
    db: { migrations: { enabled: false } },
    studio: { enabled: false },
    options: { server: { admin: false, disableStudio: true } },
  });
  return { app, connection };
}

/** Query keys that do not narrow which rows a statement touches. */
const NOT_FILTERS = new Set(["select", "order", "limit", "offset", "columns", "on_conflict", "apikey"]);

/** Hosted loads `safeupdate` into every API session: no delete or update of a whole table. */
export function refuseUnfiltered(request: Request, url: URL): Response | null {
  if (request.method !== "DELETE" && request.method !== "PATCH") return null;
  if ([...url.searchParams.keys()].some((key) => !NOT_FILTERS.has(key))) return null;
  const verb = request.method === "DELETE" ? "DELETE" : "UPDATE";
  return refuse(400, "21000", `${verb} requires a WHERE clause`);
}
