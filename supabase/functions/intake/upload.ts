/**
 * POST /intake/upload: one file in, one batch out. The bytes are read and hashed first, so that known ones leave
 * neither object nor row; then a reservation decides among racers who stores them.
 */
import { Problem } from "../../../shared/errors.ts";
import { answer, type AppContext, type HandlerOf } from "../_shared/app.ts";
import { actorOf, type Caller } from "../_shared/caller.ts";
import type { BatchState } from "../../../shared/intake/states.ts";
import type { By } from "../../../shared/data/batch_gateway.ts";
import type { DropStore } from "./drop_store.ts";
import { BODY_PACE, type BodyPace } from "../_shared/upload/paced_body.ts";
import { sniffUnsupported } from "../../../shared/csv/text/sniff.ts";
import { storedName } from "../_shared/upload/file_name.ts";
import { readUploadOptions, refuseDesktopName, type UploadOptions } from "./parameters.ts";
import {
  checkEnvelope,
  type ReceivedFile,
  receiveFile,
  type Taken,
} from "../_shared/upload/received_file.ts";
import {
  granted,
  type Reservation,
  type ReservationRequest,
  type UploadGateway,
} from "../../../shared/data/upload_gateway.ts";
import type { UploadRoom } from "../_shared/upload/upload_room.ts";

/** What uploads stand on. */
export interface UploadParts {
  readonly reservations: UploadGateway;
  readonly store: DropStore;
  readonly room: UploadRoom;
  readonly pace: Pace;
}

/** Waits of an upload, in milliseconds. */
export interface Pace {
  /** Between looks at a batch that somebody else is storing. */
  readonly lookMs: number;
  /** Longest wait for somebody else. */
  readonly patienceMs: number;
  /** Between signs of life while storing; the reservation stands for 45 s. */
  readonly renewMs: number;
  /** How slow the file may come in. */
  readonly body: BodyPace;
}

export const PACE: Pace = { lookMs: 200, patienceMs: 90_000, renewMs: 10_000, body: BODY_PACE };

/** What is answered to a file that came in. */
export type Received = Awaited<ReturnType<HandlerOf<"intake", "POST /intake/upload">>>;

/** A CSV, as far as a name and the first bytes can tell. */
const CSV: Taken = {
  name: refuseDesktopName,
  beginning: (filename, head) => {
    const kind = sniffUnsupported(head);
    if (kind !== null) throw new Problem("UNSUPPORTED_FILE", `${filename} is of type ${kind}.`);
  },
  raw: true,
};

/** Answers an upload. */
export async function answerUpload(context: AppContext, parts: UploadParts): Promise<Received> {
  return await receiveUpload(context, parts, async (file) => {
    const options = readUploadOptions(file.given);
    refuseVendorOptions(context.get("caller"), options);
    const wanted = reservationFor(file, options, context.get("caller"), context.get("requestId"));
    const reserve = () => parts.reservations.reserve(wanted);
    return answerWith(file, await bringIn(parts, reserve, wanted, file.chunks));
  });
}

/** Reads the file of a request, once there is room for it, and answers with what becomes of it. */
export async function receiveUpload(
  context: AppContext,
  parts: UploadParts,
  answerFile: (file: ReceivedFile) => Promise<Received>,
): Promise<Received> {
  const request = context.req.raw;
  checkEnvelope(request, CSV);
  return await parts.room.hold(
    actorOf(context.get("caller")),
    async (place) => await answerFile(await receiveFile(request, place, parts.pace.body, CSV)),
  );
}

/** The source a caller's upload is for. @throws Problem FORBIDDEN for a vendor who names another's. */
export function sourceFor(caller: Caller, named: string | null): string {
  if (caller.role !== "vendor") return named ?? "simplicity";
  if (named !== null && named !== caller.name) {
    throw new Problem("FORBIDDEN", `${actorOf(caller)} may only upload for its own source.`);
  }
  return caller.name;
}

/** Order and repetition are the operator's to decide. @throws Problem FORBIDDEN naming the field. */
export function refuseVendorOptions(caller: Caller, options: UploadOptions): void {
  if (caller.role !== "vendor") return;
  const field = options.kept.priority !== undefined ? "priority" : options.force ? "force" : null;
  if (field === null) return;
  throw new Problem("FORBIDDEN", `${actorOf(caller)} may not set ${field}.`, { members: { field } });
}

