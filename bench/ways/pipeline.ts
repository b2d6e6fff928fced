/** Way d: this project. A file is dropped into the bucket; everything after it is the pipeline's own. */
import * as z from "zod";
import type { BenchStack } from "../stack.ts";

const PATIENCE_MS = 600_000;
const LOOK_EVERY_MS = 50;

/** Milliseconds of one batch's way, by its own times. */
export const Passage = z.object({
  /** From the object row's commit to completed_at. */
  total: z.number(),
  waking: z.number(),
  staging: z.number(),
  validating: z.number(),
  deciding: z.number(),
  inserting: z.number(),
  slices: z.number(),
  inserted: z.number(),
  duplicate: z.number(),
  invalid: z.number(),
});
export type Passage = z.infer<typeof Passage>;

/** Drops a file and waits for the end of its batch. @throws when it ends otherwise than completed. */
export async function runPipeline(stack: BenchStack, path: string, name: string): Promise<Passage> {
  await upload(stack, path, name);
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const [batch] = await stack.admin`
      select status, rejection_reason from intake.simplicity_batches where storage_path = ${name}`;
    if (batch?.status === "completed") break;
    if (batch?.status === "failed" || batch?.status === "skipped" || performance.now() > deadline) {
      throw new Error(
        `Cannot measure ${name}: it is ${batch?.status ?? "not taken in"}, ${batch?.rejection_reason}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  const [passage] = await stack.admin`
    select ms(b.completed_at - o.created_at) as total, ms(b.staging_started_at - o.created_at) as waking,
           ms(b.staged_at - b.staging_started_at) as staging, ms(b.validated_at - b.staged_at) as validating,
           ms(b.completed_at - b.validated_at) - b.db_duration_ms as deciding, b.db_duration_ms::float8 as inserting,
           (select count(*)::int from intake.batch_slices s where s.batch_id = b.id) as slices,
           b.row_count_inserted as inserted, b.row_count_duplicate as duplicate, b.row_count_invalid as invalid
      from intake.simplicity_batches b
      join storage.objects o on o.bucket_id = b.storage_bucket and o.name = b.storage_path
     where b.storage_path = ${name}`;
  return Passage.parse(passage);
}

/** Makes the function the passage query uses. */
export async function preparePipeline(stack: BenchStack): Promise<void> {
  await stack.admin.unsafe(`
    create function public.ms(span interval) returns float8 language sql immutable
      as $$ select extract(epoch from span) * 1000 $$;
  `);
}

/** Forgets a batch, its rows and its object, so that the same bytes can be dropped again. */
export async function forget(stack: BenchStack, name: string): Promise<void> {
  await stack.admin`delete from intake.simplicity_batches where storage_path = ${name}`;
  await fetch(`${stack.apiUrl}/storage/v1/object/intake/${name}`, {
    method: "DELETE",
    headers: { apikey: stack.secretKey },
  }).then((response) => response.body?.cancel());
}

/** Judgments of all batches go, and their plaintiffs; as after a checkpoint, nobody's pages are left to write. */
export async function emptyJudgments(stack: BenchStack): Promise<void> {
  await stack.admin.unsafe("truncate public.judgments");
  await stack.admin.unsafe("delete from public.plaintiffs where true");
  await stack.admin.unsafe("vacuum public.plaintiffs");
  await stack.admin.unsafe("checkpoint");
}

/** Stores a file in the bucket: from here on everything is the pipeline's own. */
export async function upload(stack: BenchStack, path: string, name: string): Promise<void> {
  await uploadBytes(stack, (await Deno.open(path)).readable, name);
}

/** Stores bytes in the bucket. */
export async function uploadBytes(stack: BenchStack, body: BodyInit, name: string): Promise<void> {
  const response = await fetch(`${stack.apiUrl}/storage/v1/object/intake/${name}`, {
    method: "POST",
    headers: { apikey: stack.secretKey, "content-type": "text/csv" },
    body,
  });
  if (!response.ok) throw new Error(`Cannot upload ${name}: ${response.status} ${await response.text()}`);
  await response.body?.cancel();
}
