/**
 * What may arrive, by its label: content types a CSV travels under, and names that are no file of a vendor's. The door
 * refuses by them, the bucket's `allowed_mime_types` and `intake.is_drop` say the same; tests compare the three.
 */

/** Content types of a raw body or of an object in the bucket; a form has them in its parts. */
export const CONTENT_TYPES = [
  "text/csv",
  "text/plain",
  "text/tab-separated-values",
  "application/csv",
  "text/x-csv",
  "application/octet-stream",
  "binary/octet-stream",
  "application/vnd.ms-excel",
] as const;

// What desktops and consoles leave in folders, shadow and lock files of programs among them.
const DESKTOP_NAME = /^(?:\.ds_store|\._.*|\.keep|\.emptyfolderplaceholder|thumbs\.db|desktop\.ini|~\$.*)$/is;

/** Whether a file name, without folders, is one that a desktop makes by itself. */
export function isDesktopName(name: string): boolean {
  return DESKTOP_NAME.test(name);
}
