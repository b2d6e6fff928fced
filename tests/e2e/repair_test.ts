/** Rejects are the start of a repair: over HTTP alone, as an operator with curl does it. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { fail } from "deno-std/assert/fail.js";
import Papa from "papaparse";
import {
  type AnswerBody,
  asOperator,
  call,
  type Item,
  post,
  signIn,
  upload,
} from "../functions/intake_stack.ts";
import { sharedStack, until } from "../stack/shared_stack.ts";

const shared = sharedStack();
const get = (path: string, headers = asOperator(shared())) => call(shared(), path, { headers });

const HEADER = "case_number,plaintiff_name,defendant_name,amount,judgment_date";
const encoder = new TextEncoder();

/** A file whose last `bad` rows have no amount that can be read. */
function csv(mark: string, good: number, bad: number, header = HEADER): Uint8Array<ArrayBuffer> {
  const lines = Array.from(
    { length: good + bad },
    (_, n) => `${mark}-${n + 1},ABC LLC,John Doe,${n < good ? "10.00" : "a lot"},2024-01-31`,
  );
  return encoder.encode([header, ...lines, ""].join("\n"));
}

/** Waits until a batch is in one of these states, in this attempt. */
function reaches(id: unknown, states: readonly string[], attempt = 1): Promise<AnswerBody> {
  return until(async () => {
    const { body } = await get(`intake/batches/${id}`);
    return body.attempt === attempt && states.includes(String(body.status)) && body;
  });
}

const ended = (id: unknown, attempt = 1) => reaches(id, ["completed", "failed", "skipped"], attempt);

/** Uploads a file and waits for its end. */
async function ingest(
  bytes: Uint8Array<ArrayBuffer>,
  fields: Record<string, string> = {},
): Promise<AnswerBody> {
  return await ended((await upload(shared(), bytes, fields)).body.batch_id);
}

/** Sends a corrected errors.csv. */
function replay(id: unknown, text: string | Uint8Array<ArrayBuffer>) {
  const form = new FormData();
  form.append("file", new File([text], "fixed.csv", { type: "text/csv" }));
  return call(shared(), `intake/batches/${id}/replay`, {
    method: "POST",
    headers: asOperator(shared()),
    body: form,
  });
}

async function errorsCsv(id: unknown): Promise<string> {
  return (await get(`intake/batches/${id}/errors.csv`)).text;
}

/** Writes an amount into the first rows of an errors.csv. */
function fixAmounts(text: string, rows: number): string {
  let left = rows;
  return text.split("\r\n").map((line, n) =>
    n > 0 && left > 0 && line.includes(",a lot,2024") && left-- > 0
      ? line.replace(",a lot,2024", ",99.50,2024")
      : line
  ).join("\r\n");
}

async function openRejects(id: unknown): Promise<number[]> {
  const { body } = await get(`intake/batches/${id}/errors?page_size=200`);
  return body.errors.filter((error) => error.resolved_at === null).map((error) => Number(error.row_number));
}

async function actionsOf(id: unknown): Promise<string[]> {
  return (await get(`intake/batches/${id}/timeline`)).body.actions.map((action) => String(action.action));
}

Deno.test("drop, refused, errors.csv, edit, replay: the refused batch completes by itself", async () => {
  const refused = await ingest(csv("REF", 17, 3));
  assertEquals([refused.status, refused.rejection_reason], [
    "failed",
    "Error budget exceeded: 15.0% invalid rows (threshold: 10%)",
  ]);
  const sent = await replay(refused.batch_id, fixAmounts(await errorsCsv(refused.batch_id), 2));
  assertEquals([sent.status, sent.body.status, sent.body.replay_of], [202, "uploaded", refused.batch_id]);
  const fixed = await ended(sent.body.batch_id);
  assertEquals([fixed.status, fixed.replay_of, fixed.row_count_inserted, fixed.row_count_invalid], [
    "completed",
    refused.batch_id,
    2,
    1,
  ]);
  const done = await ended(refused.batch_id, 2);
  assertEquals([done.status, done.row_count_inserted, done.row_count_invalid], ["completed", 17, 3]);
  assertEquals([await openRejects(refused.batch_id), done.unresolved_error_count], [[20], 1]);
  const actions = await actionsOf(refused.batch_id);
  assertEquals(actions.slice(-2), ["batch.repaired", "batch.uploaded"], "the story says why it ran again");
});

