/** Routes of the system function: is it up, is it ready, how is it. */
import type { Hono } from "hono";
import { SystemGateway } from "../../../shared/data/system_gateway.ts";
import type { OpenApi } from "../../../shared/http/answers/openapi.ts";
import { openApiDocument } from "../../../shared/http/openapi.ts";
import { answer, type AppEnv, type AppParts, createApp, type HandlerOf } from "../_shared/app.ts";
import { createServiceClient } from "../_shared/clients.ts";
import { connectDatabase } from "../_shared/database.ts";
import type { Environment } from "../_shared/env.ts";
import type { Logger } from "../_shared/log.ts";
import { createParts } from "../_shared/runtime.ts";
import { VERSION } from "../_shared/version.ts";
import { answerAlerts, silenceAlert } from "./alerts.ts";
import { createChecks } from "./checks.ts";
import { answerFigures } from "./figures.ts";
import { answerKeys } from "./keys.ts";
import { answerMetrics } from "./metrics.ts";
import { answerQueues, pauseQueue, redriveJob } from "./queues.ts";
import { checkReadiness, type Checks, keepReadiness } from "./readiness.ts";

/** Longest wait for one readiness check. */
const CHECK_TIMEOUT_MS = 3000;

/** What the routes of system stand on, beside the parts of every app. */
export interface SystemParts extends AppParts {
  readonly system: SystemGateway;
  readonly checks: Checks;
  /** DRAGONFLY_SIGNING_KEY: of these the public halves are told. */
  readonly privateKeys: readonly string[] | undefined;
}

/** The system function as it runs: everything from its environment. */
export function buildApp(environment: Environment<"system">): Hono<AppEnv> {
  const client = createServiceClient(environment);
  const system = new SystemGateway(client);
  const dsn = environment.DATABASE_URL ?? environment.SUPABASE_DB_URL;
  const database = dsn === undefined ? null : connectDatabase(dsn.url, "system");
  return createSystemApp({
    ...createParts("system", environment, client),
    system,
    checks: createChecks(system, client, database),
    privateKeys: environment.DRAGONFLY_SIGNING_KEY,
  });
}

/** The routes on given parts. */
export function createSystemApp(parts: SystemParts): Hono<AppEnv> {
  const { system } = parts;
  return createApp("system", parts, {
    "GET /system/readyz": answerReadiness(parts.checks),
    "GET /system/openapi.json": answerDocument(),
    "GET /system/keys": answerKeys(parts.privateKeys),
    "GET /system/status": async () => answer(200, await system.status()),
    "GET /system/metrics": answerMetrics(system),
    "GET /system/queue": answerQueues(system),
    "POST /system/queue/:type/pause": pauseQueue(system, true),
    "POST /system/queue/:type/resume": pauseQueue(system, false),
    "POST /system/jobs/:id/redrive": redriveJob(system),
    ...answerFigures(system),
    "GET /system/alerts": answerAlerts(system),
    "POST /system/alerts/:id/silence": silenceAlert(system),
  });
}

function answerReadiness(checks: Checks): HandlerOf<"system", "GET /system/readyz"> {
  const readinessFor = keepReadiness((log: Logger) =>
    checkReadiness(checks, CHECK_TIMEOUT_MS, (check, error) => {
      log.warn("readiness.failed", { check, error });
    })
  );
  return async (context) => {
    const readiness = await readinessFor(context.get("log"));
    const told = { ready: readiness.ready, checks: readiness.checks.map((check) => ({ ...check })) };
    const headers = { "cache-control": "no-store" };
    return told.ready ? answer(200, told, headers) : answer(503, told, headers);
  };
}

/** The document of every route; made once an isolate, when somebody asks for it. */
function answerDocument(): HandlerOf<"system", "GET /system/openapi.json"> {
  let document: OpenApi | undefined;
  return () => answer(200, document ??= openApiDocument(VERSION), { "cache-control": "public, max-age=300" });
}
