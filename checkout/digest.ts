/**
 * The name of what was made from `parts`, which JSON can write: the same for the same parts, and for no others.
 *
 * @returns 16 hexadecimal digits of a SHA-256.
 */
export async function digest(parts: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).subarray(0, 8).toHex();
}
