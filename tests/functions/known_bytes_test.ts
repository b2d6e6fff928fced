/** Idempotent by content: duplicates, next attempts, force, dry runs, and many uploads of the same bytes at once. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { Problem } from "../../shared/errors.ts";
import { createServiceClient } from "../../supabase/functions/_shared/clients.ts";
import { createLogger } from "../../supabase/functions/_shared/log.ts";
import { RestCalls } from "../../shared/data/rest_calls.ts";
import { createIntakeApp } from "../../supabase/functions/intake/app.ts";
import { BatchGateway } from "../../shared/data/batch_gateway.ts";
import { ChainGateway } from "../../shared/data/chain_gateway.ts";
import { DropStore } from "../../supabase/functions/intake/drop_store.ts";
import { ObjectStore } from "../../shared/data/object_store.ts";
import { LineageGateway } from "../../shared/data/lineage_gateway.ts";
import { UploadGateway } from "../../shared/data/upload_gateway.ts";
import { SourceGateway } from "../../shared/data/source_gateway.ts";
import { BODY_PACE } from "../../supabase/functions/_shared/upload/paced_body.ts";
import { UploadRoom } from "../../supabase/functions/_shared/upload/upload_room.ts";
import {
  belongings,
  call,
  endedBatch,
  intakeStack,
  leavingNothing,
  post,
  setState,
  sha256,
  someCsv,
  upload,
  VENDOR,
} from "./intake_stack.ts";

const shared = intakeStack();

async function row(id: string) {
  const [batch] = await shared().sql`select * from intake.simplicity_batches where id = ${id}`;
  if (batch === undefined) throw new Error(`there is no batch ${id}`);
  return batch;
}

for (const state of ["uploaded", "staging", "validating", "awaiting_approval", "inserting", "completed"]) {
  Deno.test(`POST /intake/upload answers 200 skipped to bytes whose batch is ${state}, and leaves nothing`, async () => {
    const csv = someCsv();
    const first = await upload(shared(), csv);
    await setState(shared(), first.body.batch_id, state);
    await leavingNothing(shared(), async () => {
      const { status, body } = await upload(shared(), csv, {}, undefined, "other-name.csv");
      assertEquals([status, body.batch_id, body.status, body.duplicate, body.batch_status], [
        200,
        first.body.batch_id,
        "skipped",
        true,
        state,
      ]);
    });
    const hash = await sha256(csv);
    const asked = await post(shared(), "intake/upload-url", {
      filename: "a.csv",
      size: csv.length,
      file_hash: hash,
    });
    assertEquals([asked.status, asked.body.batch_id, asked.body.batch_status], [
      200,
      first.body.batch_id,
      state,
    ]);
  });
}

Deno.test("POST /intake/upload starts the next attempt of a failed batch, with the options given now", async () => {
  const csv = someCsv();
  const id = await endedBatch(shared(), "failed", csv);
  const before = await belongings(shared());
  const { status, body } = await upload(shared(), csv, { error_threshold_percent: "25", priority: "7" });
  assertEquals([status, body.batch_id, body.status, body.duplicate, body.attempt], [
    202,
    id,
    "uploaded",
    false,
    2,
  ]);
  const batch = await row(id);
  assertEquals([
    batch.status,
    batch.attempt,
    batch.error_threshold_percent,
    batch.priority,
    batch.rejection_reason,
  ], [
    "uploaded",
    2,
    25,
    7,
    null,
  ]);
  assertEquals(await belongings(shared()), before, "no second object, row or job");
});

Deno.test("POST /intake/upload-url starts nothing from a hash alone: the bytes must come", async () => {
  const csv = someCsv();
  const id = await endedBatch(shared(), "failed", csv);
  const { status, body } = await post(shared(), "intake/upload-url", {
    filename: "a.csv",
    size: csv.length,
    file_hash: (await sha256(csv)).toUpperCase(),
  });
  assertEquals([status, body.batch_id === id], [201, false]);
  assertEquals([(await row(id)).status, (await row(id)).attempt], ["failed", 1]);
});

Deno.test("an operator's word holds: a vendor's bytes are answered 409 ENDED_BY_OPERATOR with why, an operator's start", async () => {
  const csv = someCsv();
  const asVendor = { "x-dragonfly-api-key": VENDOR.key };
  const { body: { batch_id } } = await upload(shared(), csv, {}, asVendor);
  assertEquals((await post(shared(), `intake/batches/${batch_id}/abort`, { reason: "forged" })).status, 200);
  await leavingNothing(shared(), async () => {
    const again = await upload(shared(), csv, {}, asVendor);
    assertEquals([again.status, again.body.code, again.body.batch_id], [409, "ENDED_BY_OPERATOR", batch_id]);
    assert(again.body.detail.endsWith(": forged"), again.body.detail);
    const claimed = await call(shared(), "intake/upload-url", {
      method: "POST",
      headers: { ...asVendor, "content-type": "application/json" },
      body: JSON.stringify({ filename: "a.csv", size: csv.length, file_hash: await sha256(csv) }),
    });
    assertEquals([claimed.status, claimed.body.code], [409, "ENDED_BY_OPERATOR"]);
  });
  assertEquals((await row(batch_id)).status, "failed");
  const byOperator = await upload(shared(), csv, { source: VENDOR.name });
  assertEquals([byOperator.status, byOperator.body.batch_id, byOperator.body.attempt], [202, batch_id, 2]);
});

Deno.test("what was dropped and aborted before it was read is ended at the door, too", async () => {
  const csv = someCsv();
  const path = `${VENDOR.name}/${crypto.randomUUID()}.csv`;
  await upload(shared(), someCsv(), {}, { "x-dragonfly-api-key": VENDOR.key }); // its source is known from here on
  const stored = await shared().service.storage.from("intake").upload(path, csv, { contentType: "text/csv" });
  assertEquals(stored.error, null);
  const [dropped] = await shared().sql`select id from intake.simplicity_batches where storage_path = ${path}`;
  await post(shared(), `intake/batches/${dropped?.id}/abort`, { reason: "forged" });
  const { status, body } = await upload(shared(), csv, {}, { "x-dragonfly-api-key": VENDOR.key });
  assertEquals([status, body.code, body.batch_id], [409, "ENDED_BY_OPERATOR", dropped?.id]);
});

Deno.test("a vendor whose bytes another source has is told that they are known, and nothing else", async () => {
  const csv = someCsv();
  const { body: { batch_id } } = await upload(shared(), csv, {}, undefined, "secret.csv");
  const keys = { "x-dragonfly-api-key": VENDOR.key };
  const known = { status: "skipped", duplicate: true, batch_id: null, attempt: null, batch_status: null };
  const answer = { ...known, file_hash: await sha256(csv), file_size_bytes: csv.length };
  await leavingNothing(shared(), async () => {
    const sent = await upload(shared(), csv, {}, keys, "mine.csv");
    assertEquals([sent.status, { ...sent.body }], [200, { ...answer, filename: "mine.csv" }]);
    const claimed = await call(shared(), "intake/upload-url", {
      method: "POST",
      headers: { ...keys, "content-type": "application/json" },
      body: JSON.stringify({ filename: "mine.csv", size: csv.length, file_hash: await sha256(csv) }),
    });
    assertEquals([claimed.status, { ...claimed.body }], [200, { ...answer, filename: "mine.csv" }]);
  });
  await setState(shared(), batch_id, "failed");
  const own = await upload(shared(), csv, {}, keys, "mine.csv");
  assertEquals([own.status, own.body.batch_id === batch_id, (await row(own.body.batch_id)).source], [
    202,
    false,
    VENDOR.name,
  ]);
});

Deno.test("POST /intake/upload-url tells and starts nothing of another source by a hash that is only claimed", async () => {
  const csv = someCsv();
  const id = await endedBatch(shared(), "failed", csv);
  const { status, body } = await call(shared(), "intake/upload-url", {
    method: "POST",
    headers: { "x-dragonfly-api-key": VENDOR.key, "content-type": "application/json" },
    body: JSON.stringify({ filename: "a.csv", size: csv.length, file_hash: await sha256(csv) }),
  });
  assertEquals(status, 201);
  assert(body.batch_id !== id);
  assertEquals((await row(id)).status, "failed");
});

Deno.test("POST /intake/upload stores again what a failed batch has lost, and that batch goes on", async () => {
  const csv = someCsv();
  const id = await endedBatch(shared(), "failed", csv);
  const { storage_path } = await row(id);
  assertEquals((await shared().service.storage.from("intake").remove([storage_path])).error, null);
  const { status, body } = await upload(shared(), csv);
  assertEquals([status, body.batch_id, body.attempt], [202, id, 2]);
  const batch = await row(id);
  assertEquals(batch.status, "uploaded");
  assert(batch.storage_path !== storage_path, "paths are never used twice");
  const { data } = await shared().service.storage.from("intake").download(batch.storage_path);
  assertEquals(new Uint8Array(await data?.arrayBuffer() ?? new ArrayBuffer(0)), csv);
  const [others] = await shared().sql`select count(*)::int as n from intake.simplicity_batches
    where id <> ${id} and (file_hash = ${await sha256(csv)} or storage_path = ${batch.storage_path})`;
  assertEquals(others?.n, 0, "no skipped row beside it");
});

Deno.test("POST /intake/upload with force runs a completed batch again, and leaves a running one alone", async () => {
  const csv = someCsv();
  const id = await endedBatch(shared(), "completed", csv);
  const again = await upload(shared(), csv, { force: "true" });
  assertEquals([again.status, again.body.batch_id, again.body.attempt], [202, id, 2]);
  const running = await upload(shared(), csv, { force: "true" });
  assertEquals([running.status, running.body.status, running.body.attempt], [200, "skipped", 2]);
});

Deno.test("POST /intake/upload: a dry run does not make bytes known, and runs on known ones", async () => {
  const csv = someCsv();
  const dry = await upload(shared(), csv, { dry_run: "true" });
  const real = await upload(shared(), csv);
  const dryAgain = await upload(shared(), csv, { dry_run: "true" });
  assertEquals([dry.status, real.status, dryAgain.status], [202, 202, 202]);
  assertEquals(new Set([dry, real, dryAgain].map((answer) => answer.body.batch_id)).size, 3);
  assertEquals((await upload(shared(), csv)).body.batch_id, real.body.batch_id);
});

Deno.test("POST /intake/check-duplicate tells what an upload would be answered", async () => {
  const csv = someCsv();
  const ask = async () =>
    (await post(shared(), "intake/check-duplicate", { file_hash: await sha256(csv) })).body;
  assertEquals((await ask()).duplicate, false);
  const { body: { batch_id } } = await upload(shared(), csv);
  const known = await ask();
  assertEquals([known.duplicate, known.batch_id, known.status, known.filename, known.row_count_total], [
    true,
    batch_id,
    "uploaded",
    "judgments.csv",
    0,
  ]);
  await setState(shared(), batch_id, "failed");
  assertEquals([(await ask()).duplicate, (await ask()).status], [false, "failed"]);
  assertEquals(
    (await post(shared(), "intake/check-duplicate", { file_hash: "x" })).body.code,
    "INVALID_PARAMETER",
  );
});

Deno.test("200 racing uploads of 20 files make 20 batches, and no skipped row", async () => {
  const files = Array.from({ length: 20 }, () => someCsv());
  const before = await belongings(shared());
  const answers = await Promise.all(Array.from({ length: 200 }, async (_, turn) => {
    const file = turn % files.length;
    const { status, body } = await upload(shared(), files[file] ?? someCsv());
    return { file, status, id: body.batch_id };
  }));
  assertEquals(answers.filter((answer) => answer.status === 202).length, 20);
  assertEquals(answers.filter((answer) => answer.status === 200).length, 180);
  for (let file = 0; file < files.length; file++) {
    assertEquals(
      new Set(answers.filter((answer) => answer.file === file).map((answer) => answer.id)).size,
      1,
    );
  }
  const after = await belongings(shared());
  assertEquals(
    [after.batches, after.objects, after.jobs].map((n, i) =>
      (n ?? 0) - ([before.batches, before.objects, before.jobs][i] ?? 0)
    ),
    [20, 20, 20],
  );
  const [open] = await shared()
    .sql`select count(*)::int as n from intake.uploads where arrived_at is null and file_hash is not null`;
  assertEquals(open?.n, 0, "no reservation is left open");
});

/** The function's app in this process, with a store of the test's making. */
function appWith(store: Pick<DropStore, "put">, patienceMs = 60_000) {
  const client = createServiceClient({
    SUPABASE_URL: shared().stack.api_url,
    SUPABASE_SECRET_KEYS: { default: shared().stack.secret_key },
    DRAGONFLY_WAKE_TOKEN: shared().stack.wake_token,
  });
  const real = new DropStore(client);
  const rows = new RestCalls(client);
  const app = createIntakeApp({
    identify: () => Promise.resolve({ role: "operator_key", name: "operator-key" }),
    limit: () => Promise.resolve(),
    strangers: { take: () => () => {} },
    corsOrigins: [],
    log: createLogger({ functionName: "intake", level: "error" }),
    batches: new BatchGateway(rows),
    sources: new SourceGateway(rows),
    lineage: new LineageGateway(rows),
    objects: new ObjectStore(shared().stack.api_url, {}, fetch),
    reservations: new UploadGateway(rows),
    store: Object.assign(Object.create(real), store),
    link: () => Promise.resolve(null),
    proofs: new ChainGateway(rows),
    proof: () => Promise.resolve(null),
    stamp: null,
    room: new UploadRoom(),
    pace: { lookMs: 10, patienceMs, renewMs: 3_600_000, body: BODY_PACE },
  });
  return (csv: Uint8Array<ArrayBuffer>) =>
    app.request("/intake/upload?filename=a.csv", {
      method: "POST",
      headers: { "content-type": "text/csv" },
      body: csv,
    });
}

