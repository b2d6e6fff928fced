/** What SQL tells of a batch is what the schemas say, member by member: no more, no less. */
import { assertEquals } from "deno-std/assert/equals.js";
import * as z from "zod";
import type { Database } from "../../shared/data/database.types.ts";
import {
  Batch,
  type Batch as BatchRecord,
  DescribedBatch,
  DuplicateAnswer,
  ErrorPage,
  RowError,
  Timeline,
} from "../../shared/intake/record.ts";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import { drop, workOff } from "./engine.ts";

type Table = Database["intake"]["Tables"]["simplicity_batches"];
type Column = Exclude<keyof Table["Row"], Table["ComputedFields"]>;
/** Columns that are the worker's own; the HTTP surface does not tell them. */
type Untold =
  | "id"
  | "layout"
  | "scan"
  | "progress_at"
  | "staging_started_at"
  | "warning_counts"
  | "approved_attempt"
  | "admitted_percent"
  | "asked_by_operator"
  | "storage_etag";
type Named = keyof { [Key in keyof BatchRecord as string extends Key ? never : Key]: true };

// A column that is added, renamed or removed does not compile here until the record has it, or it is the worker's own.
const MISSING: { [Name in Exclude<Exclude<Column, Untold>, Named>]: never } = {};

/** Two valid rows, one reject, one duplicate in the file. */
const FILE = {
  rows: [{ case: "A-1" }, { case: "A-2" }, { reject: "INVALID_AMOUNT" }, { case: "A-1" }],
};

/** A dropped file whose batch may have half its rows rejected. */
async function tolerant(db: TestDatabase): Promise<string> {
  const id = await drop(db);
  await db.sql`update intake.simplicity_batches set error_threshold_percent = 50 where id = ${id}`;
  return id;
}

async function told(db: TestDatabase, id: string, call: string): Promise<unknown> {
  const quoted = call.replaceAll("$1", `'${id}'`);
  const [row] = await db.sql.unsafe(`select ${quoted} as answer`);
  return row?.answer;
}

Deno.test("intake.describe_batch() and list_batches() tell the record, whatever state it is in", async () => {
  assertEquals(MISSING, {});
  await withDatabase(async (db) => {
    const id = await tolerant(db);
    const Strict = z.strictObject(DescribedBatch.shape);
    Strict.parse(await told(db, id, "intake.describe_batch($1)"));
    await workOff(db, FILE);
    const record = Strict.parse(await told(db, id, "intake.describe_batch($1)"));
    assertEquals(record.status, "completed");
    assertEquals(record.error_summary, [{ error_code: "INVALID_AMOUNT", count: 1 }]);
    const page = await told(db, id, "intake.list_batches(null, null, $1, 1, 10)");
    const { batches } = z.object({ batches: z.array(z.strictObject(Batch.shape)) }).parse(page);
    assertEquals(batches.map((one) => one.batch_id), [id]);
  });
});

Deno.test("intake.list_errors() tells rejects and duplicates as the schema has them", async () => {
  await withDatabase(async (db) => {
    const id = await tolerant(db);
    await workOff(db, FILE);
    const Strict = ErrorPage.extend({ errors: z.array(z.strictObject(RowError.shape)) });
    for (const code of ["INVALID_AMOUNT", "DUPLICATE_CASE_NUMBER"]) {
      const page = Strict.parse(await told(db, id, `intake.list_errors($1, '${code}', 1, 10)`));
      assertEquals(page.errors.map((one) => one.error_code), [code]);
    }
  });
});

Deno.test("intake.batch_timeline() and check_duplicate() tell what the schemas have", async () => {
  await withDatabase(async (db) => {
    const id = await tolerant(db);
    await workOff(db, FILE);
    const timeline = z.strictObject(Timeline.shape).parse(await told(db, id, "intake.batch_timeline($1)"));
    assertEquals(timeline.attempts.map((one) => one.status), ["completed"]);
    const hash = "select b.file_hash from intake.simplicity_batches b where b.id = $1";
    const known = z.strictObject(DuplicateAnswer.shape).parse(
      await told(db, id, `intake.check_duplicate((${hash}))`),
    );
    assertEquals(known.duplicate, true);
    const unknown = DuplicateAnswer.parse(await told(db, id, "intake.check_duplicate(repeat('0', 64))"));
    assertEquals([unknown.duplicate, unknown.batch_id], [false, null]);
  });
});
