/** Looking at batches and acting on them over HTTP. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import {
  asOperator,
  call,
  endedBatch,
  intakeStack,
  post,
  setState,
  signIn,
  someCsv,
  upload,
  VENDOR,
} from "./intake_stack.ts";

const shared = intakeStack();
const get = (path: string, headers: Record<string, string> = asOperator(shared())) =>
  call(shared(), path, { headers });

/** A failed batch with three rejects and a duplicate. */
async function batchWithErrors(): Promise<string> {
  const id = await endedBatch(shared(), "failed");
  const { sql } = shared();
  const header = ["case_number", "plaintiff_name", "defendant_name", "amount", "judgment_date"];
  const rejects = [
    { code: "INVALID_AMOUNT", value: "=1+1", name: 'Doe, "Jane"', field: "amount" },
    { code: "INVALID_AMOUNT", value: "'=x", name: "@sum", field: "amount" },
    { code: "MISSING_REQUIRED_FIELD", value: "", name: "-2\nsecond line", field: "defendant_name" },
  ];
  await sql`update intake.simplicity_batches set layout = ${sql.json({ header, header_width: 5 })},
    row_count_total = 4, row_count_invalid = 3, row_count_valid = 1 where id = ${id}`;
  for (const [place, reject] of rejects.entries()) {
    await sql`insert into intake.row_errors (batch_id, row_index, line_number, error_code, error_message, error_stage, field,
        raw_value, raw_line, raw_data, issues)
      values (${id}, ${place * 2}, ${
      place * 2 + 2
    }, ${reject.code}, ${`${reject.field} "${reject.value}" is wrong`}, 'validate',
        ${reject.field}, ${reject.value}, ${`A-${place},${reject.name}`},
        ${
      sql.json({
        case_number: `A-${place}`,
        plaintiff_name: "ABC LLC",
        defendant_name: reject.name,
        amount: reject.value,
        judgment_date: "2024-01-31",
      })
    },
        ${
      sql.json([{
        code: reject.code,
        field: reject.field,
        raw_value: reject.value,
        message: `"${reject.value}" is wrong`,
      }])
    })`;
  }
  await sql`insert into intake.row_errors (batch_id, row_index, error_code, error_message, error_stage, field, raw_value)
    values (${id}, 5, 'DUPLICATE_CASE_NUMBER', 'Case number A-9 is already recorded', 'insert', 'case_number', 'A-9')`;
  await sql`insert into intake.batch_error_counts (batch_id, error_code, error_stage, occurrences) values
    (${id}, 'INVALID_AMOUNT', 'validate', 2), (${id}, 'MISSING_REQUIRED_FIELD', 'validate', 1), (${id}, 'DUPLICATE_CASE_NUMBER', 'insert', 1)`;
  return id;
}

Deno.test("GET /intake/batches/:id tells the columns, rates, progress and errors by code", async () => {
  const id = await batchWithErrors();
  const { status, body } = await get(`intake/batches/${id}`);
  assertEquals(status, 200);
  assertEquals([body.batch_id, body.status, body.error_rate_percent, body.progress], [id, "failed", 75, 1]);
  assertEquals(body.error_summary, [
    { error_code: "INVALID_AMOUNT", count: 2 },
    { error_code: "MISSING_REQUIRED_FIELD", count: 1 },
  ]);
  for (
    const column of [
      "filename",
      "file_hash",
      "attempt",
      "dialect",
      "notes",
      "ignored_columns",
      "created_at",
      "rows_per_second",
    ]
  ) {
    assert(column in body, column);
  }
  for (const hidden of ["id", "layout", "scan"]) assert(!(hidden in body), hidden);
  assertMatch(String(body.created_at), /(Z|\+00:00)$/);
});

