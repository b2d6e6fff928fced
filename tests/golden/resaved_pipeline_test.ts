/**
 * A sample of the files that went through spreadsheets and editors, dropped together into one stack: the pipeline says of
 * every one what the reading in process says, in status, counts, codes and values.
 */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { hasEnded } from "../../shared/intake/states.ts";
import { sharedStack, until } from "../stack/shared_stack.ts";
import { type Outcome, readInProcess } from "../../ops/evaluation/in_process.ts";
import { checkForetold, foretell } from "./foretold.ts";
import { goodTable, HARMS, randomOf } from "./resaved.ts";

const SEED = 16_042;
const OF_EACH_KIND = 3;
const LATEST_DATE = "2026-11-22"; // no file has a later date than 2023

const shared = sharedStack();

interface Sample {
  readonly path: string;
  readonly kind: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly outcome: Outcome;
}

/** Files of every kind, each with case numbers of its own. */
function samples(run: string): readonly Sample[] {
  const random = randomOf(SEED);
  return Object.entries(HARMS).flatMap(([kind, harm], k) =>
    Array.from({ length: OF_EACH_KIND }, (_, n) => {
      const bytes = harm(goodTable(random, `S${k}${n}X`), random);
      const outcome = readInProcess(bytes, { latestDate: LATEST_DATE });
      return { path: `resaved-${run}/${k}-${n}.csv`, kind, bytes, outcome };
    })
  );
}

Deno.test(`the pipeline says of files from spreadsheets what the reading in process says (seed ${SEED})`, async () => {
  const { service, sql } = shared();
  const files = samples(crypto.randomUUID().slice(0, 8));
  const sent = await Promise.all(
    files.map(({ path, bytes }) =>
      service.storage.from("intake").upload(path, new Blob([bytes], { type: "text/csv" }), {
        contentType: "text/csv",
      })
    ),
  );
  for (const { error } of sent) assertEquals(error, null);
  const outcomes = new Map<string, { completed: number; failed: number; rows: number; rejects: number }>();
  for (const file of files) {
    const batch = await until(async () => {
      const [row] = await sql`
        select to_jsonb(b) as batch from intake.simplicity_batches b where b.storage_path = ${file.path}`;
      return hasEnded(row?.batch.status ?? "") && row?.batch;
    });
    await checkBatch(file, batch);
    await checkForetold(shared(), batch, await foretell(file.bytes), true);
    const told = outcomes.get(file.kind) ?? { completed: 0, failed: 0, rows: 0, rejects: 0 };
    told[file.outcome.status]++;
    told.rows += batch.row_count_inserted;
    told.rejects += batch.row_count_invalid;
    outcomes.set(file.kind, told);
  }
  console.table(Object.fromEntries(outcomes));
});

async function checkBatch({ kind, outcome }: Sample, batch: Record<string, unknown>): Promise<void> {
  const { sql } = shared();
  const { plan, status, reason, total, invalid, codes, duplicates } = outcome;
  const id = String(batch.id);
  assertEquals(batch.status, status, `${kind}: ${batch.rejection_reason}`);
  assert(String(batch.rejection_reason ?? "").startsWith(reason ?? ""), `${kind}: ${batch.rejection_reason}`);
  const inserted = status === "completed" ? total - invalid - duplicates : 0;
  assertEquals(
    ["total", "valid", "invalid", "unread", "inserted"].map((name) => batch[`row_count_${name}`]),
    [total, total - invalid, invalid, plan.unread_lines, inserted],
    kind,
  );
  const counts = await sql`
    select c.error_code as code, c.occurrences::int as times from intake.batch_error_counts c
     where c.batch_id = ${id} and c.error_stage <> 'insert'`;
  const expected: Record<string, number> = {};
  for (const code of Object.values(codes)) expected[code] = (expected[code] ?? 0) + 1;
  assertEquals(Object.fromEntries(counts.map(({ code, times }) => [code, times])), expected, kind);
  const rows = await sql`
    select j.case_number, j.plaintiff_name, j.defendant_name, j.amount::text as amount,
           j.judgment_date::text as judgment_date, j.county
      from public.judgments j where j.batch_id = ${id} order by j.source_row_index`;
  const values = status === "completed" ? [...outcome.values.values()] : [];
  assertEquals(
    rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))),
    values,
    kind,
  );
}
