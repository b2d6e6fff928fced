/** Routes of the worker: one, that wakes it. The wake token is answered at once, an operator waits for the result. */
import type { Hono } from "hono";
import { IntakeGateway } from "../../../shared/data/intake_gateway.ts";
import { ObjectStore } from "../../../shared/data/object_store.ts";
import { type DatabaseClient, RestCalls } from "../../../shared/data/rest_calls.ts";
import { answer, type AppEnv, type AppParts, createApp } from "../_shared/app.ts";
import { createServiceClient, secretKeyOf } from "../_shared/clients.ts";
import type { Environment } from "../_shared/env.ts";
import { createParts } from "../_shared/runtime.ts";
import { wakeSelf } from "../_shared/wake_self.ts";
import { Isolate } from "./isolate.ts";
import type { Ports } from "./ports.ts";

/** The worker function as it runs: everything from its environment. */
export function buildApp(environment: Environment<"worker">): Hono<AppEnv> {
  const client = createServiceClient(environment);
  const parts = createParts("worker", environment, client);
  return createWorkerApp(
    parts,
    new Isolate(buildPorts(environment, client, parts)),
  );
}

/** The routes on given parts. */
export function createWorkerApp(
  parts: AppParts,
  isolate: Isolate,
): Hono<AppEnv> {
  return createApp("worker", parts, {
    "POST /worker/run": async (context) => {
      if (context.get("caller").role === "wake") {
        isolate.wake();
        return answer(202, { accepted: true });
      }
      return answer(200, { ...await isolate.runNow() });
    },
  });
}

type BasePorts = Omit<Ports, "isEnding" | "isStopping" | "wait" | "workerId">;

function buildPorts(
  environment: Environment<"worker">,
  client: DatabaseClient,
  parts: AppParts,
): BasePorts {
  const url = environment.SUPABASE_URL;
  const headers = { apikey: secretKeyOf(environment.SUPABASE_SECRET_KEYS) };
  return {
    gateway: new IntakeGateway(new RestCalls(client), { url, headers, send: fetch }),
    store: new ObjectStore(url, headers, fetch),
    log: parts.log,
    now: () => new Date(),
    wakeSelf: () =>
      wakeSelf(
        `${url}/functions/v1/worker/run`,
        environment.DRAGONFLY_WAKE_TOKEN,
        "worker",
        parts.log,
      ),
  };
}