Deno.test("GET /intake/batches/:id answers malformed ids 400 and unknown ones 404, on every route", async () => {
  for (const rest of ["", "/errors", "/errors.csv", "/file", "/timeline"]) {
    assertEquals((await get(`intake/batches/not-an-id${rest}`)).body.code, "INVALID_ID", rest);
    const unknown = await get(`intake/batches/${crypto.randomUUID()}${rest}`);
    assertEquals([unknown.status, unknown.body.code], [404, "NOT_FOUND"], rest);
  }
  for (const action of ["retry", "abort"]) {
    assertEquals(
      (await post(shared(), `intake/batches/1/${action}`, { reason: "x" })).body.code,
      "INVALID_ID",
    );
    assertEquals(
      (await post(shared(), `intake/batches/${crypto.randomUUID()}/${action}`, { reason: "x" })).body.code,
      "NOT_FOUND",
    );
  }
});

Deno.test("GET /intake/batches pages newest first, filters, and refuses bad filters", async () => {
  const ids: string[] = [];
  const mark = crypto.randomUUID().slice(0, 8);
  for (let i = 0; i < 5; i++) {
    ids.unshift((await upload(shared(), someCsv(), {}, undefined, `${mark}-${i}.csv`)).body.batch_id);
  }
  const list = async (query: string) => (await get(`intake/batches?${query}`)).body;
  const ofPage = async (query: string) => (await list(query)).batches.map((batch) => batch.batch_id);
  assertEquals(await ofPage(`q=${mark.toUpperCase()}`), ids);
  assertEquals(await ofPage(`q=${mark}&page=2&page_size=2`), ids.slice(2, 4));
  const page = await list(`q=${mark}&page=3&page_size=2`);
  assertEquals([page.total, page.page, page.page_size, page.batches.length], [5, 3, 2, 1]);
  assertEquals(await ofPage(`q=${ids[0]?.slice(0, 8)}`), [ids[0]]);
  assertEquals(await ofPage(`q=${mark}&status=completed`), []);
  assertEquals(await ofPage(`q=${mark}&status=uploaded&source=simplicity`), ids);
  assertEquals(await ofPage(`q=${mark}&source=acme`), []);
  assertEquals(await ofPage(`q=%25`), [], "a percent sign is a percent sign");
  for (
    const [query, field] of [["page=0", "page"], ["page=x", "page"], ["page_size=201", "page_size"], [
      "page_size=0",
      "page_size",
    ], ["status=done", "status"]]
  ) {
    const answer = await get(`intake/batches?${query}`);
    assertEquals([answer.status, answer.body.code, answer.body.field], [422, "INVALID_PARAMETER", field]);
  }
});

Deno.test("GET …/errors lists rejects in file order; duplicates only when asked for", async () => {
  const id = await batchWithErrors();
  const all = (await get(`intake/batches/${id}/errors`)).body;
  assertEquals(
    [all.total, all.errors.map((error) => [error.row_index, error.row_number, error.line_number])],
    [3, [[0, 1, 2], [2, 3, 4], [4, 5, 6]]],
  );
  assertEquals([all.errors[0]?.field, all.errors[0]?.raw_value, all.errors[0]?.error_code], [
    "amount",
    "=1+1",
    "INVALID_AMOUNT",
  ]);
  assertEquals(
    (await get(`intake/batches/${id}/errors?code=INVALID_AMOUNT&page=2&page_size=1`)).body.errors.map((
      error,
    ) => error.row_index),
    [2],
  );
  assertEquals(
    (await get(`intake/batches/${id}/errors?code=DUPLICATE_CASE_NUMBER`)).body.errors.map((error) =>
      error.row_index
    ),
    [5],
  );
  assertEquals((await get(`intake/batches/${id}/errors?code=NONSENSE`)).body.field, "code");
});

