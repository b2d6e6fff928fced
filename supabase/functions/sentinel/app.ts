/** Routes of the sentinel: run it, read what it last found. Stands on Postgres alone, so that it works without REST. */
import type { SupabaseClient } from "@supabase/supabase-js";
import type { Hono } from "hono";
import { probeRest } from "../../../shared/data/rest_probe.ts";
import type { Proof } from "../../../shared/audit/proof.ts";
import { SentinelGateway } from "../../../shared/data/sentinel_gateway.ts";
import { Problem } from "../../../shared/errors.ts";
import { configuredChannels } from "../../../shared/sentinel/notices/render.ts";
import { answer, type AppContext, type AppEnv, type AppParts, createApp } from "../_shared/app.ts";
import { actorOf } from "../_shared/caller.ts";
import { channelsOf } from "../_shared/channels.ts";
import { createServiceClient, secretKeyOf } from "../_shared/clients.ts";
import { connectDatabase } from "../_shared/database.ts";
import type { Environment } from "../_shared/env.ts";
import { createParts } from "../_shared/runtime.ts";
import { readSigningKeys } from "../_shared/signing_keys.ts";
import { headFiles } from "../_shared/head_files.ts";
import { Isolate } from "./isolate.ts";
import type { Ports } from "./ports.ts";

/** What the routes stand on, beside the parts of every app. */
export interface SentinelParts extends AppParts {
  readonly ports: Ports;
}

/** The sentinel function as it runs: everything from its environment. */
export function buildApp(environment: Environment<"sentinel">): Hono<AppEnv> {
  const client = createServiceClient(environment);
  const parts = createParts("sentinel", environment, client);
  return createSentinelApp({ ...parts, ports: buildPorts(environment, client, parts) });
}

/** The routes on given parts. */
export function createSentinelApp(parts: SentinelParts): Hono<AppEnv> {
  const isolate = new Isolate(parts.ports);
  return createApp("sentinel", parts, {
    "POST /sentinel/run": async (context, { body }) => {
      const caller = context.get("caller");
      if (caller.role === "wake") {
        isolate.wake(body.by ?? "wake");
        return answer(202, { accepted: true });
      }
      return answer(200, await orUnavailable(context, isolate.runNow(actorOf(caller))));
    },
    "GET /sentinel/latest": async (context) => {
      const result = await orUnavailable(context, parts.ports.sentinel.latest());
      if (result === null) throw new Problem("NOT_FOUND", "The sentinel has not run yet.");
      return answer(200, result);
    },
  });
}

async function orUnavailable<T>(
  context: AppContext,
  work: Promise<T>,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    context.get("log").error("sentinel.could_not_run", { error });
    throw new Problem(
      "UNAVAILABLE",
      `The sentinel could not run its checks: ${reasonOf(error)}.`,
      { cause: error },
    );
  }
}

/** Codes of the driver are words (ECONNREFUSED); those of Postgres are five signs. The text is for the log alone. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^[0-9A-Z]{5}$/.test(code) && !/^57P0/.test(code)
    ? `the database answers with error ${code}`
    : `the database does not answer${code === "" ? "" : ` (${code})`}`;
}

function buildPorts(environment: Environment<"sentinel">, client: SupabaseClient, parts: AppParts): Ports {
  const apikey = secretKeyOf(environment.SUPABASE_SECRET_KEYS);
  return {
    workerId: `sentinel-${crypto.randomUUID().slice(0, 8)}`,
    sentinel: new SentinelGateway(connectDatabase(environment.DATABASE_URL.url, "sentinel")),
    probeRest: () => probeRest(environment.SUPABASE_URL, apikey, fetch),
    channels: configuredChannels(channelsOf(environment)),
    environment: environment.ENVIRONMENT,
    deadmanUrl: environment.DRAGONFLY_DEADMAN_URL ?? null,
    directUntil: environment.DRAGONFLY_DIRECT_UNTIL ?? null,
    proof: createProof(environment, client),
    fetch,
    log: parts.log,
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  };
}

/** Read once, when it is first asked for. */
function createProof(
  environment: Environment<"sentinel">,
  client: SupabaseClient,
): () => Promise<Proof | null> {
  let opening: Promise<Proof | null> | null = null;
  const open = async () => {
    const keys = await readSigningKeys(environment.DRAGONFLY_SIGNING_KEY);
    return keys && { ...keys, heads: headFiles(client), project: environment.SUPABASE_URL };
  };
  return () => opening ??= open();
}