Deno.test("completed with 4 % rejects, a replay fixes three, one is left", async () => {
  const batch = await ingest(csv("FOUR", 96, 4));
  assertEquals([batch.status, batch.error_rate_percent], ["completed", 4]);
  const { body } = await replay(batch.batch_id, fixAmounts(await errorsCsv(batch.batch_id), 3));
  await ended(body.batch_id);
  assertEquals(await openRejects(batch.batch_id), [100]);
  assertEquals((await ended(batch.batch_id)).attempt, 1);
  const again = await replay(batch.batch_id, fixAmounts(await errorsCsv(batch.batch_id), 3));
  assertEquals([again.status, again.body.batch_id, again.body.duplicate], [200, body.batch_id, true]);
});

Deno.test("the rejects of a replay are repaired in turn, from an errors.csv with the file's own columns", async () => {
  const batch = await ingest(csv("TURN", 19, 1));
  const first = await ended((await replay(batch.batch_id, await errorsCsv(batch.batch_id))).body.batch_id);
  assertEquals(
    [first.status, first.row_count_invalid],
    ["completed", 1],
    "sent back as it was, it is rejected as it was",
  );
  const text = await errorsCsv(first.batch_id);
  assertEquals(text.split("\r\n")[0], `row_number,error_code,error_message,field,raw_value,${HEADER}`);
  await ended((await replay(first.batch_id, fixAmounts(text, 1))).body.batch_id);
  assertEquals(await openRejects(first.batch_id), []);
});

Deno.test("a replay without row_number fails by name, and a row without a number repairs nothing", async () => {
  const batch = await ingest(csv("NUM", 19, 1));
  const plain = await ended((await replay(batch.batch_id, csv("NUM-PLAIN", 1, 0))).body.batch_id);
  assertEquals(plain.rejection_reason, "Missing required fields: row_number");
  const text = fixAmounts(await errorsCsv(batch.batch_id), 1).replace(/^20,/m, ",");
  const numberless = await ended((await replay(batch.batch_id, text)).body.batch_id);
  assertEquals([numberless.row_count_invalid, numberless.error_summary], [
    1,
    [{ error_code: "MISSING_REQUIRED_FIELD", count: 1 }],
  ]);
  assertEquals(await openRejects(batch.batch_id), [20]);
});

Deno.test("bytes that are another batch's are no replay of this one", async () => {
  const batch = await ingest(csv("OTHER", 19, 1));
  const { status, body } = await replay(batch.batch_id, csv("OTHER", 19, 1));
  assertEquals([status, body.code, body.batch_id], [409, "CONFLICT", batch.batch_id]);
});

/** Values that were changed on many an importer's way. */
const TRICKY = [
  "=cmd|' /C calc'!A0",
  "'=x",
  "O'Neil",
  'Say "no"',
  "-5 & Söhne",
  "@home",
  "two\nlines",
  "'quoted'",
  "+1;2,3",
];
const ENCODINGS: readonly [name: string, encode: (text: string) => Uint8Array<ArrayBuffer>][] = [
  ["UTF-8", (text) => encoder.encode(text)],
  ["UTF-8 with a mark", (text) => encoder.encode("\uFEFF" + text)],
  ["UTF-16", (text) => {
    const bytes = new Uint8Array(2 + text.length * 2);
    const view = new DataView(bytes.buffer);
    ["\uFEFF", ...text.split("")].forEach((unit, i) => view.setUint16(i * 2, unit.charCodeAt(0), true));
    return bytes;
  }],
  ["Windows-1252", (text) => Uint8Array.from(text, (character) => character.charCodeAt(0))],
];
for (const [name, encode] of ENCODINGS) {
  Deno.test(`values of a ${name} file come through errors.csv and a spreadsheet unharmed`, async () => {
    const mark = name.toUpperCase().replace(/[^A-Z0-9]/g, "");
    const rows = TRICKY.map((value, n) => [`${mark}-${n + 1}`, value, `Café ${n}`, "a lot", "2024-01-31"]);
    const batch = await ingest(
      encode(Papa.unparse([HEADER.split(","), ...rows], { delimiter: ";" }) + "\r\n"),
    );
    assertEquals([batch.status, batch.row_count_invalid], ["failed", TRICKY.length]);
    const data: string[][] = Papa.parse(await errorsCsv(batch.batch_id), { skipEmptyLines: true }).data;
    for (const cell of data.flat()) assertMatch(cell, /^(?![-=+@\t\r])/);
    const fixed = data.map((row, n) => n === 0 ? row : row.map((cell) => cell === "a lot" ? "1.00" : cell));
    const saved = Papa.unparse(fixed, { delimiter: name === "UTF-8" ? "," : ";" });
    const { body } = await replay(batch.batch_id, encode(saved));
    assertEquals((await ended(body.batch_id)).row_count_inserted, TRICKY.length);
    const stored = await shared().service.from("judgments").select("plaintiff_name,defendant_name")
      .eq("batch_id", body.batch_id).order("source_row_index");
    assertEquals(
      stored.data?.map((row) => [row.plaintiff_name, row.defendant_name]),
      rows.map(([, plaintiff = "", defendant = ""]) => [plaintiff.replace(/\s+/g, " "), defendant]),
    );
  });
}

