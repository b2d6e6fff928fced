/** The certificate of an action. */
import type { ActionRecord } from "../../../shared/data/chain_gateway.ts";
import type { EvidenceGateway } from "../../../shared/data/evidence_gateway.ts";
import { Problem } from "../../../shared/errors.ts";
import type { EvidenceFile } from "../../../shared/http/answers/evidence.ts";
import type { Subject } from "../../../shared/proof/certificate.ts";
import type { HandlerOf } from "../_shared/app.ts";
import { answerCertificate, type CertificateParts } from "../_shared/certificates.ts";

/** `GET /enforcement/actions/:id/certificate`. Who asked for an action is a person: a viewer is not told. */
export function certifyAction(
  parts: CertificateParts & { readonly evidence: EvidenceGateway },
): HandlerOf<"enforcement", "GET /enforcement/actions/:id/certificate"> {
  return async (context, { path }) => {
    const action = await parts.proofs.action(path.id);
    if (action === null) throw new Problem("NOT_FOUND", `There is no action ${path.id}.`);
    const packet = action.evidence_file_id === null
      ? null
      : await parts.evidence.find(action.evidence_file_id);
    return await answerCertificate(
      context,
      parts,
      context.get("caller").role === "viewer"
        ? subjectOf({ ...action, requested_by: null }, packet && { ...packet, uploaded_by: "" })
        : subjectOf(action, packet),
    );
  };
}

/** @param packet what was filed; null before it was made. */
function subjectOf(action: ActionRecord, packet: EvidenceFile | null): Subject {
  return {
    kind: "action",
    id: action.action_id,
    figures: [
      ["Kind", action.action_type],
      ["State", action.status],
      ["Reason", action.reason],
      ["Judgment", action.judgment_id],
      ["Plaintiff", action.plaintiff_id],
      ["Requested by", action.requested_by],
      ["Requested", action.requested_at],
      ["Executed", action.executed_at],
      ["Packet", action.evidence_file_id],
      ["Packet's SHA-256", packet?.sha256 ?? null],
      ["Packet's size in bytes", packet?.size_bytes ?? null],
    ],
    process: [
      "An action is authorized only while a fee agreement and a letter of authorization of the plaintiff are in force.",
      "They are looked at again in the transaction that executes it; without them it is cancelled.",
      "The packet was printed from the record of the judgment, stored, read back, hashed and registered.",
    ],
    record: { action, packet },
  };
}
