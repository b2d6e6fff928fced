/**
 * All isolates of one function: an idle one is reused, a new one started when all are busy, and at the cap two
 * requests share one. Keeps a started one in hand, so that a call seldom waits for a process.
 */
import type { Code } from "./bundle.ts";
import { type Ended, Isolate, type IsolateOptions } from "./isolate.ts";
import { METER_EVERY_MS } from "./limits.ts";

export interface Invocation {
  at: string;
  function: string;
  isolate: string;
  pid: number;
  method: string;
  path: string;
  status: number;
  /** Until answer and background work were done. */
  wall_ms: number;
  /** Of the isolate from the call's arrival to the end of its background work; calls that overlap in one isolate share it. */
  cpu_ms: number;
  isolate_cpu_ms: number;
  /** The bare runtime's, before the function's code was loaded; in none of the other figures. */
  boot_cpu_ms: number;
  rss_mb: number;
  outcome: "ok" | Ended;
}

export class Pool {
  #options: IsolateOptions;
  readonly #journal: (invocation: Invocation) => void;
  readonly #isolates = new Set<Isolate>();
  readonly #timer: ReturnType<typeof setInterval>;
  #stopped = false;

  constructor(options: IsolateOptions, journal: (invocation: Invocation) => void) {
    this.#options = options;
    this.#journal = journal;
    this.#timer = setInterval(() => {
      for (const isolate of this.#isolates) isolate.check();
    }, METER_EVERY_MS);
    this.#start();
  }

  get isolates(): Isolate[] {
    return [...this.#isolates];
  }

  /** True once an isolate runs, false when the code does not start. */
  async ready(): Promise<boolean> {
    return await this.#pick().ready;
  }

  #start(): Isolate {
    const isolate = new Isolate(this.#options);
    this.#isolates.add(isolate);
    isolate.ended.then((why) => {
      this.#isolates.delete(isolate);
      if (why !== "exited") this.#spare();
    });
    return isolate;
  }

  /** Starts one more when all that take requests are busy and there is room. */
  #spare(): void {
    if (this.#stopped) return;
    const open = this.#open();
    if (open.length < this.#options.limits.isolates && open.every((isolate) => isolate.busy)) this.#start();
  }

  #open(): Isolate[] {
    return this.isolates.filter((isolate) => !isolate.retired);
  }

  #pick(): Isolate {
    const open = this.#open();
    const idle = open.find((isolate) => !isolate.busy && isolate.served > 0) ??
      open.find((isolate) => !isolate.busy);
    if (idle !== undefined) return idle;
    if (open.length < this.#options.limits.isolates) return this.#start();
    return open.reduce((least, isolate) => isolate.inFlight < least.inFlight ? isolate : least);
  }

  /** Runs one request. @param path as the function sees it. */
  async answer(request: Request, path: string, headers: Headers): Promise<Response> {
    const began = performance.now();
    const isolate = this.#pick();
    isolate.inFlight++; // picked: nobody else's idle one while it starts
    const ready = await isolate.ready.finally(() => isolate.inFlight--);
    if (!ready) return failure(503, "BOOT_ERROR", "Function failed to start (please check logs)");
    isolate.check();
    const cpuBefore = isolate.cpuMs;
    const id = crypto.randomUUID();
    headers.set("sb-request-id", id); // as the platform does
    const done = isolate.callDone(id);
    const sent = isolate.send(request, path, headers);
    this.#spare();
    let response: Response;
    let broken = false;
    try {
      response = await sent;
    } catch (error) {
      if (request.signal.aborted) throw error; // the caller hung up
      broken = true;
      response = failed(await Promise.race([isolate.ended, never(ENDED_WAIT_MS)]));
    }
    this.#record(isolate, request, path, response.status, broken, began, cpuBefore, done);
    return response;
  }

  async #record(
    isolate: Isolate,
    request: Request,
    path: string,
    status: number,
    broken: boolean,
    began: number,
    cpuBefore: number,
    done: Promise<number | null>,
  ): Promise<void> {
    const cpuMs = await done;
    const endedAt = performance.now();
    isolate.check();
    this.#journal({
      at: new Date().toISOString(),
      function: this.#options.name,
      isolate: isolate.id,
      pid: isolate.pid,
      method: request.method,
      path: path.split("?")[0] ?? path,
      status,
      wall_ms: Math.round(endedAt - began),
      cpu_ms: cpuMs ?? isolate.cpuMs - cpuBefore,
      isolate_cpu_ms: isolate.cpuMs,
      boot_cpu_ms: isolate.bootCpuMs,
      rss_mb: Math.round(isolate.rssMb),
      outcome: broken || isolate.diedAtWork ? await isolate.ended : "ok",
    });
  }

  /** Retires all isolates and starts anew with other code. */
  reload(code: Code): void {
    this.#options = { ...this.#options, code };
    for (const isolate of this.#isolates) isolate.retire("termination");
    this.#start();
  }

  /** Ends all isolates at once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    const isolates = this.isolates;
    for (const isolate of isolates) isolate.kill("dropped");
    await Promise.all(isolates.map((isolate) => isolate.ended));
  }
}

/** A broken connection is seen before the process' end is. */
const ENDED_WAIT_MS = 500;

function never(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), ms));
}

function failed(why: Ended | null): Response {
  if (why === "cpu" || why === "memory" || why === "wall_clock") {
    const message = "Function failed due to not having enough compute resources (please check logs)";
    return failure(546, "WORKER_LIMIT", message);
  }
  return failure(500, "WORKER_ERROR", "Function exited due to an error (please check logs)");
}

function failure(status: number, code: string, message: string): Response {
  return Response.json({ code, message }, { status });
}
