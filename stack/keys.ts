/** Credentials of one stack, fresh at every `up`. Shapes as Supabase issues them. */

export interface Keys {
  publishableKey: string;
  secretKey: string;
  operatorKey: string;
  wakeToken: string;
  /** Signs user sessions and signed URLs (HS256). */
  jwtSecret: string;
  databasePassword: string;
}

/** @returns new random keys. */
export function makeKeys(): Keys {
  return {
    publishableKey: `sb_publishable_${random(22)}_${random(8)}`,
    secretKey: `sb_secret_${random(22)}_${random(8)}`,
    operatorKey: `dfop_${random(32)}`,
    wakeToken: `dfwake_${random(32)}`,
    jwtSecret: random(48),
    databasePassword: random(24),
  };
}

/** Letters and digits only, so that a value needs no quoting in a URL, SQL text or shell. */
export function random(length: number): string {
  const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"; // 57: the rest look alike
  let text = "";
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < 228 && text.length < length) text += alphabet[byte % 57]; // 228 = 4 · 57, so no bias
    }
  }
  return text;
}
