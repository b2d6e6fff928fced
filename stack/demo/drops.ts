/** What the demo drops, what must become of it, and the watching of one drop until it has ended. */
import type { SupabaseClient } from "@supabase/supabase-js";
import * as z from "zod";
import { hasEnded } from "../../shared/intake/states.ts";
import { judgmentsCsv } from "./files.ts";

/** One file for the bucket. */
export interface Drop {
  readonly path: string;
  readonly content: string | Uint8Array<ArrayBuffer>;
  /** What the file shows, in a few words. */
  readonly shows: string;
  /** What must come out. Only what is named is compared. */
  readonly expected: Partial<Batch>;
}

const Batch = z.object({
  batch_id: z.string(),
  filename: z.string(),
  status: z.string(),
  row_count_total: z.number(),
  row_count_staged: z.number(),
  row_count_valid: z.number(),
  row_count_invalid: z.number(),
  row_count_inserted: z.number(),
  row_count_duplicate: z.number(),
  rejection_reason: z.string().nullable(),
});

/** A batch as the demo reports it; seconds from the end of the upload to the end of the batch. */
export type Batch = z.infer<typeof Batch> & { readonly seconds: number };

/** How a drop ended. */
export interface Outcome {
  readonly shows: string;
  readonly batch: Batch;
  readonly asExpected: boolean;
}

const VENDOR_SAMPLES = new URL("../../tests/fixtures/vendor/", import.meta.url);
const PATIENCE_MS = 60_000; // cron alone would find a drop within 35 s
const LOOK_EVERY_MS = 150;

/** Every file of the demo, in the order it is dropped. */
export async function drops(): Promise<Drop[]> {
  const good = judgmentsCsv("DEMO-GOOD", 5_000);
  const vendor = (file: string, shows: string, expected: Partial<Batch>) =>
    Deno.readFile(new URL(file, VENDOR_SAMPLES)).then((content) => ({
      path: `simplicity/${file}`,
      content,
      shows,
      expected,
    }));
  const all = (rows: number): Partial<Batch> => ({
    status: "completed",
    row_count_total: rows,
    row_count_inserted: rows,
  });
  return [
    { path: "simplicity/good.csv", content: good, shows: "5,000 good rows", expected: all(5_000) },
    {
      path: "simplicity/too-many-bad-rows.csv",
      content: judgmentsCsv("DEMO-BAD", 1_000, 153),
      shows: "153 of 1,000 rows bad: over the budget of 10 %, refused whole",
      expected: {
        status: "failed",
        row_count_total: 1_000,
        row_count_valid: 847,
        row_count_invalid: 153,
        row_count_inserted: 0,
        rejection_reason: "Error budget exceeded: 15.3% invalid rows (threshold: 10%)",
      },
    },
    {
      path: "simplicity/good-again.csv",
      content: good,
      shows: "the first file under another name: known bytes",
      expected: { status: "skipped", row_count_inserted: 0, rejection_reason: "Duplicate file_hash" },
    },
    {
      path: "simplicity/exactly-ten-percent.csv",
      content: judgmentsCsv("DEMO-TEN", 1_000, 100),
      shows: "exactly 10 % bad: within budget, the good rows go in",
      expected: {
        status: "completed",
        row_count_valid: 900,
        row_count_invalid: 100,
        row_count_inserted: 900,
      },
    },
    await vendor("data_in_dummy_intake.csv", "vendor sample: case numbers of six kinds", all(10)),
    await vendor("data_in_simplicity_smoke_test.csv", "vendor sample: a filing date stands in", all(3)),
    await vendor("data_jbi_export.csv", "vendor sample: a lead export of 18 columns", all(3)),
    await vendor(
      "data_judgments_batch.csv",
      "vendor sample: byte order mark, $ amounts, two date forms",
      all(5),
    ),
    await vendor("data_simplicity_export.csv", "vendor sample: quoted addresses", all(2)),
    await vendor("tests_data_simplicity_sample.csv", "vendor sample: 26 columns", all(2)),
    await vendor("data_in_simplicity_test_badrow.csv", "vendor sample: one of two rows bad", {
      status: "failed",
      row_count_invalid: 1,
      rejection_reason: "Error budget exceeded: 50.0% invalid rows (threshold: 10%)",
    }),
    await vendor("data_simplicity_sample.csv", "vendor sample: no names in it", {
      status: "failed",
      rejection_reason: "Missing required fields: plaintiff_name, defendant_name",
    }),
    await vendor(
      "judgment_ingestor_data_processed_test_data.csv",
      "vendor sample: unquoted thousands commas",
      {
        status: "failed",
        row_count_invalid: 2,
      },
    ),
  ];
}

/** Uploads one file and waits until its batch has ended. Throws when the upload fails or nothing happens for a minute. */
export async function follow(
  client: SupabaseClient,
  drop: Drop,
  say: (line: string) => void,
): Promise<Outcome> {
  say(`Dropping intake/${drop.path} (${drop.shows})`);
  const { error } = await client.storage.from("intake").upload(
    drop.path,
    new Blob([drop.content], { type: "text/csv" }),
  );
  if (error !== null) throw new Error(`Cannot upload ${drop.path}: ${error.message}`);
  const uploaded = performance.now();
  let shown = "";
  while (performance.now() - uploaded < PATIENCE_MS) {
    const batch = await find(client, drop.path);
    if (batch !== null && batch.status !== shown) {
      shown = batch.status;
      say(`    ${batch.status}${batch.row_count_total > 0 ? `, ${batch.row_count_total} rows read` : ""}`);
    }
    if (batch !== null && hasEnded(batch.status)) {
      const outcome = { ...batch, seconds: (performance.now() - uploaded) / 1000 };
      return { shows: drop.shows, batch: outcome, asExpected: matches(outcome, drop.expected) };
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`Cannot see the end of ${drop.path}: it was ${shown || "not taken in"} for a minute`);
}

async function find(client: SupabaseClient, path: string): Promise<z.infer<typeof Batch> | null> {
  const { data, error } = await client.schema("intake").from("simplicity_batches")
    .select(
      "batch_id:id, filename, status, row_count_total, row_count_staged, row_count_valid, row_count_invalid, row_count_inserted, row_count_duplicate, rejection_reason",
    )
    .eq("storage_bucket", "intake").eq("storage_path", path).maybeSingle();
  if (error !== null) throw new Error(`Cannot read the batch of ${path}: ${error.message}`);
  return data === null ? null : Batch.parse(data);
}

function matches(batch: Batch, expected: Partial<Batch>): boolean {
  return Object.entries(expected).every(([name, value]) => batch[name as keyof Batch] === value);
}