Deno.test("GET …/errors.csv is a CSV no spreadsheet runs, with the file's own columns", async () => {
  const id = await batchWithErrors();
  const { headers, text } = await get(`intake/batches/${id}/errors.csv`);
  assertEquals(headers.get("content-type"), "text/csv; charset=utf-8");
  assertMatch(headers.get("content-disposition") ?? "", /attachment; filename="judgments\.errors\.csv"/);
  assertEquals(
    text,
    [
      "row_number,error_code,error_message,field,raw_value,case_number,plaintiff_name,defendant_name,amount,judgment_date",
      `1,INVALID_AMOUNT,"amount ""=1+1"" is wrong",amount,'=1+1,A-0,ABC LLC,"Doe, ""Jane""",'=1+1,2024-01-31`,
      `3,INVALID_AMOUNT,"amount ""'=x"" is wrong",amount,''=x,A-1,ABC LLC,'@sum,''=x,2024-01-31`,
      `5,MISSING_REQUIRED_FIELD,"defendant_name """" is wrong",defendant_name,,A-2,ABC LLC,"'-2\nsecond line",,2024-01-31`,
      "",
    ].join("\r\n"),
  );
});

Deno.test("GET …/errors.csv streams many pages and says at the end what is left out", async () => {
  const id = await batchWithErrors();
  await shared()
    .sql`insert into intake.row_errors (batch_id, row_index, error_code, error_message, error_stage, raw_data)
    select ${id}, 10 + n, 'INVALID_AMOUNT', 'x', 'validate', '{}' from generate_series(1, 12000) n`;
  await shared()
    .sql`update intake.simplicity_batches set rejects_truncated = true, row_count_invalid = 99999, row_count_total = 100000, row_count_valid = 1 where id = ${id}`;
  const lines = (await get(`intake/batches/${id}/errors.csv`)).text.trimEnd().split("\r\n");
  assertEquals(lines.length, 1 + 3 + 12_000 + 1);
  assertEquals(lines.at(-1), '"Truncated: 12003 of 99999 rejects are kept, the first in file order"');
  const rows = lines.slice(1, -1).map((line) => Number(line.split(",")[0]));
  assertEquals(rows, rows.toSorted((a, b) => a - b));
});

Deno.test("GET …/file leads to the bytes for a minute", async () => {
  const csv = someCsv();
  const { body: { batch_id } } = await upload(shared(), csv);
  const { status, headers } = await get(`intake/batches/${batch_id}/file`);
  assertEquals(status, 302);
  const file = await fetch(headers.get("location") ?? "");
  assertEquals(new Uint8Array(await file.arrayBuffer()), csv);
  const [batch] = await shared()
    .sql`select storage_path from intake.simplicity_batches where id = ${batch_id}`;
  await shared().service.storage.from("intake").remove([batch?.storage_path]);
  assertEquals((await get(`intake/batches/${batch_id}/file`)).body.code, "NOT_FOUND");
});

Deno.test("a viewer sees neither values nor people", async () => {
  const id = await batchWithErrors();
  await shared()
    .sql`update intake.simplicity_batches set created_by = 'operator:jane@example.org' where id = ${id}`;
  const viewer = { authorization: `Bearer ${await signIn(shared(), "viewer")}` };
  const errors = await get(`intake/batches/${id}/errors`, viewer);
  const first = errors.body.errors[0];
  assertEquals([first?.raw_value, first?.raw_line, first?.raw_data], [null, null, null]);
  assertEquals(first?.issues, [{ code: "INVALID_AMOUNT", field: "amount", raw_value: null, message: null }]);
  for (
    const path of [
      `intake/batches/${id}`,
      `intake/batches/${id}/errors`,
      `intake/batches/${id}/timeline`,
      "intake/batches",
    ]
  ) {
    const { status, text } = await get(path, viewer);
    assertEquals(status, 200, path);
    for (const secret of ["=1+1", "Jane", "@sum", "jane@example.org", "second line"]) {
      assert(!text.includes(secret), `${path}: ${secret}`);
    }
  }
  const operator = { authorization: `Bearer ${await signIn(shared(), "operator")}` };
  assert((await get(`intake/batches/${id}/errors`, operator)).text.includes("=1+1"));
});

