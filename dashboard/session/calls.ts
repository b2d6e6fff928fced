/** Calls of the functions with this browser's session, through the client that is typed by their declarations. */
import { type Client, createClient } from "../../shared/http/client.ts";
import type { Config } from "../config.ts";
import type { Sessions } from "./session.ts";
import { type Sent, xhrFetch } from "./sending.ts";

/** What the pages call. */
export interface Calls {
  readonly client: Client;
  /** The same client, telling how far a file has gone out. */
  sending(sent: Sent): Client;
  /** PUTs a file to a signed address in storage. */
  store(address: string, file: Blob, sent: Sent, signal: AbortSignal): Promise<void>;
}

/** Builds them. */
export function makeCalls({ api_url }: Config, sessions: Sessions): Calls {
  const base = `${api_url}/functions/v1`;
  const make = (send: typeof fetch) =>
    createClient({ base, headers: () => sessions.headers(), fetch: renewing(send, sessions) });
  return {
    client: make((input, init) => fetch(input, init)),
    sending: (sent) => make(xhrFetch(sent)),
    async store(address, file, sent, signal) {
      const headers = { "content-type": "text/csv" };
      const response = await xhrFetch(sent)(address, { method: "PUT", body: file, headers, signal });
      if (!response.ok) throw new Error(`Storage did not take the file (${response.status}).`);
    },
  };
}

/** A call that is refused for its session is tried once more with a new one. */
function renewing(send: typeof fetch, sessions: Sessions): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init);
    if (response.status !== 401 || !await sessions.renew()) return response;
    const headers = new Headers(init?.headers);
    for (const [name, value] of Object.entries(sessions.headers())) headers.set(name, value);
    return await send(input, { ...init, headers });
  };
}
