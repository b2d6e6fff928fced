/**
 * SHA-256 of a file. Node's hash is five times faster; only hash-wasm's can be carried from one invocation
 * to the next, so it serves the files that need more than one.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { createSHA256 } from "hash-wasm";

/** What is kept of a hash between two invocations: its state, or the digest when it has seen all bytes. */
export type SavedHash = { readonly state: string } | { readonly digest: string };

/** A hash on its way. */
export interface FileHash {
  /** Whether it has to see all of the file before it can be saved. */
  readonly needsAll: boolean;
  /** Takes the next bytes. */
  update(chunk: Uint8Array): void;
  /** What to go on from; it is over then. */
  save(): SavedHash;
  /** 64 hex digits; it is over then. */
  digest(): string;
}

/** Starts a hash. resumable: whether it will have to be saved before it has seen all of the file. */
export async function startFileHash(resumable: boolean): Promise<FileHash> {
  if (resumable) return carried((await createSHA256()).init());
  const hash = createHash("sha256");
  return {
    needsAll: true,
    update: (chunk) => void hash.update(chunk),
    save: () => ({ digest: hash.digest("hex") }),
    digest: () => hash.digest("hex"),
  };
}

/** Goes on with a saved hash. One that had seen all bytes takes no more notice of any. */
export async function resumeFileHash(saved: SavedHash): Promise<FileHash> {
  if ("state" in saved) return carried((await createSHA256()).load(Buffer.from(saved.state, "base64")));
  return { needsAll: false, update: () => {}, save: () => saved, digest: () => saved.digest };
}

function carried(hash: Awaited<ReturnType<typeof createSHA256>>): FileHash {
  return {
    needsAll: false,
    update: (chunk) => void hash.update(chunk),
    save: () => ({ state: Buffer.from(hash.save()).toString("base64") }),
    digest: () => hash.digest("hex"),
  };
}
