/** Routes of the system function: is it up, is it ready, how is it. */
import type { SupabaseClient } from "@supabase/supabase-js";
import type { Hono } from "hono";
import * as z from "zod";
import { Problem } from "../../../shared/errors.ts";
import { type AppEnv, type AppParts, createApp, type Handler } from "../_shared/app.ts";
import { createServiceClient } from "../_shared/clients.ts";
import { connectDatabase } from "../_shared/database.ts";
import type { Environment } from "../_shared/env.ts";
import type { Logger } from "../_shared/log.ts";
import { createParts } from "../_shared/runtime.ts";
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
    "GET /system/status": answerStatus(parts.client),
    "GET /system/metrics": answerMetrics(call),
    "GET /system/queue": answerQueues(call),
    "POST /system/queue/:type/pause": pauseQueue(call, true),
    "POST /system/queue/:type/resume": pauseQueue(call, false),
    "POST /system/jobs/:id/redrive": redriveJob(call),
    "GET /system/performance": answerFigures(call, "performance"),
    "GET /system/errors": answerFigures(call, "errors"),
    "GET /system/quality": answerFigures(call, "quality"),
    "GET /system/feed": answerFigures(call, "feed"),
    "GET /system/alerts": answerAlerts(call),
    "POST /system/alerts/:id/silence": silenceAlert(call),
  });
}

function answerReadiness(checks: Checks): Handler {
  const readinessFor = keepReadiness((log: Logger) =>
    checkReadiness(checks, CHECK_TIMEOUT_MS, (check, error) => {
      log.warn("readiness.failed", { check, error });
    })
  );
  return async (context) => {
    const readiness = await readinessFor(context.get("log"));
    return context.json(readiness, readiness.ready ? 200 : 503, { "cache-control": "no-store" });
  };
}

const Instant = z.string().transform((text) => new Date(text).toISOString());
const WorkerStatus = z.enum(["online", "offline", "not_deployed"]);
const Status = z.object({
  ingest_status: WorkerStatus,
  enforcement_status: WorkerStatus,
  ingest_last_heartbeat: Instant.nullable(),
  enforcement_last_heartbeat: Instant.nullable(),
  queue_depth: z.number(),
  queue_processing: z.number(),
  checked_at: Instant,
});

function answerStatus(client: SupabaseClient): Handler {
  return async (context) => {
    const { data, error } = await client.schema("ops").from("v_system_health")
      .select("*").single();
    if (error !== null) {
      throw new Problem(
        "UNAVAILABLE",
        "The database does not answer the status query.",
        { cause: error },
      );
    }
    return context.json(Status.parse(data));
  };
}
