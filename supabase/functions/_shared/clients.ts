/** The clients of Supabase's HTTP surfaces. Owns how our key travels. */
import { createClient } from "@supabase/supabase-js";
import type { Database } from "../../../shared/data/database.types.ts";
import type { DatabaseClient } from "../../../shared/data/rest_calls.ts";
import type { CommonEnvironment } from "./env.ts";

/**
 * A client with all rights (REST, Storage, Auth) of this project. Its key is no JWT, so it goes in `apikey` and
 * is taken out of `Authorization`, where supabase-js puts it too.
 *
 * @param fetchThrough what sends the requests; the platform's fetch unless told.
 */
export function createServiceClient(
  environment: Pick<CommonEnvironment, "SUPABASE_URL" | "SUPABASE_SECRET_KEYS">,
  fetchThrough: typeof fetch = fetch,
): DatabaseClient {
  const key = secretKeyOf(environment.SUPABASE_SECRET_KEYS);
  return createClient<Database>(environment.SUPABASE_URL, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { fetch: (input, init) => fetchThrough(input, withoutBearer(init, key)) },
  });
}

/** The key named `default`, else the only or first one. */
export function secretKeyOf(keys: Readonly<Record<string, string>>): string {
  const key = keys.default ?? Object.values(keys)[0];
  if (key === undefined) throw new TypeError("Cannot choose a secret key: there is none");
  return key;
}

function withoutBearer(init: RequestInit | undefined, key: string): RequestInit {
  const headers = new Headers(init?.headers);
  if (headers.get("authorization") === `Bearer ${key}`) headers.delete("authorization");
  return { ...init, headers };
}
