/** The bucket drops are stored in. Owns addresses and content type. */
import type { SupabaseClient } from "@supabase/supabase-js";
import { Problem } from "../../../shared/errors.ts";
import { streamOf } from "../_shared/upload/chunks.ts";

/** The bucket whose objects are drops. */
export const BUCKET = "intake";

/** A one-time address to send a file to. */
export interface UploadAddress {
  readonly url: string;
  readonly token: string;
}

/** Stored files. All throw Problem UNAVAILABLE when storage is unwell. */
export class DropStore {
  constructor(private readonly client: SupabaseClient) {}

  /** Stores bytes under a new path. The chunks are let go of as they are sent. */
  async put(path: string, chunks: Uint8Array<ArrayBuffer>[]): Promise<void> {
    const { error } = await this.client.storage.from(BUCKET).upload(path, streamOf(chunks), {
      contentType: "text/csv", // whatever it came as: a type that makes the object a drop
      upsert: false,
      duplex: "half",
    });
    if (error !== null) throw new Problem("UNAVAILABLE", "Storage did not take the file.", { cause: error });
  }

  /** An address that takes one file for two hours. */
  async addressFor(path: string): Promise<UploadAddress> {
    const { data, error } = await this.client.storage.from(BUCKET).createSignedUploadUrl(path);
    if (error !== null) throw new Problem("UNAVAILABLE", "Storage gave no upload address.", { cause: error });
    return { url: data.signedUrl, token: data.token };
  }

  /** Removes an object; one that is gone already is fine. */
  async remove(bucket: string, path: string): Promise<void> {
    const { error } = await this.client.storage.from(bucket).remove([path]);
    if (error !== null) {
      throw new Problem("UNAVAILABLE", "The batch is deleted, but storage did not remove its file.", {
        cause: error,
      });
    }
  }
}
