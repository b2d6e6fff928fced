/** Sends files to the intake function: through its door, or straight to storage what is too large for it. */
import * as z from "zod";
import { UPLOAD_LIMIT_BYTES } from "../../shared/intake/limits.ts";
import { CannotRun, type Context, UsageError } from "../command.ts";
import { pause } from "../follow.ts";
import { problemWords } from "../target.ts";

/** Codes by which the function refuses the file itself, not the call. */
const FILE_CODES: readonly string[] = ["EMPTY_FILE", "FILE_TOO_LARGE", "UNSUPPORTED_FILE", "CONFLICT"];
const STORAGE_TIMEOUT_MS = 3_600_000; // 1 GB over a line of 3 Mbit/s takes 45 minutes

/** What became of one file on its way in. `known`: its bytes are a batch already. */
export interface Sent {
  readonly file: string;
  readonly outcome: "accepted" | "known" | "refused" | "not_sent";
  readonly batch_id: string | null;
  /** Why it was refused or not sent; null when it came in. */
  readonly reason: string | null;
}

const Accepted = z.object({ batch_id: z.string(), duplicate: z.boolean() });
const Refusal = z.object({ code: z.string() });
const Announced = z.object({ batch_id: z.string(), upload_url: z.string() });

/** The files that were named: a folder stands for the CSV files in it. @throws UsageError when there are none. */
export async function filesOf(names: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const name of names) {
    if (!(await statOf(name)).isDirectory) files.push(name);
    else {
      const found = (await Array.fromAsync(Deno.readDir(name)))
        .filter((entry) => entry.isFile && /\.csv$/i.test(entry.name)).map((entry) => entry.name).sort();
      if (found.length === 0) throw new UsageError(`There is no CSV file in ${name}.`);
      files.push(...found.map((file) => `${name.replace(/\/+$/, "")}/${file}`));
    }
  }
  return files;
}

/** A form with one file. @throws UsageError when it cannot be read. */
export async function formOf(path: string, fields: Readonly<Record<string, string>> = {}): Promise<FormData> {
  await statOf(path);
  const form = new FormData();
  form.append("file", new File([await Deno.readFile(path)], basename(path), { type: "text/csv" }));
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

/** Sends one file; waits as long as the rate limit says. Never throws for what befalls this file alone. */
export async function sendFile(context: Context, path: string, source: string | null): Promise<Sent> {
  try {
    const { size } = await statOf(path);
    return size > UPLOAD_LIMIT_BYTES
      ? await sendToStorage(context, path, size, source)
      : await sendToDoor(context, path, source);
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    return { file: path, outcome: "not_sent", batch_id: null, reason: error.message };
  }
}

async function sendToDoor(context: Context, path: string, source: string | null): Promise<Sent> {
  const fields: Record<string, string> = source === null ? {} : { source };
  for (;;) {
    const response = await context.target.open("POST", "/intake/upload", await formOf(path, fields));
    const body: unknown = await response.json().catch(() => "");
    if (response.ok) {
      const { batch_id, duplicate } = Accepted.parse(body);
      return { file: path, outcome: duplicate ? "known" : "accepted", batch_id, reason: null };
    }
    const wait = Number(response.headers.get("retry-after") ?? 1);
    if (response.status !== 429 || !await pause(wait, context.stopping)) {
      return refused(path, { status: response.status, body });
    }
  }
}

async function sendToStorage(
  context: Context,
  path: string,
  size: number,
  source: string | null,
): Promise<Sent> {
  const wanted = { filename: basename(path), size, ...(source === null ? {} : { source }) };
  const answer = await context.target.call("POST", "/intake/upload-url", wanted);
  if (answer.status !== 201) return refused(path, answer);
  const { batch_id, upload_url } = Announced.parse(answer.body);
  using file = await Deno.open(path);
  const response = await fetch(upload_url, {
    method: "PUT",
    headers: { "content-type": "text/csv" },
    body: file.readable,
    signal: AbortSignal.timeout(STORAGE_TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw new CannotRun(`Storage did not take it: ${error instanceof Error ? error.message : error}.`);
  });
  const words = await response.text();
  if (!response.ok) throw new CannotRun(`Storage did not take it: ${response.status} ${words.slice(0, 200)}`);
  return { file: path, outcome: "accepted", batch_id, reason: null };
}

function refused(path: string, answer: { status: number; body: unknown }): Sent {
  return {
    file: path,
    outcome: FILE_CODES.includes(Refusal.safeParse(answer.body).data?.code ?? "") ? "refused" : "not_sent",
    batch_id: null,
    reason: problemWords(answer),
  };
}

async function statOf(path: string): Promise<Deno.FileInfo> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new UsageError(`There is no file ${path}.`);
    throw error;
  }
}

function basename(path: string): string {
  return path.replace(/^.*[/\\]/, "");
}