Deno.test("a viewer finds no name of a file's in any answer, whether the file has a header or lost it", async () => {
  const { sql } = shared();
  const people = ["John Q Victim", "Jane Secret", "12 Elm Street", "Decision Mary Hidden"];
  const id = await endedBatch(shared(), "failed");
  const note = `Columns changed since first.csv: new: ${people[2]}; renamed: case_number to ${people[0]}`;
  await sql`update intake.simplicity_batches set ignored_columns = ${people}, notes = ${[
    note,
    "1 blank row was passed over.",
  ]}, layout = ${sql.json({ header: people, fields: people.map(() => null) })} where id = ${id}`;
  await sql.begin(async (tx) => {
    await tx`select ops.set_door('engine')`;
    await tx`update intake.simplicity_batches set rejection_code = 'MISSING_FIELDS',
      rejection_reason = ${`Missing required fields: judgment_date. The filing date does not stand in, because "${
      people[3]
    }" may hold the judgment date`} where id = ${id}`;
  });
  const viewer = { authorization: `Bearer ${await signIn(shared(), "viewer")}` };
  for (
    const path of [
      `intake/batches/${id}`,
      `intake/batches/${id}/errors`,
      `intake/batches/${id}/timeline`,
      "intake/batches?page_size=200",
      "system/feed",
      "system/alerts",
      "system/errors",
      "system/queue",
    ]
  ) {
    const { status, text } = await get(path, viewer);
    assertEquals(status, 200, path);
    for (const name of people) assert(!text.includes(name), `${path}: ${name}`);
  }
  const { body } = await get(`intake/batches/${id}`, viewer);
  assertEquals([body.ignored_columns, body.notes, body.rejection_reason, body.rejection_code], [
    null,
    ["Columns changed since an earlier file", "1 blank row was passed over."],
    "Missing required fields: judgment_date",
    "MISSING_FIELDS",
  ]);
  const whole = await get(`intake/batches/${id}`, asOperator(shared()));
  assertEquals([body.header, whole.body.header], [null, people]);
  assertEquals([whole.body.ignored_columns, (whole.body.notes as string[])[0]], [people, note]);
  assert(whole.text.includes("Decision Mary Hidden"));
});

Deno.test("a vendor sees its own batches and no other's", async () => {
  const headers = { "x-dragonfly-api-key": VENDOR.key };
  const own = (await upload(shared(), someCsv(), {}, headers)).body.batch_id;
  const foreign = (await upload(shared(), someCsv())).body.batch_id;
  for (const rest of ["", "/errors", "/errors.csv"]) {
    assertEquals((await get(`intake/batches/${own}${rest}`, headers)).status, 200, rest);
    const refused = await get(`intake/batches/${foreign}${rest}`, headers);
    assertEquals([refused.status, refused.body.code], [403, "FORBIDDEN"], rest);
  }
});

Deno.test("a vendor's duplicates tell nothing of another source's judgment", async () => {
  const headers = { "x-dragonfly-api-key": VENDOR.key };
  const { body: { batch_id } } = await upload(shared(), someCsv(), {}, headers);
  const kept = crypto.randomUUID();
  const issue = { code: "DUPLICATE_CASE_NUMBER", field: "case_number", raw_value: "AT-1", judgment_id: 4711 };
  await shared().sql`
    insert into intake.row_errors (batch_id, row_index, error_code, error_message, error_stage, field, raw_value, issues)
    values (${batch_id}, 0, 'DUPLICATE_CASE_NUMBER', 'Case number AT-1 is already recorded; differs in: amount', 'insert',
      'case_number', 'AT-1',
      ${shared().sql.json([{ ...issue, kept_batch_id: kept, kept_source: "other", differs: ["amount"] }])})`;
  const path = `intake/batches/${batch_id}/errors?code=DUPLICATE_CASE_NUMBER`;
  const told = await get(path, headers);
  assertEquals([told.status, told.body.errors.length], [200, 1]);
  for (const secret of ["differs", "4711", kept, "judgment_id", "kept_"]) {
    assert(!told.text.includes(secret), secret);
  }
  const whole = await get(path, asOperator(shared()));
  for (const known of ["differs", "4711", kept]) assert(whole.text.includes(known), known);
});

const ALLOWED = {
  retry: ["failed", "completed", "awaiting_approval"],
  abort: ["uploaded", "staging", "validating", "awaiting_approval"],
  delete: ["uploaded", "staging", "validating", "awaiting_approval", "completed", "failed"],
};
const STATES = ["uploaded", "staging", "validating", "awaiting_approval", "inserting", "completed", "failed"];

