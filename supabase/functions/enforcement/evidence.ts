/** Files that people bring as proof, and links to what is kept. */
import { EVIDENCE_BUCKET, type EvidenceGateway } from "../../../shared/data/evidence_gateway.ts";
import { Problem } from "../../../shared/errors.ts";
import { readFields } from "../../../shared/http/read.ts";
import { EVIDENCE_FIELDS } from "../../../shared/http/routes/enforcement.ts";
import { answer, type AppContext, type HandlerOf } from "../_shared/app.ts";
import { actorOf } from "../_shared/caller.ts";
import { BODY_PACE } from "../_shared/upload/paced_body.ts";
import {
  checkEnvelope,
  type ReceivedFile,
  receiveFile,
  type Taken,
} from "../_shared/upload/received_file.ts";
import type { UploadRoom } from "../_shared/upload/upload_room.ts";
import { PACKETS, type Vault } from "./vault.ts";

/** What evidence stands on. */
export interface EvidenceParts {
  readonly evidence: EvidenceGateway;
  readonly vault: Vault;
  readonly room: UploadRoom;
  /** A link to an object under a name; null when it is not there. */
  readonly link: (bucket: string, path: string, filename: string) => Promise<string | null>;
}

/** A scan, a picture, a letter: any file may be proof. */
const ANY_FILE: Taken = { name: () => {}, beginning: () => {}, raw: false };

/** Reads the file of a request, once there is room for it, and does `work` with it. */
export async function receiveEvidence<Result>(
  context: AppContext,
  room: UploadRoom,
  work: (file: ReceivedFile) => Promise<Result>,
): Promise<Result> {
  const request = context.req.raw;
  checkEnvelope(request, ANY_FILE);
  return await room.hold(
    actorOf(context.get("caller")),
    async (place) => await work(await receiveFile(request, place, BODY_PACE, ANY_FILE)),
  );
}

/** `POST /enforcement/evidence`. */
export function keepEvidence(parts: EvidenceParts): HandlerOf<"enforcement", "POST /enforcement/evidence"> {
  return async (context) =>
    await receiveEvidence(context, parts.room, async (file) => {
      const { entity_type, entity_id } = readFields(EVIDENCE_FIELDS, file.given);
      const kept = await parts.vault.keep({
        folder: "files",
        place: crypto.randomUUID(),
        fileName: file.filename,
        mimeType: plainType(file.type),
        chunks: file.chunks,
        size: file.size,
        hash: file.hash,
        entityType: entity_type,
        entityId: entity_id,
        isProof: file.filename.startsWith("dragonfly-proof"),
      }, { actor: actorOf(context.get("caller")), request_id: context.get("requestId") });
      return answer(201, kept);
    });
}

/** A content type as it may be kept: what is malformed says nothing. */
export function plainType(given: string | null): string {
  const type = (given ?? "").trim().toLowerCase();
  return /^[a-z0-9.+-]{1,60}\/[a-z0-9.+-]{1,100}$/.test(type) ? type : "application/octet-stream";
}

/** `GET /enforcement/evidence/:id`. */
export function answerEvidence(
  { evidence, link }: EvidenceParts,
): HandlerOf<"enforcement", "GET /enforcement/evidence/:id"> {
  return async (context, { path }) => {
    const file = await evidence.find(path.id);
    if (file === null) throw new Problem("NOT_FOUND", `There is no evidence ${path.id}.`);
    const caller = context.get("caller");
    if (caller.role === "viewer" && file.bucket_path.startsWith(`${PACKETS}/`)) {
      throw new Problem("FORBIDDEN", `${actorOf(caller)} may not have packets.`);
    }
    const location = await link(EVIDENCE_BUCKET, file.bucket_path, file.file_name);
    if (location === null) {
      throw new Problem("NOT_FOUND", `The bytes of evidence ${path.id} are not in storage.`);
    }
    return context.body(null, 302, { location, "cache-control": "no-store" });
  };
}
