/** Reads every registered file back from the bucket and hashes it again. */
import type postgres from "postgres";
import { createHash } from "node:crypto";
import * as z from "zod";
import { EVIDENCE_BUCKET } from "../../shared/data/evidence_gateway.ts";
import { ObjectDiffers, ObjectMissing, type ObjectStore } from "../../shared/data/object_store.ts";

const Registered = z.object({
  id: z.string(),
  bucket_path: z.string(),
  sha256: z.string(),
  size_bytes: z.number(),
  is_proof: z.boolean(),
  /** Of the object; null when Storage has none. */
  version: z.string().nullable(),
  retired: z.boolean(),
});
type Registered = z.infer<typeof Registered>;

/** A file that is not what was registered. */
export interface Differing {
  readonly evidence_file_id: string;
  readonly bucket_path: string;
  readonly problem: string;
}

/** What was found. */
export interface Rehashed {
  /** Files that were read, without those that commands made to prove something. */
  readonly files: number;
  readonly bytes: number;
  /** Their time is over: their bytes need not be there. */
  readonly retired: number;
  readonly differing: readonly Differing[];
}

/** So many files are asked for at once. */
const PAGE = 500;

/** @throws what Storage or Postgres say when they do not answer: what could not be read is never well. */
export async function rehashEvidence(
  sql: postgres.Sql,
  objects: ObjectStore,
  stopping: AbortSignal,
): Promise<Rehashed> {
  let [files, bytes, retired] = [0, 0, 0];
  const differing: Differing[] = [];
  for await (const file of registered(sql)) {
    stopping.throwIfAborted();
    if (file.retired) {
      retired++;
      continue;
    }
    const problem = await problemOf(file, objects);
    if (problem !== null) {
      differing.push({ evidence_file_id: file.id, bucket_path: file.bucket_path, problem });
    }
    if (file.is_proof) continue;
    files++;
    bytes += file.size_bytes;
  }
  return { files, bytes, retired, differing };
}

async function* registered(sql: postgres.Sql): AsyncGenerator<Registered> {
  let after = "";
  for (;;) {
    const rows = await sql`
      select f.id, f.bucket_path, f.sha256, f.size_bytes::float8 as size_bytes, f.is_proof, o.version,
             r.file_id is not null as retired
        from evidence.files f
        left join storage.objects o on o.bucket_id = ${EVIDENCE_BUCKET} and o.name = f.bucket_path
        left join evidence.retirements r on r.file_id = f.id
       where f.id::text > ${after}
       order by f.id::text
       limit ${PAGE}`;
    const page = z.array(Registered).parse([...rows]);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.id;
  }
}

async function problemOf(file: Registered, objects: ObjectStore): Promise<string | null> {
  if (file.version === null) return "is gone from the bucket";
  // No cache in between: an object that was swapped under the same version must show.
  const object = {
    bucket: EVIDENCE_BUCKET,
    path: file.bucket_path,
    version: crypto.randomUUID(),
    etag: null,
    bytes: null,
  };
  try {
    const { stream } = await objects.openRange(object, 0, file.size_bytes + 1); // a longer one shows by its length
    const digest = createHash("sha256");
    let bytes = 0;
    for await (const chunk of stream) {
      digest.update(chunk);
      bytes += chunk.length;
    }
    const hash = digest.digest("hex");
    if (bytes > file.size_bytes) return `has more than the ${file.size_bytes} bytes that were registered`;
    if (bytes < file.size_bytes) return `has ${bytes} bytes, ${file.size_bytes} were registered`;
    return hash === file.sha256 ? null : `has other bytes: SHA-256 ${hash}, registered is ${file.sha256}`;
  } catch (error) {
    if (error instanceof ObjectMissing) return "is gone from the bucket";
    if (error instanceof ObjectDiffers) return error.message;
    throw error;
  }
}
