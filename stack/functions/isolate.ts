/**
 * One isolate: a Deno process of its own that runs one function's `index.ts`. Knows its state, usage and limits; retires
 * and is killed the way the platform does it. Which request goes where is the pool's business.
 */
import { type Leashed, startLeashed } from "../processes.ts";
import { freePort } from "../../checkout/free_port.ts";
import { randomLetters } from "../../checkout/letters.ts";
import type { Code } from "./bundle.ts";
import type { Limits, Reason } from "./limits.ts";
import { measure } from "./meter.ts";

const RUNTIME = new URL("runtime.ts", import.meta.url).pathname;
const MARK = "\u0001";
const BOOT_TIMEOUT_MS = 60_000; // the first start on a machine may download packages
const ORDER_TIMEOUT_MS = 1000; // a stopped or spinning isolate does not answer

export type Ended = "cpu" | "memory" | "wall_clock" | "killed" | "dropped" | "exited";

export interface IsolateOptions {
  name: string;
  code: Code;
  environment: Record<string, string>;
  cwd: string;
  limits: Limits;
  log(line: string): void;
}

export class Isolate {
  readonly id = crypto.randomUUID();
  readonly #options: IsolateOptions;
  readonly #process: Leashed;
  readonly #port = freePort();
  readonly #token = randomLetters(24);
  readonly #listening = Promise.withResolvers<boolean>();
  #bornAt = performance.now();
  #idleSince = performance.now();
  #bootCpuMs = 0;
  #bootRssMb = 0;
  #pending = 0;
  readonly #calls = new Map<string, (cpuMs: number) => void>();
  #killedFor: Ended | null = null;
  #unloading: Promise<void> | null = null;
  inFlight = 0;
  served = 0;
  retired = false;
  gone = false;
  /** It was killed with work under way, be it behind an answer. */
  diedAtWork = false;
  cpuMs = 0;
  rssMb = 0;
  /** Resolves with why it ended. */
  readonly ended: Promise<Ended>;

