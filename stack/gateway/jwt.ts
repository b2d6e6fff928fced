/** JSON Web Tokens with HS256, the one kind this stack issues: sessions (by Auth) and signed URLs (by Storage). */

const encoder = new TextEncoder();
const keysBySecret = new Map<string, Promise<CryptoKey>>();

function keyOf(secret: string): Promise<CryptoKey> {
  let key = keysBySecret.get(secret);
  if (key === undefined) {
    key = crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
      "sign",
      "verify",
    ]);
    keysBySecret.set(secret, key);
  }
  return key;
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(
      atob(text.replaceAll("-", "+").replaceAll("_", "/")),
      (char) => char.charCodeAt(0),
    );
  } catch (error) {
    if (error instanceof DOMException) return null; // not base64: not one of ours
    throw error;
  }
}

/** @returns the claims when the signature is ours and the token has not expired, else null. */
export async function signatureHolds(token: string, secret: string): Promise<Record<string, unknown> | null> {
  const [head, body, signature, ...rest] = token.split(".");
  if (head === undefined || body === undefined || signature === undefined || rest.length > 0) return null;
  const signed = fromBase64Url(signature);
  const bytes = fromBase64Url(body);
  if (signed === null || bytes === null) return null;
  const text = encoder.encode(`${head}.${body}`);
  if (!await crypto.subtle.verify("HMAC", await keyOf(secret), signed, text)) return null;
  const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (typeof claims !== "object" || claims === null) return null;
  if ("exp" in claims && typeof claims.exp === "number" && claims.exp * 1000 < Date.now()) return null;
  return { ...claims };
}

/** @returns a token with `claims`, valid for `seconds`. */
export async function sign(
  claims: Record<string, unknown>,
  secret: string,
  seconds: number,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const head = toBase64Url(encoder.encode(JSON.stringify({ alg: "HS256", typ: "JWT" })));
  const body = toBase64Url(encoder.encode(JSON.stringify({ ...claims, iat: now, exp: now + seconds })));
  const signature = await crypto.subtle.sign("HMAC", await keyOf(secret), encoder.encode(`${head}.${body}`));
  return `${head}.${body}.${toBase64Url(new Uint8Array(signature))}`;
}
