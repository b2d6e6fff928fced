/**
 * Who calls: the API key rules of hosted Supabase for new-style keys. They travel in `apikey`; `Authorization`
 * carries a user's session, or repeats the key (supabase-js does), never a key alone.
 */
import { signatureHolds } from "./jwt.ts";
import type { Keys } from "../keys.ts";

export interface Caller {
  role: "anon" | "authenticated" | "service_role";
  /** Claims as Postgres sees them in `request.jwt.claims`. */
  claims: Record<string, unknown>;
  /** The user's id, null for keys. */
  sub: string | null;
}

/** Who is behind a request, or the refusal to answer it with. */
export async function identify(request: Request, url: URL, keys: Keys): Promise<Caller | Response> {
  const key = request.headers.get("apikey") ?? url.searchParams.get("apikey");
  if (key === null) {
    return refusal("No API key found in request", "No `apikey` request header or url param was found.");
  }
  if (key !== keys.secretKey && key !== keys.publishableKey) {
    return refusal("Invalid API key", "Double check your Supabase `apikey`.");
  }
  if (key === keys.secretKey && /^\s*Mozilla\//.test(request.headers.get("user-agent") ?? "")) {
    return refusal("Forbidden use of secret API key in browser", null);
  }
  const bearer = /^Bearer\s+(.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (bearer === undefined || bearer === key) {
    return key === keys.secretKey ? keyCaller("service_role") : keyCaller("anon");
  }
  if (bearer.startsWith("sb_")) {
    return refusal("Invalid API key", "The key in Authorization is not the one in apikey.");
  }
  const claims = await signatureHolds(bearer, keys.jwtSecret);
  if (claims === null) {
    return Response.json({ code: "PGRST301", details: null, hint: null, message: "JWT invalid or expired" }, {
      status: 401,
    });
  }
  return {
    role: claims.role === "service_role" ? "service_role" : claims.role === "anon" ? "anon" : "authenticated",
    claims,
    sub: typeof claims.sub === "string" ? claims.sub : null,
  };
}

function keyCaller(role: "anon" | "service_role"): Caller {
  return { role, claims: { role }, sub: null };
}

function refusal(message: string, hint: string | null): Response {
  return Response.json({ message, hint }, { status: 401 });
}
