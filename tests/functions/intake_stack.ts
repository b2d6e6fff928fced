/** A stack for tests of the intake function over HTTP, and the calls they make. */
import { assertEquals } from "deno-std/assert/equals.js";
import { createClient } from "@supabase/supabase-js";
import { type SharedStack, sharedStack } from "../stack/shared_stack.ts";

export type { SharedStack };

/** The vendor of these tests and its key. */
export const VENDOR = { name: "acme", key: "vendor-key-of-acme-0123456789" };
/** Another one. */
export const OTHER_VENDOR = { name: "other", key: "vendor-key-of-other-0123456789" };

/** A stack whose queue stands still, so that nothing moves but what a test moves. */
export function intakeStack(env: Record<string, string> = {}): () => SharedStack {
  const shared = sharedStack({
    vendors: { [VENDOR.name]: VENDOR.key, [OTHER_VENDOR.name]: OTHER_VENDOR.key },
    env,
  });
  Deno.test.beforeAll(async () => {
    await shared()
      .sql`update ops.queue_control set paused = true, reason = 'tests' where job_type = 'ingest'`;
  });
  return shared;
}

/** A small CSV that no other test has. */
export function someCsv(note: string = crypto.randomUUID()): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(
    `case_number,plaintiff_name,defendant_name,amount,judgment_date\n${note},ABC LLC,John Doe,10.00,2024-01-31\n`,
  );
}

/** SHA-256 in hex, by another implementation than the function's. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A batch, a reject, a state: read member by member. */
export type Item = Record<string, unknown>;

/** The members of answers that tests look at; which of them are there depends on the call. */
export interface AnswerBody extends Item {
  readonly batch_id: string;
  readonly status: string | number;
  readonly code: string;
  readonly detail: string;
  readonly fix: string;
  readonly filename: string;
  readonly path: string;
  readonly token: string;
  readonly upload_url: string;
  readonly expires_at: string;
  readonly batches: Item[];
  readonly errors: Item[];
  readonly attempts: (Item & { states: Item[] })[];
  readonly actions: Item[];
}

/** What came back of a call. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; empty when it was none. */
  readonly body: AnswerBody;
  readonly text: string;
}

/** Calls a function of the stack. `path` begins with the function's name. */
export async function call(stack: SharedStack, path: string, init: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(`${stack.stack.api_url}/functions/v1/${path}`, { redirect: "manual", ...init });
  const text = await answer.text();
  const isJson = answer.headers.get("content-type")?.includes("json") ?? false;
  return { status: answer.status, headers: answer.headers, body: JSON.parse(isJson ? text : "{}"), text };
}

/** Headers of the operator key. */
export function asOperator(stack: SharedStack, more: Record<string, string> = {}): Record<string, string> {
  return { authorization: `Bearer ${stack.stack.operator_key}`, ...more };
}

/** Calls as operator with a JSON body. */
export function post(stack: SharedStack, path: string, body?: unknown): Promise<Answer> {
  return call(stack, path, {
    method: "POST",
    headers: asOperator(stack, { "content-type": "application/json" }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Uploads as a form. */
export function upload(
  stack: SharedStack,
  bytes: Uint8Array<ArrayBuffer>,
  fields: Record<string, string> = {},
  headers: Record<string, string> = asOperator(stack),
  filename = "judgments.csv",
): Promise<Answer> {
  const form = new FormData();
  form.append("file", new File([bytes], filename, { type: "text/csv" }));
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return call(stack, "intake/upload", { method: "POST", headers, body: form });
}

/** Everything an upload could leave behind, counted. */
export async function belongings({ sql }: SharedStack): Promise<Record<string, number>> {
  const [row] = await sql`
    select (select count(*)::int from intake.simplicity_batches) as batches,
           (select count(*)::int from storage.objects where bucket_id = 'intake') as objects,
           (select count(*)::int from ops.job_queue) as jobs,
           (select count(*)::int from intake.uploads) as uploads`;
  return { ...row };
}

/** Runs `work`, which must leave nothing behind. */
export async function leavingNothing(stack: SharedStack, work: () => Promise<unknown>): Promise<void> {
  const before = await belongings(stack);
  await work();
  assertEquals(await belongings(stack), before, "something was left behind");
}

/** A batch that was uploaded and has ended so, without the pipeline. @returns its id. */
export async function endedBatch(
  stack: SharedStack,
  status: "completed" | "failed",
  bytes: Uint8Array<ArrayBuffer> = someCsv(),
): Promise<string> {
  const { body } = await upload(stack, bytes);
  await setState(stack, body.batch_id, status);
  await stack.sql`update intake.simplicity_batches set file_hash = ${await sha256(
    bytes,
  )} where id = ${body.batch_id}`;
  return body.batch_id;
}

/** The way to each state, as the engine goes it. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  uploaded: [],
  staging: ["staging"],
  validating: ["staging", "validating"],
  awaiting_approval: ["staging", "validating", "awaiting_approval"],
  inserting: ["staging", "validating", "inserting"],
  completed: ["staging", "validating", "inserting", "completed"],
  failed: ["staging", "validating", "failed"],
};

/** Moves an uploaded batch on as the engine would. */
export async function setState({ sql }: SharedStack, id: string, status: string): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`select ops.set_door('engine')`;
    for (const step of WAYS[status] ?? []) {
      await tx`update intake.simplicity_batches set status = ${step},
        rejection_reason = ${
        step === "failed" ? "Error budget exceeded: 15.3% invalid rows (threshold: 10%)" : null
      },
        rejection_code = ${step === "failed" ? "ERROR_BUDGET_EXCEEDED" : null},
        completed_at = case when ${step} = 'completed' then now() end where id = ${id}`;
    }
  });
}

/** Signs a new user in. @returns its access token. */
export async function signIn(stack: SharedStack, role: string | null): Promise<string> {
  const email = `${role ?? "nobody"}-${crypto.randomUUID().slice(0, 8)}@example.org`;
  const password = crypto.randomUUID();
  const made = await stack.service.auth.admin.createUser({
    email,
    password,
    email_confirm: true,
    ...(role === null ? {} : { app_metadata: { role } }),
  });
  if (made.error !== null) throw made.error;
  const client = createClient(stack.stack.api_url, stack.stack.publishable_key, {
    auth: { persistSession: false },
  });
  const { data, error } = await client.auth.signInWithPassword({ email, password });
  if (error !== null) throw error;
  return data.session.access_token;
}
