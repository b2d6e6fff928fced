/** Files as people have them, one case each: how a case is put together, dropped, and held against what it states. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import { z } from "zod";
import { hasEnded } from "../../shared/intake/states.ts";
import { checkForetold, foretell } from "./foretold.ts";
import { type Answer, asOperator, call, post } from "../functions/intake_stack.ts";
import { type SharedStack, until } from "../stack/shared_stack.ts";

const HUNT = new URL("../fixtures/hunt/", import.meta.url);

const Expected = z.strictObject({
  status: z.string(),
  http: z.int().optional(),
  problem_code: z.string().optional(),
  rejection_begins: z.string().optional(),
  rejection_code: z.string().optional(),
  total: z.int().optional(),
  valid: z.int().optional(),
  invalid: z.int().optional(),
  inserted: z.int().optional(),
  duplicate: z.int().optional(),
  unread: z.int().optional(),
  codes: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  message_contains: z.array(z.string()).default([]),
  messages_differ: z.array(z.int()).default([]),
  notes_contain: z.array(z.string()).default([]),
  ignored_columns: z.array(z.string()).optional(),
  values: z.array(z.record(z.string(), z.string().nullable())).default([]),
  absent: z.array(z.string()).default([]),
  dialect: z.record(z.string(), z.unknown()).default({}),
  filename: z.string().optional(),
  saved_as: z.string().optional(),
});
type Expected = z.infer<typeof Expected>;

const Part = z.strictObject({
  line: z.string().optional(),
  text: z.string().optional(),
  bytes: z.string().optional(),
  repeat: z.int().default(1),
  from: z.int().default(1),
});

const Content = { file: z.string().optional(), parts: z.array(Part).optional() };

const Case = z.strictObject({
  name: z.string(),
  kind: z.string(),
  why: z.string(),
  ...Content,
  filename: z.string().optional(),
  filename_encoding: z.enum(["cp1252"]).optional(),
  content_type: z.string().default("text/csv"),
  via: z.enum(["bucket", "upload", "raw", "upload-url"]).default("bucket"),
  announce: z.record(z.string(), z.literal("wrong")).default({}),
  source_settings: z.record(z.string(), z.unknown()).optional(),
  before: z.array(z.strictObject(Content)).default([]),
  replay: z.strictObject({
    ...Content,
    expect: Expected,
    original: z.strictObject({
      resolved: z.array(z.int()).default([]),
      unresolved: z.array(z.int()).default([]),
    }),
  }).optional(),
  expect: Expected,
});
/** A case as it is written down. */
export type Case = z.infer<typeof Case>;

/** The cases of a folder, in the order of their file. */
export function readCases(folder: URL): readonly Case[] {
  return Case.array().parse(JSON.parse(Deno.readTextFileSync(new URL("cases.json", folder))));
}

/** All cases of the hunt. */
export const CASES: readonly Case[] = readCases(HUNT);

/** A case with words of its own, so that it can be dropped beside itself, and its bytes. */
export function withWords(written: Case): { filled: Case; words: Words; bytes: Uint8Array<ArrayBuffer> } {
  const words = newWords();
  const filled = Case.parse(JSON.parse(fill(JSON.stringify(written), words)));
  return { filled, words, bytes: contentOf(filled, words) };
}

