/** The oracle's own proof: a right outcome passes, and each kind of damage is named. */
import { assertEquals } from "deno-std/assert/equals.js";
import { type ChaosFile, makeFile } from "./files.ts";
import { endOfPath, judge } from "./oracle.ts";
import { type Done, FAIL_REASON } from "./perform.ts";
import { Chance } from "./random.ts";
import type { Snapshot } from "./snapshot.ts";

const BATCH = "11111111-1111-4111-8111-111111111111";
const PATH = "simplicity/chaos-1/a-f.csv";
const LOG: Done[] = [{ at: 0, act: { do: "drop", file: "f.csv", path: PATH }, applied: true }];

const FILE = makeFile(new Chance(7), "f.csv", "CH7", "CH7-P", {
  rows: 300,
  bad: 0.05,
  repeated: 0.05,
  shared: 0,
});

/** What a faultless run of the file leaves. */
async function faultless(file: ChaosFile): Promise<Snapshot> {
  const firsts = new Map(
    file.rows.flatMap((row) => row.values === null ? [] : [[row.values.case_number, row] as const]).reverse(),
  );
  const good = file.rows.filter((row) => row.values !== null);
  const bad = file.rows.filter((row) => row.code !== null);
  const duplicates = good.filter((row) => firsts.get(row.values?.case_number ?? "") !== row);
  const codes = Map.groupBy(bad, (row) => row.code ?? "");
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(file.text));
  const error = { batch_id: BATCH, attempt: 1 };
  return {
    batches: [{
      id: BATCH,
      storage_path: PATH,
      status: "completed",
      attempt: 1,
      rejection_reason: null,
      duplicate_of: null,
      file_hash: new Uint8Array(hash).toHex(),
      row_count_total: file.rows.length,
      row_count_staged: good.length,
      row_count_valid: good.length,
      row_count_invalid: bad.length,
      row_count_inserted: firsts.size,
      row_count_duplicate: duplicates.length,
    }],
    judgments: [...firsts.values()].flatMap((row) =>
      row.values === null
        ? []
        : [{ ...row.values, batch_id: BATCH, source_row_index: row.index, linked: true }]
    ),
    errors: [
      ...bad.map((row) => ({
        ...error,
        row_index: row.index,
        line_number: row.line,
        error_code: row.code ?? "",
        error_stage: "validate",
      })),
      ...duplicates.map((row) => ({
        ...error,
        row_index: row.index,
        line_number: null,
        error_code: "DUPLICATE_CASE_NUMBER",
        error_stage: "insert",
      })),
    ],
    counts: [
      ...[...codes].map(([code, rows]) => ({
        batch_id: BATCH,
        error_code: code,
        error_stage: "validate",
        occurrences: rows.length,
      })),
      {
        batch_id: BATCH,
        error_code: "DUPLICATE_CASE_NUMBER",
        error_stage: "insert",
        occurrences: duplicates.length,
      },
    ],
    completions: [BATCH],
    changes: ["uploaded", "staging", "validating", "inserting", "completed"].map((status, i) => ({
      batch_id: BATCH,
      path: PATH,
      attempt: 1,
      status,
      total: i * 60,
      valid: i * 50,
      progress: i / 4,
    })),
    leftovers: [],
    wrong: [],
    chainProblem: null,
    delivered: [],
  };
}

Deno.test("judge() finds nothing wrong with a faultless run", async () => {
  assertEquals(await judge([FILE], LOG, await faultless(FILE)), []);
});

const DAMAGES: readonly (readonly [what: string, invariant: string, damage: (seen: Snapshot) => Snapshot])[] =
  [
    ["a row is missing", "nothing_lost", (seen) => ({ ...seen, judgments: seen.judgments.slice(1) })],
    ["a row came from nowhere", "nothing_invented", (seen) => ({
      ...seen,
      judgments: [
        ...seen.judgments,
        ...seen.judgments.slice(0, 1).map((one) => ({ ...one, case_number: "CH7-X" })),
      ],
    })],
    [
      "a row stands twice",
      "nothing_twice",
      (seen) => ({ ...seen, judgments: [...seen.judgments, ...seen.judgments.slice(0, 1)] }),
    ],
    ["a value is another", "exact_values", (seen) => ({
      ...seen,
      judgments: seen.judgments.map((one, i) => i === 3 ? { ...one, amount: "1.00" } : one),
    })],
    ["a later row of the file won", "first_wins", (seen) => ({
      ...seen,
      judgments: seen.judgments.map((one, i) => i === 3 ? { ...one, source_row_index: 299 } : one),
    })],
    ["a count is off by one", "counts", (seen) => ({
      ...seen,
      batches: seen.batches.map((one) => ({ ...one, row_count_duplicate: one.row_count_duplicate + 1 })),
    })],
    ["a judgment has no plaintiff", "linked", (seen) => ({
      ...seen,
      judgments: seen.judgments.map((one, i) => i === 3 ? { ...one, linked: false } : one),
    })],
    ["a batch gave up", "end_state", (seen) => ({
      ...seen,
      batches: seen.batches.map((one) => ({
        ...one,
        status: "failed",
        rejection_reason: "Gave up after 5 attempts: x",
      })),
    })],
    ["a reject is missing", "rejects", (seen) => ({ ...seen, errors: seen.errors.slice(1) })],
    [
      "a reject stands twice",
      "rejects",
      (seen) => ({ ...seen, errors: [...seen.errors, ...seen.errors.slice(0, 1)] }),
    ],
    [
      "a duplicate is not listed",
      "duplicates_listed",
      (seen) => ({ ...seen, errors: seen.errors.slice(0, -1) }),
    ],
    ["a code is counted short", "error_counts", (seen) => ({ ...seen, counts: seen.counts.slice(1) })],
    ["progress goes back", "progress", (seen) => ({ ...seen, changes: seen.changes.toReversed() })],
    ["a job is left open", "comes_to_rest", (seen) => ({ ...seen, leftovers: ["job ingest is pending"] })],
    [
      "a late write went through",
      "late_write",
      (seen) => ({ ...seen, wrong: [{ what: "late_write", detail: "block 3" }] }),
    ],
    ["the audit chain is broken", "audit_chain", (seen) => ({ ...seen, chainProblem: "gap" })],
  ];

