/** One unit of a worker's work as `ops.claim` hands it out. Parsed here once, then trusted. */
import { z } from "zod";
import { StoredObject } from "../intake/stored_object.ts";

const Batch = z.object({
  id: z.uuid(),
  source: z.string(),
  attempt: z.int(),
  status: z.string(),
  filename: z.string(),
  object: StoredObject,
  file_size_bytes: z.number().nullable(),
  replay_of: z.uuid().nullable(),
  dialect: z.unknown(),
  layout: z.unknown(),
  scan: z.unknown(),
});

const Slice = z.object({
  no: z.int(),
  first_byte: z.int(),
  end_byte: z.int(),
  first_row: z.int(),
  row_count: z.int(),
  first_line: z.int(),
  keep_rejects: z.int(),
});

const every = {
  job_id: z.uuid(),
  token: z.uuid(),
  beat_seconds: z.number(),
  wake_more: z.boolean(),
};

const shared = {
  ...every,
  size_scale: z.number().positive(), // factor on every share of work: smaller after losses, and in tests
  batch: Batch,
  source: z.object({
    header_map: z.record(z.string(), z.string().nullable()),
    dialect: z.record(z.string(), z.unknown()),
    columns: z.array(z.string().nullable()).nullable(),
  }),
};

const Unit = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("stage"), slice: z.null(), ...shared }),
  z.object({ kind: z.literal("slice"), slice: Slice, ...shared }),
  z.object({ kind: z.literal("settle"), slice: z.null(), ...shared }),
  z.object({ kind: z.literal("undo"), payload: z.object({ batch_id: z.uuid() }), ...every }),
]);

/** A claimed unit: reading a file for the first time, validating one slice of it, bringing it to its end, or taking back what it inserted. */
export type Unit = z.infer<typeof Unit>;
/** Unit of the first pass over a file. */
export type StageUnit = Extract<Unit, { kind: "stage" }>;
/** Unit of one slice. */
export type SliceUnit = Extract<Unit, { kind: "slice" }>;
/** Unit of budget and insert. */
export type SettleUnit = Extract<Unit, { kind: "settle" }>;

/** Unit of an undo. */
export type UndoUnit = Extract<Unit, { kind: "undo" }>;

/** Reads the answer of `ops.claim`; null when there was no work. Throws when the answer is not a unit. */
export function parseUnit(answer: unknown): Unit | null {
  return answer === null ? null : Unit.parse(answer);
}