Deno.test("120,000 bad rows: counts are whole, the file says what it leaves out, a replay of the kept ones works", async () => {
  const batch = await ingest(csv("MANY", 0, 120_000));
  assertEquals([batch.row_count_invalid, batch.rejects_truncated], [120_000, true]);
  assertEquals(batch.error_summary, [{ error_code: "INVALID_AMOUNT", count: 120_000 }]);
  const text = await errorsCsv(batch.batch_id);
  assertEquals(
    text.split("\r\n").at(-2),
    '"Truncated: 100000 of 120000 rejects are kept, the first in file order"',
  );
  const sent = await replay(batch.batch_id, fixAmounts(text, 100_000));
  const fixed = await ended(sent.body.batch_id);
  assertEquals([fixed.row_count_total, fixed.row_count_inserted, fixed.row_count_invalid], [
    100_000,
    100_000,
    0,
  ]);
  const original = (await get(`intake/batches/${batch.batch_id}`)).body;
  assertEquals(
    [original.status, original.unresolved_error_count],
    ["failed", 20_000],
    "a sixth of it is still open, more than its budget",
  );
});

Deno.test("a source's settings are read and written, and a wrong one is named", async () => {
  const put = (name: string, body: unknown) =>
    call(shared(), `intake/sources/${name}`, {
      method: "PUT",
      headers: asOperator(shared(), { "content-type": "application/json" }),
      body: JSON.stringify(body),
    });
  assertEquals((await get("intake/sources/nobody")).status, 404);
  assertEquals((await get("intake/sources/No%20Body")).body.code, "INVALID_ID");
  const made = await put("careful", {
    requires_approval: true,
    warn_percent: 2,
    header_map: { Sum: "amount" },
  });
  assertEquals([made.status, made.body.warn_percent, made.body.error_threshold_percent], [200, 2, 10]);
  const changed = await put("careful", { priority: 5, code_budgets: { INVALID_AMOUNT: 8 } });
  assertEquals([changed.body.priority, changed.body.warn_percent, changed.body.header_map], [5, 2, {
    Sum: "amount",
  }]);
  assertEquals((await get("intake/sources/careful")).body, changed.body);
  const wrong: Record<string, unknown> = {
    error_threshold_percent: 101,
    warn_percent: -1,
    priority: 1.5,
    requires_approval: "yes",
    header_map: { Sum: "money" },
    dialect: { delimiter: "x" },
    code_budgets: { NONSENSE: 1 },
    colour: "red",
  };
  for (const [field, value] of Object.entries(wrong)) {
    const { status, body } = await put("careful", { [field]: value });
    assertEquals([status, body.code, body.field], [422, "INVALID_PARAMETER", field]);
  }
  const { data } = await shared().service.schema("audit").from("event_log").select("action")
    .eq("entity_type", "source").eq("entity_id", "careful").order("id");
  assertEquals(data?.map((event) => event.action).slice(-2), ["source.created", "source.changed"]);
});

