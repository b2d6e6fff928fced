/** JSON Web Tokens with HS256, the one kind this stack issues: sessions (by Auth) and signed URLs (by Storage). */
import { sign as signWith, verify } from "hono/jwt";

/** @returns the claims when the signature is ours and the token has not expired, else null. */
export async function signatureHolds(token: string, secret: string): Promise<Record<string, unknown> | null> {
  try {
    return { ...await verify(token, secret, "HS256") };
  } catch {
    return null; // whatever is wrong with it: it is not one of ours, or no longer
  }
}

/** @returns a token with `claims`, valid for `seconds`. */
export async function sign(
  claims: Record<string, unknown>,
  secret: string,
  seconds: number,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return await signWith({ ...claims, iat: now, exp: now + seconds }, secret, "HS256");
}
