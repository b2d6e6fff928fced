/**
 * The app of every function: request id, CORS, unknown routes and methods before credentials, then caller,
 * rights and rate limit, one place where trouble becomes `application/problem+json`. A function brings its
 * handlers and nothing else.
 */
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { DatabaseRefused } from "../../../shared/data/database_refused.ts";
import { Problem, renderProblem } from "../../../shared/errors.ts";
import { ACCESS, type Access, mayCall, type RouteOf } from "../../../shared/http/access.ts";
import type { Answer, AnswerOf, Declaration, InputOf } from "../../../shared/http/declaration.ts";
import { type DeclarationOf, methodAndPath, routesOf } from "../../../shared/http/routes.ts";
import { actorOf, type Caller, type IdentifyCaller } from "./caller.ts";
import type { FunctionName } from "../../../shared/environment/function_names.ts";
import type { Logger } from "./log.ts";
import { addressOf, type LimitedKind, type LimitRate, type Strangers } from "./rates.ts";
import { readInput } from "./request.ts";
import { VERSION } from "./version.ts";

/** What a handler finds in its context. */
export interface AppVariables {
  /** Of this request; in every answer as `x-request-id`, in every problem and audit event. */
  requestId: string;
  /** Who calls. On routes open to anyone it is absent. */
  caller: Caller;
  /** Carries the request id. */
  log: Logger;
}
export type AppEnv = { Variables: AppVariables };
export type AppContext = Context<AppEnv>;

/** Answers one route: gets what its declaration reads of the request, gives what its declaration lets out. */
export type Handler<D extends Declaration> = (
  context: AppContext,
  input: InputOf<D>,
) => AnswerOf<D> | Promise<AnswerOf<D>>;

/** The handler of a route by its name. */
export type HandlerOf<F extends FunctionName, Name extends RouteOf<F>> = Handler<DeclarationOf<F, Name>>;

/** One handler for every route that is declared for the function; health is ours. */
export type Handlers<F extends FunctionName> = {
  readonly [Name in Exclude<RouteOf<F>, `GET /${F}/health`>]: HandlerOf<F, Name>;
};

/** What is mounted: declaration and handler belong together by their name, which the compiler cannot follow. */
type Mounted = (context: AppContext, input: never) => unknown;

/** An answer in JSON. */
export function answer<const Status extends number, const Content>(
  status: Status,
  body: Content,
  headers: Readonly<Record<string, string>> = {},
): Answer<Status, Content> {
  return { status, body, headers };
}

/** What the app needs from its surroundings. */
export interface AppParts {
  readonly identify: IdentifyCaller;
  readonly limit: LimitRate;
  readonly strangers: Strangers;
  readonly corsOrigins: readonly string[];
  readonly log: Logger;
}

/** A request id of the caller's is kept when it can do no harm in a log or header. */
const SAFE_REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

/** Builds the app of one function. */
export function createApp<F extends FunctionName>(
  functionName: F,
  parts: AppParts,
  handlers: Handlers<F>,
): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(nameRequest(parts.log));
  app.use(allowOrigins(parts.corsOrigins));
  const routes = mountable(functionName);
  const all: Readonly<Record<string, Mounted>> = { ...handlers, [`GET /${functionName}/health`]: health };
  for (const { name, method, path, access, declaration } of routes) {
    const handler = all[name];
    if (handler === undefined) throw new TypeError(`Cannot build ${functionName}: no handler for ${name}`);
    app.on(method, path, admit(parts, access), async (context) => {
      const input = await readInput(declaration, context.req.raw, context.req.param());
      return rendered(await handler(context, input as never));
    });
  }
  app.notFound((context) => {
    throw missing(context.req.path, routes);
  });
  app.onError(answerProblem);
  return app;
}

interface Route {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly access: Access;
  readonly declaration: Declaration;
}

function mountable(functionName: FunctionName): Route[] {
  const access: Readonly<Record<string, Access>> = ACCESS[functionName];
  return routesOf(functionName).map(([name, declaration]) => {
    const may = access[name];
    if (may === undefined) throw new TypeError(`Cannot mount ${name}: nobody may call it`);
    return { name, ...methodAndPath(name), access: may, declaration };
  });
}

