/** What is said of a batch to a person. */
import { assertEquals } from "deno-std/assert/equals.js";
import { adviceOn } from "../../../ops/batches/advice.ts";
import { refusalOf } from "../../../ops/batches/ask.ts";
import { Batch, countsOf, nameOf, remarkOn } from "../../../ops/batches/record.ts";
import { CannotRun, Declined } from "../../../ops/command.ts";
import {
  EMPTY_FILE,
  FILE_MISSING,
  missingFields,
  parseError,
  unsupportedType,
} from "../../../shared/intake/reasons.ts";

const BATCH = Batch.parse({
  batch_id: "3f2a1b2c-0000-4000-8000-000000000000",
  filename: "march.csv",
  source: "simplicity",
  status: "completed",
  attempt: 1,
  progress: 1,
  rejection_reason: null,
  row_count_total: 1000,
  row_count_valid: 847,
  row_count_invalid: 153,
  row_count_inserted: 840,
  row_count_duplicate: 7,
  row_count_unread: 0,
  unresolved_error_count: 153,
  parse_duration_ms: 10,
  db_duration_ms: 5,
  dry_run: false,
  notes: [],
  duplicate_of: null,
  replay_of: null,
  created_at: "2026-11-21T12:00:00Z",
});

Deno.test("nameOf() and countsOf() say which batch and what came of its rows", () => {
  assertEquals(nameOf(BATCH), "march.csv (3f2a1b2c)");
  assertEquals(countsOf(BATCH), "1,000 rows: 847 valid, 153 rejected, 840 inserted, 7 duplicate");
  assertEquals(
    countsOf({ ...BATCH, unresolved_error_count: 3 }),
    "1,000 rows: 847 valid, 153 rejected (3 still open), 840 inserted, 7 duplicate",
  );
  assertEquals(countsOf({ ...BATCH, row_count_total: 0 }), "no row has been counted");
});

Deno.test("remarkOn() says why, whose copy, what was repaired, and who must act", () => {
  const remark = (more: Partial<Batch>) => remarkOn({ ...BATCH, ...more });
  const other = "9d2a1b2c-0000-4000-8000-000000000000";
  assertEquals(remark({}), null);
  assertEquals(remark({ rejection_reason: "Empty file" }), "Empty file");
  assertEquals(remark({ rejection_reason: "a\x1b[2Jb" }), "a [2Jb");
  assertEquals(
    remark({ rejection_reason: "Duplicate file_hash", duplicate_of: other }),
    "Duplicate file_hash; the same bytes are batch 9d2a1b2c",
  );
  assertEquals(remark({ row_count_unread: 3 }), "3 lines not read");
  const note = "A second table begins on line 9; from there on 3 lines were not read.";
  assertEquals(remark({ row_count_unread: 3, notes: ["Another note.", note] }), note);
  assertEquals(remark({ replay_of: other }), "Replay of 9d2a1b2c");
  assertEquals(
    remark({ replay_of: other, notes: ["Replay of x.csv: 2 rejects resolved, 1 open"] }),
    "Replay of x.csv: 2 rejects resolved, 1 open",
  );
  assertEquals(remark({ unresolved_error_count: 150 }), "3 of its rejected rows are repaired");
  assertEquals(
    remark({ status: "awaiting_approval" }),
    'waits for a person: ops approve 3f2a1b2c, or ops refuse 3f2a1b2c --why "…"',
  );
});

Deno.test("adviceOn() knows every reason for which a file is refused, and invents none", () => {
  const reasons = [
    EMPTY_FILE,
    FILE_MISSING,
    missingFields(["amount"]),
    parseError("no header"),
    unsupportedType("zip"),
    "Error budget exceeded: 15.3% invalid rows (threshold: 10%)",
    "File too large",
    "File changed in storage",
    "Upload never arrived",
    "Gave up after 5 attempts: LEASE_LOST",
    "Aborted by operator: x",
    "Refused by operator: x",
    "Undone by operator: x",
    "Duplicate file_hash",
  ];
  assertEquals(reasons.filter((reason) => adviceOn(reason) === null), []);
  assertEquals(adviceOn("Bad weather"), null);
});

Deno.test("refusalOf() declines what is not there or not in that state; everything else could not run", () => {
  const of = (status: number, more = {}) =>
    refusalOf({ status, body: { code: "C", detail: "What.", fix: "Do.", ...more } });
  for (const status of [404, 409]) assertEquals(of(status) instanceof Declined, true, String(status));
  for (const status of [401, 403, 422, 429, 500, 503]) {
    assertEquals(of(status) instanceof CannotRun, true, String(status));
  }
  assertEquals(
    of(409, { allowed_from: ["failed", "completed"] }).message,
    "409 C What. Do. (allowed_from: failed, completed)",
  );
});
