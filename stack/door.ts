/** The one address of a stack. It outlives a reset: what answers behind it is exchanged. */

/** How long answers under way may take when a stack ends; a stalled download would hold it for ever. */
const GOODBYE_MS = 1000;

export interface Door {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** From now on `answer` is behind it; nobody when undefined: 503. */
  lead(answer: ((request: Request) => Promise<Response>) | undefined): void;
  /** Nobody listens any more, and what is under way breaks off: as when the host is gone. */
  shut(): Promise<void>;
  /** Listens again, at the same address. */
  reopen(): void;
  /** Lets answers under way end, for a second at most. */
  close(): Promise<void>;
}

/** Opens it on a free port, with nobody behind it. */
export function openDoor(): Door {
  let behind: ((request: Request) => Promise<Response>) | undefined;
  const listen = (port: number) => {
    const hangUp = new AbortController();
    const server = Deno.serve(
      { hostname: "127.0.0.1", port, onListen: () => {}, signal: hangUp.signal },
      (request) => behind?.(request) ?? Response.json({ message: "The stack is starting" }, { status: 503 }),
    );
    return { server, hangUp, port: server.addr.port };
  };
  let open = listen(0);
  let isShut = false;
  return {
    url: `http://127.0.0.1:${open.port}`,
    lead: (answer) => behind = answer,
    async shut() {
      if (isShut) return;
      isShut = true;
      open.hangUp.abort();
      await open.server.finished;
    },
    reopen() {
      if (!isShut) return;
      isShut = false;
      open = listen(open.port);
    },
    async close() {
      if (isShut) return;
      const { server, hangUp } = open;
      const patience = setTimeout(() => hangUp.abort(), GOODBYE_MS);
      await server.shutdown();
      clearTimeout(patience);
    },
  };
}
