/** The clients of Supabase's HTTP surfaces. Owns how our key travels, and how the database knows a function of ours. */
import { createClient } from "@supabase/supabase-js";
import { createHash } from "node:crypto";
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
  environment: Pick<CommonEnvironment, "SUPABASE_URL" | "SUPABASE_SECRET_KEYS" | "DRAGONFLY_WAKE_TOKEN">,
  fetchThrough: typeof fetch = fetch,
): DatabaseClient {
  const key = secretKeyOf(environment.SUPABASE_SECRET_KEYS);
  const rest = `${environment.SUPABASE_URL}/rest/v1/`;
  const proof = functionProof(environment.DRAGONFLY_WAKE_TOKEN);
  const send: typeof fetch = (input, init) => {
    const headers = withoutBearer(init, key);
    if (addressOf(input).startsWith(rest)) headers.set(FUNCTION_HEADER, proof);
    return fetchThrough(input, { ...init, headers });
  };
  return createClient<Database>(environment.SUPABASE_URL, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { fetch: send },
  });
}

/** Says to the database that a function speaks, not just somebody with the secret key. `ops.is_from_function` reads it. */
export const FUNCTION_HEADER = "x-dragonfly-function";

/** What stands in it: made of a secret that functions and the Vault have, and a holder of the secret key has not. */
export function functionProof(wakeToken: string): string {
  return createHash("sha256").update(`dragonfly function ${wakeToken}`, "utf8").digest("hex");
}

function addressOf(input: Parameters<typeof fetch>[0]): string {
  return input instanceof Request ? input.url : String(input);
}

/** The key named `default`, else the only or first one. */
export function secretKeyOf(keys: Readonly<Record<string, string>>): string {
  const key = keys.default ?? Object.values(keys)[0];
  if (key === undefined) throw new TypeError("Cannot choose a secret key: there is none");
  return key;
}

function withoutBearer(init: RequestInit | undefined, key: string): Headers {
  const headers = new Headers(init?.headers);
  if (headers.get("authorization") === `Bearer ${key}`) headers.delete("authorization");
  return headers;
}
