/** What the intake function answers beside what is told of batches (shared/intake/record.ts). */
import * as z from "zod";
import { RowIssue } from "../../intake/record.ts";
import { BATCH_STATES } from "../../intake/states.ts";
import { ROW_CODES } from "../../judgments/codes.ts";
import { FIELDS } from "../../judgments/fields.ts";
import { named } from "../document.ts";
import { Count, Id, Instant } from "./parts.ts";

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A file that came in: a batch, or the next attempt of one. */
export const Taken = named(
  "Taken",
  z.looseObject({
    batch_id: Id,
    status: z.literal("uploaded"),
    duplicate: z.literal(false),
    attempt: z.int().min(1),
    filename: z.string(),
    /** SHA-256 of the bytes; null when none was told for a file that is still to come. */
    file_hash: Sha256.nullable(),
    file_size_bytes: Count,
    /** The batch that a corrected errors.csv repairs; absent elsewhere. */
    replay_of: Id.optional(),
  }),
);

/** Bytes that are known. A vendor is not told whose batch it is when it is not its own: then ids are null. */
export const Known = named(
  "Known",
  z.looseObject({
    batch_id: Id.nullable(),
    status: z.literal("skipped"),
    duplicate: z.literal(true),
    attempt: z.int().min(1).nullable(),
    filename: z.string().nullable(),
    file_hash: Sha256.nullable(),
    file_size_bytes: Count,
    batch_status: z.enum(BATCH_STATES).nullable(),
    replay_of: Id.optional(),
  }),
);

/** Where a file of any size is to be sent. */
export const UploadAddress = named(
  "UploadAddress",
  z.looseObject({
    batch_id: Id,
    /** Takes the bytes with PUT. */
    upload_url: z.url(),
    /** The same right, for clients that build the address themselves. */
    token: z.string(),
    /** In the bucket `intake`. */
    path: z.string(),
    expires_at: Instant,
  }),
);

/** The rejected row that a row of a replay put right. */
const RepairOrigin = z.looseObject({
  batch_id: Id,
  filename: z.string(),
  file_hash: z.string().nullable(),
  row_index: Count,
  row_number: z.int().min(1),
  line_number: z.int().nullable(),
  byte_offset: z.int().nullable(),
  error_code: z.string().nullable(),
});

/** Where a judgment comes from. What concerns the batch is null when its record was deleted. */
export const JudgmentLineage = named(
  "JudgmentLineage",
  z.looseObject({
    judgment_id: z.int(),
    case_number: z.string(),
    source: z.string().nullable(),
    batch_id: Id.nullable(),
    filename: z.string().nullable(),
    file_hash: z.string().nullable(),
    file_size_bytes: Count.nullable(),
    attempt: z.int().nullable(),
    batch_status: z.enum(BATCH_STATES).nullable(),
    row_index: Count.nullable(),
    row_number: z.int().min(1).nullable(),
    /** Physical line in the file, from 1; null when the file is gone. */
    line_number: z.int().min(1).nullable(),
    byte_offset: Count.nullable(),
    /** As it stands in the file; null for a viewer. */
    raw_line: z.string().nullable(),
    inserted_at: Instant,
    replay_of: Id.nullable(),
    origin: RepairOrigin.nullable(),
  }),
);

/** What can become of a data row. */
const FATES = [
  "inserted",
  "repaired",
  "rejected",
  "duplicate",
  "not_inserted",
  "passed",
  "not_listed",
  "pending",
] as const;

/** What became of a row. */
export const RowFate = named(
  "RowFate",
  z.looseObject({
    batch_id: Id,
    filename: z.string(),
    file_hash: z.string().nullable(),
    batch_status: z.enum(BATCH_STATES),
    row_index: Count,
    row_number: z.int().min(1),
    fate: z.enum(FATES),
    judgment_id: z.int().nullable(),
    error_code: z.enum(ROW_CODES.map(({ code }) => code)).nullable(),
    error_message: z.string().nullable(),
    issues: z.array(RowIssue),
    resolved_by_batch: Id.nullable(),
    /** The batch whose row was kept instead of this one. */
    kept_batch_id: Id.nullable(),
    line_number: z.int().min(1).nullable(),
    byte_offset: Count.nullable(),
    raw_line: z.string().nullable(),
  }),
);

/** Settings of a source. */
export const Source = named(
  "Source",
  z.looseObject({
    source: z.string(),
    header_map: z.record(z.string(), z.enum(FIELDS).nullable()),
    columns: z.array(z.enum(FIELDS).nullable()).nullable(),
    dialect: z.record(z.string(), z.unknown()),
    error_threshold_percent: z.int().min(0).max(100),
    code_budgets: z.record(z.string(), z.number()),
    warn_percent: z.number().nullable(),
    requires_approval: z.boolean(),
    priority: z.int(),
    created_at: Instant,
    updated_at: Instant,
  }),
);
export type Source = z.infer<typeof Source>;
