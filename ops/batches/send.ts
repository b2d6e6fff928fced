/** Sends files to the intake function: through its door, or straight to storage what is too large for it. */
import { type AnsweredBy, Refused } from "../../shared/http/client.ts";
import type { FileGiven } from "../../shared/http/declaration.ts";
import { UPLOAD_LIMIT_BYTES } from "../../shared/intake/limits.ts";
import { CannotRun, type Context, UsageError } from "../command.ts";
import { pause } from "../follow.ts";

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

/** A file as it is sent. @throws UsageError when it cannot be read. */
export async function fileOf(path: string): Promise<FileGiven> {
  await statOf(path);
  return { file: new Blob([await Deno.readFile(path)], { type: "text/csv" }), filename: basename(path) };
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
  for (;;) {
    try {
      const body = { ...await fileOf(path), source };
      const { batch_id, duplicate } = (await context.target.call("POST /intake/upload", { body })).body;
      return { file: path, outcome: duplicate ? "known" : "accepted", batch_id, reason: null };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const wait = error.retryAfterSeconds ?? 1;
      if (error.status !== 429 || !await pause(wait, context.stopping)) return refused(path, error);
    }
  }
}

async function sendToStorage(
  context: Context,
  path: string,
  size: number,
  source: string | null,
): Promise<Sent> {
  const announced = await announce(context, { filename: basename(path), size, source });
  if (announced instanceof Refused) return refused(path, announced);
  if (announced.status !== 201) {
    const { batch_id, duplicate } = announced.body;
    return { file: path, outcome: duplicate ? "known" : "accepted", batch_id, reason: null };
  }
  const { batch_id, upload_url } = announced.body;
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

type Announced = AnsweredBy<"POST /intake/upload-url"> | Refused;

async function announce(
  { target }: Context,
  body: { filename: string; size: number; source: string | null },
): Promise<Announced> {
  try {
    return await target.call("POST /intake/upload-url", { body });
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}

function refused(path: string, { code, message }: Refused): Sent {
  return {
    file: path,
    outcome: code !== null && FILE_CODES.includes(code) ? "refused" : "not_sent",
    batch_id: null,
    reason: message,
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
