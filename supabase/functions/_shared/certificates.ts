/** Certificates as functions answer them. */
import type { Proof } from "../../../shared/audit/proof.ts";
import type { ChainGateway } from "../../../shared/data/chain_gateway.ts";
import { Problem } from "../../../shared/errors.ts";
import { folderOf, makeCertificate, type Subject } from "../../../shared/proof/certificate.ts";
import { type Stamp, stampAt } from "../../../shared/proof/time_stamp.ts";
import type { AppContext } from "./app.ts";
import type { DatabaseClient } from "../../../shared/data/rest_calls.ts";
import { headFiles } from "./head_files.ts";
import { readSigningKeys } from "./signing_keys.ts";
import { VERSION } from "./version.ts";

/** What certificates stand on. */
export interface CertificateParts {
  readonly proofs: ChainGateway;
  /** Null without a signing key. */
  readonly proof: () => Promise<Proof | null>;
  /** Null without an authority for time stamps. */
  readonly stamp: Stamp | null;
}

/** The part of an environment that certificates need. */
interface Signing {
  readonly SUPABASE_URL: string;
  readonly DRAGONFLY_SIGNING_KEY?: readonly string[];
  readonly DRAGONFLY_TSA_URL?: string;
}

/** What certificates are signed and stamped with, from the environment. Keys are read when they are first asked for. */
export function signingParts(
  environment: Signing,
  client: DatabaseClient,
): Pick<CertificateParts, "proof" | "stamp"> {
  let reading: Promise<Proof | null> | null = null;
  const read = async () => {
    const keys = await readSigningKeys(environment.DRAGONFLY_SIGNING_KEY);
    return keys && { ...keys, heads: headFiles(client), project: environment.SUPABASE_URL };
  };
  const url = environment.DRAGONFLY_TSA_URL;
  return { proof: () => reading ??= read(), stamp: url === undefined ? null : stampAt(url, fetch, nonce) };
}

function nonce(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(8));
}

/** Answers with the certificate of a thing. @throws Problem UNAVAILABLE without a signing key. */
export async function answerCertificate(
  context: AppContext,
  parts: CertificateParts,
  subject: Subject,
): Promise<Response> {
  const proof = await parts.proof();
  if (proof === null) {
    throw new Problem("UNAVAILABLE", "No signing key is configured, so nothing can be certified.", {
      fix: "Set DRAGONFLY_SIGNING_KEY; docs/deploy.md says how.",
    });
  }
  const { bytes, unstamped } = await makeCertificate(
    subject,
    await parts.proofs.of(subject.kind, subject.id),
    {
      proof,
      stamp: parts.stamp,
      version: VERSION,
      now: new Date(),
      whole: context.get("caller").role !== "viewer",
    },
  );
  if (unstamped !== null) context.get("log").warn("certificate.not_stamped", { error: unstamped });
  return new Response(bytes, {
    headers: {
      "content-type": "application/x-tar",
      "content-disposition": `attachment; filename="${folderOf(subject)}.tar"`,
      "cache-control": "no-store",
    },
  });
}
