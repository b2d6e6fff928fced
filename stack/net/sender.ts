/**
 * Sends what pg_net's SQL queued, the way its background worker does: one batch at a time, nothing more until the
 * slowest call of the batch answered or timed out, then a second's pause. A batch is taken, sent and answered in one
 * transaction: until it ends everybody else still sees its calls in the queue, with `xmax` set, and none of its answers.
 */
import type postgres from "postgres";
import { connect, type DatabaseAddress } from "../database/connect.ts";
import { listen } from "../database/listen.ts";
import { type Faults, WakeBy } from "../faults/state.ts";

export interface Worker {
  stop(): Promise<void>;
}

const BATCH_SIZE = 200; // pg_net.batch_size
const PAUSE_MS = 1000; // the worker's loop
const KEEP_RESPONSES = "6 hours"; // pg_net.ttl

interface Queued {
  id: string;
  method: string;
  url: string;
  headers: Record<string, string>;
  body: Uint8Array | null;
  timeout_milliseconds: number;
}

/** A row of `net._http_response`. */
interface Answer {
  id: string;
  status_code: number | null;
  content_type: string | null;
  headers: Record<string, string> | null;
  content: string | null;
  timed_out: boolean;
  error_msg: string | null;
}

/** Connects as `supabase_admin`, like the extension's worker. */
export async function startSender(
  database: DatabaseAddress,
  faults: Faults,
  log: (line: string) => void,
): Promise<Worker> {
  let client = openClient(database);
  const stopping = new AbortController();
  let wake = Promise.withResolvers<void>();
  const listener = await listen(database, "stack_net", () => wake.resolve());
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      try {
        const sent = faults.state.net_stopped ? 0 : await Promise.race([
          sendBatch(client.sql, faults, stopping.signal),
          client.lost,
        ]);
        if (sent === 0) {
          await Promise.race([wake.promise, pause(PAUSE_MS, stopping.signal)]);
          wake = Promise.withResolvers<void>();
        } else {
          await pause(PAUSE_MS, stopping.signal);
        }
      } catch (error) {
        if (!stopping.signal.aborted) log(`pg_net: ${error instanceof Error ? error.message : error}`);
        void client.sql.end({ timeout: 0 });
        client = openClient(database);
        await pause(PAUSE_MS, stopping.signal); // the database is away; what is queued may be lost with it
      }
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await loop;
      await listener.stop();
      await client.sql.end({ timeout: 1 });
    },
  };
}

/**
 * A client that is given up with its connection: where one breaks in the middle of a transaction, the driver may leave
 * the transaction without an answer for as long as a connection may take to open.
 */
function openClient(
  database: DatabaseAddress,
): { readonly sql: postgres.Sql; readonly lost: Promise<never> } {
  const { promise: lost, reject } = Promise.withResolvers<never>();
  lost.catch(() => {}); // who waits for a batch hears of it; nobody else needs to
  const sql = connect(database, "supabase_admin", "stack-pg_net", 1, {}, () => {
    reject(new Error("the connection was lost"));
  });
  return { sql, lost };
}

async function sendBatch(sql: postgres.Sql, faults: Faults, stopping: AbortSignal): Promise<number> {
  const [installed] = await sql`select to_regclass('net.http_request_queue') is not null as yes`;
  if (installed?.yes !== true) return 0;
  return await sql.begin(async (tx) => {
    await tx`delete from net._http_response where created < now() - ${KEEP_RESPONSES}::interval`;
    const batch = await tx<Queued[]>`
      delete from net.http_request_queue
      where id in (select id from net.http_request_queue order by id limit ${BATCH_SIZE})
      returning id, method, url, headers, body, timeout_milliseconds
    `;
    const answers = await Promise.all(batch.map((queued) => sendAsPlanned(queued, faults, stopping)));
    for (const answer of answers.flat()) await tx`insert into net._http_response ${tx(answer)}`;
    return batch.length;
  });
}

async function sendAsPlanned(queued: Queued, faults: Faults, stopping: AbortSignal): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const call of plan(queued, faults)) {
    if (call.delayMs > 0) await pause(call.delayMs, stopping);
    answers.push(await send(queued, stopping));
  }
  return answers;
}

/** How often, and how late, a call is sent under the current faults: usually once, at once. */
function plan(queued: Queued, faults: Faults): { delayMs: number }[] {
  const fault = faults.state.wakes[byOf(queued.body)];
  if (fault === undefined) return [{ delayMs: 0 }];
  if (Math.random() < fault.lose) return [];
  const once = { delayMs: fault.delay_ms };
  return Math.random() < fault.double ? [once, { delayMs: 0 }] : [once];
}

function byOf(body: Uint8Array | null): WakeBy {
  if (body === null) return "other";
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    const by = typeof value === "object" && value !== null && "by" in value ? value.by : undefined;
    return WakeBy.safeParse(by).data ?? "other";
  } catch (error) {
    if (error instanceof SyntaxError) return "other";
    throw error;
  }
}

async function send(queued: Queued, stopping: AbortSignal): Promise<Answer> {
  const timeout = AbortSignal.timeout(queued.timeout_milliseconds);
  const unanswered = { id: queued.id, status_code: null, content_type: null, headers: null, content: null };
  try {
    const response = await fetch(queued.url, {
      method: queued.method.toUpperCase(),
      headers: queued.headers,
      body: queued.body === null ? undefined : new Uint8Array(queued.body),
      signal: AbortSignal.any([timeout, stopping]),
    });
    const content = await response.text();
    return {
      id: queued.id,
      status_code: response.status,
      content_type: response.headers.get("content-type"),
      headers: Object.fromEntries(response.headers),
      content,
      timed_out: false,
      error_msg: null,
    };
  } catch (error) {
    if (stopping.aborted) throw error; // the batch stays queued
    if (timeout.aborted) {
      const message = `Timeout of ${queued.timeout_milliseconds} ms reached`;
      return { ...unanswered, timed_out: true, error_msg: message };
    }
    return { ...unanswered, timed_out: false, error_msg: wordsOf(error) };
  }
}

/** As libcurl says it, which is what pg_net keeps. */
function wordsOf(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  if (!(error instanceof TypeError)) return said; // fetch throws TypeErrors where nobody is there
  return /dns error/.test(said) ? "Couldn't resolve host name" : "Could not connect to server";
}

/** Waits, or less when the stack stops. */
export function pause(ms: number, stopping: AbortSignal): Promise<void> {
  if (stopping.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stopping.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stopping.addEventListener("abort", done);
  });
}
