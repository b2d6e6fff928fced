/** Calls of the functions with this browser's session, through the client that is typed by their declarations. */
import type { Client, ClientParts } from "../../shared/http/client.ts";
import type { Config } from "../config.ts";
import type { Sessions } from "./session.ts";
import { NoAnswer } from "../../shared/http/refused.ts";
import { type Sent, xhrFetch } from "./sending.ts";

/** What the pages call. */
export interface Calls {
  readonly client: Client;
  /** The same client, telling how far a file has gone out. */
  sending(sent: Sent): Client;
  /** PUTs a file to a signed address in storage. */
  store(address: string, file: Blob, sent: Sent, signal: AbortSignal): Promise<void>;
}

/** Builds them. The declarations come with the first call: no page waits for them to be shown. */
export function makeCalls(config: Promise<Config>, sessions: Sessions): Calls {
  const make = (send: typeof fetch) =>
    madeLater(async () => ({
      base: `${(await config).api_url}/functions/v1`,
      headers: () => sessions.headers(),
      fetch: renewing(send, sessions),
    }));
  return {
    client: make((input, init) => fetch(input, init)),
    sending: (sent) => make(xhrFetch(sent)),
    async store(address, file, sent, signal) {
      const headers = { "content-type": "text/csv" };
      const sending = xhrFetch(sent)(address, { method: "PUT", body: file, headers, signal });
      const response = await sending.catch((error: unknown) => {
        throw signal.aborted ? error : new NoAnswer("Storage does not answer.", { cause: error });
      });
      if (!response.ok) throw new Error(`Storage did not take the file (${response.status}).`);
    },
  };
}

/** A client whose code is fetched when it is first called; where that fails, the next call tries again. */
function madeLater(parts: () => Promise<ClientParts>): Client {
  let made: Promise<Client> | null = null;
  const client = () => {
    made ??= makeClient(parts);
    made.catch(() => made = null);
    return made;
  };
  return {
    call: async (name, ...given) => await (await client()).call(name, ...given),
    open: async (name, ...given) => await (await client()).open(name, ...given),
  };
}

async function makeClient(parts: () => Promise<ClientParts>): Promise<Client> {
  const [{ createClient }, given] = await Promise.all([import("./declared.ts"), parts()]);
  return createClient(given);
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
