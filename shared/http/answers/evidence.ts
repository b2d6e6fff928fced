/** What is told of files kept as proof. */
import * as z from "zod";
import { named } from "../document.ts";
import { Count, Id, Instant } from "./parts.ts";

/** A registered file: columns of `evidence.files`. */
export const EvidenceFile = named(
  "EvidenceFile",
  z.looseObject({
    evidence_file_id: Id,
    /** In the bucket `evidence`. */
    bucket_path: z.string(),
    file_name: z.string(),
    /** Of the bytes as storage gave them back. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    size_bytes: Count,
    mime_type: z.string(),
    entity_type: z.string(),
    entity_id: z.string(),
    legal_hold: z.boolean(),
    uploaded_by: z.string(),
    uploaded_at: Instant,
  }),
);
export type EvidenceFile = z.infer<typeof EvidenceFile>;
