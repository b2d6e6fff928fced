/**
 * What must be true after a run, worked out from the files and from what was done, never from the code under test.
 * Every violation names its invariant first.
 */
import { createHash } from "node:crypto";
import type { ChaosFile, ExpectedRow } from "./files.ts";
import { type Done, FAIL_REASON, UNDO_REASON } from "./perform.ts";
import type { Batch, Change, Snapshot } from "./snapshot.ts";

const BUDGET_PERCENT = 10;

/** Which invariant, and what was found instead. */
export interface Violation {
  readonly invariant: string;
  readonly found: string;
}

/** How a path must have ended, by what was done to it by hand. */
type Fate = "natural" | "failed_by_hand" | "undone" | "deleted";

/** Compares the database with what must be. @param log what was done, in order. */
export async function judge(
  files: readonly ChaosFile[],
  log: readonly Done[],
  seen: Snapshot,
): Promise<Violation[]> {
  const violations: Violation[] = [];
  const say = (invariant: string, found: string) => violations.push({ invariant, found });
  const fileOf = filesByPath(files, log);
  judgePulls(files, log, seen.changes, fileOf, say);
  judgeNotices(log, seen.delivered, say);
  const origin = batchFiles(seen.changes, fileOf);
  const owners = ownersOf(seen.completions, origin);

  for (const left of seen.leftovers) say("comes_to_rest", left);
  for (const one of seen.wrong) say(one.what, one.detail);
  if (seen.chainProblem !== null) say("audit_chain", seen.chainProblem);
  judgeProgress(seen.changes, log, origin, say);
  judgeRows(owners, seen, say);
  for (const file of files) judgeEnds(file, fileOf, fatesOf(log), seen, say);
  for (const batch of seen.batches) {
    const file = origin.get(batch.id);
    if (file !== undefined) await judgeBatch(batch, file, owners, seen, say);
  }
  return violations;
}

type Say = (invariant: string, found: string) => void;

function filesByPath(files: readonly ChaosFile[], log: readonly Done[]): Map<string, ChaosFile> {
  const found = new Map<string, ChaosFile>();
  for (const { act } of log) {
    const file = act.do === "drop" ? files.find((one) => one.name === act.file) : undefined;
    if (act.do === "drop" && file !== undefined) found.set(act.path, file);
  }
  return found;
}

/** How the path ends under which a version of the vendor's export is kept. @param version its etag, without quotes. */
export function endOfPath(version: string): string {
  return `-${createHash("sha256").update(`"${version}"`).digest("hex").slice(0, 12)}.csv`;
}

/** An export that was asked for has become one batch, however often it was fetched. */
function judgePulls(
  files: readonly ChaosFile[],
  log: readonly Done[],
  changes: readonly Change[],
  fileOf: Map<string, ChaosFile>,
  say: Say,
): void {
  for (const file of files) {
    const pull = log.map(({ act }) => act).find((act) => act.do === "pull" && act.file === file.name);
    if (pull?.do !== "pull") continue;
    const pulled = changes.filter(({ path }) => path?.endsWith(endOfPath(pull.version)));
    const batches = new Set(pulled.map((change) => change.batch_id)).size;
    if (batches !== 1) say("pulled_once", `the export ${pull.version} became ${batches} batches`);
    for (const { path } of pulled) if (path !== null) fileOf.set(path, file);
  }
}

/** Every notice arrives, once or more; once where nothing broke into its delivery. */
function judgeNotices(log: readonly Done[], delivered: readonly string[], say: Say): void {
  const calm = log.every(({ act }) => act.do === "drop" || act.do === "notice" || act.do === "pull");
  const marks = log.flatMap(({ act, applied }) => act.do === "notice" && applied ? act.marks : []);
  for (const mark of marks) {
    const times = delivered.filter((text) => new RegExp(`${mark}\\b`).test(text)).length;
    if (times === 0) say("notice_arrives", `${mark} was told to nobody`);
    if (times > 1 && calm) say("notice_arrives", `${mark} was told ${times} times, and nothing went wrong`);
  }
}