  constructor(options: IsolateOptions) {
    this.#options = options;
    this.#process = startLeashed(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--no-lock",
        "--cached-only",
        "--node-modules-dir=none",
        options.code.config === null ? "--no-config" : `--config=${options.code.config}`,
        "--preload",
        RUNTIME,
        "--allow-env",
        "--allow-net=127.0.0.1,localhost",
        `--v8-flags=--max-heap-size=${options.limits.memoryMb}`, // of the whole heap, as the platform limits it
        options.code.entry,
      ],
      env: {
        ...options.environment,
        ...cacheEnvironment(),
        NO_COLOR: "1",
        STACK_PORT: String(this.#port),
        STACK_ORDER_TOKEN: this.#token,
        SB_EXECUTION_ID: this.id,
      },
      cwd: options.cwd,
      signal: "KILL",
      onOutput: (line) => this.#hear(line),
    });
    const patience = setTimeout(() => this.kill("killed"), BOOT_TIMEOUT_MS);
    this.#listening.promise.then(() => clearTimeout(patience));
    this.ended = this.#process.ended.then(() => {
      this.gone = true;
      this.retired = true;
      this.#listening.resolve(false);
      return this.#killedFor ?? "exited";
    });
  }

  /** When its last work ended, ms of `performance.now()`. */
  get idleSince(): number {
    return this.#idleSince;
  }

  get pid(): number {
    return this.#process.pid;
  }

  get bootCpuMs(): number {
    return this.#bootCpuMs;
  }

  get busy(): boolean {
    return this.inFlight > 0 || this.#pending > 0;
  }

  /** True when it can take requests, false when its code failed to start. */
  get ready(): Promise<boolean> {
    return this.#listening.promise;
  }

  #hear(line: string): void {
    if (!line.startsWith(MARK)) return this.#options.log(line);
    const news = JSON.parse(line.slice(1));
    if (news.booted !== undefined) {
      this.#bootCpuMs = news.booted.cpu_ms;
      this.#bootRssMb = measure(this.pid)?.rssMb ?? 0;
      this.#bornAt = performance.now();
    }
    if (news.listening === true) this.#listening.resolve(true);
    if (typeof news.done === "string") this.#calls.get(news.done)?.(news.cpu_ms);
    if (typeof news.pending === "number") {
      this.#pending = news.pending;
      this.#idleSince = performance.now();
    }
  }

  /** CPU ms of one request, once its answer and background work are done; null when the isolate ended before. */
  async callDone(id: string): Promise<number | null> {
    const done = new Promise<number>((resolve) => this.#calls.set(id, resolve));
    return await Promise.race([done, this.ended.then(() => null)]).finally(() => this.#calls.delete(id));
  }

  /** Hands it a request whose path is the function's own. */
  async send(request: Request, path: string, headers: Headers): Promise<Response> {
    this.inFlight++;
    this.served++;
    const done = () => {
      this.inFlight--;
      this.#idleSince = performance.now();
    };
    try {
      const response = await fetch(`http://127.0.0.1:${this.#port}${path}`, {
        method: request.method,
        headers,
        body: request.body,
        redirect: "manual",
        signal: request.signal,
      });
      return whenSent(response, done);
    } catch (error) {
      done();
      throw error;
    }
  }

  /** Looks at usage and acts on limits. Called while it may be running. */
  check(): void {
    if (this.gone) return;
    const usage = measure(this.pid);
    if (usage !== null) {
      this.cpuMs = Math.max(0, usage.cpuMs - this.#bootCpuMs);
      this.rssMb = Math.max(this.rssMb, usage.rssMb);
      const { limits } = this.#options;
      if (this.cpuMs >= limits.cpuHardMs) return this.kill("cpu");
      if (usage.rssMb - this.#bootRssMb > limits.memoryMb) return this.kill("memory");
      if (this.cpuMs >= limits.cpuSoftMs) this.retire("cpu");
    }
    const age = performance.now() - this.#bornAt;
    if (age >= this.#options.limits.wallMs) return this.kill("wall_clock");
    if (age >= this.#options.limits.wallMs / 2) this.retire("wall_clock");
    const idle = !this.busy && this.served > 0 &&
      performance.now() - this.#idleSince > this.#options.limits.idleMs;
    if (idle) this.retire("early_drop");
  }

  /** No new requests; told why; ended once nothing is under way in it. */
  retire(reason: Reason): void {
    this.retired = true;
    this.#unloading ??= this.#unload(reason);
  }

  async #unload(reason: Reason): Promise<void> {
    if (!await this.#listening.promise) return;
    let pending = await this.#order(reason);
    while (!this.gone && (this.inFlight > 0 || pending !== 0)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (this.inFlight === 0 && this.#pending === 0) pending = await this.#order("pending");
    }
    this.kill("dropped");
  }

  /** @returns how many promises the isolate still waits for; null when it does not answer. */
  async #order(order: string): Promise<number | null> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.#port}/`, {
        headers: { "x-stack-order": order, authorization: `Bearer ${this.#token}` },
        signal: AbortSignal.timeout(ORDER_TIMEOUT_MS),
      });
      return (await response.json()).pending;
    } catch (error) {
      if (error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError")) {
        return null;
      }
      throw error;
    }
  }

  kill(why: Ended): void {
    if (this.gone) return;
    this.#killedFor ??= why;
    this.diedAtWork ||= this.busy;
    this.retired = true;
    this.#process.kill("SIGKILL");
  }

  signal(signal: Deno.Signal): void {
    if (signal === "SIGKILL") this.kill("killed");
    else this.#process.kill(signal);
  }
}

/** Where Deno keeps packages; the runtime hides these from the function. */
function cacheEnvironment(): Record<string, string> {
  const found: Record<string, string> = { PATH: "/usr/bin:/bin" };
  for (const name of ["DENO_DIR", "HOME", "NPM_CONFIG_REGISTRY"]) {
    const value = Deno.env.get(name);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** Calls `done` once, when the body has gone out or is given up. */
function whenSent(response: Response, done: () => void): Response {
  if (response.body === null) {
    done();
    return response;
  }
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done: last } = await reader.read();
        if (last) {
          done();
          controller.close();
        } else controller.enqueue(value);
      } catch (error) {
        done();
        controller.error(error);
      }
    },
    async cancel(reason) {
      done();
      await reader.cancel(reason);
    },
  });
  return new Response(body, {
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
  });
}
