/** Links that serve a stored object for a while, to whoever has them. */
import type { SupabaseClient } from "@supabase/supabase-js";
import { Problem } from "../../../shared/errors.ts";

/** How long a link works, in seconds. */
const LINK_SECONDS = 60;

/**
 * A link that serves an object for a minute under a file name; null when there is no such object.
 *
 * @throws Problem UNAVAILABLE when storage is unwell.
 */
export async function linkTo(
  client: SupabaseClient,
  bucket: string,
  path: string,
  filename: string,
): Promise<string | null> {
  const { data, error } = await client.storage.from(bucket).createSignedUrl(path, LINK_SECONDS);
  // Not by the client's own option, which leaves `+`, `&` and `#` of a name as they are.
  if (error === null) return `${data.signedUrl}&download=${encodeURIComponent(filename)}`;
  if (isMissing(error)) return null;
  throw new Problem("UNAVAILABLE", "Storage gave no link.", { cause: error });
}

function isMissing(error: Error): boolean {
  const status = "statusCode" in error
    ? String(error.statusCode)
    : "status" in error
    ? String(error.status)
    : "";
  return status === "404" || (status === "400" && /not.?found/i.test(error.message));
}
