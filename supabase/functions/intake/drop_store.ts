/** The bucket drops are stored in. Owns addresses, content type and signed links. */
import type { SupabaseClient } from "@supabase/supabase-js";
import { Problem } from "../../../shared/errors.ts";

/** The bucket whose objects are drops. */
export const BUCKET = "intake";
/** How long a link to a file works, in seconds. */
const LINK_SECONDS = 60;

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

  /** A link that serves a file for a minute under its own name; null when there is no such object. */
  async linkTo(bucket: string, path: string, filename: string): Promise<string | null> {
    const { data, error } = await this.client.storage.from(bucket)
      .createSignedUrl(path, LINK_SECONDS);
    // Not by the client's own option, which leaves `+`, `&` and `#` of a name as they are.
    if (error === null) return `${data.signedUrl}&download=${encodeURIComponent(filename)}`;
    if (isMissing(error)) return null;
    throw new Problem("UNAVAILABLE", "Storage gave no link.", { cause: error });
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

function isMissing(error: Error): boolean {
  const status = "statusCode" in error
    ? String(error.statusCode)
    : "status" in error
    ? String(error.status)
    : "";
  return status === "404" || (status === "400" && /not.?found/i.test(error.message));
}

function streamOf(chunks: Uint8Array<ArrayBuffer>[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks[next];
      if (chunk === undefined) return controller.close();
      chunks[next++] = new Uint8Array(0);
      controller.enqueue(chunk);
    },
  });
}
