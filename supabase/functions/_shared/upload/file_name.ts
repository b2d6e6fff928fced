/** Names of files: as they are kept, and as storage takes them. */
import { FILENAME_LIMIT } from "../../../../shared/intake/limits.ts";

/**
 * A file name as it is kept: its last part, without control characters and what is not well-formed, at most 200
 * characters. Of a name that ends in a folder sign the part before it is taken.
 *
 * @returns null when nothing is left of it.
 */
export function readFilename(given: string | null | undefined): string | null {
  // What cannot be seen goes first: it must not hide the sign of a folder.
  const seen = (given ?? "").toWellFormed().replace(/[\p{Cc}\p{Cf}\ufffd]/gu, "").trim();
  const name = seen.replace(/[/\\]+$/, "").replace(/^.*[/\\]/s, "").trim();
  if (name === "" || name === "." || name === "..") return null;
  const characters = Array.from(name); // a cut between the halves of one would leave text Postgres does not take
  if (characters.length <= FILENAME_LIMIT) return name;
  const extension = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? "";
  return characters.slice(0, FILENAME_LIMIT - extension.length).join("").trimEnd() + extension;
}

/** The name as storage takes it: other characters than letters, digits and `. _ -` become `_`. */
export function storedName(filename: string): string {
  const plain = filename.normalize("NFKD").replace(/[^A-Za-z0-9._-]+/g, "_").replace(/^\.+/, "_");
  return plain.slice(-100);
}
