/** What is judged at the door: every cell of the table, and that a refusal leaves nothing behind. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import {
  type Answer,
  asOperator,
  call,
  intakeStack,
  leavingNothing,
  OTHER_VENDOR,
  post,
  sha256,
  someCsv,
  upload,
  VENDOR,
} from "./intake_stack.ts";

const shared = intakeStack();
const bytes = (...parts: (string | number[])[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    parts.flatMap((part) => typeof part === "string" ? [...new TextEncoder().encode(part)] : part),
  );

function raw(
  body: BodyInit | null,
  headers: Record<string, string>,
  query = "?filename=a.csv",
): Promise<Answer> {
  return call(shared(), `intake/upload${query}`, {
    method: "POST",
    headers: asOperator(shared(), headers),
    body,
  });
}

function form(text: string, boundary = "XX"): Promise<Answer> {
  return raw(
    text.replaceAll("\n", "\r\n"),
    { "content-type": `multipart/form-data; boundary=${boundary}` },
    "",
  );
}

async function refused(answer: Promise<Answer>, status: number, code: string): Promise<Answer> {
  const { body, headers } = await answer;
  assertEquals([body.status, body.code], [status, code], JSON.stringify(body));
  assertEquals(headers.get("content-type"), "application/problem+json");
  assert(typeof body.fix === "string" && body.fix.length > 10, "a problem at the door says how to go on");
  assert(typeof body.type === "string" && typeof body.title === "string" && typeof body.detail === "string");
  assertEquals(headers.get("x-request-id"), body.request_id);
  return answer;
}

const PART =
  '--XX\nContent-Disposition: form-data; name="file"; filename="a.csv"\nContent-Type: text/csv\n\na,b\n1,2\n';
const BROKEN: readonly (readonly [string, () => Promise<Answer>])[] = [
  ["no file part", () => form('--XX\nContent-Disposition: form-data; name="source"\n\nsimplicity\n--XX--\n')],
  ["two file parts", () => form(`${PART}${PART}--XX--\n`)],
  [
    "a file part that is a text field",
    () => form('--XX\nContent-Disposition: form-data; name="file"\n\na,b\n--XX--\n'),
  ],
  ["a file part with an empty name", () => form(PART.replace('"a.csv"', '""') + "--XX--\n")],
  ["a body that breaks off", () => form(PART)],
  ["a body that is no multipart", () => form("hello")],
  ["an empty multipart body", () => form("")],
  ["multipart without a boundary", () => raw("x", { "content-type": "multipart/form-data" }, "")],
  [
    "a field sent twice",
    () =>
      form(
        `${PART}${'--XX\nContent-Disposition: form-data; name="source"\n\nsimplicity\n'.repeat(2)}--XX--\n`,
      ),
  ],
  ["a raw body without filename", () => raw("a,b\n", { "content-type": "text/csv" }, "")],
  ["a raw body with an empty filename", () => raw("a,b\n", { "content-type": "text/csv" }, "?filename=")],
];
for (const [what, send] of BROKEN) {
  Deno.test(`POST /intake/upload answers 400 to ${what}`, () =>
    leavingNothing(shared(), async () => {
      await refused(send(), 400, "BAD_REQUEST");
    }));
}

Deno.test("POST /intake/upload answers 422 EMPTY_FILE to 0 bytes, as a form and raw", () =>
  leavingNothing(shared(), async () => {
    await refused(upload(shared(), new Uint8Array()), 422, "EMPTY_FILE");
    await refused(raw(new Uint8Array(), { "content-type": "text/csv" }), 422, "EMPTY_FILE");
    await refused(raw(null, { "content-type": "text/csv" }), 422, "EMPTY_FILE");
  }));

const OTHER_KINDS: readonly (readonly [string, Uint8Array<ArrayBuffer>])[] = [
  ["zip", bytes([0x50, 0x4b, 3, 4], "hello.txt")],
  ["xlsx", bytes([0x50, 0x4b, 3, 4], "[Content_Types].xml xl/workbook.xml")],
  ["gzip", bytes([0x1f, 0x8b, 8, 0], "x")],
  ["pdf", bytes("%PDF-1.7\n")],
  ["png", bytes([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10])],
  ["jpeg", bytes([0xff, 0xd8, 0xff, 0xe0])],
  ["binary", bytes("case_number,amount\nA,", [0], "1\n")],
];
for (const [kind, content] of OTHER_KINDS) {
  Deno.test(`POST /intake/upload answers 415 UNSUPPORTED_FILE to ${kind}, whatever it calls itself`, () =>
    leavingNothing(shared(), async () => {
      await refused(upload(shared(), content), 415, "UNSUPPORTED_FILE");
      const { body } = await raw(content, { "content-type": "text/csv" });
      assert(body.detail.includes(kind), body.detail);
    }));
}

Deno.test("POST /intake/upload takes UTF-16 with its mark in spite of its NUL bytes", async () => {
  const text = `case_number,amount\n${crypto.randomUUID()},1\n`;
  const utf16 = new Uint8Array([0xff, 0xfe, ...[...text].flatMap((letter) => [letter.charCodeAt(0), 0])]);
  assertEquals((await upload(shared(), utf16)).status, 202);
});

for (const type of ["application/json", "application/pdf", "multipart/mixed; boundary=XX", "image/png", ""]) {
  Deno.test(`POST /intake/upload answers 415 to content type "${type}"`, () =>
    leavingNothing(
      shared(),
      () =>
        refused(
          raw(new Uint8Array([65]), type === "" ? {} : { "content-type": type }),
          415,
          "UNSUPPORTED_MEDIA_TYPE",
        ),
    ));
}

for (
  const type of [
    "text/csv",
    "text/plain; charset=utf-8",
    "application/octet-stream",
    "application/vnd.ms-excel",
  ]
) {
  Deno.test(`POST /intake/upload takes a raw body of ${type}`, async () => {
    const csv = someCsv();
    const { status, body } = await raw(csv, { "content-type": type }, "?filename=Liste%20M%C3%A4rz.csv");
    assertEquals(status, 202);
    assertEquals(body, {
      batch_id: body.batch_id,
      status: "uploaded",
      duplicate: false,
      attempt: 1,
      filename: "Liste März.csv",
      file_hash: await sha256(csv),
      file_size_bytes: csv.length,
    });
  });
}

Deno.test("POST /intake/upload answers 413 FILE_TOO_LARGE over 52,428,800 bytes and names upload-url", () =>
  leavingNothing(shared(), async () => {
    const big = new Uint8Array(52_428_801).fill(65);
    for (
      const send of [
        () => upload(shared(), big),
        () => raw(big, { "content-type": "text/csv" }),
        () => raw(streamed(big), { "content-type": "text/csv" }),
      ]
    ) {
      const { body } = await refused(send(), 413, "FILE_TOO_LARGE");
      assert(body.fix.includes("upload-url"), body.fix);
    }
  }));

Deno.test("POST /intake/upload takes exactly 52,428,800 bytes", async () => {
  const most = new Uint8Array(52_428_800).fill(65);
  const { status, body } = await upload(shared(), most, { dry_run: "true" });
  assertEquals([status, body.file_size_bytes, body.file_hash], [202, most.length, await sha256(most)]);
});

/** Sent in chunks without saying how much will come. */
function streamed(whole: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent >= whole.length) return controller.close();
      controller.enqueue(whole.slice(sent, sent += 1 << 20));
    },
  });
}

