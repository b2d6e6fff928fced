/** Credentials of one stack, fresh at every `up`. Shapes as Supabase issues them. */
import { randomLetters } from "../checkout/letters.ts";
import { randomSigningKey } from "../checkout/signing_key.ts";

export interface Keys {
  publishableKey: string;
  secretKey: string;
  operatorKey: string;
  wakeToken: string;
  /** Signs user sessions and signed URLs (HS256). */
  jwtSecret: string;
  databasePassword: string;
  /** Signs heads of the audit chain: DRAGONFLY_SIGNING_KEY. */
  signingKey: string;
}

/** @returns new random keys. */
export function makeKeys(): Keys {
  return {
    publishableKey: `sb_publishable_${randomLetters(22)}_${randomLetters(8)}`,
    secretKey: `sb_secret_${randomLetters(22)}_${randomLetters(8)}`,
    operatorKey: `dfop_${randomLetters(32)}`,
    wakeToken: `dfwake_${randomLetters(32)}`,
    jwtSecret: randomLetters(48),
    databasePassword: randomLetters(24),
    signingKey: randomSigningKey(),
  };
}
