/** The end of a batch: the budget to the last row, the one transaction that inserts, and what a crash may take. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { withDatabase } from "../support/database.ts";
import {
  batchOf,
  bringTo,
  claim,
  countsOf,
  doSlice,
  doUnit,
  drop,
  engine,
  errorOf,
  type File,
  finishSlice,
  finishStaging,
  ingest,
  jobOf,
  mustClaim,
  planOf,
  type Row,
  rowsIn,
  rowsOf,
  sendBlock,
  settle,
  workOff,
} from "./engine.ts";

const BUDGET: readonly [invalid: number, total: number, threshold: number, reason: string | null][] = [
  [0, 10, 10, null],
  [1, 10, 10, null],
  [10, 100, 10, null],
  [100_000, 1_000_000, 10, null],
  [11, 100, 10, "Error budget exceeded: 11.0% invalid rows (threshold: 10%)"],
  [153, 1000, 10, "Error budget exceeded: 15.3% invalid rows (threshold: 10%)"],
  [1004, 10_000, 10, "Error budget exceeded: 10.04% invalid rows (threshold: 10%)"],
  [10_004, 100_000, 10, "Error budget exceeded: 10.004% invalid rows (threshold: 10%)"],
  [100_001, 1_000_000, 10, "Error budget exceeded: 10.0001% invalid rows (threshold: 10%)"],
  [1005, 10_000, 10, "Error budget exceeded: 10.1% invalid rows (threshold: 10%)"],
  [1, 3, 10, "Error budget exceeded: 33.3% invalid rows (threshold: 10%)"],
  [2, 3, 66, "Error budget exceeded: 66.7% invalid rows (threshold: 66%)"],
  [1, 1, 10, "Error budget exceeded: 100.0% invalid rows (threshold: 10%)"],
  [0, 10, 0, null],
  [1, 10, 0, "Error budget exceeded: 10.0% invalid rows (threshold: 0%)"],
  [4, 10_000, 0, "Error budget exceeded: 0.04% invalid rows (threshold: 0%)"],
  [1, 2_147_483_647, 0, "Error budget exceeded: 0.00000005% invalid rows (threshold: 0%)"],
  [10, 10, 100, null],
  [2_147_483_647, 2_147_483_647, 100, null],
  [2_147_483_647, 2_147_483_647, 99, "Error budget exceeded: 100.0% invalid rows (threshold: 99%)"],
  [214_748_365, 2_147_483_647, 10, "Error budget exceeded: 10.00000001% invalid rows (threshold: 10%)"],
  [214_748_364, 2_147_483_647, 10, null],
];
for (const [invalid, total, threshold, reason] of BUDGET) {
  Deno.test(`budget_reason() with ${invalid} of ${total} invalid and a threshold of ${threshold} says ${reason}`, () =>
    withDatabase(async (db) => {
      const [row] = await db.sql`
        select intake.budget_reason(${invalid}::bigint, ${total}::bigint, ${threshold}::numeric) as reason`;
      assertEquals(row?.reason, reason);
    }));
}

for (
  const [good, bad, threshold, status] of [
    [9, 1, 10, "completed"],
    [89, 11, 10, "failed"],
    [99, 1, 0, "failed"],
    [100, 0, 0, "completed"],
    [0, 5, 100, "completed"],
  ] as const
) {
  Deno.test(`a batch of ${good} good and ${bad} bad rows with a threshold of ${threshold} ends ${status}`, () =>
    withDatabase(async (db) => {
      await db.sql`update intake.sources set error_threshold_percent = ${threshold}`;
      const id = await ingest(db, { rows: rowsOf("B", good, bad) });
      assertEquals((await batchOf(db, id)).status, status);
      const inserted = status === "completed" ? good : 0;
      assertEquals(await countsOf(db, id), [good + bad, good, bad, inserted, 0]);
      assertEquals((await db.sql`select 1 from public.judgments`).length, inserted);
      assertEquals(
        (await db.sql`select 1 from intake.row_errors`).length,
        bad,
        "rejects are kept either way",
      );
    }));
}

// unread, rows, threshold, what becomes of it; exactly at the budget passes, as does any file with ten such lines
const UNREAD: readonly (readonly [number, number, number, string | null])[] = [
  [10, 1, 0, null],
  [11, 99, 10, null],
  [11, 98, 10, "Second table: 11 of 109 lines were not read, from line 7"],
  [21, 20, 10, "Second table: 21 of 41 lines were not read, from line 7"],
  [11, 0, 100, null],
  [11, 5, 0, "Second table: 11 of 16 lines were not read, from line 7"],
];
for (const [lines, rows, threshold, reason] of UNREAD) {
  Deno.test(`${lines} unread lines beside ${rows} rows, threshold ${threshold}: ${reason ?? "not refused for them"}`, () =>
    withDatabase(async (db) => {
      const [row] = await db.sql`select intake.unread_reason(${lines}, ${rows}, ${threshold}, 7) as reason`;
      assertEquals(row?.reason, reason);
    }));
}

Deno.test("a batch with many unread lines is refused, keeps what it found, and counts them once however often it is tried", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("B", 20), slices: [10, 10], unread: { lines: 21, from: 22 } };
    const id = await ingest(db, file);
    const refused = await batchOf(db, id);
    assertEquals(
      [refused.status, refused.rejection_code, refused.rejection_reason],
      ["failed", "SECOND_TABLE", "Second table: 21 of 41 lines were not read, from line 22"],
    );
    assertEquals(await countsOf(db, id), [20, 20, 0, 0, 0]);
    assertEquals([refused.row_count_unread, refused.first_unread_line], [21, 22]);
    await db
      .sql`update intake.simplicity_batches set error_threshold_percent = 60, status = 'uploaded' where id = ${id}`;
    const again = await batchOf(db, id);
    assertEquals([again.row_count_unread, again.first_unread_line], [0, null]);
    await workOff(db, file);
    const completed = await batchOf(db, id);
    assertEquals([completed.status, completed.row_count_unread], ["completed", 21]);
    assertEquals(await countsOf(db, id), [20, 20, 0, 20, 0]);
    const [told] = await engine(
      db,
    )`select intake.describe_batch(${id}) as batch, intake.batch_timeline(${id}) as timeline`;
    assertEquals(told?.batch.row_count_unread, 21);
    assertEquals(
      told?.timeline.attempts.map((attempt: { row_count_unread: number }) => attempt.row_count_unread),
      [21, 21],
    );
    for (const view of ["v_batch_observability", "view_batch_metrics"]) {
      const [seen] = await db.sql`select row_count_unread from ${
        db.sql(`intake.${view}`)
      } where batch_id = ${id}`;
      assertEquals(seen?.row_count_unread, 21, view);
    }
  }));

Deno.test("staged rows lost in a crash are redone without counting unread lines again", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("B", 20), slices: [10, 10], unread: { lines: 3, from: 22 } };
    const id = await bringTo(db, "validating", file);
    await doSlice(db, await mustClaim(db, "slice"), file);
    await doSlice(db, await mustClaim(db, "slice"), file);
    await db.sql`delete from intake.staged_blocks`;
    assertEquals((await settle(db, await mustClaim(db, "settle"))).outcome, "redo");
    await workOff(db, file);
    const batch = await batchOf(db, id);
    assertEquals([batch.status, batch.row_count_unread, batch.row_count_total], ["completed", 3, 20]);
  }));

Deno.test("every row is validated before any is inserted", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("B", 4), slices: [2, 2] };
    await bringTo(db, "validating", file);
    await doSlice(db, await mustClaim(db, "slice"), file);
    const last = await mustClaim(db, "slice");
    assertEquals(await claim(db), null, "there is nothing to settle yet");
    assertEquals((await finishSliceAndSend()).last, true);
    assertEquals((await db.sql`select 1 from public.judgments`).length, 0);
    await doUnit(db, await mustClaim(db, "settle"), file);
    assertEquals((await db.sql`select 1 from public.judgments`).length, 4);

    async function finishSliceAndSend() {
      await sendBlock(db, last, rowsIn(last, file));
      return await finishSlice(db, last, file);
    }
  }));

Deno.test("a duplicate never counts against the budget", () =>
  withDatabase(async (db) => {
    await db.sql`update intake.sources set error_threshold_percent = 0`;
    const rows: Row[] = [{ case: "A" }, { case: "A" }, { case: "A" }];
    const id = await ingest(db, { rows });
    assertEquals([(await batchOf(db, id)).status, ...await countsOf(db, id)], ["completed", 3, 3, 0, 1, 2]);
  }));

Deno.test("a resolved reject does not count in unresolved figures, the budget saw it all the same", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, { rows: rowsOf("B", 8, 2) });
    await db
      .sql`update intake.row_errors set resolved_at = now(), resolved_by_batch = gen_random_uuid() where row_index = 8`;
    const [view] = await db.sql`select error_count, unresolved_error_count from intake.v_batch_observability`;
    assertEquals([view?.error_count, view?.unresolved_error_count], [2, 1]);
    assertMatch((await batchOf(db, id)).rejection_reason, /^Error budget exceeded: 20.0%/);
  }));

Deno.test("a source's budget for one code refuses a batch that is within its own", () =>
  withDatabase(async (db) => {
    await db.sql`update intake.sources set code_budgets = '{"FUTURE_DATE": 5, "INVALID_AMOUNT": 50}'`;
    const rows: Row[] = [
      ...rowsOf("B", 91, 3),
      ...Array.from({ length: 6 }, () => ({ reject: "FUTURE_DATE" })),
    ];
    const id = await ingest(db, { rows });
    assertEquals(
      (await batchOf(db, id)).rejection_reason,
      "Error budget exceeded: 6.0% FUTURE_DATE rows (threshold: 5%)",
    );
  }));

for (
  const [bad, warn, waits] of [[4, 5, false], [5, 5, false], [6, 5, true], [10, 5, true]] as const
) {
  Deno.test(`${bad} % rejects with a warn line of ${warn} % ${waits ? "wait" : "do not wait"} for approval`, () =>
    withDatabase(async (db) => {
      await db.sql`update intake.sources set requires_approval = true, warn_percent = ${warn}`;
      const id = await ingest(db, { rows: rowsOf("B", 100 - bad, bad) });
      assertEquals((await batchOf(db, id)).status, waits ? "awaiting_approval" : "completed");
    }));
}

Deno.test("a source that does not ask for approval gets none, and over budget nobody is asked", () =>
  withDatabase(async (db) => {
    await db.sql`update intake.sources set warn_percent = 0`;
    assertEquals((await batchOf(db, await ingest(db, { rows: rowsOf("A", 19, 1) }))).status, "completed");
    await db.sql`update intake.sources set requires_approval = true`;
    assertEquals((await batchOf(db, await ingest(db, { rows: rowsOf("B", 1, 1) }))).status, "failed");
  }));

Deno.test("a batch that awaits approval keeps its staged rows and holds no worker", () =>
  withDatabase(async (db) => {
    await db.sql`update intake.sources set requires_approval = true, warn_percent = 0`;
    const id = await ingest(db, { rows: rowsOf("B", 19, 1) });
    await db.sql`select intake.sweep()`;
    assertEquals((await db.sql`select sum(row_count)::int as kept from intake.staged_blocks`)[0]?.kept, 19);
    const job = await jobOf(db, id);
    assertEquals([job.status, job.lease_token], ["completed", null]);
  }));

Deno.test("a header and no rows is an empty file, not a division by zero", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, { rows: [] });
    const batch = await batchOf(db, id);
    assertEquals([batch.status, batch.rejection_reason], ["failed", "Empty file: a header and no rows"]);
  }));

Deno.test("a problem found while staging fails the batch with it and keeps what was found out", () =>
  withDatabase(async (db) => {
    const id = await ingest(db, { rows: rowsOf("B", 1), problem: "Missing required fields: amount" });
    const batch = await batchOf(db, id);
    assertEquals([batch.status, batch.rejection_reason, batch.dialect, batch.ignored_columns], [
      "failed",
      "Missing required fields: amount",
      (await planOf({ rows: [] })).dialect,
      ["Colour"],
    ]);
    assert(batch.file_hash !== null);
  }));

Deno.test("a completed batch has its judgments, counts, times and durations, and its job done", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    await db.sql`update intake.simplicity_batches set source_reference = 'invoice 7' where id = ${id}`;
    await workOff(db, { rows: [{ case: "2024-CV-1", amount: "1234.50", court: "Kings" }] });
    const [judgment] = await db.sql`select * from public.judgments`;
    assertEquals(
      [
        judgment?.case_number,
        judgment?.plaintiff_name,
        judgment?.defendant_name,
        judgment?.amount,
        judgment?.court,
      ],
      ["2024-CV-1", "Acme", "Doe", "1234.50", "Kings"],
    );
    assertEquals([judgment?.county, judgment?.filing_date, judgment?.source_reference], [
      null,
      null,
      "invoice 7",
    ]);
    assertEquals([judgment?.batch_id, judgment?.source, judgment?.source_row_index], [id, "simplicity", 0]);
    assertEquals([judgment?.enforcement_stage, judgment?.status, judgment?.plaintiff_id === null], [
      "pre_enforcement",
      "active",
      false,
    ]);
    const batch = await batchOf(db, id);
    for (
      const at of ["staging_started_at", "staged_at", "validated_at", "completed_at", "status_changed_at"]
    ) {
      assert(batch[at] instanceof Date, at);
    }
    assert(batch.parse_duration_ms >= 0 && batch.db_duration_ms >= 0);
    assertEquals((await jobOf(db, id)).status, "completed");
  }));

Deno.test("first_row, line and byte of a reject are kept with its values and all its problems", () =>
  withDatabase(async (db) => {
    await ingest(db, { rows: [...rowsOf("B", 19), { reject: "INVALID_AMOUNT" }] });
    const [error] = await db.sql`select * from intake.row_errors`;
    assertEquals(
      [
        error?.row_index,
        error?.line_number,
        error?.byte_offset,
        error?.error_code,
        error?.error_stage,
        error?.field,
      ],
      [19, 21, 1900, "INVALID_AMOUNT", "validate", "amount"],
    );
    assertEquals([error?.raw_value, error?.raw_line, error?.raw_data, error?.issues, error?.attempt], [
      "x",
      "a,b,x",
      { Amount: "x" },
      [{ code: "INVALID_AMOUNT", field: "amount", raw_value: "x", message: "row 20 is bad" }],
      1,
    ]);
  }));

Deno.test("a row code that is not in the catalogue cannot be recorded", () =>
  withDatabase(async (db) => {
    await bringTo(db, "validating", { rows: rowsOf("B", 1, 1) });
    const unit = await mustClaim(db, "slice");
    assertMatch(await errorOf(sendBlock(db, unit, [[1, { reject: "MADE_UP" }]])) ?? "", /^23503 /);
  }));

Deno.test("counts per code are whole over all slices", () =>
  withDatabase(async (db) => {
    const rows: Row[] = [...rowsOf("A", 30, 2), { reject: "FUTURE_DATE" }, ...rowsOf("B", 30, 1)];
    const id = await ingest(db, { rows, slices: [32, 1, 31] });
    const counts = await db.sql`
      select error_code, error_stage, occurrences from intake.batch_error_counts where batch_id = ${id} order by 1`;
    assertEquals([...counts], [
      { error_code: "FUTURE_DATE", error_stage: "validate", occurrences: 1 },
      { error_code: "INVALID_AMOUNT", error_stage: "validate", occurrences: 3 },
    ]);
  }));

Deno.test("finish_slice() refuses counts that do not add up to the rows that staging saw", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("B", 3) };
    await bringTo(db, "validating", file);
    const unit = await mustClaim(db, "slice");
    const error = await errorOf(engine(db)`
      select intake.finish_slice(${unit.batch.id}, 0, ${unit.token},
        '{"valid": 2, "invalid": 0, "code_counts": {}, "warning_counts": {}}')`);
    assertMatch(error ?? "", /^DF003 Cannot finish slice 0 .* staging counted 3 rows, validation 2 \+ 0/);
  }));

Deno.test("rejects beyond the first 100,000 in file order go, the counts stay whole", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("B", 0, 6), slices: [3, 3] };
    await db
      .admin`create or replace function intake.max_kept_rejects() returns int language sql immutable set search_path = '' as 'select 4'`;
    const id = await ingest(db, file);
    assertEquals(await countsOf(db, id), [6, 0, 6, 0, 0]);
    assertEquals((await batchOf(db, id)).rejects_truncated, true);
    const kept = await db.sql`select row_index from intake.row_errors order by 1`;
    assertEquals(kept.map((row) => row.row_index), [0, 1, 2, 3]);
    assertEquals((await db.sql`select occurrences from intake.batch_error_counts`)[0]?.occurrences, 6);
  }));

Deno.test("the caps are those of the contract: 100,000 rejects and 10,000 duplicates", () =>
  withDatabase(async (db) => {
    const [caps] = await db
      .sql`select intake.max_kept_rejects() as rejects, intake.max_kept_duplicates() as duplicates`;
    assertEquals(caps, { rejects: 100_000, duplicates: 10_000 });
  }));

Deno.test("a batch with exactly as many rejects as are kept is not truncated", () =>
  withDatabase(async (db) => {
    await db
      .admin`create or replace function intake.max_kept_rejects() returns int language sql immutable set search_path = '' as 'select 4'`;
    const id = await ingest(db, { rows: rowsOf("B", 0, 4) });
    assertEquals((await batchOf(db, id)).rejects_truncated, false);
    assertEquals((await db.sql`select 1 from intake.row_errors`).length, 4);
  }));

const TWO: File = {
  rows: [...rowsOf("A", 20), { reject: "FUTURE_DATE" }, ...rowsOf("B", 20)],
  slices: [21, 20],
  notes: ["a note of the file"],
  warnings: { MALFORMED_PHONE: 2 },
};

for (const moment of ["validating", "inserting"] as const) {
  Deno.test(`staged rows lost while ${moment} are noticed and redone, with the outcome of an undisturbed run`, () =>
    withDatabase(async (db) => {
      const id = await bringTo(db, "validating", TWO);
      await doSlice(db, await mustClaim(db, "slice"), TWO);
      await doSlice(db, await mustClaim(db, "slice"), TWO);
      const unit = await mustClaim(db, "settle");
      if (moment === "inserting") await engine(db)`select intake.decide(${id}, ${unit.token})`;
      await db.sql`delete from intake.staged_blocks where slice_no = 0`;
      assertEquals((await settle(db, unit)).outcome, "redo");
      assertEquals((await batchOf(db, id)).status, "validating");
      assertEquals((await mustClaim(db, "slice")).slice?.no, 0, "only what was lost is redone");
      await db.sql`update intake.batch_slices set status = 'pending', lease_token = null where slice_no = 0`;
      await workOff(db, TWO);
      assertEquals(await countsOf(db, id), [41, 40, 1, 40, 0]);
      const batch = await batchOf(db, id);
      assertEquals([batch.status, batch.attempt], ["completed", 1]);
      assertEquals(batch.notes, ["a note of the file", "4 rows: malformed phone, kept as written"]);
      assertEquals((await db.sql`select 1 from intake.row_errors`).length, 1);
    }));
}

Deno.test("staged rows lost before an approval are redone too", () =>
  withDatabase(async (db) => {
    await db.sql`update intake.sources set requires_approval = true, warn_percent = 0`;
    const file: File = { rows: rowsOf("A", 19, 1) };
    const id = await bringTo(db, "awaiting_approval", file);
    await db.admin`truncate intake.staged_blocks`;
    await engine(db).begin(async (sql) => {
      await sql`select ops.set_door('engine')`;
      await sql`update intake.simplicity_batches set status = 'inserting' where id = ${id}`;
      await sql`update ops.job_queue set status = 'pending', next_run_at = now() where batch_id = ${id}`;
    });
    const unit = await mustClaim(db, "settle");
    const [row] = await engine(db)`select intake.insert_batch(${id}, ${unit.token}) as outcome`;
    assertEquals(row?.outcome, { outcome: "redo" });
    assertEquals((await batchOf(db, id)).status, "validating");
  }));

Deno.test("an insert whose caller died is found done: the next holder has nothing to do", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("A", 3) };
    const id = await bringTo(db, "inserting", file);
    const [job] = await db.sql`select lease_token from ops.job_queue`;
    await engine(db)`select intake.insert_batch(${id}, ${job?.lease_token})`; // nobody hears the answer
    assertEquals(await claim(db), null);
    assertMatch(
      await errorOf(engine(db)`select intake.insert_batch(${id}, ${job?.lease_token})`) ?? "",
      /^DF001 /,
    );
    await db.sql`select intake.sweep()`;
    assertEquals(await countsOf(db, id), [3, 3, 0, 3, 0]);
  }));

Deno.test("insert_batch() refuses a batch that is not inserting", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("A", 1) };
    const id = await bringTo(db, "validating", file);
    await doSlice(db, await mustClaim(db, "slice"), file);
    const unit = await mustClaim(db, "settle");
    const error = await errorOf(engine(db)`select intake.insert_batch(${id}, ${unit.token})`);
    assertMatch(error ?? "", /^DF001 .* is validating, not inserting/);
  }));

Deno.test("a failing insert inserts nothing at all", () =>
  withDatabase(async (db) => {
    const id = await bringTo(db, "validating", { rows: rowsOf("A", 2) });
    const unit = await mustClaim(db, "slice");
    const file: File = { rows: [{ case: "A-0" }, { case: "A-1", amount: "not a number" }] };
    await doSlice(db, unit, file);
    const last = await mustClaim(db, "settle");
    assertMatch(await errorOf(settle(db, last)) ?? "", /^22P02 /);
    assertEquals((await db.sql`select 1 from public.judgments`).length, 0);
    assertEquals((await batchOf(db, id)).status, "inserting");
  }));

Deno.test("insert_batch() and decide() have 600 s as the top functions of their calls, asking for an undo a minute", () =>
  withDatabase(async (db) => {
    const rows = await db.sql`
      select p.proname as name, s.setting from pg_proc p, unnest(p.proconfig) s(setting)
       where p.pronamespace = 'intake'::regnamespace and s.setting like 'statement_timeout%' order by 1`;
    assertEquals(rows.map((row) => `${row.name} ${row.setting}`), [
      "decide statement_timeout=600s",
      "insert_batch statement_timeout=600s",
      "undo_batch statement_timeout=60s",
    ]);
  }));

Deno.test("a dry run inserts nothing, completes, and says what would have been skipped", () =>
  withDatabase(async (db) => {
    await ingest(db, { rows: [{ case: "A" }] });
    const id = await drop(db);
    await db.sql`update intake.simplicity_batches set dry_run = true where id = ${id}`;
    await workOff(db, { rows: [{ case: "A" }, { case: "B" }, { case: "B" }, { case: "C" }] });
    assertEquals([(await batchOf(db, id)).status, ...await countsOf(db, id)], ["completed", 4, 4, 0, 0, 2]);
    assertEquals((await db.sql`select 1 from public.judgments`).length, 1);
  }));

Deno.test("a plan without slices is settled at once and leaves no job behind", () =>
  withDatabase(async (db) => {
    const id = await drop(db);
    await finishStaging(db, await mustClaim(db, "stage"), { rows: [] });
    assertEquals((await jobOf(db, id)).status, "pending");
    await settle(db, await mustClaim(db, "settle"));
    assertEquals((await jobOf(db, id)).status, "completed");
  }));

Deno.test("where judgments stand the budget is not asked again, and no re-run may ask for less than they were let in with", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("T", 11, 1) }; // 8.3 %
    const id = await ingest(db, file);
    const retry = async (threshold: number | null) => {
      const [row] = await engine(db)`
        select intake.retry_batch(${id}, ${threshold}, 'operator:jane', 'r') as answer`;
      return row?.answer;
    };
    assertEquals(await retry(8), { outcome: "below_standing", least: 9 });
    const hand = db
      .sql`update intake.simplicity_batches set error_threshold_percent = 0, status = 'uploaded' where id = ${id}`;
    assertMatch(
      await errorOf(hand) ?? "",
      /^P0001 Cannot run batch .* with a threshold of 0: 11 of its judgments stand/,
    );
    assertEquals([(await batchOf(db, id)).status, (await batchOf(db, id)).error_threshold_percent], [
      "completed",
      10,
    ]);
    await db
      .sql`update intake.sources set code_budgets = '{"INVALID_AMOUNT": 0}' where source = 'simplicity'`;
    assertEquals((await retry(9)).outcome, "done");
    assertEquals(await countsOf(db, id), [0, 0, 0, 11, 0], "what stands is counted");
    await workOff(db, file);
    assertEquals([(await batchOf(db, id)).status, await countsOf(db, id)], ["completed", [12, 11, 1, 11, 0]]);
    await db.sql`delete from public.judgments where batch_id = ${id}`;
    assertEquals((await retry(0)).outcome, "done");
    await workOff(db, file);
    assertEquals((await batchOf(db, id)).rejection_code, "ERROR_BUDGET_EXCEEDED", "nothing stood any more");
  }));

Deno.test("a file that reads as empty while its judgments stand keeps its bytes known", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("V", 2) };
    const id = await ingest(db, file);
    await db.sql`update intake.simplicity_batches set status = 'uploaded' where id = ${id}`;
    await finishStaging(db, await mustClaim(db, "stage"), {
      ...file,
      problem: "Empty file: no rows",
      code: "EMPTY_FILE",
    });
    const batch = await batchOf(db, id);
    assertEquals([batch.status, batch.rejection_code, batch.row_count_inserted], [
      "failed",
      "PARSE_ERROR",
      2,
    ]);
    assertMatch(
      batch.rejection_reason,
      /^Parse error: 2 judgments of an earlier attempt are not in the file/,
    );
  }));

Deno.test("what a hand does to judgments is counted in the same statement, whoever's they are", () =>
  withDatabase(async (db) => {
    const one = await ingest(db, { rows: rowsOf("W", 3) });
    const two = await ingest(db, { rows: rowsOf("X", 2) });
    const both =
      async () => [(await batchOf(db, one)).row_count_inserted, (await batchOf(db, two)).row_count_inserted];
    await db.as("service_role")`delete from public.judgments where case_number in ('W-0', 'X-0')`;
    assertEquals(await both(), [2, 1]);
    await db.sql`update public.judgments set batch_id = ${one} where batch_id = ${two}`;
    assertEquals(await both(), [3, 0]);
    await db.sql`truncate public.judgments cascade`;
    assertEquals(await both(), [0, 0]);
  }));