Deno.test("POST /intake/upload waits for a winner that stores, and answers once its object is there", async () => {
  const csv = someCsv();
  const stored = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const real = new DropStore(shared().service);
  const winner = appWith({
    async put(path, chunks) {
      begun.resolve();
      await stored.promise;
      await real.put(path, chunks);
    },
  })(csv);
  await begun.promise;
  let answered = false;
  const loser = upload(shared(), csv).then((answer) => {
    answered = true;
    return answer;
  });
  const hash = await sha256(csv);
  // Another upload of other bytes goes through meanwhile: the loser alone waits.
  assertEquals((await upload(shared(), someCsv())).status, 202);
  assertEquals(answered, false);
  stored.resolve();
  const [first, second] = [await (await winner).json(), (await loser).body];
  assertEquals([first.batch_id, first.status, second.status], [second.batch_id, "uploaded", "skipped"]);
  const [batches] = await shared()
    .sql`select count(*)::int as n from intake.uploads where file_hash = ${hash}`;
  assertEquals(batches?.n, 1);
});

Deno.test("POST /intake/upload takes over from a winner that was killed while it stored", async () => {
  const csv = someCsv();
  const begun = Promise.withResolvers<void>();
  const hung = Promise.withResolvers<void>();
  const killed = appWith({ put: () => (begun.resolve(), hung.promise) })(csv);
  await begun.promise;
  const loser = upload(shared(), csv);
  const hash = await sha256(csv);
  await shared().sql`update intake.uploads set expires_at = now() where file_hash = ${hash}`; // 45 s of silence
  const { status, body } = await loser;
  assertEquals([status, body.status], [202, "uploaded"]);
  const batches = await shared()
    .sql`select b.id from intake.simplicity_batches b join intake.uploads u using (id) where u.file_hash = ${hash}`;
  assertEquals(batches.map((batch) => batch.id), [body.batch_id]);
  hung.reject(new Problem("UNAVAILABLE", "the connection broke"));
  assertEquals((await killed).status, 503);
  assertEquals(
    (await row(body.batch_id)).status,
    "uploaded",
    "a winner that comes back late disturbs nothing",
  );
});