/** Drops a case through Storage or the endpoint and checks all that it states. @throws where it is not so. */
export async function checkCase(stack: SharedStack, written: Case): Promise<void> {
  const { filled, words, bytes } = withWords(written);
  const source = await sourceOf(stack, filled);
  for (const [n, other] of filled.before.entries()) {
    const isSame = other.file === undefined && other.parts === undefined;
    const earlier = await dropInto(
      stack,
      filled,
      `before-${n}.csv`,
      source,
      isSame ? bytes : contentOf(other, words),
    );
    await endOf(stack, earlier.id);
  }
  const sent = await dropInto(stack, filled, filled.filename ?? `${filled.name}.csv`, source, bytes);
  const { expect } = filled;
  if (expect.http !== undefined) assertEquals(sent.answer?.status, expect.http);
  if (expect.status === "refused") {
    assertEquals([sent.refused, sent.id], [true, null]);
    if (expect.problem_code !== undefined) assertEquals(sent.answer?.body.code, expect.problem_code);
    return;
  }
  assertEquals(sent.refused, false, sent.answer?.text);
  if (expect.status === "ignored") return assertEquals(sent.id, null); // a batch is made in the upload's transaction
  const batch = await endOf(stack, sent.id);
  await checkBatch(stack, batch, expect);
  const told = await foretell(bytes, filled.source_settings);
  await checkForetold(stack, batch, told, filled.before.length === 0);
  if (filled.replay !== undefined) await checkReplay(stack, filled, sent.id, words);
}

async function checkReplay(
  stack: SharedStack,
  { replay }: Case,
  id: string | null,
  words: Words,
): Promise<void> {
  if (replay === undefined) return;
  const form = new FormData();
  form.append("file", new File([contentOf(replay, words)], "errors.csv", { type: "text/csv" }));
  const headers = asOperator(stack);
  const answer = await call(stack, `intake/batches/${id}/replay`, { method: "POST", headers, body: form });
  assertEquals(answer.status, 202, answer.text);
  await checkBatch(stack, await endOf(stack, answer.body.batch_id), replay.expect);
  const rejects = await stack.sql`
    select e.row_index + 1 as row, e.resolved_at is not null as resolved from intake.row_errors e
     where e.batch_id = ${id} and e.error_stage <> 'insert'`;
  const rows = (resolved: boolean) =>
    rejects.filter((reject) => reject.resolved === resolved).map(({ row }) => row);
  for (const row of replay.original.resolved) assert(rows(true).includes(row), `row ${row} is resolved`);
  for (const row of replay.original.unresolved) {
    assert(rows(false).includes(row), `row ${row} is not resolved`);
  }
}

interface Sent {
  readonly id: string | null;
  readonly refused: boolean;
  readonly answer: Answer | null;
}

