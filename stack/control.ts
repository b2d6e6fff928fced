/** The control endpoint of a stack: faults, reset, function processes. Loopback, behind a token in the stack's folder. */
import * as z from "zod";
import type { Door } from "./door.ts";
import { type Faults, FaultState } from "./faults/state.ts";
import type { FunctionHost } from "./functions/host.ts";
import type { Server } from "./postgres/server.ts";

export interface Controlled {
  faults: Faults;
  door: Door;
  reset(): Promise<void>;
  reloadFunctions(): Promise<void>;
  functions(): FunctionHost | undefined;
  database(): Server | undefined;
}

/** What can be asked of a stack; `faults/client.ts` is the client. */
export const Order = z.discriminatedUnion("do", [
  z.object({ do: z.literal("faults"), set: FaultState.partial() }),
  z.object({ do: z.literal("reset") }),
  z.object({ do: z.literal("reload_functions") }),
  /** The API's address is gone for everybody, functions included, until it is opened; the dashboard's files are not. */
  z.object({ do: z.literal("shut_door") }),
  z.object({ do: z.literal("open_door") }),
  z.object({
    do: z.literal("restart_postgres"),
    mode: z.enum(["fast", "immediate"]),
    pause_ms: z.number().default(0),
  }),
  z.object({ do: z.literal("isolates") }),
  z.object({
    do: z.literal("signal_isolates"),
    function: z.string(),
    signal: z.enum(["SIGKILL", "SIGSTOP", "SIGCONT"]),
    /** How many at most, busy ones first; all when absent. */
    count: z.number().int().positive().optional(),
  }),
]);
export type Order = z.input<typeof Order>;

export interface Control {
  url: string;
  token: string;
  stop(): Promise<void>;
}

/** Starts the endpoint on a free port. */
export function startControl(token: string, parts: Controlled): Control {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    if (request.headers.get("authorization") !== `Bearer ${token}`) {
      return new Response(null, { status: 401 });
    }
    const order = Order.safeParse(await request.json());
    if (!order.success) return Response.json({ message: z.prettifyError(order.error) }, { status: 422 });
    return Response.json(await obey(order.data, parts) ?? null);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    token,
    stop: () => server.shutdown(),
  };
}

async function obey(order: z.output<typeof Order>, parts: Controlled): Promise<unknown> {
  switch (order.do) {
    case "faults":
      Object.assign(parts.faults.state, order.set);
      return parts.faults.state;
    case "reset":
      return await parts.reset();
    case "reload_functions":
      return await parts.reloadFunctions();
    case "shut_door":
      return await parts.door.shut();
    case "open_door":
      return parts.door.reopen();
    case "restart_postgres": {
      const server = parts.database();
      await server?.stop(order.mode);
      if (order.pause_ms > 0) await new Promise((resolve) => setTimeout(resolve, order.pause_ms));
      return await server?.start();
    }
    case "isolates":
      return parts.functions()?.isolates() ?? [];
    case "signal_isolates":
      return parts.functions()?.signal(order.function, order.signal, order.count) ?? [];
  }
}