const BAD_FIELDS: readonly (readonly [string, readonly string[]])[] = [
  ["error_threshold_percent", ["abc", "10.5", "-1", "101", "1e1", "٣", ""]],
  ["priority", ["101", "-101", "high", "1.5"]],
  ["force", ["yes", "1", "TRUE", ""]],
  ["dry_run", ["no", "0"]],
  ["source", ["unknown", "Simplicity", "../etc", "a b"]],
  ["source_reference", ["x".repeat(201)]],
];
for (const [field, values] of BAD_FIELDS) {
  Deno.test(`POST /intake/upload answers 422 naming ${field}, in the form and in the query`, () =>
    leavingNothing(shared(), async () => {
      for (const value of values) {
        const inForm = await refused(
          upload(shared(), someCsv(), { [field]: value }),
          422,
          "INVALID_PARAMETER",
        );
        assertEquals(inForm.body.field, field);
        const query = `?filename=a.csv&${field}=${encodeURIComponent(value)}`;
        const inQuery = await refused(
          raw(someCsv(), { "content-type": "text/csv" }, query),
          422,
          "INVALID_PARAMETER",
        );
        assertEquals(inQuery.body.field, field);
      }
    }));
}

Deno.test("POST /intake/upload keeps what was asked for with the batch", async () => {
  const { body } = await upload(shared(), someCsv(), {
    error_threshold_percent: "0",
    priority: "-100",
    dry_run: "true",
    source_reference: "EXPORT-1",
    source: "",
  });
  const [batch] = await shared().sql`select * from intake.simplicity_batches where id = ${body.batch_id}`;
  assertEquals(
    [
      batch?.error_threshold_percent,
      batch?.priority,
      batch?.dry_run,
      batch?.source_reference,
      batch?.source,
      batch?.created_by,
    ],
    [0, -100, true, "EXPORT-1", "simplicity", "operator-key"],
  );
  assertEquals(batch?.storage_path, `uploads/${body.batch_id}/judgments.csv`);
});

