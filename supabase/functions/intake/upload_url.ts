/** POST /intake/upload-url: an address in storage for files of any size. The bytes never pass through here. */
import { Problem } from "../../../shared/errors.ts";
import type { InputOf } from "../../../shared/http/declaration.ts";
import { invalid } from "../../../shared/http/read.ts";
import type { INTAKE } from "../../../shared/http/routes/intake.ts";
import { answer, type AppContext, type HandlerOf } from "../_shared/app.ts";
import { actorOf } from "../_shared/caller.ts";
import type { DropStore } from "./drop_store.ts";
import { BUCKET_LIMIT_BYTES } from "../../../shared/intake/limits.ts";
import { readFilename, storedName } from "../_shared/upload/file_name.ts";
import { refuseDesktopName, uploadOptions } from "./parameters.ts";
import { granted, type Reservation, type UploadGateway } from "../../../shared/data/upload_gateway.ts";
import { refuseVendorOptions, sourceFor } from "./upload.ts";

/** What was announced, as it was read. */
type Announced = InputOf<(typeof INTAKE)["POST /intake/upload-url"]>["body"];
type Answered = Awaited<ReturnType<HandlerOf<"intake", "POST /intake/upload-url">>>;

/** Answers a request for an address. */
export async function answerUploadUrl(
  context: AppContext,
  given: Announced,
  parts: { readonly reservations: UploadGateway; readonly store: DropStore },
): Promise<Answered> {
  const { filename, size, hash } = readAnnouncement(given);
  const options = uploadOptions(given);
  const caller = context.get("caller");
  refuseVendorOptions(caller, options);
  const reservation = granted(
    await parts.reservations.reserve({
      filename,
      stored_name: storedName(filename),
      source: sourceFor(caller, options.source),
      file_hash: hash,
      file_size_bytes: size,
      etag: null,
      options: options.kept,
      force: options.force,
      signed: true,
      vendor: caller.role === "vendor",
      actor: actorOf(caller),
      request_id: context.get("requestId"),
    }),
  );
  if (reservation.outcome === "wait" || reservation.outcome === "started_again") {
    throw new TypeError(`Cannot ${reservation.outcome}: a hash that is claimed brings no bytes`);
  }
  if (reservation.outcome === "duplicate") return answerKnown(reservation, { filename, size, hash });
  const address = await parts.store.addressFor(reservation.path);
  return answer(201, {
    batch_id: reservation.batch_id,
    upload_url: address.url,
    token: address.token,
    path: reservation.path,
    expires_at: new Date(reservation.expires_at).toISOString(),
  });
}

/** What is said about a file to come. @throws Problem INVALID_PARAMETER, EMPTY_FILE, FILE_TOO_LARGE. */
function readAnnouncement(given: Announced): { filename: string; size: number; hash: string | null } {
  const { size, file_hash } = given;
  const filename = readFilename(given.filename);
  if (filename === null) throw invalid("filename", "the name of the file");
  refuseDesktopName(filename);
  if (size === 0) throw new Problem("EMPTY_FILE", `${filename} has no bytes.`);
  if (size > BUCKET_LIMIT_BYTES) {
    throw new Problem("FILE_TOO_LARGE", `Files over ${BUCKET_LIMIT_BYTES} bytes are not taken.`, {
      fix: "Split the file and send the parts one by one, each with the header line.",
    });
  }
  return { filename, size, hash: file_hash };
}

function answerKnown(
  known: Extract<Reservation, { outcome: "duplicate" }>,
  announced: { filename: string; size: number; hash: string | null },
): Answered {
  return answer(200, {
    batch_id: known.batch_id,
    status: "skipped",
    duplicate: true,
    attempt: known.attempt,
    filename: known.filename ?? announced.filename,
    file_hash: announced.hash,
    file_size_bytes: known.file_size_bytes ?? announced.size,
    batch_status: known.batch_status,
  });
}
