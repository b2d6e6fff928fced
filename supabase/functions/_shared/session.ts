/**
 * Sessions of people: access tokens of Supabase Auth. Owns what makes one valid and which role it carries;
 * the role is `app_metadata.role`, which only an administrator can write.
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import { createHash } from "node:crypto";
import * as z from "zod";
import { Problem } from "../../../shared/errors.ts";
import type { Caller, VerifySession } from "./caller.ts";

const Claims = z.object({
  sub: z.string().min(1),
  email: z.string().optional(),
  role: z.literal("authenticated"),
  aud: z.union([
    z.literal("authenticated"),
    z.array(z.string()).refine((all) => all.includes("authenticated")),
  ]),
  iss: z.string(),
  nbf: z.number().optional(),
  app_metadata: z.object({ role: z.unknown() }).partial().optional(),
});

const Header = z.looseObject({ alg: z.string(), kid: z.string().optional() });
const Payload = z.record(z.string(), z.unknown());

/** How much clocks may differ, in seconds. */
const CLOCK_SKEW_SECONDS = 10;
/** How long a refused token is refused unasked, in milliseconds: a client that repeats itself costs Auth nothing. */
const REFUSAL_KEPT_MS = 10_000;
/** Most refusals that are kept. */
const REFUSALS_KEPT = 1000;

/** Public signing keys of the project. */
export interface SigningKeys {
  readonly keys: readonly { readonly kty: string; readonly kid?: string; readonly alg?: string }[];
}

/**
 * Checks tokens signed with one of the project's public keys here (valid until they expire, at most an hour
 * after a role was taken away), all others by asking Auth. What is no token at all is refused without asking.
 *
 * @param client a service client; the session's token is passed along, never set on it.
 * @param url of the project, whose Auth must have issued what is checked here.
 */
export function createSessionCheck(
  client: SupabaseClient,
  jwks: SigningKeys | undefined,
  url: string,
  now: () => number = Date.now,
): VerifySession {
  const known = new Map(
    (jwks?.keys ?? []).flatMap((key) => key.kid === undefined ? [] : [[key.kid, key] as const]),
  );
  const refused = new Refusals(now);
  return async (token, beforeAsking) => {
    const parts = partsOf(token);
    // With a client_id it is one that Auth gave to somebody else's program: no session of ours.
    if (parts === null || parts.payload.client_id !== undefined) return null;
    const key = known.get(parts.header.kid ?? "");
    if (key !== undefined && jwks !== undefined && isAsymmetric(parts.header.alg)) {
      if ((key.alg ?? parts.header.alg) !== parts.header.alg) return null;
      return await bySignature(client, token, jwks, url, now);
    }
    if (refused.has(token)) return null;
    beforeAsking();
    const caller = await byAsking(client, token);
    if (caller === null) refused.add(token);
    return caller;
  };
}

/** Tokens Auth has just refused, by digest. */
class Refusals {
  readonly #until = new Map<string, number>();

  constructor(private readonly now: () => number) {}

  has(token: string): boolean {
    return (this.#until.get(digest(token)) ?? 0) > this.now();
  }

  add(token: string): void {
    const oldest = this.#until.keys().next().value;
    if (this.#until.size >= REFUSALS_KEPT && oldest !== undefined) this.#until.delete(oldest);
    this.#until.set(digest(token), this.now() + REFUSAL_KEPT_MS);
  }
}

function digest(token: string): string {
  return createHash("sha256").update(token).digest("base64");
}

function isAsymmetric(alg: string): boolean {
  return alg === "RS256" || alg === "ES256";
}

async function bySignature(
  client: SupabaseClient,
  token: string,
  jwks: SigningKeys,
  url: string,
  now: () => number,
): Promise<Caller | null> {
  const keys = jwks.keys.map((key) => ({ ...key, key_ops: ["verify"] }));
  // It throws where a key does not fit the algorithm the token names: that is a wrong token, no trouble of ours.
  const found = await client.auth.getClaims(token, { jwks: { keys } }).catch(() => null);
  if (found === null || found.error !== null || found.data === null) return null;
  const claims = Claims.safeParse(found.data.claims);
  if (!claims.success || !isIssuer(claims.data.iss, url)) return null;
  if ((claims.data.nbf ?? 0) > now() / 1000 + CLOCK_SKEW_SECONDS) return null;
  return callerOf(claims.data.sub, claims.data.email, claims.data.app_metadata?.role);
}

/** A local project reaches its Auth by another name than the one in tokens: there the path alone is compared. */
function isIssuer(issuer: string, url: string): boolean {
  return url.startsWith("https:") ? issuer === `${url}/auth/v1` : issuer.endsWith("/auth/v1");
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

/** What a token says, read before anything of it is trusted; null when it is no token. */
function partsOf(token: string): { header: z.infer<typeof Header>; payload: z.infer<typeof Payload> } | null {
  const [first = "", second = ""] = token.split(".");
  const header = Header.safeParse(jsonOf(first));
  const payload = Payload.safeParse(jsonOf(second));
  return header.success && payload.success ? { header: header.data, payload: payload.data } : null;
}

function jsonOf(part: string): unknown {
  try {
    const binary = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined; // neither base64 nor JSON
  }
}
