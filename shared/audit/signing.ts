/**
 * The keys that sign what leaves the system as proof: Ed25519 (RFC 8032), by Web Crypto. Owns their form, and how a
 * key is named; refuses keys of any other kind.
 */

/** Bytes of a PKCS#8 Ed25519 key before the 32 of its seed (RFC 8410, section 7). */
const PKCS8_HEAD = "302e020100300506032b657004220420";

/** A key anybody may have: it verifies. */
export interface PublicKey {
  /** First 16 hex digits of SHA-256 over the key in SPKI. */
  readonly key_id: string;
  /** SPKI in DER, base64. */
  readonly public_key: string;
}

/** A key nobody else has: it signs. */
export interface SigningKey extends PublicKey {
  /** @returns the signature over the text in UTF-8, base64. */
  sign(text: string): Promise<string>;
}

/** Whether a text has the form of a private key: PKCS#8 of Ed25519, in base64. */
export function isPrivateKey(text: string): boolean {
  const bytes = bytesOf(text);
  return bytes !== null && bytes.length === 48 && hex(bytes).startsWith(PKCS8_HEAD);
}

/** @throws TypeError for what isPrivateKey() refuses; never with the key in it. */
export async function readSigningKey(privateKey: string): Promise<SigningKey> {
  const bytes = isPrivateKey(privateKey) ? bytesOf(privateKey) : null;
  if (bytes === null) {
    throw new TypeError("Cannot read the signing key: it is no PKCS#8 Ed25519 key in base64");
  }
  const key = await crypto.subtle.importKey("pkcs8", bytes, "Ed25519", true, ["sign"]);
  const { kty, crv, x } = await crypto.subtle.exportKey("jwk", key);
  const verifying = await crypto.subtle.importKey("jwk", { kty, crv, x }, "Ed25519", true, ["verify"]);
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", verifying));
  return {
    key_id: await keyIdOf(spki),
    public_key: base64(spki),
    sign: async (text) =>
      base64(new Uint8Array(await crypto.subtle.sign("Ed25519", key, new TextEncoder().encode(text)))),
  };
}

/** @returns whether the key made this signature over the text. Never throws. */
export async function isSignedBy(key: PublicKey, text: string, signature: string): Promise<boolean> {
  const [spki, signed] = [bytesOf(key.public_key), bytesOf(signature)];
  if (spki === null || signed === null) return false;
  try {
    const verifying = await crypto.subtle.importKey("spki", spki, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", verifying, signed, new TextEncoder().encode(text));
  } catch {
    return false;
  }
}

/** The key as `openssl` reads it. */
export function pemOf(key: PublicKey): string {
  return `-----BEGIN PUBLIC KEY-----\n${key.public_key}\n-----END PUBLIC KEY-----\n`;
}

async function keyIdOf(spki: Uint8Array<ArrayBuffer>): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", spki))).slice(0, 16);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
