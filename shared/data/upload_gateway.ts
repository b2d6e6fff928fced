/** Reservations of uploads: the calls that decide who stores which bytes. The rules are in SQL (`intake.reserve_upload`). */
import * as z from "zod";
import { Problem } from "../errors.ts";
import { invalid } from "../http/read.ts";
import { BATCH_STATES } from "../intake/states.ts";
import type { Calls } from "./calls.ts";

/** What is asked for a file; what was not given is absent, so that the source's own holds. */
export interface UploadSettings {
  readonly error_threshold_percent?: number;
  readonly priority?: number;
  readonly dry_run?: boolean;
  readonly source_reference?: string;
}

/** What is known before bytes are stored; names are those of `intake.reserve_upload`. */
export interface ReservationRequest {
  readonly filename: string;
  readonly stored_name: string;
  readonly source: string;
  /** SHA-256; null when nobody has taken it. */
  readonly file_hash: string | null;
  readonly file_size_bytes: number;
  /** What storage will call the bytes; null when they are not at hand. */
  readonly etag: string | null;
  readonly options: UploadSettings;
  readonly force: boolean;
  /** The bytes will come over a signed address: their hash is only claimed. */
  readonly signed: boolean;
  /** The caller is the vendor whose source it is; the source is made known if it is not yet. */
  readonly vendor: boolean;
  readonly actor: string;
  readonly request_id: string;
}

const KnownBatch = {
  batch_id: z.string(),
  attempt: z.number(),
  batch_status: z.enum(BATCH_STATES),
  filename: z.string(),
  file_hash: z.string().nullable(),
  file_size_bytes: z.number().nullable(),
};

const Reservation = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("unknown_source") }),
  z.object({ outcome: z.enum(["threshold_raised", "too_many_announced"]), most: z.number() }),
  z.object({ outcome: z.literal("below_standing"), least: z.number() }),
  z.object({ outcome: z.literal("wait"), batch_id: z.string() }),
  z.object({
    outcome: z.literal("store"),
    batch_id: z.string(),
    path: z.string(),
    filename: z.string(),
    expires_at: z.string(),
  }),
  z.object({
    outcome: z.literal("duplicate"),
    batch_id: z.string().nullable(),
    attempt: z.number().nullable(),
    batch_status: z.enum(BATCH_STATES).nullable(),
    filename: z.string().nullable(),
    file_size_bytes: z.number().nullable(),
  }),
  z.object({ outcome: z.literal("ended_by_operator"), ...KnownBatch, why: z.string() }),
  z.object({ outcome: z.literal("started_again"), ...KnownBatch }),
]);
/** What a reservation came to. */
export type Reservation = z.infer<typeof Reservation>;

type Refused = Extract<
  Reservation,
  {
    outcome:
      | "below_standing"
      | "unknown_source"
      | "threshold_raised"
      | "too_many_announced"
      | "ended_by_operator";
  }
>;

/**
 * What a reservation came to, unless it was refused.
 *
 * @throws Problem INVALID_PARAMETER, FORBIDDEN, CONFLICT, ENDED_BY_OPERATOR.
 */
export function granted(reservation: Reservation): Exclude<Reservation, Refused> {
  switch (reservation.outcome) {
    case "unknown_source":
      throw invalid("source", "the name of a known source");
    case "threshold_raised":
      throw new Problem(
        "FORBIDDEN",
        `A vendor may lower the threshold of its source, which is ${reservation.most} %, and not raise it.`,
        { members: { field: "error_threshold_percent" } },
      );
    case "too_many_announced":
      throw new Problem("CONFLICT", `${reservation.most} uploads are announced and have not arrived.`, {
        fix: "Send the files that were announced, or wait two hours until their addresses have lapsed.",
      });
    case "below_standing":
      throw belowStanding(reservation.least);
    case "ended_by_operator":
      throw new Problem(
        "ENDED_BY_OPERATOR",
        `An operator has ended batch ${reservation.batch_id}, which has these bytes: ${reservation.why}`,
        { members: { batch_id: reservation.batch_id } },
      );
    default:
      return reservation;
  }
}

/** A re-run may not ask for less than what stands was let in with. */
export function belowStanding(least: number): Problem {
  return new Problem(
    "INVALID_PARAMETER",
    `Judgments of an earlier attempt stand, which were let in with ${least} %: error_threshold_percent may not be lower.`,
    {
      members: { field: "error_threshold_percent" },
      fix: "Undo the batch first, or ask for a higher threshold.",
    },
  );
}

const Settled = z.object({ outcome: z.enum(["stored", "started_again"]), ...KnownBatch }).nullable();
/** The batch of stored bytes; null when storage has no such object. */
export type Settled = z.infer<typeof Settled>;

const ReplayRefused = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("unknown") }),
  z.object({ outcome: z.literal("wrong_state"), status: z.string(), allowed_from: z.array(z.string()) }),
  z.object({ outcome: z.literal("other_batch"), batch_id: z.string(), filename: z.string() }),
]);
/** Why a replay may not come in. */
export type ReplayRefused = z.infer<typeof ReplayRefused>;

/** What is known of a corrected errors.csv before it is stored; source and options are its original's. */
export type ReplayRequest = Pick<
  ReservationRequest,
  "filename" | "stored_name" | "file_hash" | "file_size_bytes" | "actor" | "request_id"
>;

/** The calls. All throw DatabaseRefused. */
export class UploadGateway {
  constructor(private readonly calls: Calls) {}

  async reserve(request: ReservationRequest): Promise<Reservation> {
    return Reservation.parse(await this.calls.call("intake", "reserve_upload", { request }));
  }

  /** Reserves for a corrected errors.csv of a batch. */
  async reserveReplay(original: string, request: ReplayRequest): Promise<Reservation | ReplayRefused> {
    return z.union([Reservation, ReplayRefused]).parse(
      await this.calls.call("intake", "reserve_replay", { original, request }),
    );
  }

  /** Sign of life while storing; false when somebody took over or the bytes have arrived. */
  async renew(id: string): Promise<boolean> {
    return await this.calls.call("intake", "renew_upload", { upload: id }) === true;
  }

  /** Storing failed: whoever waits goes on at once. */
  async release(id: string): Promise<void> {
    await this.calls.call("intake", "release_upload", { upload: id });
  }

  /** The bytes are stored: which batch do they belong to. */
  async settle(id: string, actor: string, requestId: string): Promise<Settled> {
    return Settled.parse(
      await this.calls.call("intake", "settle_upload", { upload: id, actor, request_id: requestId }),
    );
  }
}