async function dropInto(
  stack: SharedStack,
  { via, content_type, filename_encoding, announce }: Case,
  filename: string,
  source: string | null,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Sent> {
  const told = (answer: Answer): Sent => ({
    id: answer.body.batch_id ?? null,
    refused: answer.status >= 400,
    answer,
  });
  if (via === "upload") {
    const { body, type } = formOf(filename, filename_encoding === "cp1252", content_type, source, bytes);
    const headers = asOperator(stack, { "content-type": type });
    return told(await call(stack, "intake/upload", { method: "POST", headers, body }));
  }
  if (via === "raw") {
    const query = new URLSearchParams({ filename, ...(source === null ? {} : { source }) });
    const headers = asOperator(stack, { "content-type": content_type });
    return told(await call(stack, `intake/upload?${query}`, { method: "POST", headers, body: bytes }));
  }
  if (via === "upload-url") {
    const asked = await post(stack, "intake/upload-url", {
      filename,
      size: bytes.length + (announce.size === undefined ? 0 : 1),
      ...(announce.file_hash === undefined ? {} : { file_hash: "0".repeat(64) }),
    });
    if (asked.status >= 400) return told(asked);
    const { error } = await stack.anon.storage.from("intake").uploadToSignedUrl(
      asked.body.path,
      asked.body.token,
      new Blob([bytes], { type: content_type }),
      { contentType: content_type },
    );
    return { id: asked.body.batch_id, refused: error !== null, answer: asked };
  }
  const path = `${source ?? crypto.randomUUID()}/${filename}`;
  const { error } = await stack.service.storage.from("intake").upload(
    path,
    new Blob([bytes], { type: content_type }),
    {
      contentType: content_type,
    },
  );
  const [batch] = await stack
    .sql`select b.id from intake.simplicity_batches b where b.storage_path = ${path}`;
  return { id: batch?.id ?? null, refused: error !== null, answer: null };
}

/** A form by hand, because no client writes file names in another encoding than UTF-8. */
function formOf(
  filename: string,
  isWindows: boolean,
  type: string,
  source: string | null,
  bytes: Uint8Array<ArrayBuffer>,
) {
  const boundary = `hunt-${crypto.randomUUID()}`;
  const field = source === null
    ? ""
    : `--${boundary}\r\ncontent-disposition: form-data; name="source"\r\n\r\n${source}\r\n`;
  const before = `${field}--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="`;
  const after = `"\r\ncontent-type: ${type}\r\n\r\n`;
  // The names of the cases lie in Latin-1, where Windows-1252 has the same bytes.
  const name = isWindows ? bytesOf(filename) : new TextEncoder().encode(filename);
  const body = new Blob([before, name, after, bytes, `\r\n--${boundary}--\r\n`]);
  return { body, type: `multipart/form-data; boundary=${boundary}` };
}

async function sourceOf(stack: SharedStack, { source_settings }: Case): Promise<string | null> {
  if (source_settings === undefined) return null;
  const source = `hunt-${crypto.randomUUID().slice(0, 8)}`;
  const answer = await call(stack, `intake/sources/${source}`, {
    method: "PUT",
    headers: asOperator(stack, { "content-type": "application/json" }),
    body: JSON.stringify(source_settings),
  });
  assert(answer.status < 300, answer.text);
  return source;
}

type Row = Record<string, unknown>;

async function endOf(stack: SharedStack, id: string | null): Promise<Row> {
  return await until(async () => {
    const [row] = await stack
      .sql`select to_jsonb(b) as batch from intake.simplicity_batches b where b.id = ${id}`;
    return hasEnded(row?.batch.status ?? "") && row?.batch;
  });
}

async function checkBatch(stack: SharedStack, batch: Row, expect: Expected): Promise<void> {
  assertEquals(batch.status, expect.status, String(batch.rejection_reason));
  assertStringIncludes(String(batch.rejection_reason ?? ""), expect.rejection_begins ?? "");
  assert(String(batch.rejection_reason ?? "").startsWith(expect.rejection_begins ?? ""));
  if (expect.rejection_code !== undefined) assertEquals(batch.rejection_code, expect.rejection_code);
  for (const name of ["total", "valid", "invalid", "inserted", "duplicate", "unread"] as const) {
    if (expect[name] !== undefined) assertEquals(batch[`row_count_${name}`], expect[name], name);
  }
  if (expect.filename !== undefined) assertEquals(batch.filename, expect.filename);
  if (expect.ignored_columns !== undefined) { // which they are; a case says nothing of their order
    assertEquals(new Set(z.array(z.string()).parse(batch.ignored_columns)), new Set(expect.ignored_columns));
  }
  const dialect = z.record(z.string(), z.unknown()).parse(batch.dialect ?? {});
  for (const [part, value] of Object.entries(expect.dialect)) assertEquals(dialect[part], value, part);
  const notes = z.array(z.string()).parse(batch.notes).join("\n");
  for (const words of expect.notes_contain) assert(says(notes, words), `"${words}" in ${notes}`);
  await checkRejects(stack, batch, expect);
  await checkJudgments(stack, expect);
  if (expect.saved_as !== undefined) await checkName(stack, String(batch.id), expect.saved_as);
}

async function checkRejects(stack: SharedStack, batch: Row, expect: Expected): Promise<void> {
  const rows = await stack.sql`
    select e.row_index + 1 as row, e.error_code as code, e.error_message as message, e.error_stage as stage
      from intake.row_errors e where e.batch_id = ${String(batch.id)} order by e.row_index`;
  const rejects = rows.filter((row) => row.stage !== "insert");
  if (expect.codes !== undefined) {
    assertEquals(rejects.map((reject) => String(reject.row)), Object.keys(expect.codes));
    for (const { row, code } of rejects) {
      assert([expect.codes[row]].flat().includes(code), `row ${row}: ${code}`);
    }
  }
  const told = [batch.rejection_reason, ...rows.map((row) => row.message)].join("\n");
  for (const words of expect.message_contains) assertStringIncludes(told, words);
  const messages = rejects.filter((reject) => expect.messages_differ.includes(reject.row))
    .map((reject) => String(reject.message).replace(/"[^"]*"/g, '""')); // the words, whatever the values
  assertEquals(new Set(messages).size, expect.messages_differ.length, messages.join("\n"));
}

async function checkJudgments(stack: SharedStack, expect: Expected): Promise<void> {
  for (const values of expect.values) {
    const [found] = await stack.sql`
      select to_jsonb(j) || jsonb_build_object('amount', j.amount::text) as row
        from public.judgments j where j.case_number = ${values.case_number ?? ""}`;
    const row: Row = found?.row ?? {};
    assertEquals(Object.fromEntries(Object.keys(values).map((name) => [name, row[name]])), values);
  }
  const there = await stack
    .sql`select j.case_number from public.judgments j where j.case_number = any (${expect.absent})`;
  assertEquals(there.map((row) => row.case_number), []);
}

async function checkName(stack: SharedStack, id: string, name: string): Promise<void> {
  const { headers } = await call(stack, `intake/batches/${id}/file`, { headers: asOperator(stack) });
  const file = await fetch(headers.get("location") ?? "");
  await file.body?.cancel();
  const disposition = file.headers.get("content-disposition") ?? "";
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  assertEquals(
    encoded === undefined ? /filename="?([^";]*)/.exec(disposition)?.[1] : decodeURIComponent(encoded),
    name,
  );
}

