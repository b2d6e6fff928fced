/** Reads what is said of files: options of an upload, names. Every refusal names the field. */
import type { UploadSettings } from "../../../shared/data/upload_gateway.ts";
import { isDesktopName } from "../../../shared/intake/arriving.ts";
import { FILENAME_LIMIT } from "../../../shared/intake/limits.ts";
import type { FieldsRead, Given } from "../../../shared/http/fields.ts";
import { invalid, readFields } from "../../../shared/http/read.ts";
import { UPLOAD_FIELDS } from "../../../shared/http/routes/intake.ts";

/** What was asked for beside the file. A value that was not given is absent, so that the source's own holds. */
export interface UploadOptions {
  /** Null: the caller's default. */
  readonly source: string | null;
  readonly force: boolean;
  /** As the reservation keeps them. */
  readonly kept: UploadSettings;
}

/** The options of a form or query. @throws Problem INVALID_PARAMETER naming the first wrong field. */
export function readUploadOptions(given: Given): UploadOptions {
  return uploadOptions(readFields(UPLOAD_FIELDS, given));
}

/** The options as a reservation takes them. */
export function uploadOptions(read: FieldsRead<typeof UPLOAD_FIELDS>): UploadOptions {
  const { error_threshold_percent, priority, dry_run, source_reference } = read;
  return {
    source: read.source,
    force: read.force ?? false,
    kept: {
      ...(error_threshold_percent === null ? {} : { error_threshold_percent }),
      ...(priority === null ? {} : { priority }),
      ...(dry_run === null ? {} : { dry_run }),
      ...(source_reference === null ? {} : { source_reference }),
    },
  };
}

/**
 * A file name as it is kept: its last part, without control characters and what is not well-formed, at most 200
 * characters. Of a name that ends in a folder sign the part before it is taken.
 *
 * @returns null when nothing is left of it.
 */
export function readFilename(given: string | null | undefined): string | null {
  const name = (given ?? "").toWellFormed().replaceAll("\ufffd", "").replace(/[/\\]+$/, "").replace(
    /^.*[/\\]/s,
    "",
  )
    .replace(/[\p{Cc}\p{Cf}]/gu, "").trim();
  if (name === "" || name === "." || name === "..") return null;
  const characters = Array.from(name); // a cut between the halves of one would leave text Postgres does not take
  if (characters.length <= FILENAME_LIMIT) return name;
  const extension = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? "";
  return characters.slice(0, FILENAME_LIMIT - extension.length).join("") + extension;
}

/** The name, unless it is one that a desktop makes. @throws Problem INVALID_PARAMETER. */
export function refuseDesktopName(filename: string): string {
  if (isDesktopName(filename)) {
    throw invalid("filename", "the name of a vendor's file, not of a desktop's own");
  }
  return filename;
}

/** The name as storage takes it: other characters than letters, digits and `. _ -` become `_`. */
export function storedName(filename: string): string {
  const plain = filename.normalize("NFKD").replace(/[^A-Za-z0-9._-]+/g, "_").replace(/^\.+/, "_");
  return plain.slice(-100);
}
