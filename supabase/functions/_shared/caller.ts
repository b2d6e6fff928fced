/**
 * Turns a request's credentials into one caller. Owns which header carries which credential and how they are
 * compared; what a caller may then do is in access.ts.
 *
 * Every credential that is presented must be right: a wrong key is refused even beside a good one, so that a
 * mistaken or probing client is told at once.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { Problem } from "../../../shared/errors.ts";
import { ROLES } from "../../../shared/http/access.ts";

/** Who is calling, by how they proved it. `no_role` is a valid session that was given no rights here. */
export type Caller =
  | { readonly role: "service" | "operator_key" | "wake"; readonly name: string }
  /** `name` is the vendor's source. */
  | { readonly role: "vendor"; readonly name: string }
  /** `name` is the e-mail address, or the id of a user without one. */
  | { readonly role: "operator" | "viewer" | "no_role"; readonly name: string };

/** How audit events and log lines name a caller: `service`, `operator-key`, `vendor:acme`, `operator:a@b.org`. */
export function actorOf(caller: Caller): string {
  return caller.role === "service" || caller.role === "operator_key" || caller.role === "wake"
    ? caller.role.replace("_", "-")
    : `${caller.role === "no_role" ? "session" : caller.role}:${caller.name}`;
}

/**
 * Checks a session's access token.
 *
 * @param beforeAsking is called before anybody outside is asked; when it throws, nobody is.
 * @returns the caller, or null when the token is not (or no longer) valid.
 * @throws Problem UNAVAILABLE when that cannot be told.
 */
export type VerifySession = (token: string, beforeAsking: () => void) => Promise<Caller | null>;

/** The keys a function knows. Publishable keys are no credential; they are let pass beside one. */
export interface KnownKeys {
  readonly secretKeys: readonly string[];
  readonly publishableKeys: readonly string[];
  readonly operatorKey: string;
  readonly wakeToken: string;
  /** Source name to key. */
  readonly vendorKeys: Readonly<Record<string, string>>;
}

/**
 * Finds the caller of a request by its headers. beforeAsking: as VerifySession has it.
 *
 * @throws Problem UNAUTHORIZED, UNAVAILABLE.
 */
export type IdentifyCaller = (headers: Headers, beforeAsking: () => void) => Promise<Caller>;

/** `nothing`: a credential that proves nobody and disturbs nobody. `null`: a wrong one. */
type Verdict = Caller | "nothing" | null;

/** Builds the one road from headers to a caller. */
export function createDoor(keys: KnownKeys, verifySession: VerifySession): IdentifyCaller {
  const service = keySet(keys.secretKeys.map((key) => [key, { role: "service", name: "service" } as const]));
  const publishable = keySet(keys.publishableKeys.map((key) => [key, "nothing" as const]));
  const operator = keySet([[keys.operatorKey, { role: "operator_key", name: "operator-key" } as const]]);
  const wake = keySet([[keys.wakeToken, { role: "wake", name: "wake" } as const]]);
  const vendors = keySet(
    Object.entries(keys.vendorKeys).map(([name, key]) => [key, { role: "vendor", name } as const]),
  );

  const readers: Record<string, (value: string, beforeAsking: () => void) => Verdict | Promise<Verdict>> = {
    "apikey": (value) => service(value) ?? publishable(value),
    "x-api-key": (value) => operator(value),
    "x-dragonfly-api-key": (value) => operator(value) ?? vendors(value),
    "x-wake-token": (value) => wake(value),
    "authorization": (value, beforeAsking) => {
      const token = /^Bearer +(\S+)$/i.exec(value)?.[1];
      if (token === undefined) return null;
      return operator(token) ?? (isJwt(token) ? verifySession(token, beforeAsking) : null);
    },
  };

  return async (headers, beforeAsking) => {
    const found: Caller[] = [];
    for (const [header, read] of Object.entries(readers)) {
      const value = headers.get(header);
      if (value === null) continue;
      const verdict = await read(value.trim(), beforeAsking);
      if (verdict === null) throw new Problem("UNAUTHORIZED", `The credential in ${header} is not valid.`);
      if (verdict !== "nothing") found.push(verdict);
    }
    const caller = found.sort((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role))[0];
    if (caller === undefined) {
      throw new Problem("UNAUTHORIZED", "No credential was sent.", {
        headers: { "www-authenticate": "Bearer" },
      });
    }
    return caller;
  };
}

/** Three parts in base64url: whether it is worth asking Auth. Not a check of anything. */
function isJwt(token: string): boolean {
  return /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/.test(token);
}

/**
 * Looks a presented key up in constant time: digests are of one length, and all of them are compared whatever
 * was found before.
 */
function keySet<Found>(entries: readonly (readonly [string, Found])[]): (presented: string) => Found | null {
  const known = entries.map(([key, found]) => ({ digest: digest(key), found }));
  return (presented) => {
    const wanted = digest(presented);
    let match: Found | null = null;
    for (const { digest, found } of known) if (timingSafeEqual(digest, wanted)) match = found;
    return match;
  };
}

function digest(text: string): Uint8Array {
  return createHash("sha256").update(text, "utf8").digest();
}