function act(action: string, id: string) {
  if (action === "delete") {
    return call(shared(), `intake/batches/${id}?confirm=judgments.csv`, {
      method: "DELETE",
      headers: asOperator(shared()),
    });
  }
  return post(
    shared(),
    `intake/batches/${id}/${action}`,
    action === "abort" ? { reason: "wrong file" } : undefined,
  );
}

for (const [action, allowed] of Object.entries(ALLOWED)) {
  for (const state of STATES) {
    const may = allowed.includes(state);
    Deno.test(`${action} ${may ? "is done" : "is refused"} from ${state}`, async () => {
      const { body: { batch_id: id } } = await upload(shared(), someCsv());
      await setState(shared(), id, state);
      const { status, body } = await act(action, id);
      const [after] = await shared()
        .sql`select status, attempt, rejection_reason from intake.simplicity_batches where id = ${id}`;
      if (!may) {
        assertEquals([status, body.code, body.batch_status], [409, "WRONG_STATE", state]);
        for (const from of allowed) assert((body.allowed_from as string[]).includes(from));
        assertEquals(after?.status, state);
      } else if (action === "retry") {
        assertEquals([status, body.batch_id, body.status, after?.status, after?.attempt], [
          202,
          id,
          "uploaded",
          "uploaded",
          2,
        ]);
      } else if (action === "abort") {
        assertEquals([status, body.rejection_reason, after?.status], [
          200,
          "Aborted by operator: wrong file",
          "failed",
        ]);
      } else {
        assertEquals([status, after], [204, undefined]);
      }
    });
  }
}

Deno.test("POST …/retry takes a new threshold, and refuses a bad one", async () => {
  const id = await endedBatch(shared(), "failed");
  assertEquals(
    (await post(shared(), `intake/batches/${id}/retry`, { error_threshold_percent: 101 })).body.field,
    "error_threshold_percent",
  );
  const { status, body } = await post(shared(), `intake/batches/${id}/retry`, {
    error_threshold_percent: 25,
  });
  assertEquals([status, body.error_threshold_percent, body.attempt], [202, 25, 2]);
});

Deno.test("POST …/retry answers 409 to a batch nothing was ever stored for", async () => {
  const [batch] = await shared()
    .sql`insert into intake.simplicity_batches (filename, status, rejection_reason)
    values ('never.csv', 'failed', 'Upload never arrived') returning id`;
  assertEquals((await post(shared(), `intake/batches/${batch?.id}/retry`)).body.code, "CONFLICT");
});

Deno.test("POST …/abort wants to know why", async () => {
  const { body: { batch_id } } = await upload(shared(), someCsv());
  for (const body of [{}, { reason: "" }, { reason: "  " }, { reason: "x".repeat(501) }]) {
    assertEquals((await post(shared(), `intake/batches/${batch_id}/abort`, body)).body.field, "reason");
  }
});

Deno.test("DELETE wants the file name confirmed, forgets the object, and removes it when asked to", async () => {
  const { body: { batch_id } } = await upload(shared(), someCsv());
  const [batch] = await shared()
    .sql`select storage_path from intake.simplicity_batches where id = ${batch_id}`;
  const remove = (query: string) =>
    call(shared(), `intake/batches/${batch_id}?${query}`, {
      method: "DELETE",
      headers: asOperator(shared()),
    });
  for (const query of ["", "confirm=other.csv"]) {
    const refused = await remove(query);
    assertEquals([refused.status, refused.body.field], [422, "confirm"]);
  }
  assertEquals((await remove("confirm=judgments.csv&storage=maybe")).body.field, "storage");
  assertEquals((await remove("confirm=judgments.csv&storage=true")).status, 204);
  const [left] = await shared().sql`select
    (select count(*)::int from storage.objects where name = ${batch?.storage_path}) as objects,
    (select count(*)::int from intake.forgotten_objects where storage_path = ${batch?.storage_path}) as forgotten,
    (select count(*)::int from ops.job_queue where batch_id = ${batch_id}) as jobs`;
  assertEquals({ ...left }, { objects: 0, forgotten: 1, jobs: 0 });
  assertEquals((await remove("confirm=judgments.csv")).status, 404);
});

