/**
 * What is told of a batch: its record, its rejects, its timeline. The one schema for functions, commands and browsers,
 * and for the OpenAPI document. `intake.batch_record` makes the record, and tests compare the two. Further members
 * are passed on as they are.
 */
import * as z from "zod";
import { ACTOR_KINDS } from "../audit/actors.ts";
import { ROW_CODES } from "../judgments/codes.ts";
import { ReadDialect } from "./read_dialect.ts";
import { REJECTION_CODES } from "./rejection_codes.ts";
import { BATCH_STATES } from "./states.ts";

const Instant = z.iso.datetime({ offset: true });
const Count = z.int().min(0);
const Id = z.guid();
const RowCode = z.enum(ROW_CODES.map(({ code }) => code));

/** How far an undo is, and which batches left rows out because this one had them. */
export const Undo = z.looseObject({
  status: z.enum(["pending", "processing", "paused", "completed", "failed"]),
  affected_batches: z.array(Id),
});

/** A batch's record. */
export const Batch = z.looseObject({
  batch_id: Id,
  filename: z.string(),
  source: z.string(),
  source_reference: z.string().nullable(),
  /** SHA-256 of the stored bytes, in hex. */
  file_hash: z.string().nullable(),
  file_size_bytes: Count.nullable(),
  storage_bucket: z.string().nullable(),
  storage_path: z.string().nullable(),
  storage_version: z.string().nullable(),
  status: z.enum(BATCH_STATES),
  /** From 1; grows by reset, retry, force or the same bytes again. */
  attempt: z.int().min(1),
  priority: z.int().min(-100).max(100),
  error_threshold_percent: z.int().min(0).max(100),
  /** Why it failed or was skipped, for people. Programs go by the code. */
  rejection_reason: z.string().nullable(),
  rejection_code: z.enum(REJECTION_CODES).nullable(),
  row_count_total: Count,
  row_count_staged: Count,
  row_count_valid: Count,
  row_count_invalid: Count,
  row_count_inserted: Count,
  row_count_duplicate: Count,
  /** Lines that belong to no row. */
  row_count_unread: Count,
  /** Physical line from 1; null where every line was read. */
  first_unread_line: z.int().nullable(),
  /** Only the first rejects are kept one by one. */
  rejects_truncated: z.boolean(),
  parse_duration_ms: Count.nullable(),
  db_duration_ms: Count.nullable(),
  /** Null until the file has been read once. */
  dialect: ReadDialect.nullable(),
  /** Null for a viewer: of a file without a header these are the cells of a row. */
  ignored_columns: z.array(z.string()).nullable(),
  notes: z.array(z.string()),
  dry_run: z.boolean(),
  duplicate_of: Id.nullable(),
  replay_of: Id.nullable(),
  /** Null for a viewer where it names a person. */
  created_by: z.string().nullable(),
  created_by_kind: z.enum(ACTOR_KINDS),
  created_at: Instant,
  updated_at: Instant,
  status_changed_at: Instant,
  staged_at: Instant.nullable(),
  validated_at: Instant.nullable(),
  completed_at: Instant.nullable(),
  /** Null when nobody asked for one. */
  undo: Undo.nullable(),
  /** Share of the attempt that is behind it, 0 to 1. */
  progress: z.number().min(0).max(1),
  error_rate_percent: z.number().nullable(),
  rows_per_second: z.number().nullable(),
  /** Rejects that no replay has put right. */
  unresolved_error_count: z.int().nullable(),
});
export type Batch = z.infer<typeof Batch>;

/** One batch by itself: with the header of its file, its errors and its warnings by code, the most frequent first. */
export const DescribedBatch = Batch.extend({
  /** Of a replay the original's. Null until it has been read, for what could not be, and for a viewer. */
  header: z.array(z.string()).nullable(),
  error_summary: z.array(z.object({ error_code: RowCode, count: Count })),
  warnings: z.array(z.object({ code: z.string(), count: Count })),
});
export type DescribedBatch = z.infer<typeof DescribedBatch>;

/** Of what a list has: which page, and how many there are in all. */
const PAGE = { total: Count, page: z.int().min(1), page_size: z.int().min(1) };

/** Batches, newest first. */
export const BatchPage = z.object({ batches: z.array(Batch), ...PAGE });
export type BatchPage = z.infer<typeof BatchPage>;