Deno.test("POST /intake/upload takes header-only, unreadable and wrong files: the pipeline judges those", async () => {
  for (const content of ["case_number,amount\n", "x\n", `"never closed ${crypto.randomUUID()}\n`]) {
    assertEquals((await upload(shared(), bytes(content))).status, 202);
  }
});

Deno.test("POST /intake/upload ignores what follows the last boundary, in one piece or apart", async () => {
  const text = PART.replace("1,2", crypto.randomUUID()).replaceAll("\n", "\r\n") + "--XX--";
  const pieces = [text, "\r\n", "an epilogue"].map((piece) => new TextEncoder().encode(piece));
  const apart = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const piece = pieces.shift();
      if (piece === undefined) return controller.close();
      controller.enqueue(piece);
      await new Promise((resolve) => setTimeout(resolve, 20)); // so that they travel one by one
    },
  });
  assertEquals((await raw(apart, { "content-type": "multipart/form-data; boundary=XX" }, "")).status, 202);
});

Deno.test("POST /intake/upload lets a vendor upload for its own source alone", async () => {
  const headers = { "x-dragonfly-api-key": VENDOR.key };
  const own = await upload(shared(), someCsv(), {}, headers);
  assertEquals(own.status, 202);
  assertEquals((await upload(shared(), someCsv(), { source: VENDOR.name }, headers)).status, 202);
  const [batch] = await shared()
    .sql`select source, created_by from intake.simplicity_batches where id = ${own.body.batch_id}`;
  assertEquals([batch?.source, batch?.created_by], ["acme", "vendor:acme"]);
  await leavingNothing(
    shared(),
    () => refused(upload(shared(), someCsv(), { source: "simplicity" }, headers), 403, "FORBIDDEN"),
  );
});

Deno.test("POST /intake/upload-url gives an address that takes the file, which then is the batch", async () => {
  const csv = someCsv();
  const asked = await post(shared(), "intake/upload-url", {
    filename: "big file.csv",
    size: csv.length,
    error_threshold_percent: 25,
    dry_run: false,
  });
  assertEquals(asked.status, 201);
  const { batch_id, upload_url, token, path, expires_at } = asked.body;
  assert(Date.parse(expires_at) > Date.now() + 3_600_000);
  assertEquals(
    (await call(shared(), `intake/batches/${batch_id}`, { headers: asOperator(shared()) })).body.code,
    "UPLOAD_PENDING",
  );
  assert(upload_url.includes(token) && upload_url.startsWith(shared().stack.api_url));
  const { error } = await shared().anon.storage.from("intake").uploadToSignedUrl(path, token, csv, {
    contentType: "text/csv",
  });
  assertEquals(error, null);
  const { status, body } = await call(shared(), `intake/batches/${batch_id}`, {
    headers: asOperator(shared()),
  });
  assertEquals([status, body.status, body.filename, body.error_threshold_percent], [
    200,
    "uploaded",
    "big file.csv",
    25,
  ]);
});