/** Batch → its file, batches that are deleted by now included. */
function batchFiles(
  changes: readonly Change[],
  fileOf: ReadonlyMap<string, ChaosFile>,
): Map<string, ChaosFile> {
  const found = new Map<string, ChaosFile>();
  for (const change of changes) {
    const file = fileOf.get(change.path ?? "");
    if (file !== undefined) found.set(change.batch_id, file);
  }
  return found;
}

interface Owner {
  readonly batchId: string;
  readonly row: ExpectedRow;
}

/** Case number → the row that must stand: of the batch that completed first, the first in file order. */
function ownersOf(
  completions: readonly string[],
  origin: ReadonlyMap<string, ChaosFile>,
): Map<string, Owner> {
  const owners = new Map<string, Owner>();
  for (const batchId of completions) {
    for (const row of origin.get(batchId)?.rows ?? []) {
      if (row.values === null || owners.has(row.values.case_number)) continue;
      owners.set(row.values.case_number, { batchId, row });
    }
  }
  return owners;
}

function judgeRows(owners: ReadonlyMap<string, Owner>, seen: Snapshot, say: Say): void {
  const there = new Map(seen.judgments.map((judgment) => [judgment.case_number, judgment]));
  if (there.size !== seen.judgments.length) {
    say("nothing_twice", "a case number stands twice in public.judgments");
  }
  for (const [caseNumber, { batchId, row }] of owners) {
    const judgment = there.get(caseNumber);
    if (judgment === undefined) {
      say("nothing_lost", `${caseNumber} of row ${row.index}, batch ${batchId}`);
      continue;
    }
    for (const [field, value] of Object.entries(row.values ?? {})) {
      const found: unknown = Reflect.get(judgment, field);
      if (found !== value) say("exact_values", `${caseNumber}: ${field} is ${found}, must be ${value}`);
    }
    if (judgment.batch_id !== batchId || judgment.source_row_index !== row.index) {
      say("first_wins", `${caseNumber} is of row ${judgment.source_row_index}, batch ${judgment.batch_id}`);
    }
  }
  for (const caseNumber of there.keys()) {
    if (!owners.has(caseNumber)) say("nothing_invented", `${caseNumber} is of no batch that completed`);
  }
}

function fatesOf(log: readonly Done[]): Map<string, { fate: Fate; touched: boolean }> {
  const fates = new Map<string, { fate: Fate; touched: boolean }>();
  for (const { act, applied } of log) {
    if (!("path" in act) || !applied) continue;
    const before = fates.get(act.path) ?? { fate: "natural", touched: false };
    if (before.fate === "deleted") continue;
    if (act.do === "reset") fates.set(act.path, { ...before, fate: "natural" });
    if (act.do === "fail") fates.set(act.path, { fate: "failed_by_hand", touched: true });
    if (act.do === "undo") fates.set(act.path, { fate: "undone", touched: true });
    if (act.do === "delete") fates.set(act.path, { fate: "deleted", touched: true });
  }
  return fates;
}

/** One batch per content, in the state it must have; other drops of the same bytes skipped. */
function judgeEnds(
  file: ChaosFile,
  fileOf: ReadonlyMap<string, ChaosFile>,
  fates: ReadonlyMap<string, { fate: Fate; touched: boolean }>,
  seen: Snapshot,
  say: Say,
): void {
  const paths = [...fileOf].filter(([, one]) => one === file).map(([path]) => path);
  const batches = seen.batches.filter((batch) => paths.includes(batch.storage_path ?? ""));
  const standing = batches.filter((batch) => batch.status !== "skipped" && !wasFailedUnread(batch));
  if (standing.length > 1) say("one_per_content", `${standing.length} batches stand for ${file.name}`);
  const [path] = paths;
  const fate = fates.get(path ?? "")?.fate ?? "natural";
  if (paths.length === 1 && path !== undefined) return judgeFate(path, fate, file, batches[0], say);
  if (paths.some((one) => fates.get(one)?.touched)) return; // which of the twins it hit depends on the moment
  if (standing[0] === undefined) return say("end_state", `no batch stands for ${file.name}`);
  judgeFate(standing[0].storage_path ?? "", "natural", file, standing[0], say);
  for (const batch of batches) {
    if (batch.status !== "skipped") continue;
    if (batch.duplicate_of !== standing[0].id || batch.rejection_reason !== "Duplicate file_hash") {
      say(
        "end_state",
        `${batch.storage_path} is skipped for ${batch.duplicate_of}, ${batch.rejection_reason}`,
      );
    }
  }
  if (batches.length !== paths.length) {
    say("end_state", `${batches.length} of ${paths.length} drops of ${file.name} are known`);
  }
}

