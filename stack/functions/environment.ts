/** The environment of a function: exactly the platform's names and the project's own. */
import type { Keys } from "../keys.ts";

/** Where Vite serves what somebody starts by hand. */
const USUAL_ORIGINS = ["http://localhost:5173", "http://127.0.0.1:5173"];

export interface EnvironmentParts {
  apiUrl: string;
  databaseUrl: string;
  keys: Keys;
  vendorKeys: Record<string, string>;
  /** Where the dashboard is served; null when it is not. */
  dashboardOrigin: string | null;
  /** The project's optional variables, as `supabase secrets set` would give them. */
  more: Record<string, string>;
}

/**
 * @returns what every isolate gets; the platform adds an execution id to each.
 * @throws for names beginning with `SUPABASE_`, which the platform refuses as secrets too.
 */
export function functionEnvironment(parts: EnvironmentParts): Record<string, string> {
  const { keys, more } = parts;
  const reserved = Object.keys(more).filter((name) => name.startsWith("SUPABASE_"));
  if (reserved.length > 0) {
    throw new Error(`Cannot set ${reserved.join(", ")}: SUPABASE_ names are the platform's`);
  }
  return {
    SUPABASE_URL: parts.apiUrl,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishableKey }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secretKey }),
    SUPABASE_DB_URL: parts.databaseUrl,
    SUPABASE_JWKS: JSON.stringify({ keys: [] }), // sessions are signed with a shared secret here: ask Auth
    SB_REGION: "local",
    ENVIRONMENT: "local",
    DATABASE_URL: parts.databaseUrl,
    DRAGONFLY_API_KEY: keys.operatorKey,
    DRAGONFLY_WAKE_TOKEN: keys.wakeToken,
    DRAGONFLY_SIGNING_KEY: keys.signingKey,
    DRAGONFLY_CORS_ORIGINS: [
      ...USUAL_ORIGINS,
      ...parts.dashboardOrigin === null ? [] : [parts.dashboardOrigin],
    ].join(),
    DRAGONFLY_VENDOR_KEYS: JSON.stringify(parts.vendorKeys),
    DRAGONFLY_RATE_WRITES: "6000",
    DRAGONFLY_RATE_READS: "6000",
    ...more,
  };
}
