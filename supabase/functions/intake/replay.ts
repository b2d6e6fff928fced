/**
 * POST …/replay: a corrected errors.csv becomes a batch of its own that repairs another. It comes in like an upload;
 * what it is a replay of decides its source and options.
 */
import { Problem } from "../../../shared/errors.ts";
import type { AppContext } from "../_shared/app.ts";
import { actorOf } from "../_shared/caller.ts";
import { storedName } from "../_shared/upload/file_name.ts";
import type { ReplayRefused, Reservation } from "../../../shared/data/upload_gateway.ts";
import { answerWith, bringIn, type Received, receiveUpload, type UploadParts } from "./upload.ts";

/** Answers a replay. @throws Problem NOT_FOUND, WRONG_STATE, CONFLICT for bytes that are another batch's. */
export async function answerReplay(
  context: AppContext,
  original: string,
  parts: UploadParts,
): Promise<Received> {
  return await receiveUpload(context, parts, async (file) => {
    const wanted = {
      filename: file.filename,
      stored_name: storedName(file.filename),
      file_hash: file.hash,
      file_size_bytes: file.size,
      actor: actorOf(context.get("caller")),
      request_id: context.get("requestId"),
    };
    const reserve = async () => {
      const reservation = await parts.reservations.reserveReplay(original, wanted);
      if (isRefused(reservation)) throw refusal(original, reservation);
      return reservation;
    };
    const outcome = await bringIn(parts, reserve, wanted, file.chunks);
    return answerWith(file, outcome, { replay_of: original });
  });
}

function isRefused(answer: Reservation | ReplayRefused): answer is ReplayRefused {
  return answer.outcome === "unknown" || answer.outcome === "wrong_state" || answer.outcome === "other_batch";
}

function refusal(original: string, refused: ReplayRefused): Problem {
  switch (refused.outcome) {
    case "unknown":
      return new Problem("NOT_FOUND", `There is no batch ${original}.`);
    case "wrong_state":
      return new Problem("WRONG_STATE", `Batch ${original} is ${refused.status}.`, {
        members: { batch_id: original, batch_status: refused.status, allowed_from: refused.allowed_from },
      });
    case "other_batch":
      return new Problem(
        "CONFLICT",
        `These bytes are known as batch ${refused.batch_id} (${refused.filename}), which is no replay of ${original}.`,
        {
          members: { batch_id: refused.batch_id },
          fix: "Send the errors.csv of this batch with its corrections, or delete the other batch first.",
        },
      );
  }
}