Deno.test("a source's header map that changes in mid-run changes nothing for the file under way", async () => {
  const put = (header_map: Record<string, string>) =>
    call(shared(), "intake/sources/turning", {
      method: "PUT",
      headers: asOperator(shared(), { "content-type": "application/json" }),
      body: JSON.stringify({ header_map }),
    });
  for (const rows of [160_000, 320_000, 640_000]) { // several slices; a fast machine needs more
    assertEquals((await put({ one: "plaintiff_name", other: "defendant_name" })).status, 200);
    const lines = Array.from(
      { length: rows },
      (_, n) => `T${rows}-${n + 1},Asker Inc,Payer Ltd,10.00,2024-01-31`,
    );
    const bytes = encoder.encode(["case_number,one,other,amount,judgment_date", ...lines, ""].join("\n"));
    const { body } = await upload(shared(), bytes, { source: "turning" });
    await reaches(body.batch_id, ["validating", "inserting", "completed"]);
    assertEquals((await put({ one: "defendant_name", other: "plaintiff_name" })).status, 200);
    const inMidRun = (await get(`intake/batches/${body.batch_id}`)).body.status === "validating";
    const batch = await ended(body.batch_id);
    assertEquals([batch.status, batch.row_count_inserted], ["completed", rows]);
    const { count } = await shared().service.from("judgments").select("*", { count: "exact", head: true })
      .eq("batch_id", body.batch_id).eq("plaintiff_name", "Asker Inc").eq("defendant_name", "Payer Ltd");
    assertEquals(count, rows);
    if (inMidRun) return;
  }
  fail("every file was read before its source could be changed");
});

Deno.test("approve and refuse what waits, each with its audit trail", async () => {
  const waiting = async (mark: string) => {
    const { body } = await upload(shared(), csv(mark, 95, 5, HEADER.replace("amount", "Sum")), {
      source: "careful",
    });
    return await reaches(body.batch_id, ["awaiting_approval"]);
  };
  const approved = await waiting("APP");
  const answer = await post(shared(), `intake/batches/${approved.batch_id}/approve`);
  assertEquals([answer.status, answer.body.batch_id], [202, approved.batch_id]);
  assertEquals((await ended(approved.batch_id)).row_count_inserted, 95);
  assertEquals(await actionsOf(approved.batch_id), ["upload.reserved", "batch.approved", "batch.inserting"]);

  const refused = await waiting("NOT");
  assertEquals((await post(shared(), `intake/batches/${refused.batch_id}/refuse`)).body.field, "reason");
  const no = await post(shared(), `intake/batches/${refused.batch_id}/refuse`, { reason: "not ours" });
  assertEquals([no.status, no.body.status, no.body.rejection_reason], [
    200,
    "failed",
    "Refused by operator: not ours",
  ]);
  assertEquals(await actionsOf(refused.batch_id), ["upload.reserved", "batch.refused", "batch.failed"]);
});

Deno.test("undo removes what a batch inserted and names whose duplicates it was", async () => {
  const first = await ingest(csv("UNDO", 5, 0));
  const second = await ingest(csv("UNDO", 6, 0));
  assertEquals([second.row_count_inserted, second.row_count_duplicate], [1, 5]);
  const { status, body } = await post(shared(), `intake/batches/${first.batch_id}/undo`, {
    reason: "wrong vendor",
  });
  assertEquals([status, body.batch_id], [202, first.batch_id]);
  const undone = await reaches(first.batch_id, ["failed"]);
  assertEquals([undone.rejection_code, undone.rejection_reason, undone.row_count_inserted, undone.undo], [
    "UNDONE",
    "Undone by operator: wrong vendor",
    0,
    { status: "completed", affected_batches: [second.batch_id] },
  ]);
  assertEquals((await actionsOf(first.batch_id)).slice(-3), [
    "batch.undo_asked",
    "batch.undone",
    "batch.failed",
  ]);
  await shared().service.from("judgments").update({ enforcement_stage: "levy_issued" }).eq(
    "batch_id",
    second.batch_id,
  );
  const late = await post(shared(), `intake/batches/${second.batch_id}/undo`, { reason: "too late" });
  assertEquals([late.status, late.body.code, late.body.judgments], [409, "CONFLICT", 1]);
  assertEquals((await ended(second.batch_id)).status, "completed");
});

