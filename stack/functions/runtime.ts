/**
 * Loaded into an isolate before the function's own `index.ts`: what Supabase's runtime gives a function beyond Deno.
 * Owns `EdgeRuntime.waitUntil`, `beforeunload` and the host's orders; takes away what the platform does not
 * have. Speaks to the host through marked lines on stdout. Imports nothing but Node's: it runs under the function's own
 * import map.
 */
import { AsyncLocalStorage } from "node:async_hooks";

/** Starts a line that is for the host, not for the log. */
const MARK = "\u0001";
const ORDER_HEADER = "x-stack-order";

const orderToken = Deno.env.get("STACK_ORDER_TOKEN") ?? "";
const port = Number(Deno.env.get("STACK_PORT"));
for (
  const name of [
    "STACK_ORDER_TOKEN",
    "STACK_PORT",
    "DENO_DIR",
    "HOME",
    "NPM_CONFIG_REGISTRY",
    "NO_COLOR",
    "PATH",
  ]
) {
  Deno.env.delete(name);
}

const encoder = new TextEncoder();
function tell(news: Record<string, unknown>): void {
  Deno.stdout.writeSync(encoder.encode(`${MARK}${JSON.stringify(news)}\n`));
}

/** CPU of this process so far, ms. */
function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** One request, from its arrival until its answer and everything it handed to waitUntil are done. */
interface Call {
  readonly id: string;
  readonly cpuAtStart: number;
  open: number;
}
const calls = new AsyncLocalStorage<Call>();

function closeOne(call: Call | undefined): void {
  if (call === undefined || --call.open > 0) return;
  tell({ done: call.id, cpu_ms: Math.round(cpu() - call.cpuAtStart) });
}

let pending = 0;
Reflect.set(globalThis, "EdgeRuntime", {
  /** Keeps the isolate alive until `work` settles. */
  waitUntil(work: Promise<unknown>): void {
    const call = calls.getStore();
    if (call !== undefined) call.open++;
    pending++;
    tell({ pending });
    Promise.resolve(work).catch((error) => console.error(error)).finally(() => {
      pending--;
      tell({ pending });
      closeOne(call);
    });
  },
});

// The platform has no web workers.
Reflect.deleteProperty(globalThis, "Worker");

type Handler = (request: Request, info: Deno.ServeHandlerInfo) => Response | Promise<Response>;

/** Answers the host's orders; everything else is the function's. */
function listening(handler: Handler): Handler {
  return async (request, info) => {
    const order = request.headers.get(ORDER_HEADER);
    if (order === null || request.headers.get("authorization") !== `Bearer ${orderToken}`) {
      const call = { id: request.headers.get("sb-request-id") ?? "", cpuAtStart: cpu(), open: 1 };
      try {
        return await calls.run(call, () => handler(request, info));
      } finally {
        closeOne(call);
      }
    }
    if (order !== "pending") {
      dispatchEvent(new CustomEvent("beforeunload", { detail: { reason: order } }));
      await Promise.resolve(); // what the listeners start with waitUntil counts
    }
    return Response.json({ pending });
  };
}

const serve = Deno.serve;
function wrapped(first: Handler | Record<string, unknown>, second?: Handler): unknown {
  const options = typeof first === "function" ? {} : first;
  const handler = typeof first === "function" ? first : second ?? options.handler;
  if (typeof handler !== "function") throw new TypeError("Deno.serve() needs a handler");
  const guarded = listening((request, info) => handler(request, info));
  return Reflect.apply(serve, Deno, [
    { ...options, hostname: "127.0.0.1", port, onListen: () => tell({ listening: true }) },
    guarded,
  ]);
}
Reflect.set(Deno, "serve", wrapped);

// What the runtime itself has cost so far is not the function's.
tell({ booted: { cpu_ms: Math.round(cpu()) } });
