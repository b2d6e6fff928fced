/** The signing keys of the environment: the first signs, the others did so before and are still believed. */
import { type PublicKey, readSigningKey, type SigningKey } from "../../../shared/audit/signing.ts";

export interface SigningKeys {
  readonly signing: SigningKey;
  /** All of them, public halves alone. */
  readonly keys: readonly PublicKey[];
}

/** @returns null when no key is configured, which production does not allow. */
export async function readSigningKeys(
  privateKeys: readonly string[] | undefined,
): Promise<SigningKeys | null> {
  const [signing, ...earlier] = await Promise.all((privateKeys ?? []).map(readSigningKey));
  if (signing === undefined) return null;
  return { signing, keys: [signing, ...earlier].map(({ key_id, public_key }) => ({ key_id, public_key })) };
}
