/** What is said of a batch to a person. */
import { assertEquals } from "deno-std/assert/equals.js";
import { ADVICE } from "../../../ops/batches/advice.ts";
import { Refused } from "../../../shared/http/client.ts";
import { refusalOf } from "../../../ops/batches/ask.ts";
import { countsOf, nameOf, remarkOn } from "../../../ops/batches/words.ts";
import { CannotRun, Declined } from "../../../ops/command.ts";
import { Batch } from "../../../shared/intake/record.ts";
import { REJECTION_CODES } from "../../../shared/intake/rejection_codes.ts";

const BATCH = Batch.parse({
  batch_id: "3f2a1b2c-0000-4000-8000-000000000000",
  filename: "march.csv",
  source: "simplicity",
  source_reference: null,
  file_hash: null,
  file_size_bytes: null,
  storage_bucket: null,
  storage_path: null,
  storage_version: null,
  status: "completed",
  attempt: 1,
  priority: 0,
  error_threshold_percent: 10,
  rejection_reason: null,
  rejection_code: null,
  row_count_total: 1000,
  row_count_staged: 847,
  row_count_valid: 847,
  row_count_invalid: 153,
  row_count_inserted: 840,
  row_count_duplicate: 7,
  row_count_unread: 0,
  first_unread_line: null,
  rejects_truncated: false,
  parse_duration_ms: 10,
  db_duration_ms: 5,
  dialect: null,
  ignored_columns: [],
  notes: [],
  dry_run: false,
  duplicate_of: null,
  replay_of: null,
  created_by: "operator-key",
  created_by_kind: "key",
  created_at: "2026-11-21T12:00:00Z",
  updated_at: "2026-11-21T12:00:02.123456+00:00",
  status_changed_at: "2026-11-21T12:00:02+00:00",
  staged_at: null,
  validated_at: null,
  completed_at: "2026-11-21T12:00:02Z",
  undo: null,
  progress: 1,
  error_rate_percent: 15.3,
  rows_per_second: null,
  unresolved_error_count: 153,
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
  assertEquals(remark({ row_count_unread: 3, first_unread_line: 9 }), "3 lines not read, from line 9 on");
  assertEquals(remark({ replay_of: other }), "repairs batch 9d2a1b2c");
  assertEquals(
    remark({ replay_of: other, notes: ["Replay of x.csv: 2 rejects resolved, 1 open"] }),
    "repairs batch 9d2a1b2c; Replay of x.csv: 2 rejects resolved, 1 open",
  );
  assertEquals(remark({ unresolved_error_count: 150 }), "3 of its rejected rows are repaired");
  assertEquals(
    remark({ status: "awaiting_approval" }),
    'waits for a person: ops approve 3f2a1b2c, or ops refuse 3f2a1b2c --why "…"',
  );
});

Deno.test("ADVICE tells every code of a reason apart, and says the next step", () => {
  const words = REJECTION_CODES.map((code) => ADVICE[code]);
  assertEquals(new Set(words.map(({ reason }) => reason)).size, REJECTION_CODES.length);
  assertEquals(words.filter(({ next }) => !/^[A-Z].*\.$/.test(next)), []);
});

const PROBLEM = {
  type: "urn:dragonfly:problem:conflict",
  title: "Something else stands in the way",
  detail: "What.",
  code: "CONFLICT",
  request_id: "some-request",
  fix: "Do.",
} as const;

Deno.test("refusalOf() declines what is not there or not in that state; everything else could not run", () => {
  const of = (status: number, more = {}) =>
    refusalOf(new Refused(status, { ...PROBLEM, status, ...more }, "", null));
  for (const status of [404, 409]) assertEquals(of(status) instanceof Declined, true, String(status));
  for (const status of [401, 403, 422, 429, 500, 503]) {
    assertEquals(of(status) instanceof CannotRun, true, String(status));
  }
  assertEquals(
    of(409, { allowed_from: ["failed", "completed"] }).message,
    "409 CONFLICT What. Do. (allowed_from: failed, completed)",
  );
});
