/** POST /intake/upload-url: an address in storage for files of any size. The bytes never pass through here. */
import { Problem } from "../../../shared/errors.ts";
import type { AppContext } from "../_shared/app.ts";
import { actorOf } from "../_shared/caller.ts";
import { type Given, invalid, readJson } from "../_shared/request.ts";
import type { DropStore } from "./drop_store.ts";
import { BUCKET_LIMIT_BYTES } from "../../../shared/intake/limits.ts";
import {
  readFilename,
  readOptionalFileHash,
  readSize,
  readUploadOptions,
  refuseDesktopName,
  storedName,
} from "./parameters.ts";
import { granted, type Reservation, type Reservations } from "./reservations.ts";
import { refuseVendorOptions, sourceFor } from "./upload.ts";

/** Answers a request for an address. */
export async function answerUploadUrl(
  context: AppContext,
  parts: { readonly reservations: Reservations; readonly store: DropStore },
): Promise<Response> {
  const given = await readJson(context.req.raw);
  const { filename, size, hash } = readAnnouncement(given);
  const options = readUploadOptions(given);
  const caller = context.get("caller");
  refuseVendorOptions(caller, options);
  const reservation = granted(
    await parts.reservations.reserve({
      filename,
      stored_name: storedName(filename),
      source: sourceFor(caller, options.source),
      file_hash: hash,
      file_size_bytes: size,
      options: options.kept,
      force: options.force,
      signed: true,
      vendor: caller.role === "vendor",
      actor: actorOf(caller),
      request_id: context.get("requestId"),
    }),
  );
  if (reservation.outcome === "wait") throw new TypeError("Cannot wait: a claimed hash reserves nothing");
  if (reservation.outcome !== "store") return answerKnown(context, reservation, hash, size);
  const address = await parts.store.addressFor(reservation.path);
  return context.json({
    batch_id: reservation.batch_id,
    upload_url: address.url,
    token: address.token,
    path: reservation.path,
    expires_at: new Date(reservation.expires_at).toISOString(),
  }, 201);
}

/** What is said about a file to come. @throws Problem INVALID_PARAMETER, EMPTY_FILE, FILE_TOO_LARGE. */
function readAnnouncement(given: Given): { filename: string; size: number; hash: string | null } {
  const filename = readFilename(typeof given.filename === "string" ? given.filename : null);
  if (filename === null) throw invalid("filename", "the name of the file");
  refuseDesktopName(filename);
  const size = readSize(given);
  if (size === 0) throw new Problem("EMPTY_FILE", `${filename} has no bytes.`);
  if (size > BUCKET_LIMIT_BYTES) {
    throw new Problem("FILE_TOO_LARGE", `Files over ${BUCKET_LIMIT_BYTES} bytes are not taken.`, {
      fix: "Split the file and send the parts one by one, each with the header line.",
    });
  }
  return { filename, size, hash: readOptionalFileHash(given) };
}

function answerKnown(
  context: AppContext,
  known: Extract<Reservation, { outcome: "duplicate" | "started_again" }>,
  hash: string | null,
  size: number,
): Response {
  const duplicate = known.outcome === "duplicate";
  return context.json({
    batch_id: known.batch_id,
    status: duplicate ? "skipped" : "uploaded",
    duplicate,
    attempt: known.attempt,
    filename: known.filename,
    file_hash: hash,
    file_size_bytes: known.file_size_bytes ?? size,
    ...(duplicate ? { batch_status: known.batch_status } : {}),
  }, duplicate ? 200 : 202);
}
