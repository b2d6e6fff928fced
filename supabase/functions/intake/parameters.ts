/** Reads what is said of files: options of an upload, hashes, sizes, names. Every refusal names the field. */
import * as z from "zod";
import { isDesktopName } from "../../../shared/intake/arriving.ts";
import {
  type Given,
  invalid,
  isGiven,
  optional,
  required,
  SOURCE_NAME,
  text,
  wholeNumber,
} from "../_shared/request.ts";
import { FILENAME_LIMIT } from "../../../shared/intake/limits.ts";

/** What was asked for beside the file. A value that was not given is absent, so that the source's own holds. */
export interface UploadOptions {
  /** Null: the caller's default. */
  readonly source: string | null;
  readonly force: boolean;
  /** As the reservation keeps them. */
  readonly kept: {
    readonly error_threshold_percent?: number;
    readonly priority?: number;
    readonly dry_run?: boolean;
    readonly source_reference?: string;
  };
}

const THRESHOLD = wholeNumber(0, 100);
const PRIORITY = wholeNumber(-100, 100);
const FLAG = z.enum(["true", "false"]).transform((value) => value === "true");
const SOURCE = z.string().regex(SOURCE_NAME);
const REFERENCE = text(200);

/** Reads the options of an upload. @throws Problem INVALID_PARAMETER naming the first wrong field. */
export function readUploadOptions(given: Given): UploadOptions {
  const threshold = optional(given, "error_threshold_percent", THRESHOLD, "a whole number from 0 to 100");
  const priority = optional(given, "priority", PRIORITY, "a whole number from -100 to 100");
  const dryRun = optional(given, "dry_run", FLAG, "true or false");
  const reference = optional(
    given,
    "source_reference",
    REFERENCE,
    "at most 200 characters, none of them a control character",
  );
  return {
    source: optional(given, "source", SOURCE, "the name of a known source") ?? null,
    force: optional(given, "force", FLAG, "true or false") ?? false,
    kept: {
      ...(threshold === undefined ? {} : { error_threshold_percent: threshold }),
      ...(priority === undefined ? {} : { priority }),
      ...(dryRun === undefined ? {} : { dry_run: dryRun }),
      ...(reference === undefined ? {} : { source_reference: reference }),
    },
  };
}

/** A new threshold, or null when none is given. @throws Problem INVALID_PARAMETER. */
export function readThreshold(given: Given): number | null {
  return optional(given, "error_threshold_percent", THRESHOLD, "a whole number from 0 to 100") ?? null;
}

/** SHA-256 in hex, either case. @throws Problem INVALID_PARAMETER. */
export function readFileHash(given: Given): string {
  return required(
    given,
    "file_hash",
    z.string().toLowerCase().regex(/^[0-9a-f]{64}$/),
    "a SHA-256 of 64 hex digits",
  );
}

/** As readFileHash; null when there is none. */
export function readOptionalFileHash(given: Given): string | null {
  return isGiven(given.file_hash) ? readFileHash(given) : null;
}

/** The size of a file to come, in bytes. @throws Problem INVALID_PARAMETER. */
export function readSize(given: Given): number {
  return required(given, "size", wholeNumber(0, Number.MAX_SAFE_INTEGER), "the size of the file in bytes");
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