Deno.test("POST /intake/upload answers 503 when storage takes nothing, and leaves nothing", async () => {
  const csv = someCsv();
  await leavingNothing(shared(), async () => {
    const send = appWith({
      put: () => Promise.reject(new Problem("UNAVAILABLE", "Storage did not take the file.")),
    });
    const answer = await send(csv);
    assertEquals([answer.status, (await answer.json()).code], [503, "UNAVAILABLE"]);
  });
  assertEquals((await upload(shared(), csv)).status, 202, "the bytes can be sent again at once");
});

Deno.test("POST /intake/upload answers 202 when the bytes were stored and only the answer was lost", async () => {
  const real = new DropStore(shared().service);
  const send = appWith({
    async put(path, chunks) {
      await real.put(path, chunks);
      throw new Problem("UNAVAILABLE", "connection reset");
    },
  });
  const answer = await send(someCsv());
  assertEquals(answer.status, 202);
  await answer.body?.cancel();
});

Deno.test("POST /intake/upload ends its wait for a winner that never ends", async () => {
  const csv = someCsv();
  const begun = Promise.withResolvers<void>();
  const hung = Promise.withResolvers<void>();
  const winner = appWith({ put: () => (begun.resolve(), hung.promise) })(csv);
  await begun.promise;
  const answer = await appWith({ put: () => hung.promise }, 50)(csv);
  assertEquals([answer.status, (await answer.json()).code], [503, "UNAVAILABLE"]);
  hung.reject(new Problem("UNAVAILABLE", "the connection broke"));
  await (await winner).body?.cancel();
});
