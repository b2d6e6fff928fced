/**
 * The vault: stores a file, reads back what was stored, hashes that, and registers it. Nothing is registered whose bytes
 * were not seen to lie in the bucket.
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import { createHash } from "node:crypto";
import type { By } from "../../../shared/data/batch_gateway.ts";
import { EVIDENCE_BUCKET, type EvidenceGateway } from "../../../shared/data/evidence_gateway.ts";
import type { ObjectStore } from "../../../shared/data/object_store.ts";
import { Problem } from "../../../shared/errors.ts";
import type { EvidenceFile } from "../../../shared/http/answers/evidence.ts";
import { storedName } from "../_shared/upload/file_name.ts";
import { streamOf } from "../_shared/upload/chunks.ts";

/** Where packets lie: a viewer may not have them. */
export const PACKETS = "packets";

/** A file to be kept. */
export interface Kept {
  /** `files` for what people bring, PACKETS for what the worker makes. */
  readonly folder: "files" | typeof PACKETS;
  /** Names its place below the folder: the same name, the same place. */
  readonly place: string;
  readonly fileName: string;
  readonly mimeType: string;
  /** In order; let go of as they are sent. */
  readonly chunks: Uint8Array<ArrayBuffer>[];
  readonly size: number;
  /** SHA-256 of what is sent, hex. */
  readonly hash: string;
  readonly entityType: string;
  readonly entityId: string;
  readonly isProof: boolean;
}

/** Keeps files as proof. */
export class Vault {
  constructor(
    private readonly client: SupabaseClient,
    private readonly objects: ObjectStore,
    private readonly evidence: EvidenceGateway,
  ) {}

  /**
   * Stores, reads back, registers. The same file for the same place is the same file, so that what was cut off can be
   * done again.
   *
   * @throws Problem UNAVAILABLE when storage does not take it, or gives back other bytes.
   */
  async keep(file: Kept, by: By): Promise<EvidenceFile> {
    const path = `${file.folder}/${file.place}/${storedName(file.fileName)}`;
    await this.#store(path, file);
    const stored = await this.#readBack(path, file.size);
    if (stored.sha256 !== file.hash || stored.bytes !== file.size) {
      throw new Problem(
        "UNAVAILABLE",
        "Storage gave back other bytes than it was sent; nothing was registered.",
      );
    }
    return await this.evidence.register({
      bucket_path: path,
      file_name: file.fileName,
      sha256: stored.sha256,
      size_bytes: stored.bytes,
      mime_type: file.mimeType,
      entity_type: file.entityType,
      entity_id: file.entityId,
      is_proof: file.isProof,
    }, by);
  }

  /** What lies there already is read back like what was just stored. */
  async #store(path: string, file: Kept): Promise<void> {
    const { error } = await this.client.storage.from(EVIDENCE_BUCKET).upload(path, streamOf(file.chunks), {
      contentType: file.mimeType,
      upsert: false,
      duplex: "half",
    });
    if (error === null || ("statusCode" in error && String(error.statusCode) === "409")) return;
    throw new Problem("UNAVAILABLE", "Storage did not take the file.", { cause: error });
  }

  async #readBack(path: string, size: number): Promise<{ readonly sha256: string; readonly bytes: number }> {
    const object = { bucket: EVIDENCE_BUCKET, path, version: crypto.randomUUID(), etag: null, bytes: null };
    const digest = createHash("sha256");
    let bytes = 0;
    const { stream } = await this.objects.openRange(object, 0, size + 1); // a longer one shows by its length
    for await (const chunk of stream) {
      digest.update(chunk);
      bytes += chunk.length;
    }
    return { sha256: digest.digest("hex"), bytes };
  }
}
