/** The public keys that sign what leaves the system as proof. Open: whoever checks a proof needs no account. */
import { pemOf } from "../../../shared/audit/signing.ts";
import { answer, type HandlerOf } from "../_shared/app.ts";
import { readSigningKeys } from "../_shared/signing_keys.ts";

/** @param privateKeys as the environment has them; only their public halves are told. */
export function answerKeys(
  privateKeys: readonly string[] | undefined,
): HandlerOf<"system", "GET /system/keys"> {
  let telling: ReturnType<typeof tellKeys> | null = null;
  return async () =>
    answer(200, { keys: await (telling ??= tellKeys(privateKeys)) }, {
      "cache-control": "public, max-age=300",
    });
}

/** The public halves, the one that signs first. */
export async function tellKeys(privateKeys: readonly string[] | undefined) {
  const known = await readSigningKeys(privateKeys);
  return (known?.keys ?? []).map((key) => ({
    ...key,
    algorithm: "Ed25519" as const,
    pem: pemOf(key),
    signs: key.key_id === known?.signing.key_id,
  }));
}