for (const [what, invariant, damage] of DAMAGES) {
  Deno.test(`judge() names ${invariant} when ${what}`, async () => {
    const violations = await judge([FILE], LOG, damage(await faultless(FILE)));
    assertEquals(violations.some((one) => one.invariant === invariant), true, JSON.stringify(violations));
  });
}

Deno.test("judge() wants one batch for the bytes of two drops, but for one that was failed by hand before it was read", async () => {
  const seen = await faultless(FILE);
  const [kept] = seen.batches;
  if (kept === undefined) throw new Error("there is no batch");
  const path = "simplicity/chaos-1/b-f.csv";
  const log: Done[] = [
    ...LOG,
    { at: 0, act: { do: "drop", file: "f.csv", path }, applied: true },
    { at: 1, act: { do: "fail", path }, applied: true },
  ];
  const twin = {
    ...kept,
    id: BATCH.replaceAll("1", "2"),
    storage_path: path,
    status: "failed",
    rejection_reason: FAIL_REASON,
  };
  const found = async (file_hash: string | null) => {
    const batches = [kept, { ...twin, file_hash }];
    return (await judge([FILE], log, { ...seen, batches })).map((one) => one.invariant);
  };
  assertEquals(await found(kept.file_hash), ["one_per_content"]);
  assertEquals(await found(null), []);
});

Deno.test("judge() wants an export to be one batch, however often it was fetched", async () => {
  const seen = await faultless(FILE);
  const pull: Done = { at: 0, act: { do: "pull", file: "f.csv", version: "v1" }, applied: true };
  const path = `simplicity/exports/judgments-first${endOfPath("v1")}`;
  const batches = seen.batches.map((one) => ({ ...one, storage_path: path }));
  const changes = seen.changes.map((one) => ({ ...one, path }));
  const found = async (over: Partial<Snapshot>) =>
    (await judge([FILE], [pull, pull], { ...seen, batches, changes, ...over })).map((one) => one.invariant);
  assertEquals(await found({}), []);
  const twice = changes.map((one) => ({ ...one, batch_id: BATCH.replaceAll("1", "2") }));
  assertEquals((await found({ changes: [...changes, ...twice] })).includes("pulled_once"), true);
  assertEquals((await found({ changes: [], batches: [] })).includes("pulled_once"), true);
});

Deno.test("judge() wants every notice told, and not twice where nothing went wrong", async () => {
  const seen = await faultless(FILE);
  const told: Done = { at: 0, act: { do: "notice", marks: ["CH7-N1", "CH7-N10"] }, applied: true };
  const found = async (delivered: string[], more: Done[] = []) =>
    (await judge([FILE], [...LOG, told, ...more], { ...seen, delivered })).map((one) => one.found);
  assertEquals(await found(["… CH7-N1 …", "CH7-N10"]), []);
  assertEquals(await found(["CH7-N10"]), ["CH7-N1 was told to nobody"]);
  assertEquals((await found(["CH7-N1", "CH7-N10", "CH7-N1"])).length, 1);
  const kill: Done = { at: 1, act: { do: "kill", of: "outbound", count: 1 }, applied: true };
  assertEquals(await found(["CH7-N1", "CH7-N10", "CH7-N1"], [kill]), []);
});

Deno.test("judge() holds a force-failed, an undone and a deleted batch to what was done to them", async () => {
  const seen = await faultless(FILE);
  for (const deed of ["fail", "undo", "delete"] as const) {
    const log: Done[] = [...LOG, { at: 1, act: { do: deed, path: PATH }, applied: true }];
    const violations = await judge([FILE], log, seen);
    assertEquals(
      violations.map((one) => one.invariant),
      deed === "undo" ? ["end_state", "counts"] : ["end_state"],
    );
    const undone: Done[] = [...LOG, { at: 1, act: { do: deed, path: PATH }, applied: false }];
    assertEquals(await judge([FILE], undone, seen), []);
  }
});
