/**
 * Fetches a vendor's export into the bucket, where it is a drop like any other. Owns conditional requests; refuses
 * to store what is unchanged. Playbook, scenario "Simplicity API down".
 */
import { createHash } from "node:crypto";
import type { Feed, OutboundJob, PullResult } from "../../../shared/data/outbound_gateway.ts";
import { retryAfterSeconds } from "../../../shared/sentinel/notices/delivery.ts";
import type { Ports } from "./ports.ts";

/** Until the first byte of the answer; the body may take as long as the lease is beaten. */
const ANSWER_TIMEOUT_MS = 30_000;
/** What is compared before it is stored; a larger export goes straight through. */
const COMPARED_BYTES = 16 * 1024 * 1024;

/** The vendor did not give what was asked for. The message names the status, never address or key. */
class PullFailed extends Error {
  override readonly name = "PullFailed";
  constructor(message: string, readonly waitSeconds: number | null = null) {
    super(message);
  }
}

/** Works off a leased vendor_pull job. @throws what the database says about its end. */
export async function pullVendor(
  ports: Ports,
  job: OutboundJob,
): Promise<void> {
  const feed = await ports.outbound.beginPull(job);
  if (feed === null) {
    await ports.outbound.fail(job, "invalid payload: no such feed", null, true);
    return;
  }
  const { url, offline } = ports.vendor;
  if (offline || url === null) {
    const outcome = offline ? "offline" : "not_configured";
    ports.log.info("vendor_pull", { outcome, source: feed.source });
    await ports.outbound.complete(
      job,
      offline ? "offline mode: no call was made" : "SIMPLICITY_API_URL is not set",
    );
    return;
  }
  const beat = setInterval(
    () => keepLease(ports, job),
    1000 * job.beat_seconds,
  );
  try {
    const result = await pull(ports, url, feed);
    ports.log.info("vendor_pull", {
      outcome: result.outcome,
      source: feed.source,
    });
    await ports.outbound.finishPull(job, result);
  } catch (error) {
    if (!(error instanceof PullFailed)) throw error;
    const open = await ports.outbound.failPull(
      job,
      error.message,
      error.waitSeconds,
    );
    ports.log.warn("vendor_pull", {
      outcome: "failed",
      source: feed.source,
      why: error.message,
      breaker_open: open,
    });
  } finally {
    clearInterval(beat);
  }
}

function keepLease(ports: Ports, job: OutboundJob): void {
  ports.outbound.beat(job).catch((error: unknown) => ports.log.warn("beat_lost", { error }));
}

async function pull(
  ports: Ports,
  url: string,
  feed: Feed,
): Promise<PullResult> {
  const askedAt = ports.now();
  const response = await ask(ports, url, feed);
  const tags = {
    etag: response.headers.get("etag"),
    last_modified: response.headers.get("last-modified"),
  };
  const known = tags.etag !== null && tags.etag === feed.etag; // a server that ignores if-none-match
  if (response.status === 304 || known) {
    await response.body?.cancel();
    return { outcome: "unchanged" };
  }
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw new PullFailed(
      `vendor answered ${response.status}`,
      retryAfterSeconds(response.headers.get("retry-after"), ports.now()),
    );
  }
  const { body, contentHash } = await firstBytes(response.body);
  if (
    body === null || contentHash !== null && contentHash === feed.content_hash
  ) {
    return { outcome: "unchanged" };
  }
  await ports.storeExport(
    pathFor(feed, tags.etag ?? contentHash ?? askedAt.toISOString()),
    body,
  ).catch(
    (error) => {
      throw new PullFailed(
        `storage did not take the export: ${error instanceof Error ? error.name : "unknown"}`,
      );
    },
  );
  return {
    outcome: "stored",
    ...tags,
    content_hash: contentHash,
    asked_at: askedAt.toISOString(),
  };
}

async function ask(ports: Ports, url: string, feed: Feed): Promise<Response> {
  const headers = new Headers({
    authorization: `Bearer ${ports.vendor.key}`,
    accept: "text/csv",
  });
  if (feed.etag !== null) headers.set("if-none-match", feed.etag);
  if (feed.last_modified !== null) {
    headers.set("if-modified-since", feed.last_modified);
  }
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ANSWER_TIMEOUT_MS);
  try {
    const since = encodeURIComponent(feed.since ?? "");
    return await ports.fetch(`${url}/exports/judgments.csv?since=${since}`, {
      headers,
      signal: late.signal,
      redirect: "error",
    });
  } catch (error) {
    throw new PullFailed(
      `vendor did not answer (${error instanceof Error ? error.name : "unknown"})`,
    );
  } finally {
    clearTimeout(timer);
  }
}

interface Export {
  /** Null: the export is empty. */
  readonly body: ReadableStream<Uint8Array> | Uint8Array | null;
  /** Null for one too large to be hashed before it is stored. */
  readonly contentHash: string | null;
}

/** Reads an export whole when it is small, so that it can be compared; a larger one is passed on as it comes. */
async function firstBytes(source: ReadableStream<Uint8Array>): Promise<Export> {
  const reader = source.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    while (size <= COMPARED_BYTES) {
      const { done, value } = await reader.read();
      if (done) return whole(chunks, size);
      chunks.push(value);
      size += value.byteLength;
    }
  } catch (error) {
    throw new PullFailed(
      `vendor's answer broke off (${error instanceof Error ? error.name : "unknown"})`,
    );
  }
  return { body: replayed(chunks, reader), contentHash: null };
}

function whole(chunks: readonly Uint8Array[], size: number): Export {
  const body = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return {
    body: size === 0 ? null : body,
    contentHash: createHash("sha256").update(body).digest("hex"),
  };
}

/** What was read already, then the rest. */
function replayed(
  chunks: Uint8Array[],
  reader: ReadableStreamDefaultReader<Uint8Array>,
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const kept = chunks.shift();
      if (kept !== undefined) return controller.enqueue(kept);
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** One path per version of the export: fetched again after a crash, it is stored once. */
function pathFor(feed: Feed, version: string): string {
  const since = feed.since === null ? "first" : feed.since.replace(/[^0-9]/g, "").slice(0, 14);
  const mark = createHash("sha256").update(version).digest("hex").slice(0, 12);
  return `${feed.source}/exports/judgments-${since}-${mark}.csv`;
}
