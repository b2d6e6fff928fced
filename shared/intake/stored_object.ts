/** A batch's file in storage, as `intake.stored_object` describes it. Parsed here once, then trusted. */
import * as z from "zod";

/** An object as the database knows it: where it lies, and what its bytes are held against. */
export const StoredObject = z.object({
  bucket: z.string(),
  path: z.string(),
  /** Of these very bytes; null where storage keeps none. */
  version: z.string().nullable(),
  /** Quoted, as storage has it; null when this version is not there (any more). */
  etag: z.string().nullable(),
  bytes: z.number().nullable(),
});
export type StoredObject = z.infer<typeof StoredObject>;
