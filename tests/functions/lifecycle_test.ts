/** A file's way through running functions, from the endpoint to judgments. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { sharedStack, until } from "../stack/shared_stack.ts";
import { type AnswerBody, asOperator, call, post, upload } from "./intake_stack.ts";

const shared = sharedStack();
const COUNTS = ["total", "valid", "invalid", "inserted", "duplicate"] as const;

/** A file with so many good and bad rows, of case numbers nobody else has. */
function csv(good: number, bad: number, mark = crypto.randomUUID().slice(0, 8)): Uint8Array<ArrayBuffer> {
  const rows = Array.from(
    { length: good + bad },
    (_, n) =>
      `${mark}-${n},ABC LLC,"Doe, John",${n < good ? "1,234.50" : "a lot"},2024-01-31`.replace(
        "1,234.50",
        '"1,234.50"',
      ),
  );
  return new TextEncoder().encode(
    `case_number,plaintiff_name,defendant_name,amount,judgment_date\n${rows.join("\n")}\n`,
  );
}

/** Waits for the end of an attempt. */
function ended(id: string, attempt = 1): Promise<AnswerBody> {
  return until(async () => {
    const { body } = await call(shared(), `intake/batches/${id}`, { headers: asOperator(shared()) });
    return body.attempt === attempt && ["completed", "failed", "skipped"].includes(String(body.status)) &&
      body;
  });
}

function counts(batch: AnswerBody): unknown[] {
  return [batch.status, ...COUNTS.map((name) => batch[`row_count_${name}`])];
}

async function judgmentsOf(id: string): Promise<number> {
  const [row] = await shared().sql`select count(*)::int as n from public.judgments where batch_id = ${id}`;
  return row?.n;
}

Deno.test("a file within budget is completed, with its rows inserted and its rejects listed", async () => {
  const { body } = await upload(shared(), csv(19, 1));
  const batch = await ended(body.batch_id);
  assertEquals(counts(batch), ["completed", 20, 19, 1, 19, 0]);
  assertEquals([batch.error_rate_percent, batch.progress, batch.file_hash], [5, 1, body.file_hash]);
  assertEquals(await judgmentsOf(body.batch_id), 19);
  const { body: page } = await call(shared(), `intake/batches/${body.batch_id}/errors`, {
    headers: asOperator(shared()),
  });
  assertEquals(
    page.errors.map((error) => [error.row_number, error.line_number, error.error_code, error.raw_value]),
    [[20, 21, "INVALID_AMOUNT", "a lot"]],
  );
});

Deno.test("a refused file sent again runs again with the options given now, under the same id", async () => {
  const file = csv(8, 2);
  const { body } = await upload(shared(), file);
  const refused = await ended(body.batch_id);
  assertEquals(counts(refused), ["failed", 10, 8, 2, 0, 0]);
  assertEquals(refused.rejection_reason, "Error budget exceeded: 20.0% invalid rows (threshold: 10%)");
  assertEquals(await judgmentsOf(body.batch_id), 0);
  const again = await upload(shared(), file, { error_threshold_percent: "25" });
  assertEquals([again.status, again.body.batch_id, again.body.attempt], [202, body.batch_id, 2]);
  assertEquals(counts(await ended(body.batch_id, 2)), ["completed", 10, 8, 2, 8, 0]);
});

Deno.test("a refused file dropped in the bucket starts its batch again, and the drop has its own skipped row", async () => {
  const file = csv(1, 1);
  const { body } = await upload(shared(), file);
  await ended(body.batch_id);
  const path = `${crypto.randomUUID()}.csv`;
  assertEquals(
    (await shared().service.storage.from("intake").upload(path, file, { contentType: "text/csv" })).error,
    null,
  );
  await ended(body.batch_id, 2);
  const [drop] = await shared()
    .sql`select status, duplicate_of from intake.simplicity_batches where storage_path = ${path}`;
  assertEquals([drop?.status, drop?.duplicate_of], ["skipped", body.batch_id]);
});

Deno.test("a completed batch that is retried or forced ends with the same counts and the same rows", async () => {
  const file = csv(9, 0);
  const { body } = await upload(shared(), file);
  const first = counts(await ended(body.batch_id));
  assertEquals((await post(shared(), `intake/batches/${body.batch_id}/retry`)).status, 202);
  assertEquals(counts(await ended(body.batch_id, 2)), first);
  assertEquals((await upload(shared(), file, { force: "true" })).body.attempt, 3);
  assertEquals(counts(await ended(body.batch_id, 3)), first);
  assertEquals(await judgmentsOf(body.batch_id), 9);
});

