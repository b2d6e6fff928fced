/**
 * Sends what pg_net's SQL queued, the way its background worker does: one batch at a time, nothing more until the
 * slowest call of the batch answered or timed out, then a second's pause. Slow answers delay everybody's wake-ups.
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

/** Connects as `supabase_admin`, like the extension's worker. */
export async function startSender(
  database: DatabaseAddress,
  faults: Faults,
  log: (line: string) => void,
): Promise<Worker> {
  const sql = connect(database, "supabase_admin", "stack-pg_net", 2);
  const stopping = new AbortController();
  let wake = Promise.withResolvers<void>();
  const listener = await listen(database, "stack_net", () => wake.resolve());
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      try {
        const sent = faults.state.net_stopped ? 0 : await sendBatch(sql, faults, stopping.signal);
        if (sent === 0) {
          await Promise.race([wake.promise, pause(PAUSE_MS, stopping.signal)]);
          wake = Promise.withResolvers<void>();
        } else {
          await pause(PAUSE_MS, stopping.signal);
        }
      } catch (error) {
        if (!stopping.signal.aborted) log(`pg_net: ${error instanceof Error ? error.message : error}`);
        await pause(PAUSE_MS, stopping.signal); // the database is away; what is queued may be lost with it
      }
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await loop;
      await listener.stop();
      await sql.end({ timeout: 1 });
    },
  };
}

async function sendBatch(sql: postgres.Sql, faults: Faults, stopping: AbortSignal): Promise<number> {
  const [installed] = await sql`select to_regclass('net.http_request_queue') is not null as yes`;
  if (installed?.yes !== true) return 0;
  await sql`delete from net._http_response where created < now() - ${KEEP_RESPONSES}::interval`;
  const batch = await sql<Queued[]>`
    delete from net.http_request_queue
    where id in (select id from net.http_request_queue order by id limit ${BATCH_SIZE})
    returning id, method, url, headers, body, timeout_milliseconds
  `;
  await Promise.all(batch.map(async (queued) => {
    for (const call of plan(queued, faults)) {
      if (call.delayMs > 0) await pause(call.delayMs, stopping);
      await send(sql, queued, stopping);
    }
  }));
  return batch.length;
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

async function send(sql: postgres.Sql, queued: Queued, stopping: AbortSignal): Promise<void> {
  const timeout = AbortSignal.timeout(queued.timeout_milliseconds);
  try {
    const response = await fetch(queued.url, {
      method: queued.method.toUpperCase(),
      headers: queued.headers,
      body: queued.body === null ? undefined : new Uint8Array(queued.body),
      signal: AbortSignal.any([timeout, stopping]),
    });
    const content = await response.text();
    await sql`
      insert into net._http_response (id, status_code, content_type, headers, content, timed_out)
      values (
        ${queued.id}, ${response.status}, ${response.headers.get("content-type")},
        ${sql.json(Object.fromEntries(response.headers))}, ${content}, false
      )
    `;
  } catch (error) {
    if (stopping.aborted) return;
    const message = timeout.aborted
      ? `Timeout of ${queued.timeout_milliseconds} ms reached`
      : error instanceof Error
      ? error.message
      : String(error);
    await sql`
      insert into net._http_response (id, timed_out, error_msg) values (${queued.id}, ${timeout.aborted}, ${message})
    `;
  }
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
