/** Reads what is said of files: options of an upload, names that are no file's. Every refusal names the field. */
import type { UploadSettings } from "../../../shared/data/upload_gateway.ts";
import { isDesktopName } from "../../../shared/intake/arriving.ts";
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

/** The name, unless it is one that a desktop makes. @throws Problem INVALID_PARAMETER. */
export function refuseDesktopName(filename: string): string {
  if (isDesktopName(filename)) {
    throw invalid("filename", "the name of a vendor's file, not of a desktop's own");
  }
  return filename;
}