Deno.test("every action in the wrong state is a 409 that says from where it may be done", async () => {
  const completed = await ingest(csv("WRONG", 5, 0));
  const failed = await ingest(csv("WRONG-F", 1, 1));
  const { body: dry } = await upload(shared(), csv("WRONG-S", 95, 5, HEADER.replace("amount", "Sum")), {
    source: "careful",
  });
  const waiting = await reaches(dry.batch_id, ["awaiting_approval"]);
  const cases: readonly [batch: AnswerBody, action: string, allowed: string[]][] = [
    [completed, "approve", ["awaiting_approval"]],
    [failed, "approve", ["awaiting_approval"]],
    [completed, "refuse", ["awaiting_approval"]],
    [failed, "refuse", ["awaiting_approval"]],
    [failed, "undo", ["completed", "failed"]],
    [waiting, "undo", ["completed", "failed"]],
  ];
  for (const [batch, action, allowed] of cases) {
    const { status, body } = await post(shared(), `intake/batches/${batch.batch_id}/${action}`, {
      reason: "because",
    });
    assertEquals([status, body.code, body.batch_status, body.allowed_from], [
      409,
      "WRONG_STATE",
      batch.status,
      allowed,
    ]);
  }
  const early = await replay(waiting.batch_id, csv("WRONG-R", 1, 0));
  assertEquals([early.status, early.body.code, early.body.allowed_from], [409, "WRONG_STATE", [
    "failed",
    "completed",
  ]]);
  const nowhere = crypto.randomUUID();
  for (const action of ["approve", "refuse", "undo"]) {
    assertEquals(
      (await post(shared(), `intake/batches/${nowhere}/${action}`, { reason: "because" })).status,
      404,
    );
  }
  assertEquals((await replay(nowhere, csv("WRONG-N", 1, 0))).status, 404);
  assertEquals((await replay("nonsense", csv("WRONG-N", 1, 0))).body.code, "INVALID_ID");
});

Deno.test("a dry run inserts nothing, says what would be skipped, and cannot be approved", async () => {
  await ingest(csv("DRY", 3, 0));
  const dry = await ingest(csv("DRY", 5, 0), { dry_run: "true" });
  assertEquals([dry.status, dry.row_count_inserted, dry.row_count_duplicate], ["completed", 0, 3]);
  assertEquals((await post(shared(), `intake/batches/${dry.batch_id}/approve`)).body.code, "WRONG_STATE");
});

Deno.test("columns that change are noticed, in the notes and in the audit trail", async () => {
  const header = (last: string) => `case_number,plaintiff_name,defendant_name,amount,judgment_date,${last}`;
  const file = (mark: string, names: string, more: string) =>
    encoder.encode(`${header(names)}\n${mark}-1,ABC LLC,John Doe,1.00,2024-01-31,${more}\n`);
  const { body: source } = await call(shared(), "intake/sources/drifting", {
    method: "PUT",
    headers: asOperator(shared(), { "content-type": "application/json" }),
    body: "{}",
  });
  assertEquals(source.source, "drifting");
  const first = await ingest(file("DRIFT1", "Venue,Remark", "Kings,x"), { source: "drifting" });
  assertEquals(first.notes, []);
  const second = await ingest(file("DRIFT2", "Court,Colour,Weight", "Kings,red,2"), { source: "drifting" });
  assertEquals(second.notes, [
    "Columns changed since judgments.csv: new: Weight; renamed: Venue to Court, Remark to Colour",
  ]);
  const { data } = await shared().service.schema("audit").from("event_log").select("entity_id,after")
    .eq("action", "source.header_changed").eq("entity_id", "drifting");
  assertEquals(data?.map((event) => event.after.batch_id), [second.batch_id]);
});

Deno.test("warnings are told apart from rejects, which come with the cause and fix of their code", async () => {
  const bytes = encoder.encode(
    `${HEADER},Defendant Phone\nWARN-1,ABC LLC,John Doe,1.00,2024-01-31,call me\nWARN-2,ABC LLC,John Doe,x,2024-01-31,\n`,
  );
  const batch = await ingest(bytes, { error_threshold_percent: "50" });
  assertEquals(batch.error_summary, [{ error_code: "INVALID_AMOUNT", count: 1 }]);
  assertEquals(batch.warnings, [{ code: "MALFORMED_PHONE", count: 1 }]);
  const [reject] = (await get(`intake/batches/${batch.batch_id}/errors`)).body.errors;
  assertMatch(String(reject?.cause), /amount/i);
  assertMatch(String(reject?.fix), /\d/);
});