/** A handler's own response, or its answer as JSON. */
function rendered(answered: unknown): Response {
  if (answered instanceof Response) return answered;
  const { status, body, headers } = answered as Answer;
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

function health(): Answer {
  return answer(200, { status: "healthy", version: VERSION }, { "cache-control": "no-store" });
}

function nameRequest(log: Logger): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const given = context.req.header("x-request-id") ?? "";
    const requestId = SAFE_REQUEST_ID.test(given) ? given : crypto.randomUUID();
    context.set("requestId", requestId);
    context.set("log", log.with({ request_id: requestId }));
    await next();
    context.header("x-request-id", requestId);
  };
}

/** Answers to other origins, and to no origin at all, carry no permission; the browser then refuses. */
function allowOrigins(origins: readonly string[]): MiddlewareHandler<AppEnv> {
  const allowed = new Set(origins);
  const permit = cors({
    origin: (origin) => allowed.has(origin) ? origin : null,
    allowMethods: ["GET", "POST", "PUT", "DELETE"],
    allowHeaders: [
      "authorization",
      "apikey",
      "content-type",
      "x-client-info",
      "x-dragonfly-api-key",
      "x-api-key",
      "x-request-id",
    ],
    exposeHeaders: ["x-request-id", "retry-after", "content-disposition"],
    maxAge: 600, // seconds
  });
  return async (context, next) => {
    if (context.req.header("origin") === undefined) return await next();
    return await permit(context, next);
  };
}

function admit(parts: AppParts, access: Access): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    if (access.may === "anyone") return await next();
    const { rate } = access;
    const caller = rate === "exempt"
      ? await parts.identify(context.req.raw.headers, () => {})
      : await identifyCounted(parts, rate, context.req.raw.headers);
    if (caller.role !== "wake" && rate !== "exempt") await parts.limit(rate, actorOf(caller));
    if (!mayCall(caller.role, access)) {
      throw new Problem(
        "FORBIDDEN",
        `${actorOf(caller)} may not call ${context.req.method} ${context.req.path}.`,
      );
    }
    context.set("caller", caller);
    await next();
  };
}

/**
 * Whoever guesses is counted by address: before Auth is asked about a session, and after a key was wrong. Who turns
 * out to be known gets back what was taken, and is counted as himself.
 */
async function identifyCounted(parts: AppParts, kind: LimitedKind, headers: Headers): Promise<Caller> {
  const address = addressOf(headers);
  const taken: (() => void)[] = [];
  const count = () => {
    if (taken.length === 0) taken.push(parts.strangers.take(kind, address));
  };
  try {
    const caller = await parts.identify(headers, count);
    for (const giveBack of taken) giveBack();
    return caller;
  } catch (refusal) {
    if (refusal instanceof Problem && refusal.code === "UNAUTHORIZED") count();
    throw refusal;
  }
}

function missing(path: string, routes: readonly Route[]): Problem {
  const methods = routes.filter((route) => matches(route.path, path)).map((route) => route.method);
  if (methods.length === 0) return new Problem("NOT_FOUND", "There is no such address.");
  const allow = [...new Set(methods.flatMap((method) => method === "GET" ? ["GET", "HEAD"] : [method]))].join(
    ", ",
  );
  return new Problem("METHOD_NOT_ALLOWED", `Allowed here: ${allow}.`, { headers: { allow } });
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const given = path.split("/");
  return wanted.length === given.length &&
    wanted.every((part, place) => part.startsWith(":") ? given[place] !== "" : part === given[place]);
}

function answerProblem(error: Error, context: AppContext): Response {
  const requestId = context.get("requestId");
  const { status, body, headers } = renderProblem(asProblem(error), requestId);
  if (status >= 500) context.get("log").error("request.failed", { path: context.req.path, status, error });
  return new Response(JSON.stringify(body), { status, headers: { ...headers, "x-request-id": requestId } });
}

/** A database that does not answer is nobody's fault; what it refuses is a fault of ours, for what may be refused is a value. */
function asProblem(error: Error): Error {
  return error instanceof DatabaseRefused && error.unavailable
    ? new Problem("UNAVAILABLE", "The database does not answer.", { cause: error })
    : error;
}
