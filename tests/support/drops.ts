/** Dropping files as a vendor does, with supabase-js alone, and waiting for what becomes of them. */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { hasEnded } from "../../shared/intake/states.ts";
import { until } from "./until.ts";

/** A row of intake.simplicity_batches; tests look at what they need. */
export interface BatchRow {
  readonly id: string;
  readonly filename: string;
  readonly status: string;
  readonly attempt: number;
  readonly rejection_reason: string | null;
  readonly row_count_total: number;
  readonly row_count_valid: number;
  readonly row_count_invalid: number;
  readonly row_count_inserted: number;
  readonly row_count_duplicate: number;
  readonly duplicate_of: string | null;
  readonly notes: string[];
  readonly file_hash: string | null;
}

/** A client with the stack's secret key, as a vendor's or operator's program has it. */
export function clientOf(stack: { api_url: string; secret_key: string }): SupabaseClient {
  return createClient(stack.api_url, stack.secret_key, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
}

/** Uploads into bucket intake. Throws when storage refuses. */
export async function drop(client: SupabaseClient, path: string, content: string | Uint8Array<ArrayBuffer>) {
  const { error } = await client.storage.from("intake").upload(
    path,
    new Blob([content], { type: "text/csv" }),
  );
  if (error !== null) throw error;
}

/** Waits until the batch of a path has ended; throws with its last state when it does not within patienceMs. */
export async function ended(client: SupabaseClient, path: string, patienceMs = 60_000): Promise<BatchRow> {
  let last = "not taken in";
  try {
    return await until(`the end of ${path}`, async () => {
      const batch = await batchOf(client, path);
      last = batch?.status ?? last;
      return batch !== null && hasEnded(batch.status) && batch;
    }, patienceMs);
  } catch (error) {
    throw new Error(`The batch of ${path} stands at: ${last}`, { cause: error });
  }
}

/** The batch of a path as it is now, or null. */
export async function batchOf(client: SupabaseClient, path: string): Promise<BatchRow | null> {
  const { data, error } = await client.schema("intake").from("simplicity_batches").select("*")
    .eq("storage_path", path).order("created_at", { ascending: false }).limit(1).maybeSingle();
  if (error !== null) throw new Error(`Cannot read the batch of ${path}: ${error.message}`);
  return data;
}

/** A CSV of `rows` good judgments whose case numbers begin with the prefix. */
export function goodCsv(prefix: string, rows: number): string {
  const lines = Array.from(
    { length: rows },
    (_, i) =>
      `${prefix}-${i + 1},Metro Judgment Solutions,James Garcia,${100 + i}.50,2024-01-15,Civil Court,Kings`,
  );
  return ["Case Number,Plaintiff,Defendant,Amount,Judgment Date,Court,County", ...lines, ""].join("\n");
}