/** Failed by hand before its bytes were read: nothing can tell that another drop has the same. */
function wasFailedUnread(batch: Batch): boolean {
  return batch.status === "failed" && batch.rejection_reason === FAIL_REASON && batch.file_hash === null;
}

function judgeFate(path: string, fate: Fate, file: ChaosFile, batch: Batch | undefined, say: Say): void {
  const found = batch === undefined ? "deleted" : `${batch.status} (${batch.rejection_reason})`;
  const wrong = () =>
    say("end_state", `${path} is ${found}, must be ${fate === "natural" ? naturalEnd(file) : fate}`);
  if (fate === "deleted") return batch === undefined ? undefined : wrong();
  if (batch === undefined) return wrong();
  if (fate === "failed_by_hand") {
    if (batch.status !== "failed" || batch.rejection_reason !== FAIL_REASON) wrong();
    return;
  }
  if (fate === "undone") {
    if (batch.status !== "failed" || batch.rejection_reason !== UNDO_REASON) wrong();
    if (batch.row_count_inserted !== 0) {
      say("counts", `${path} is undone, with ${batch.row_count_inserted} inserted`);
    }
    return;
  }
  if (batch.status !== naturalEnd(file)) wrong();
  else if (
    batch.status === "failed" && !(batch.rejection_reason ?? "").startsWith("Error budget exceeded: ")
  ) wrong();
  else if (batch.status === "completed" && batch.rejection_reason !== null) wrong();
}

function naturalEnd(file: ChaosFile): "completed" | "failed" {
  const invalid = file.rows.filter((row) => row.code !== null).length;
  return 100 * invalid > BUDGET_PERCENT * file.rows.length ? "failed" : "completed";
}

/** Counts, rejects and duplicates of a batch that came to its natural end. */
async function judgeBatch(
  batch: Batch,
  file: ChaosFile,
  owners: ReadonlyMap<string, Owner>,
  seen: Snapshot,
  say: Say,
): Promise<void> {
  const refused = batch.status === "failed" && (batch.rejection_reason ?? "").startsWith("Error budget");
  if (batch.status !== "completed" && !refused) return;
  const valid = file.rows.filter((row) => row.values !== null);
  const bad = file.rows.filter((row) => row.code !== null);
  const inserted = seen.judgments.filter((judgment) => judgment.batch_id === batch.id).length;
  const duplicates = valid.filter((row) => {
    const owner = owners.get(row.values?.case_number ?? "");
    return owner?.batchId !== batch.id || owner.row !== row;
  });
  const must = {
    row_count_total: file.rows.length,
    row_count_staged: valid.length,
    row_count_valid: valid.length,
    row_count_invalid: bad.length,
    row_count_inserted: refused ? 0 : valid.length - duplicates.length,
    row_count_duplicate: refused ? 0 : duplicates.length,
    file_hash: await sha256(file.text),
  };
  for (const [name, value] of Object.entries(must)) {
    const found: unknown = Reflect.get(batch, name);
    if (found !== value) say("counts", `${batch.storage_path}: ${name} is ${found}, must be ${value}`);
  }
  if (batch.status === "completed" && batch.row_count_inserted !== inserted) {
    say(
      "counts",
      `${batch.storage_path}: row_count_inserted ${batch.row_count_inserted}, count(*) ${inserted}`,
    );
  }
  const open = seen.judgments.filter((judgment) => judgment.batch_id === batch.id && !judgment.linked).length;
  if (batch.status === "completed" && open > 0) {
    say("linked", `${open} judgments of ${batch.storage_path} have no plaintiff`);
  }
  judgeErrors(batch, bad, refused ? [] : duplicates, seen, say);
}

