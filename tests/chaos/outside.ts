/**
 * The other companies a stack under chaos speaks to: a chat that takes notices, and a vendor that has an export. Both
 * take their time, so that who delivers can be killed in the middle, and refuse when they are told to.
 */
import type { ChaosFile } from "./files.ts";

/** How long they let a caller wait. */
const ANSWER_MS = 500;

export interface Outside {
  /** For the functions: where both are reached. */
  readonly env: Readonly<Record<string, string>>;
  /** What the chat has taken and said so, in order; who did not wait for the answer does not know it. */
  readonly delivered: readonly string[];
  /** From now on the vendor's export is this file. @param version its etag. */
  offer(file: ChaosFile, version: string): void;
  /** The next calls are refused with 503, so many. */
  refuse(count: number): void;
  stop(): Promise<void>;
}

/** Opens both on one free port. */
export function openOutside(): Outside {
  const delivered: string[] = [];
  let offered: { readonly text: string; readonly etag: string } | null = null;
  let refusals = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request, info) => {
    const said = await request.text();
    await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
    if (refusals > 0) {
      refusals--;
      return new Response(null, { status: 503 });
    }
    if (new URL(request.url).pathname === "/chat") {
      info.completed.then(() => delivered.push(said), () => {}); // the caller was killed while it waited
      return new Response("ok");
    }
    if (offered === null || request.headers.get("if-none-match") === offered.etag) {
      return new Response(null, { status: 304 });
    }
    return new Response(offered.text, { headers: { etag: offered.etag, "content-type": "text/csv" } });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    env: { SLACK_WEBHOOK_URL: `${url}/chat`, SIMPLICITY_API_URL: url, SIMPLICITY_API_KEY: "key-of-chaos" },
    delivered,
    offer: (file, version) => offered = { text: file.text, etag: `"${version}"` },
    refuse: (count) => refusals = count,
    stop: () => server.shutdown(),
  };
}
