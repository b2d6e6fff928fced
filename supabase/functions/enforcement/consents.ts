/** Consents: the signed paper is kept as proof first, then the consent is written down with it. */
import type { EnforcementGateway } from "../../../shared/data/enforcement_gateway.ts";
import { Problem } from "../../../shared/errors.ts";
import { readFields } from "../../../shared/http/read.ts";
import { CONSENT_FIELDS } from "../../../shared/http/routes/enforcement.ts";
import { answer, type HandlerOf } from "../_shared/app.ts";
import { by } from "./by.ts";
import { type EvidenceParts, plainType, receiveEvidence } from "./evidence.ts";

/** `POST /enforcement/consents`. */
export function registerConsent(
  parts: EvidenceParts & { readonly gateway: EnforcementGateway },
): HandlerOf<"enforcement", "POST /enforcement/consents"> {
  return async (context) =>
    await receiveEvidence(context, parts.room, async (file) => {
      const { plaintiff_id, consent_type, version, valid_from, valid_until } = readFields(
        CONSENT_FIELDS,
        file.given,
      );
      const from = valid_from === null ? null : momentOf(valid_from, 0);
      if (valid_until !== null && momentOf(valid_until, 1) <= (from ?? new Date().toISOString())) {
        throw new Problem("INVALID_PARAMETER", "valid_until must be later than valid_from.", {
          members: { field: "valid_until" },
        });
      }
      const { name } = await parts.gateway.plaintiff(plaintiff_id); // nothing is kept for nobody
      const kept = await parts.vault.keep({
        folder: "files",
        place: crypto.randomUUID(),
        fileName: file.filename,
        mimeType: plainType(file.type),
        chunks: file.chunks,
        size: file.size,
        hash: file.hash,
        entityType: "plaintiff",
        entityId: plaintiff_id,
        isProof: name?.toLowerCase().startsWith("dragonfly-proof") ?? false,
      }, by(context));
      const registered = await parts.gateway.register({
        plaintiff: plaintiff_id,
        consent_type,
        version,
        valid_from: from,
        valid_until,
        evidence_file: kept.evidence_file_id,
      }, by(context));
      return answer(201, {
        consent_id: registered.consent_id,
        evidence_file_id: kept.evidence_file_id,
        sha256: kept.sha256,
        is_authorized: registered.is_authorized,
      });
    });
}

const DAY_MS = 86_400_000;

/** A moment in UTC; of a bare date the beginning of that day, or of the day so many later. */
function momentOf(text: string, daysLater: number): string {
  const bare = /^\d{4}-\d\d-\d\d$/.test(text);
  return new Date(Date.parse(text) + (bare ? daysLater * DAY_MS : 0)).toISOString();
}
