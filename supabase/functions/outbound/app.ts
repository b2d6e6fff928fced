/** Routes of the function that speaks to other companies' systems: notices out, vendors' exports in. */
import type { SupabaseClient } from "@supabase/supabase-js";
import type { Hono } from "hono";
import { OutboundGateway } from "../../../shared/data/outbound_gateway.ts";
import { answer, type AppEnv, type AppParts, createApp } from "../_shared/app.ts";
import { channelsOf } from "../_shared/channels.ts";
import { createServiceClient } from "../_shared/clients.ts";
import { connectDatabase } from "../_shared/database.ts";
import type { Environment } from "../_shared/env.ts";
import { keepAlive } from "../_shared/keep_alive.ts";
import { createParts } from "../_shared/runtime.ts";
import type { Ports } from "./ports.ts";
import { workOff } from "./work_off.ts";

/** What the routes stand on, beside the parts of every app. */
export interface OutboundParts extends AppParts {
  readonly ports: Ports;
}

/** The outbound function as it runs: everything from its environment. */
export function buildApp(environment: Environment<"outbound">): Hono<AppEnv> {
  const client = createServiceClient(environment);
  const parts = createParts("outbound", environment, client);
  return createOutboundApp({ ...parts, ports: buildPorts(environment, client, parts) });
}

/** The routes on given parts. Waking twice does no harm: who comes second is told of the work that is under way. */
export function createOutboundApp(parts: OutboundParts): Hono<AppEnv> {
  let working: Promise<number> | null = null;
  const work = () => working ??= workOff(parts.ports).finally(() => working = null);
  return createApp("outbound", parts, {
    "POST /outbound/run": async (context) => {
      if (context.get("caller").role !== "wake") return answer(200, { worked_off: await work() });
      keepAlive(work());
      return answer(202, { accepted: true });
    },
  });
}

function buildPorts(environment: Environment<"outbound">, client: SupabaseClient, parts: AppParts): Ports {
  return {
    workerId: `outbound-${crypto.randomUUID().slice(0, 8)}`,
    outbound: new OutboundGateway(connectDatabase(environment.DATABASE_URL.url, "outbound")),
    channels: channelsOf(environment),
    origin: {
      environment: environment.ENVIRONMENT,
      dashboardUrl: environment.DRAGONFLY_DASHBOARD_URL ?? null,
    },
    vendor: {
      url: environment.SIMPLICITY_API_URL ?? null,
      key: environment.SIMPLICITY_API_KEY ?? "",
      offline: environment.SIMPLICITY_OFFLINE_MODE,
    },
    storeExport: (path, body) => storeExport(client, path, body),
    fetch,
    log: parts.log,
    now: () => new Date(),
  };
}

/** An object of that path that is there already was stored by a pull that died afterwards. */
async function storeExport(
  client: SupabaseClient,
  path: string,
  body: ReadableStream<Uint8Array> | Uint8Array,
): Promise<boolean> {
  const { error } = await client.storage.from("intake").upload(path, body, {
    contentType: "text/csv",
    upsert: false,
    duplex: "half",
  });
  if (error === null) return true;
  if ("statusCode" in error && String(error.statusCode) === "409") return false;
  throw error;
}