/** One problem of a row. What the file held is null for a viewer. */
export const RowIssue = z.looseObject({
  code: RowCode,
  field: z.string().nullable(),
  raw_value: z.string().nullable(),
  message: z.string().nullish(),
  /** Of a duplicate: the judgment that is kept, its batch, and the fields that differ from it. */
  judgment_id: z.int().nullish(),
  kept_batch_id: Id.nullish(),
  kept_source: z.string().nullish(),
  differs: z.array(z.string()).optional(),
});

/** A rejected row, or a duplicate that was asked for. What the file held is null for a viewer. */
export const RowError = z.looseObject({
  id: z.int(),
  batch_id: Id,
  attempt: z.int().min(1),
  /** Data row from 0. */
  row_index: z.int().min(0),
  /** Data row from 1. */
  row_number: z.int().min(1),
  /** Physical line in the file, from 1. */
  line_number: z.int().nullable(),
  byte_offset: z.int().nullable(),
  /** The first problem of the row; all of them are in issues. */
  error_code: RowCode,
  error_message: z.string().nullable(),
  error_stage: z.enum(["parse", "validate", "insert"]),
  field: z.string().nullable(),
  raw_value: z.string().nullable(),
  raw_line: z.string().nullable(),
  /** Header text to value as read. */
  raw_data: z.record(z.string(), z.unknown()).nullable(),
  issues: z.array(RowIssue),
  created_at: Instant,
  resolved_at: Instant.nullable(),
  /** The replay that put the row right. */
  resolved_by_batch: Id.nullable(),
  cause: z.string(),
  fix: z.string(),
});
export type RowError = z.infer<typeof RowError>;

/** Rejects in file order. */
export const ErrorPage = z.object({
  errors: z.array(RowError),
  ...PAGE,
  /** Only the first rejects are kept one by one; null when there is no such batch. */
  truncated: z.boolean().nullable(),
});
export type ErrorPage = z.infer<typeof ErrorPage>;

/** The life of a batch, from its audit events. */
export const Timeline = z.looseObject({
  batch_id: Id,
  filename: z.string(),
  status: z.enum(BATCH_STATES),
  created_by: z.string().nullable(),
  created_by_kind: z.enum(ACTOR_KINDS),
  created_at: Instant,
  attempts: z.array(z.looseObject({
    attempt: z.int().min(1),
    started_at: Instant,
    /** Null while it runs. */
    ended_at: Instant.nullable(),
    status: z.string(),
    rejection_reason: z.string().nullable(),
    row_count_total: Count.nullable(),
    row_count_valid: Count.nullable(),
    row_count_invalid: Count.nullable(),
    row_count_inserted: Count.nullable(),
    row_count_duplicate: Count.nullable(),
    row_count_unread: Count.nullable(),
    states: z.array(z.looseObject({
      status: z.string(),
      at: Instant,
      actor: z.string(),
      actor_kind: z.enum(ACTOR_KINDS),
      /** Null for the one it is in. */
      duration_ms: z.number().nullable(),
    })),
  })),
  /** What people did to it. */
  actions: z.array(z.looseObject({
    at: Instant,
    actor: z.string(),
    actor_kind: z.enum(ACTOR_KINDS),
    action: z.string(),
    request_id: z.string().nullable(),
    detail: z.string().nullable(),
  })),
  parse_duration_ms: Count.nullable(),
  db_duration_ms: Count.nullable(),
});
export type Timeline = z.infer<typeof Timeline>;

/** Whether bytes are known, and as which batch; every member but `duplicate` is null when they are not. */
export const DuplicateAnswer = z.looseObject({
  duplicate: z.boolean(),
  batch_id: Id.nullable(),
  status: z.enum(BATCH_STATES).nullable(),
  source: z.string().nullable(),
  filename: z.string().nullable(),
  created_at: Instant.nullable(),
  row_count_total: Count.nullable(),
  row_count_staged: Count.nullable(),
  row_count_valid: Count.nullable(),
  row_count_invalid: Count.nullable(),
  row_count_inserted: Count.nullable(),
  row_count_duplicate: Count.nullable(),
  row_count_unread: Count.nullable(),
});
export type DuplicateAnswer = z.infer<typeof DuplicateAnswer>;