// Figures count as whole numbers: 17 is not said by 170.
export function says(text: string, words: string): boolean {
  return /^\d+$/.test(words) ? new RegExp(`(?<!\\d)${words}(?!\\d)`).test(text) : text.includes(words);
}

/** What stands for `@T@` and `@N@`. */
export interface Words {
  readonly T: string;
  readonly N: string;
}

function newWords(): Words {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  return {
    T: `H${crypto.randomUUID().replaceAll("-", "").slice(0, 7).toUpperCase()}`,
    N: String(10_000_000 + number % 90_000_000),
  };
}

function fill(text: string, { T, N }: Words): string {
  return text.replaceAll("@T@", T).replaceAll("@N@", N);
}

/** Bytes as the characters of their numbers, so that words can be put into files of any encoding. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0));
}

function contentOf(
  content: { file?: string; parts?: z.infer<typeof Part>[] },
  words: Words,
): Uint8Array<ArrayBuffer> {
  let raw = "";
  const bytes = content.file === undefined
    ? Uint8Array.from((content.parts ?? []).flatMap((part) => [...bytesOfPart(part)]))
    : Deno.readFileSync(new URL(content.file, HUNT));
  for (const byte of bytes) raw += String.fromCharCode(byte);
  const wide = (text: string, before: string, after: string) =>
    [...text].map((sign) => before + sign + after).join("");
  for (const [name, word] of Object.entries({ "@T@": words.T, "@N@": words.N })) {
    raw = raw.replaceAll(wide(name, "", "\0"), wide(word, "", "\0"))
      .replaceAll(wide(name, "\0", ""), wide(word, "\0", "")).replaceAll(name, word);
  }
  return bytesOf(raw);
}

function bytesOfPart(part: z.infer<typeof Part>): Uint8Array {
  if (part.bytes !== undefined) return Uint8Array.fromHex(part.bytes);
  const text = part.line === undefined ? part.text ?? "" : `${part.line}\n`;
  const lines = Array.from({ length: part.repeat }, (_, i) => text.replaceAll("@I@", String(part.from + i)));
  return new TextEncoder().encode(lines.join(""));
}
