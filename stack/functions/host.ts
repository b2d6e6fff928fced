/**
 * Runs the project's functions, `/functions/v1/<name>/…`: finds them, routes to their pools, keeps their logs and the
 * journal of invocations.
 */
import { ROOT } from "../../checkout/root.ts";
import { bundle, type Code } from "./bundle.ts";
import { type EnvironmentParts, functionEnvironment } from "./environment.ts";
import { LIMITS, type Limits } from "./limits.ts";
import { type Invocation, Pool } from "./pool.ts";

export interface IsolateInfo {
  function: string;
  pid: number;
  busy: boolean;
  retired: boolean;
  cpu_ms: number;
  rss_mb: number;
}

export type IsolateSignal = "SIGKILL" | "SIGSTOP" | "SIGCONT";

export interface FunctionHost {
  /** Every function's first isolate runs, or has failed to. */
  ready(): Promise<void>;
  answer(request: Request, url: URL): Promise<Response>;
  isolates(): IsolateInfo[];
  /** @returns the pids that were signalled, busy ones first. */
  signal(name: string, signal: IsolateSignal, count?: number): number[];
  /** Serves the files as they are now. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

export interface FunctionHostOptions extends EnvironmentParts {
  home: string;
  /** Holds one folder per function; `supabase/functions` when absent. */
  folder?: string;
  /** Which functions; all with an `index.ts` when absent. */
  names?: string[];
  limits?: Partial<Limits>;
  log(line: string): void;
}

/** Starts one isolate of each function; not having one is fine. */
export async function startFunctions(options: FunctionHostOptions): Promise<FunctionHost> {
  const folder = options.folder ?? `${ROOT}/supabase/functions`;
  const names = options.names ?? await functionNames(folder);
  await Deno.mkdir(`${options.home}/functions`, { recursive: true, mode: 0o700 });
  const deploy = (name: string) =>
    bundle(`${folder}/${name}`, `${options.home}/functions/${name}`, options.log);
  const code = await Promise.all(
    names.map(async (name): Promise<[string, Code]> => [name, await deploy(name)]),
  );
  const journal = await appender(`${options.home}/invocations.jsonl`);
  const pools = new Map<string, Pool>();
  for (const [name, one] of code) pools.set(name, await makePool(name, one, options, journal));
  return new Host(pools, deploy, options.log);
}

async function makePool(
  name: string,
  code: Code,
  options: FunctionHostOptions,
  journal: (line: string) => void,
): Promise<Pool> {
  const limits = { ...LIMITS, ...options.limits };
  const isolates = {
    name,
    code,
    environment: functionEnvironment(options),
    cwd: options.home,
    limits,
    log: quota(limits, await appender(`${options.home}/logs/${name}.log`)),
  };
  return new Pool(isolates, (invocation: Invocation) => journal(JSON.stringify(invocation)));
}

class Host implements FunctionHost {
  readonly #pools: ReadonlyMap<string, Pool>;
  readonly #deploy: (name: string) => Promise<Code>;
  readonly #log: (line: string) => void;

  constructor(
    pools: ReadonlyMap<string, Pool>,
    deploy: (name: string) => Promise<Code>,
    log: (line: string) => void,
  ) {
    this.#pools = pools;
    this.#deploy = deploy;
    this.#log = log;
  }

  async ready(): Promise<void> {
    for (const [name, pool] of this.#pools) {
      if (!await pool.ready()) this.#log(`function ${name} does not start, see logs/${name}.log`);
    }
  }

  async answer(request: Request, url: URL): Promise<Response> {
    const path = url.pathname.slice("/functions/v1".length);
    const pool = this.#pools.get(path.split("/")[1] ?? "");
    if (pool === undefined) {
      const message = "Requested function was not found";
      return Response.json({ code: "NOT_FOUND", message }, { status: 404 });
    }
    return asPlatform(await pool.answer(request, `${path}${url.search}`, forwarded(request, url)));
  }

  isolates(): IsolateInfo[] {
    return [...this.#pools].flatMap(([name, pool]) =>
      pool.isolates.map((isolate) => ({
        function: name,
        pid: isolate.pid,
        busy: isolate.busy,
        retired: isolate.retired,
        cpu_ms: isolate.cpuMs,
        rss_mb: Math.round(isolate.rssMb),
      }))
    );
  }

  signal(name: string, signal: IsolateSignal, count?: number): number[] {
    const isolates = this.#pools.get(name)?.isolates ?? [];
    const busyFirst = isolates.toSorted((a, b) => Number(b.busy) - Number(a.busy));
    const chosen = busyFirst.slice(0, count ?? isolates.length);
    for (const isolate of chosen) isolate.signal(signal);
    return chosen.map((isolate) => isolate.pid);
  }

  async reload(): Promise<void> {
    await Promise.all([...this.#pools].map(async ([name, pool]) => pool.reload(await this.#deploy(name))));
    await this.ready();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.stop()));
  }
}

async function functionNames(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (!entry.isDirectory || entry.name.startsWith("_")) continue;
    try {
      await Deno.stat(`${folder}/${entry.name}/index.ts`);
      names.push(entry.name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return names.sort();
}

function forwarded(request: Request, url: URL): Headers {
  const headers = new Headers(request.headers);
  headers.set("x-forwarded-host", url.host);
  headers.set("x-forwarded-proto", url.protocol.slice(0, -1));
  headers.set("x-forwarded-port", url.port);
  headers.append("x-forwarded-for", "127.0.0.1"); // like the edge: behind what the client says of itself
  headers.set("accept-encoding", "identity"); // fetch would unpack, and the headers would lie
  headers.delete("x-stack-order");
  return headers;
}

/** The platform serves no HTML from functions: it goes out as text. */
function asPlatform(response: Response): Response {
  if (/^text\/html/i.test(response.headers.get("content-type") ?? "")) {
    response.headers.set("content-type", "text/plain");
  }
  return response;
}

async function appender(path: string): Promise<(line: string) => void> {
  const file = await Deno.open(path, { create: true, append: true, mode: 0o600 });
  const encoder = new TextEncoder();
  return (line) => void file.writeSync(encoder.encode(`${line}\n`));
}

/** Drops what goes over the platform's limit on log lines, and says so once per window. */
function quota(limits: Limits, write: (line: string) => void): (line: string) => void {
  let windowEnds = 0;
  let lines = 0;
  return (line) => {
    const now = performance.now();
    if (now >= windowEnds) {
      windowEnds = now + limits.logWindowMs;
      lines = 0;
    }
    lines++;
    if (lines <= limits.logLines) write(line);
    else if (lines === limits.logLines + 1) {
      write(`[stack] more than ${limits.logLines} lines in ${limits.logWindowMs} ms: the rest is dropped`);
    }
  };
}
