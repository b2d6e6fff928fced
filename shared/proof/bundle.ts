/**
 * A bundle: files that prove something, each by its hash in SHA256SUMS, and that list signed (Ed25519). Checked with tar,
 * sha256sum and openssl alone; docs/proof.md says how.
 */
import { pemOf, type PublicKey, type SigningKey } from "../audit/signing.ts";
import { type ArchivedFile, tar } from "./tar.ts";
import type { Stamp } from "./time_stamp.ts";

/** What stands in a bundle beside what was put in. */
export const SUMS = "SHA256SUMS";
/** What a time stamp is about: the hashes of all that was put in. */
export const STAMPED = "contents.sha256";

/** A file by name. */
export type Contents = Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>;

/** A bundle, and why it has no time stamp although one was asked for. */
export interface Bundle {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly unstamped: unknown;
}

/** @param keys public keys to put in: the signing one, and those of signed texts inside. @param stamp null: no authority. */
export async function makeBundle(
  folder: string,
  contents: Contents,
  signing: SigningKey,
  keys: readonly PublicKey[],
  stamp: Stamp | null,
): Promise<Bundle> {
  const files = new Map(Object.entries(contents).map(([name, content]) => [name, bytesOf(content)]));
  for (const key of keys) files.set(`keys/${key.key_id}.pem`, bytesOf(pemOf(key)));
  const unstamped = stamp === null ? null : await addStamp(files, stamp);
  const sums = await sumsOf(files);
  const signature = Uint8Array.from(atob(await signing.sign(sums)), (letter) => letter.charCodeAt(0));
  const archived: ArchivedFile[] = [
    ...files,
    [SUMS, bytesOf(sums)] as const,
    [`${SUMS}.sig`, signature] as const,
  ].map(([name, bytes]) => ({ name: `${folder}/${name}`, bytes }));
  return { bytes: tar(archived), unstamped };
}

async function addStamp(files: Map<string, Uint8Array<ArrayBuffer>>, stamp: Stamp): Promise<unknown> {
  const contents = bytesOf(await sumsOf(files));
  try {
    const stamped = await stamp(contents);
    files.set(STAMPED, contents);
    files.set("contents.tsr", stamped);
    return null;
  } catch (error) {
    return error;
  }
}

/** As `sha256sum` writes it. */
async function sumsOf(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Promise<string> {
  const lines = [];
  for (const [name, bytes] of files) lines.push(`${await sha256(bytes)}  ${name}\n`);
  return lines.join("");
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bytesOf(content: string | Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}