Deno.test("a re-run with a threshold below what stands is refused, and changes nothing", async () => {
  const file = csv(11, 1);
  const { body } = await upload(shared(), file);
  const first = counts(await ended(body.batch_id));
  for (
    const refused of [
      await post(shared(), `intake/batches/${body.batch_id}/retry`, { error_threshold_percent: 8 }),
      await upload(shared(), file, { force: "true", error_threshold_percent: "8" }),
    ]
  ) {
    assertEquals([refused.status, refused.body.code, refused.body.field], [
      422,
      "INVALID_PARAMETER",
      "error_threshold_percent",
    ]);
  }
  assertEquals(counts(await ended(body.batch_id)), first);
  const again = await post(shared(), `intake/batches/${body.batch_id}/retry`, { error_threshold_percent: 9 });
  assertEquals(again.status, 202);
  assertEquals(counts(await ended(body.batch_id, 2)), first);
});

Deno.test("a dry run inserts nothing and is followed by the real run of the same bytes", async () => {
  const file = csv(5, 0);
  const dry = await upload(shared(), file, { dry_run: "true" });
  assertEquals(counts(await ended(dry.body.batch_id)), ["completed", 5, 5, 0, 0, 0]);
  const real = await upload(shared(), file);
  assertEquals(real.status, 202);
  assertEquals(counts(await ended(real.body.batch_id)), ["completed", 5, 5, 0, 5, 0]);
  const dryAgain = await upload(shared(), file, { dry_run: "true" });
  assertEquals(counts(await ended(dryAgain.body.batch_id)), ["completed", 5, 5, 0, 0, 5]);
});

Deno.test("a file sent to a signed address is completed under the id that was given with it", async () => {
  const file = csv(3, 0);
  const { body } = await post(shared(), "intake/upload-url", { filename: "signed.csv", size: file.length });
  const { error } = await shared().anon.storage.from("intake").uploadToSignedUrl(
    body.path,
    body.token,
    file,
    { contentType: "text/csv" },
  );
  assertEquals(error, null);
  const batch = await ended(body.batch_id);
  assertEquals([batch.filename, ...counts(batch)], ["signed.csv", "completed", 3, 3, 0, 3, 0]);
});

Deno.test("a header alone and missing columns are accepted at the door and fail in the pipeline", async () => {
  const encode = (text: string) => new TextEncoder().encode(text);
  const header = await upload(
    shared(),
    encode("case_number,plaintiff_name,defendant_name,amount,judgment_date\n"),
  );
  assert(String((await ended(header.body.batch_id)).rejection_reason).startsWith("Empty file"));
  const missing = await upload(shared(), encode("case_number,amount\nA,1\n"));
  assertEquals(
    (await ended(missing.body.batch_id)).rejection_reason,
    "Missing required fields: plaintiff_name, defendant_name, judgment_date",
  );
});

Deno.test("the timeline of a completed batch tells every state with its duration", async () => {
  const { body } = await upload(shared(), csv(2, 0));
  await ended(body.batch_id);
  const { body: timeline } = await call(shared(), `intake/batches/${body.batch_id}/timeline`, {
    headers: asOperator(shared()),
  });
  assertEquals(timeline.attempts.map((attempt) => attempt.states.map((state) => state.status)), [
    ["uploaded", "staging", "validating", "inserting", "completed"],
  ]);
  const durations = timeline.attempts[0]?.states.map((state) => state.duration_ms) ?? [];
  assert(
    durations.slice(0, -1).every((ms) => typeof ms === "number" && ms >= 0) && durations.at(-1) === null,
  );
  assertEquals(timeline.attempts[0]?.row_count_inserted, 2);
});

Deno.test("an isolate killed while it stores leaves the bytes to whoever sends them next", async () => {
  const file = new TextEncoder().encode("x".repeat(40_000_000) + crypto.randomUUID());
  const hash = crypto.subtle.digest("SHA-256", file).then((digest) =>
    [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("")
  );
  const killed = upload(shared(), file, { error_threshold_percent: "0" }).catch(() => null); // its connection may simply break
  const known = await hash;
  await until(async () => {
    const [open] = await shared().sql`select id from intake.uploads where file_hash = ${known}`;
    return open;
  });
  await shared().stack.ask({ do: "signal_isolates", function: "intake", signal: "SIGKILL" });
  await killed;
  await shared()
    .sql`update intake.uploads set expires_at = now() where file_hash = ${known} and arrived_at is null`;
  const { body } = await upload(shared(), file, { error_threshold_percent: "0" });
  await ended(body.batch_id, Number(body.attempt));
  const batches = await shared()
    .sql`select id, status from intake.simplicity_batches where file_hash = ${known}`;
  assertEquals(batches.map((batch) => [batch.id, batch.status]), [[body.batch_id, "failed"]]);
});
