/**
 * Every answer a role may get, of every route as it is declared: asked for whatever there is. What no list of addresses
 * written by hand can be: complete when a route is added.
 */
import { FUNCTION_NAMES } from "../../shared/environment/function_names.ts";
import { ACCESS, type Access, mayCall, type Role, type RouteName } from "../../shared/http/access.ts";
import type { Declaration } from "../../shared/http/declaration.ts";
import { declarationOf, methodAndPath, ROUTES } from "../../shared/http/routes.ts";
import { type Answer, call, type SharedStack } from "./intake_stack.ts";

/** What is there to ask about: the values of each part of an address, by the routes that have it. */
export interface Known {
  readonly batches: readonly { readonly id: string; readonly rows: number; readonly hash: string | null }[];
  readonly judgments: readonly string[];
  readonly sources: readonly string[];
}

/** An answer, and what was asked. */
export interface Told {
  /** As in ACCESS. */
  readonly route: RouteName;
  readonly path: string;
  readonly answer: Answer;
}

interface Request {
  readonly path: string;
  readonly init?: RequestInit;
}

const FUNCTIONS = new URL("../../supabase/functions/", import.meta.url);

/** Functions that are there: a route may be declared before its function is written. */
async function served(): Promise<[keyof typeof ROUTES, Declarations][]> {
  const found: [keyof typeof ROUTES, Declarations][] = [];
  for (const name of FUNCTION_NAMES) {
    const index = new URL(`${name}/index.ts`, FUNCTIONS);
    if (await Deno.stat(index).then(() => true, () => false)) found.push([name, ROUTES[name]]);
  }
  return found;
}

type Declarations = Readonly<Record<string, Declaration>>;

/** Every route that reads and that a role may call. */
export async function readableBy(role: Role): Promise<RouteName[]> {
  return (await served()).flatMap(([name, declared]) =>
    Object.keys(declared).filter((route): route is RouteName => {
      const access: Readonly<Record<string, Access>> = ACCESS[name];
      const may = access[route];
      const reads = route.startsWith("GET ") || route === "POST /intake/check-duplicate";
      return may !== undefined && reads && mayCall(role, may);
    })
  );
}

/** Asks a route for all there is; for what nothing is known of, as its declaration's example has it. */
export async function tellAll(
  stack: SharedStack,
  route: RouteName,
  known: Known,
  headers: Record<string, string>,
): Promise<Told[]> {
  const told: Told[] = [];
  for (const { path, init } of requestsOf(route, known)) {
    told.push({
      route,
      path,
      answer: await call(stack, path, { ...init, headers: { ...headers, ...init?.headers } }),
    });
  }
  return told;
}

function requestsOf(route: RouteName, known: Known): Request[] {
  const { method, path } = methodAndPath(route);
  const declared = declarationOf(route);
  if (route === "POST /intake/check-duplicate") {
    return known.batches.filter(({ hash }) => hash !== null).map(({ hash }) => ({
      path: path.slice(1),
      init: {
        method,
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ file_hash: hash }),
      },
    }));
  }
  return addressesOf(path.slice(1), declared, known).flatMap((address) =>
    queriesOf(declared).map((query) => ({ path: `${address}${query}` }))
  );
}

function addressesOf(path: string, declared: Declaration, known: Known): string[] {
  if (path.startsWith("intake/batches/:id")) {
    return known.batches.flatMap(({ id, rows }) => {
      const address = path.replace(":id", id);
      return address.endsWith(":row")
        ? Array.from({ length: rows }, (_, at) => address.replace(":row", String(at + 1)))
        : [address];
    });
  }
  if (path.startsWith("intake/judgments/:id")) return known.judgments.map((id) => path.replace(":id", id));
  if (path.startsWith("intake/sources/:name")) {
    return known.sources.map((name) => path.replace(":name", name));
  }
  return [path.replace(/:(\w+)/g, (part, name: string) => declared.path?.[name]?.example ?? part)];
}

/** As it stands, with pages as large as they may be, and with each value of a closed list. */
function queriesOf({ query = {} }: Declaration): string[] {
  const all = "page_size" in query ? "page_size=200" : "";
  const choices = "code" in query ? ["code=DUPLICATE_CASE_NUMBER"] : [];
  return [...new Set(["", ...[all, ...choices].filter((one) => one !== "").map((one) => `?${one}`)])];
}
