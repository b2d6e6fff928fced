/** Routes of the system function: is it up, is it ready, how is it. */
import type { SupabaseClient } from "@supabase/supabase-js";
import type { Hono } from "hono";
import { Problem } from "../../../shared/errors.ts";
import type { OpenApi } from "../../../shared/http/answers/openapi.ts";
import { Status } from "../../../shared/http/answers/system.ts";
import { openApiDocument } from "../../../shared/http/openapi.ts";
import { answer, type AppEnv, type AppParts, createApp, type HandlerOf } from "../_shared/app.ts";
import { createServiceClient } from "../_shared/clients.ts";
import { connectDatabase } from "../_shared/database.ts";
import type { Environment } from "../_shared/env.ts";
import type { Logger } from "../_shared/log.ts";
import { createParts } from "../_shared/runtime.ts";
import { VERSION } from "../_shared/version.ts";
import { sqlCaller } from "../_shared/sql_call.ts";
import { answerAlerts, silenceAlert } from "./alerts.ts";
import { createChecks } from "./checks.ts";
import { answerFigures } from "./figures.ts";
import { answerMetrics } from "./metrics.ts";
import { answerQueues, pauseQueue, redriveJob } from "./queues.ts";
import { checkReadiness, type Checks, keepReadiness } from "./readiness.ts";

/** Longest wait for one readiness check. */
const CHECK_TIMEOUT_MS = 3000;

/** What the routes of system stand on, beside the parts of every app. */
export interface SystemParts extends AppParts {
  readonly client: SupabaseClient;
  readonly checks: Checks;
}

/** The system function as it runs: everything from its environment. */
export function buildApp(environment: Environment<"system">): Hono<AppEnv> {
  const client = createServiceClient(environment);
  const dsn = environment.DATABASE_URL ?? environment.SUPABASE_DB_URL;
  const database = dsn === undefined ? null : connectDatabase(dsn.url, "system");
  return createSystemApp({
    ...createParts("system", environment, client),
    client,
    checks: createChecks(client, database),
  });
}

/** The routes on given parts. */
export function createSystemApp(parts: SystemParts): Hono<AppEnv> {
  const call = sqlCaller(parts.client, "ops");
  return createApp("system", parts, {
    "GET /system/readyz": answerReadiness(parts.checks),
    "GET /system/openapi.json": answerDocument(),
    "GET /system/status": answerStatus(parts.client),
    "GET /system/metrics": answerMetrics(call),
    "GET /system/queue": answerQueues(call),
    "POST /system/queue/:type/pause": pauseQueue(call, true),
    "POST /system/queue/:type/resume": pauseQueue(call, false),
    "POST /system/jobs/:id/redrive": redriveJob(call),
    ...answerFigures(call),
    "GET /system/alerts": answerAlerts(call),
    "POST /system/alerts/:id/silence": silenceAlert(call),
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

function answerStatus(client: SupabaseClient): HandlerOf<"system", "GET /system/status"> {
  return async () => {
    const { data, error } = await client.schema("ops").from("v_system_health")
      .select("*").single();
    if (error !== null) {
      throw new Problem(
        "UNAVAILABLE",
        "The database does not answer the status query.",
        { cause: error },
      );
    }
    return answer(200, Status.parse(utc(data)));
  };
}

/** REST gives times with the offset of the session; answers have them in UTC, to the millisecond. */
function utc(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === "string" && /(?:_heartbeat|_at)$/.test(name) ? new Date(value).toISOString() : value,
    ]),
  );
}