Deno.test("DELETE leaves the object, and the sweep does not bring the batch back", async () => {
  const { body: { batch_id } } = await upload(shared(), someCsv());
  const [batch] = await shared()
    .sql`select storage_path from intake.simplicity_batches where id = ${batch_id}`;
  assertEquals((await act("delete", batch_id)).status, 204);
  const { sql } = shared();
  const [objects] =
    await sql`select count(*)::int as n from storage.objects where name = ${batch?.storage_path}`;
  assertEquals(objects?.n, 1);
  await sql`select intake.accept_drop(bucket_id, name, version, metadata) from storage.objects where name = ${batch?.storage_path}`;
  const [back] =
    await sql`select count(*)::int as n from intake.simplicity_batches where storage_path = ${batch?.storage_path}`;
  assertEquals(back?.n, 0);
});

Deno.test("GET …/timeline tells attempts, states with durations, and who did what", async () => {
  const csv = someCsv();
  const id = await endedBatch(shared(), "failed", csv);
  await call(shared(), `intake/batches/${id}/retry`, {
    method: "POST",
    headers: asOperator(shared(), { "x-request-id": "req-of-the-retry" }),
  });
  await shared()
    .sql`update intake.simplicity_batches set status = 'failed', rejection_reason = 'by hand' where id = ${id}`;
  const { body } = await get(`intake/batches/${id}/timeline`);
  assertEquals(
    body.attempts.map((attempt) => [
      attempt.attempt,
      attempt.status,
      attempt.states.map((state) => state.status),
    ]),
    [
      [1, "failed", ["uploaded", "staging", "validating", "failed"]],
      [2, "failed", ["uploaded", "failed"]],
    ],
  );
  assertEquals(
    body.attempts[0]?.rejection_reason,
    "Error budget exceeded: 15.3% invalid rows (threshold: 10%)",
  );
  assert(body.attempts.every((attempt) => attempt.ended_at !== null));
  assertEquals(body.actions.map((action) => [action.actor, action.action]), [
    ["operator-key", "upload.reserved"],
    ["operator-key", "batch.uploaded"],
    ["sql:postgres", "batch.failed"],
  ]);
  assertEquals(body.actions[1]?.request_id, "req-of-the-retry");
});

Deno.test("every action leaves an audit event with actor and request", async () => {
  const { body: { batch_id } } = await upload(shared(), someCsv());
  await act("abort", batch_id);
  await act("retry", batch_id);
  await act("delete", batch_id);
  const events = await shared().sql`select action from audit.event_log
    where entity_id = ${batch_id} and actor = 'operator-key' and request_id is not null order by id`;
  assertEquals(events.map((event) => event.action), [
    "upload.reserved",
    "batch.failed",
    "batch.uploaded",
    "batch.deleted",
  ]);
});

Deno.test("a person's acts are recorded as his, and one that the secret key's holder claims for him is not", async () => {
  const operator = { authorization: `Bearer ${await signIn(shared(), "operator")}` };
  const { body: { batch_id } } = await upload(shared(), someCsv(), {}, operator);
  const claimed = { batch: batch_id, reason: "no more", actor: "operator:a@b.org", request_id: null };
  assertEquals((await shared().service.schema("intake").rpc("abort_batch", claimed)).error, null);
  const events = await shared().sql`select action, actor, actor_kind from audit.event_log
    where entity_id = ${batch_id} and action in ('upload.reserved', 'batch.failed') order by id`;
  assertEquals(events.map((event) => [event.action, event.actor_kind, event.actor.split("@")[0]]), [
    ["upload.reserved", "operator", events[0]?.actor.split("@")[0]],
    ["batch.failed", "rest", "rest:operator:a"],
  ]);
  assert(events[0]?.actor.startsWith("operator:operator-"));
});