function reservationFor(
  file: ReceivedFile,
  options: UploadOptions,
  caller: Caller,
  requestId: string,
): ReservationRequest {
  return {
    filename: file.filename,
    stored_name: storedName(file.filename),
    source: sourceFor(caller, options.source),
    file_hash: file.hash,
    file_size_bytes: file.size,
    etag: file.etag,
    options: options.kept,
    force: options.force,
    signed: false,
    vendor: caller.role === "vendor",
    actor: actorOf(caller),
    request_id: requestId,
  };
}

/** How an upload ended. */
export type Outcome =
  | {
    readonly duplicate: false;
    readonly batchId: string;
    readonly attempt: number;
    readonly filename: string;
  }
  /** The bytes were known; all null for a vendor when another source has them. */
  | {
    readonly duplicate: true;
    readonly batchId: string | null;
    readonly attempt: number | null;
    readonly filename: string | null;
    /** State of the batch that has them. */
    readonly status: BatchState | null;
  };

/** Reserves, and stores if it is on us; waits while it is on another, and takes over from one who stopped. */
export async function bringIn(
  parts: UploadParts,
  reserve: () => Promise<Reservation>,
  by: By,
  chunks: Uint8Array<ArrayBuffer>[],
): Promise<Outcome> {
  const deadline = performance.now() + parts.pace.patienceMs;
  while (true) {
    const reservation = granted(await reserve());
    if (reservation.outcome === "store") return await storeReserved(parts, by, reservation, chunks);
    if (reservation.outcome !== "wait") return knownOutcome(reservation);
    if (performance.now() > deadline) {
      throw new Problem(
        "UNAVAILABLE",
        "The same bytes are being stored by another request that does not end.",
      );
    }
    await new Promise((resolve) => setTimeout(resolve, parts.pace.lookMs));
  }
}

type Known = Extract<Reservation, { outcome: "duplicate" | "started_again" }>;

function knownOutcome(known: Known): Outcome {
  const { attempt, filename } = known;
  return known.outcome === "duplicate"
    ? { duplicate: true, batchId: known.batch_id, attempt, filename, status: known.batch_status }
    : { duplicate: false, batchId: known.batch_id, attempt: known.attempt, filename: known.filename };
}

async function storeReserved(
  parts: UploadParts,
  by: By,
  reservation: Extract<Reservation, { outcome: "store" }>,
  chunks: Uint8Array<ArrayBuffer>[],
): Promise<Outcome> {
  const id = reservation.batch_id;
  const stored = await whileRenewing(parts, id, () => parts.store.put(reservation.path, chunks)).then(
    () => null,
    (error: unknown) => ({ error }),
  );
  // Also after a failure: the answer may have been lost on its way back, and the bytes be there.
  const settled = await parts.reservations.settle(id, by.actor, by.request_id);
  if (settled !== null) {
    return {
      duplicate: false,
      batchId: settled.batch_id,
      attempt: settled.attempt,
      filename: settled.filename,
    };
  }
  await parts.reservations.release(id);
  throw stored?.error ?? new Problem("UNAVAILABLE", "Storage took the file but does not show it.");
}

async function whileRenewing<Result>(
  parts: UploadParts,
  id: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const timer = setInterval(() => {
    parts.reservations.renew(id).catch(() => {}); // a missed beat: the next one comes in time, or another takes over
  }, parts.pace.renewMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** The answer to a file that came in. more: members this road adds. */
export function answerWith(
  file: ReceivedFile,
  outcome: Outcome,
  more: { readonly replay_of?: string } = {},
): Received {
  const sent = {
    filename: outcome.filename ?? file.filename,
    file_hash: file.hash,
    file_size_bytes: file.size,
  };
  return outcome.duplicate
    ? answer(200, {
      batch_id: outcome.batchId,
      status: "skipped",
      duplicate: true,
      attempt: outcome.attempt,
      ...sent,
      batch_status: outcome.status,
      ...more,
    })
    : answer(202, {
      batch_id: outcome.batchId,
      status: "uploaded",
      duplicate: false,
      attempt: outcome.attempt,
      ...sent,
      ...more,
    });
}
