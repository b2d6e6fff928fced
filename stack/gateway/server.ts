/**
 * The one address of a stack, `api_url`: REST, accounts, Storage and functions under the paths of hosted Supabase.
 * Owns routing, key rules and CORS; refuses what hosted refuses.
 */
import type { Sql } from "../database/connect.ts";
import type { Faults } from "../faults/state.ts";
import type { FunctionHost } from "../functions/host.ts";
import type { Keys } from "../keys.ts";
import type { Storage } from "../storage/server.ts";
import { manageAccounts } from "./accounts.ts";
import { identify } from "./credentials.ts";
import type { Exposed } from "./exposed.ts";
import { databaseAway, refuse } from "./postgrest_error.ts";
import { callRoutine, type RpcOptions } from "./rpc.ts";
import { type Lite, refuseUnfiltered } from "./tables.ts";

export interface GatewayParts {
  keys: Keys;
  lite: Lite;
  storage: Storage;
  functions: FunctionHost;
  rpc: RpcOptions;
  /** Connects as `supabase_auth_admin`. */
  accounts: Sql;
  faults: Faults;
  exposed: Exposed;
  log(line: string): void;
}

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "content-range, content-location, preference-applied, x-total-count, link",
};

/** @returns what answers every request of the stack. */
export function makeGateway(parts: GatewayParts): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    try {
      if (url.pathname.startsWith("/functions/v1/")) return await parts.functions.answer(request, url);
      if (request.method === "OPTIONS") return preflight(request);
      return withCors(await route(request, url, parts));
    } catch (error) {
      if (request.signal.aborted) return new Response(null, { status: 499 }); // nobody is there to read it
      parts.log(`gateway ${request.method} ${url.pathname}: ${error instanceof Error ? error.stack : error}`);
      return withCors(Response.json({ message: "An unexpected error occurred" }, { status: 500 }));
    }
  };
}

async function route(request: Request, url: URL, parts: GatewayParts): Promise<Response> {
  if (url.pathname.startsWith("/storage/v1/")) return await parts.storage.answer(request, url);
  if (url.pathname.startsWith("/auth/v1/admin/")) {
    const caller = await identify(request, url, parts.keys);
    if (caller instanceof Response) return caller;
    return await manageAccounts(request, url, caller, parts.accounts) ??
      Response.json({ code: 404, error_code: "not_found", msg: "Not found" }, { status: 404 });
  }
  if (url.pathname.startsWith("/auth/v1/")) return await parts.lite.fetch(request);
  if (url.pathname.startsWith("/rest/v1/")) return await rest(request, url, parts);
  return Response.json({ message: "no Route matched with those values" }, { status: 404 });
}

async function rest(request: Request, url: URL, parts: GatewayParts): Promise<Response> {
  const caller = await identify(request, url, parts.keys);
  if (caller instanceof Response) return caller;
  if (parts.exposed.away()) return databaseAway();
  const missing = parts.exposed.missing();
  if (parts.faults.restIsOut() || missing.length > 0) {
    const message = "Could not query the database for the schema cache. Retrying.";
    return refuse(
      503,
      "PGRST002",
      message,
      missing.length > 0 ? `schema "${missing[0]}" does not exist` : null,
    );
  }
  if (url.pathname.startsWith("/rest/v1/rpc/")) {
    const answer = await callRoutine(request, url, caller, parts.rpc);
    if (answer !== null) return answer;
  }
  return refuseUnfiltered(request, url) ?? await parts.lite.fetch(request);
}

function preflight(request: Request): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...CORS,
      "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
      "access-control-allow-headers": request.headers.get("access-control-request-headers") ?? "*",
      "access-control-max-age": "3600",
    },
  });
}

function withCors(response: Response): Response {
  for (const [name, value] of Object.entries(CORS)) {
    if (!response.headers.has(name)) response.headers.set(name, value);
  }
  return response;
}