function judgeErrors(
  batch: Batch,
  bad: readonly ExpectedRow[],
  duplicates: readonly ExpectedRow[],
  seen: Snapshot,
  say: Say,
): void {
  const listed = (stage: boolean) =>
    seen.errors.filter((error) => error.batch_id === batch.id && (error.error_stage === "insert") === stage);
  compare(
    "rejects",
    batch,
    bad.map((row) => `${row.index}:${row.line}:${row.code}`),
    listed(false).map((error) => `${error.row_index}:${error.line_number}:${error.error_code}`),
    say,
  );
  compare(
    "duplicates_listed",
    batch,
    duplicates.map((row) => `${row.index}`),
    listed(true).map((error) => `${error.row_index}`),
    say,
  );
  const old = seen.errors.find((error) => error.batch_id === batch.id && error.attempt !== batch.attempt);
  if (old !== undefined) {
    say(
      "rejects",
      `${batch.storage_path}: row ${old.row_index} is of attempt ${old.attempt}, not ${batch.attempt}`,
    );
  }
  const sums = new Map<string, number>();
  for (const row of bad) sums.set(row.code ?? "", (sums.get(row.code ?? "") ?? 0) + 1);
  if (duplicates.length > 0) sums.set("DUPLICATE_CASE_NUMBER", duplicates.length);
  compare(
    "error_counts",
    batch,
    [...sums].map(([code, sum]) => `${code}:${sum}`).sort(),
    seen.counts.filter((count) => count.batch_id === batch.id).map((count) =>
      `${count.error_code}:${count.occurrences}`
    ).sort(),
    say,
  );
}

function compare(
  invariant: string,
  batch: Batch,
  must: readonly string[],
  found: readonly string[],
  say: Say,
): void {
  const missing = must.filter((one) => !found.includes(one));
  const extra = found.filter((one) => !must.includes(one));
  if (missing.length + extra.length === 0 && must.length === found.length) return;
  say(
    invariant,
    `${batch.storage_path}: missing ${missing.slice(0, 5)} (${missing.length}), too many ${
      extra.slice(0, 5)
    } (${extra.length})`,
  );
}

const ORDER = [
  "uploaded",
  "staging",
  "validating",
  "awaiting_approval",
  "inserting",
  "completed",
  "failed",
  "skipped",
];

/** Within an attempt nothing goes back, unless a crash of Postgres took unlogged rows that had counted. */
function judgeProgress(
  changes: readonly Change[],
  log: readonly Done[],
  origin: ReadonlyMap<string, ChaosFile>,
  say: Say,
): void {
  const crashed = log.some(({ act }) => act.do === "crash_postgres");
  const last = new Map<string, Change>();
  for (const change of changes) {
    const before = last.get(change.batch_id);
    last.set(change.batch_id, change);
    const rows = origin.get(change.batch_id)?.rows.length ?? Infinity;
    if (change.total > rows) say("progress", `${change.path}: ${change.total} rows counted of ${rows}`);
    if (before === undefined || before.attempt !== change.attempt || crashed) continue;
    const back = ORDER.indexOf(change.status) < ORDER.indexOf(before.status) || change.total < before.total ||
      change.valid < before.valid || change.progress < before.progress;
    if (back) {
      say(
        "progress",
        `${change.path}: from ${before.status} ${before.total} to ${change.status} ${change.total} (${before.progress} to ${change.progress})`,
      );
    }
  }
}

async function sha256(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}