Deno.test("a judgment leads back to file, row, line and byte, and a row to its fate", async () => {
  const text = [
    HEADER,
    'LINE-1,"ABC\nLLC",John Doe,1.00,2024-01-31',
    ",,,,",
    "LINE-2,ABC LLC,Jöhn Doe,2.00,2024-01-31",
    "LINE-3,ABC LLC,John Doe,a lot,2024-01-31",
    "LINE-2,ABC LLC,John Doe,2.00,2024-01-31",
    "LINE-4,ABC LLC,John Doe,4.00,2024-01-31",
    "",
  ].join("\n");
  const bytes = encoder.encode(text);
  const batch = await ingest(bytes, { error_threshold_percent: "50" });
  const { body: { batch_id: replayId } } = await replay(
    batch.batch_id,
    fixAmounts(await errorsCsv(batch.batch_id), 1),
  );
  await ended(replayId);
  const stored = await shared().service.from("judgments").select("id,case_number").like(
    "case_number",
    "LINE-%",
  );
  const idOf = (name: string) => stored.data?.find((row) => row.case_number === name)?.id;

  const { body: line } = await get(`intake/judgments/${idOf("LINE-4")}/lineage`);
  assertEquals([line.batch_id, line.file_hash, line.row_number, line.line_number], [
    batch.batch_id,
    batch.file_hash,
    5,
    8,
  ]);
  const from = Number(line.byte_offset);
  assertEquals(
    new TextDecoder().decode(bytes.slice(from)).split("\n")[0],
    "LINE-4,ABC LLC,John Doe,4.00,2024-01-31",
  );
  assertEquals([line.raw_line, line.replay_of, line.origin], [
    "LINE-4,ABC LLC,John Doe,4.00,2024-01-31",
    null,
    null,
  ]);

  const { body: repaired } = await get(`intake/judgments/${idOf("LINE-3")}/lineage`);
  const origin = repaired.origin as Item;
  assertEquals([repaired.batch_id, repaired.replay_of, repaired.row_number], [replayId, batch.batch_id, 1]);
  assertEquals([origin.batch_id, origin.row_number, origin.line_number], [batch.batch_id, 3, 6]);

  const fates: Item[] = [];
  for (let row = 1; row <= 5; row++) {
    fates.push((await get(`intake/batches/${batch.batch_id}/rows/${row}`)).body);
  }
  assertEquals(fates.map((row) => [row.fate, row.judgment_id, row.line_number]), [
    ["inserted", idOf("LINE-1"), 2],
    ["inserted", idOf("LINE-2"), 5],
    ["repaired", idOf("LINE-3"), 6],
    ["duplicate", idOf("LINE-2"), 7],
    ["inserted", idOf("LINE-4"), 8],
  ]);
  assertEquals(fates[2]?.resolved_by_batch, replayId);
  assertEquals((await get(`intake/batches/${batch.batch_id}/rows/6`)).status, 404);
  assertEquals((await get(`intake/batches/${batch.batch_id}/rows/0`)).body.code, "INVALID_ID");
  assertEquals((await get("intake/judgments/900719925474099/lineage")).status, 404);
  assertEquals((await get("intake/judgments/x/lineage")).body.code, "INVALID_ID");

  const viewer = { authorization: `Bearer ${await signIn(shared(), "viewer")}` };
  const seen = await get(`intake/judgments/${idOf("LINE-4")}/lineage`, viewer);
  assertEquals([seen.status, seen.body.line_number, seen.body.raw_line], [200, 8, null]);
  assert(!seen.text.includes("John Doe"));

  await call(shared(), `intake/batches/${batch.batch_id}?confirm=judgments.csv`, {
    method: "DELETE",
    headers: asOperator(shared()),
  });
  const { body: orphan } = await get(`intake/judgments/${idOf("LINE-4")}/lineage`);
  assertEquals([orphan.batch_id, orphan.file_hash, orphan.row_number, orphan.line_number], [
    batch.batch_id,
    null,
    5,
    null,
  ]);
});
