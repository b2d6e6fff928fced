/** A signing key that is nobody's, for stacks, rehearsals and tests. */
import { generateKeyPairSync } from "node:crypto";

/** @returns a new Ed25519 key as DRAGONFLY_SIGNING_KEY has it: PKCS#8, base64. */
export function randomSigningKey(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "der" }).toString(
    "base64",
  );
}
