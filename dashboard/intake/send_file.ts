/** The two roads of a file: through the function, or straight to storage when it is too large for that. */
import type { Calls } from "../session/calls.ts";
import type { Sent } from "../session/sending.ts";

/** What is known of a file that was checked. */
export interface Known {
  /** SHA-256 of its bytes. */
  readonly hash: string;
  readonly isLarge: boolean;
}

/** What is said beside it. */
export interface SendOptions {
  readonly source: string;
  /** Run a completed batch of the same bytes again. */
  readonly force: boolean | null;
}

/**
 * Sends it. @returns the batch: of the same bytes, where they are known.
 * @throws what the client throws; the signal's reason when it is given up.
 */
export async function sendFile(
  calls: Calls,
  file: File,
  { hash, isLarge }: Known,
  options: SendOptions,
  sent: Sent,
  signal: AbortSignal,
): Promise<string> {
  if (!isLarge) {
    const body = { file, filename: file.name, ...options };
    const answer = await calls.sending(sent).call("POST /intake/upload", { body, signal });
    return idOf(answer.body.batch_id);
  }
  const body = { filename: file.name, size: file.size, file_hash: hash, ...options };
  const answer = await calls.client.call("POST /intake/upload-url", { body, signal });
  if (answer.status === 201) await calls.store(answer.body.upload_url, file, sent, signal);
  return idOf(answer.body.batch_id);
}

function idOf(id: string | null): string {
  if (id === null) throw new Error("The same file has been sent by somebody else.");
  return id;
}