Deno.test("POST /intake/upload-url refuses what cannot be a file to come", () =>
  leavingNothing(shared(), async () => {
    const ask = (body: unknown) => post(shared(), "intake/upload-url", body);
    await refused(ask({ size: 1 }), 422, "INVALID_PARAMETER");
    await refused(ask({ filename: "a.csv" }), 422, "INVALID_PARAMETER");
    await refused(ask({ filename: "a.csv", size: 0 }), 422, "EMPTY_FILE");
    await refused(ask({ filename: "a.csv", size: 1_073_741_825 }), 413, "FILE_TOO_LARGE");
    await refused(ask({ filename: "a.csv", size: 1, file_hash: "abc" }), 422, "INVALID_PARAMETER");
    await refused(ask({ filename: "a.csv", size: 1, source: "unknown" }), 422, "INVALID_PARAMETER");
    await refused(ask([1]), 400, "BAD_REQUEST");
  }));

Deno.test("a vendor sets neither priority nor force, and lowers its threshold alone", () =>
  leavingNothing(shared(), async () => {
    const headers = { "x-dragonfly-api-key": VENDOR.key };
    const announce = (more: Record<string, unknown>) =>
      call(shared(), "intake/upload-url", {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify({ filename: "a.csv", size: 10, ...more }),
      });
    for (
      const [field, value] of [["priority", "1"], ["priority", "0"], ["force", "true"], [
        "error_threshold_percent",
        "11",
      ]] as const
    ) {
      for (
        const send of [upload(shared(), someCsv(), { [field]: value }, headers), announce({ [field]: value })]
      ) {
        assertEquals((await refused(send, 403, "FORBIDDEN")).body.field, field);
      }
    }
  }));

Deno.test("a vendor may lower its threshold, and say that it forces nothing", async () => {
  const headers = { "x-dragonfly-api-key": VENDOR.key };
  const fields = { error_threshold_percent: "10", force: "false" };
  assertEquals((await upload(shared(), someCsv(), fields, headers)).status, 202);
  assertEquals((await upload(shared(), someCsv(), { error_threshold_percent: "0" }, headers)).status, 202);
});

Deno.test("a vendor announces 20 uploads and no more until one of them arrives, racers too", async () => {
  const announce = () =>
    call(shared(), "intake/upload-url", {
      method: "POST",
      headers: { "x-dragonfly-api-key": OTHER_VENDOR.key, "content-type": "application/json" },
      body: JSON.stringify({ filename: "a.csv", size: 10 }),
    });
  const answers = await Promise.all(Array.from({ length: 23 }, announce));
  assertEquals(answers.filter(({ status }) => status === 201).length, 20);
  assertEquals(answers.filter(({ body }) => body.code === "CONFLICT").length, 3);
  const [first] = answers.filter(({ status }) => status === 201);
  await shared().sql`update intake.uploads set arrived_at = now() where id = ${first?.body.batch_id ?? ""}`;
  assertEquals([(await announce()).status, (await announce()).status], [201, 409]);
  await shared().sql`update intake.uploads set expires_at = now() where source = ${OTHER_VENDOR.name}`;
  assertEquals((await announce()).status, 201);
});

Deno.test("POST /intake/upload refuses a boundary that repeats itself, and takes fields every object has", async () => {
  await leavingNothing(shared(), () => refused(form("x", "a".repeat(70)), 400, "BAD_REQUEST"));
  const csv = PART.replace("1,2", crypto.randomUUID());
  const field = '--XX\nContent-Disposition: form-data; name="constructor"\n\nx\n';
  assertEquals((await form(`${csv}${field}--XX--\n`)).status, 202);
});
