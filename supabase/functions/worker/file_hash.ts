/**
 * SHA-256 of a file. Node's hash is five times faster; only hash-wasm's can be carried from one invocation
 * to the next, so it serves the files that need more than one.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { createSHA256 } from "hash-wasm";

/** A hash on its way. */
export interface FileHash {
  /** Takes the next bytes. */
  update(chunk: Uint8Array): void;
  /** Its state as text. Only of a hash that was started as resumable. */
  save(): string;
  /** 64 hex digits; the hash is over then. */
  digest(): string;
}

/** Starts a hash. resumable: whether it will have to be saved. */
export async function startFileHash(resumable: boolean): Promise<FileHash> {
  if (resumable) return carried((await createSHA256()).init());
  const hash = createHash("sha256");
  return {
    update: (chunk) => void hash.update(chunk),
    save: () => {
      throw new Error("Cannot save the hash: it was started as not resumable");
    },
    digest: () => hash.digest("hex"),
  };
}

/** Goes on with a saved hash. */
export async function resumeFileHash(saved: string): Promise<FileHash> {
  return carried((await createSHA256()).load(Buffer.from(saved, "base64")));
}

function carried(hash: Awaited<ReturnType<typeof createSHA256>>): FileHash {
  return {
    update: (chunk) => void hash.update(chunk),
    save: () => Buffer.from(hash.save()).toString("base64"),
    digest: () => hash.digest("hex"),
  };
}
