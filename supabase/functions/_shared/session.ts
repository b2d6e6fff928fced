/**
 * Sessions of people: access tokens of Supabase Auth. Owns what makes one valid and which role it carries;
 * the role is `app_metadata.role`, which only an administrator can write.
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import * as z from "zod";
import { Problem } from "../../../shared/errors.ts";
import type { Caller, VerifySession } from "./caller.ts";

const Claims = z.object({
  sub: z.string().min(1),
  email: z.string().optional(),
  role: z.literal("authenticated"),
  app_metadata: z.object({ role: z.unknown() }).partial().optional(),
});

/** Public signing keys of the project. */
export interface SigningKeys {
  readonly keys: readonly { readonly kty: string; readonly kid?: string }[];
}

/**
 * Checks tokens signed with one of the project's public keys here (valid until they expire, at most an hour
 * after a role was taken away), all others by asking Auth.
 *
 * @param client a service client; the session's token is passed along, never set on it.
 */
export function createSessionCheck(client: SupabaseClient, jwks: SigningKeys | undefined): VerifySession {
  const known = new Set((jwks?.keys ?? []).flatMap((key) => key.kid === undefined ? [] : [key.kid]));
  return async (token) => {
    const kid = keyIdOf(token);
    return kid !== null && known.has(kid) && jwks !== undefined
      ? await bySignature(client, token, jwks)
      : await byAsking(client, token);
  };
}

async function bySignature(client: SupabaseClient, token: string, jwks: SigningKeys): Promise<Caller | null> {
  const keys = jwks.keys.map((key) => ({ ...key, key_ops: ["verify"] }));
  const { data, error } = await client.auth.getClaims(token, { jwks: { keys } });
  if (error !== null || data === null) return null;
  const claims = Claims.safeParse(data.claims);
  return claims.success ? callerOf(claims.data.sub, claims.data.email, claims.data.app_metadata?.role) : null;
}

async function byAsking(client: SupabaseClient, token: string): Promise<Caller | null> {
  const { data, error } = await client.auth.getUser(token);
  if (error !== null) {
    const status = error.status ?? 0;
    if (status >= 400 && status < 500 && status !== 429) return null;
    throw new Problem("UNAVAILABLE", "Auth does not answer, so the session cannot be checked.", {
      cause: error,
    });
  }
  return callerOf(data.user.id, data.user.email, data.user.app_metadata.role);
}

function callerOf(id: string, email: string | undefined, role: unknown): Caller {
  const known = role === "operator" || role === "viewer" ? role : "no_role";
  return { role: known, name: email === undefined || email === "" ? id : email };
}

/** The key id of a token that says it is signed with a key pair; read before anything is trusted. */
function keyIdOf(token: string): string | null {
  try {
    const text = atob((token.split(".")[0] ?? "").replaceAll("-", "+").replaceAll("_", "/"));
    const header = z.object({ alg: z.enum(["RS256", "ES256"]), kid: z.string() }).safeParse(JSON.parse(text));
    return header.success ? header.data.kid : null;
  } catch {
    return null; // no base64 or no JSON: not such a token, Auth will say what it thinks of it
  }
}
