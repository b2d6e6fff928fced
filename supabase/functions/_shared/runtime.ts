/** Puts the parts of an app together from a function's environment. */
import { type DatabaseClient, RestCalls } from "../../../shared/data/rest_calls.ts";
import type { AppParts } from "./app.ts";
import { createDoor, type IdentifyCaller } from "./caller.ts";
import type { CommonEnvironment } from "./env.ts";
import type { FunctionName } from "../../../shared/environment/function_names.ts";
import { createLogger, type Logger } from "./log.ts";
import { createRateLimit, createStrangers, takeFromDatabase } from "./rates.ts";
import { createSessionCheck } from "./session.ts";

/** The environment every function has, with publishable keys where the function gets them. */
type Surroundings = CommonEnvironment & {
  readonly SUPABASE_PUBLISHABLE_KEYS?: Readonly<Record<string, string>>;
  readonly DRAGONFLY_SIGNING_KEY?: readonly string[];
};

/** @param client a service client of the same project. */
export function createParts(
  functionName: FunctionName,
  environment: Surroundings,
  client: DatabaseClient,
): AppParts {
  const log = createFunctionLogger(functionName, environment);
  const perMinute = { writes: environment.DRAGONFLY_RATE_WRITES, reads: environment.DRAGONFLY_RATE_READS };
  return {
    identify: createIdentify(environment, client),
    limit: createRateLimit(perMinute, takeFromDatabase(new RestCalls(client)), log),
    strangers: createStrangers(perMinute),
    corsOrigins: environment.DRAGONFLY_CORS_ORIGINS,
    log,
  };
}

/** The logger of a function, which knows the function's own keys and shows none of them. */
export function createFunctionLogger(functionName: FunctionName, environment: Surroundings): Logger {
  return createLogger({
    functionName,
    level: environment.LOG_LEVEL,
    secrets: [
      environment.DRAGONFLY_API_KEY,
      environment.DRAGONFLY_WAKE_TOKEN,
      ...(environment.DRAGONFLY_SIGNING_KEY ?? []),
      ...Object.values(environment.SUPABASE_SECRET_KEYS),
      ...Object.values(environment.DRAGONFLY_VENDOR_KEYS ?? {}),
    ],
  });
}

function createIdentify(environment: Surroundings, client: DatabaseClient): IdentifyCaller {
  return createDoor({
    secretKeys: Object.values(environment.SUPABASE_SECRET_KEYS),
    publishableKeys: Object.values(environment.SUPABASE_PUBLISHABLE_KEYS ?? {}),
    operatorKey: environment.DRAGONFLY_API_KEY,
    wakeToken: environment.DRAGONFLY_WAKE_TOKEN,
    vendorKeys: environment.DRAGONFLY_VENDOR_KEYS ?? {},
  }, createSessionCheck(client, environment.SUPABASE_JWKS, environment.SUPABASE_URL));
}
