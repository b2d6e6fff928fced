/** Every route of every function, declared once. Method and path are the names of ACCESS; nothing can be missing. */
import type { FunctionName } from "../environment/function_names.ts";
import type { RouteName, RouteOf } from "./access.ts";
import type { Declaration, Declared } from "./declaration.ts";
import { ENFORCEMENT } from "./routes/enforcement.ts";
import { INTAKE } from "./routes/intake.ts";
import { SYSTEM } from "./routes/system.ts";
import { OUTBOUND, SENTINEL, WORKER } from "./routes/workers.ts";

export const ROUTES = {
  intake: INTAKE,
  worker: WORKER,
  sentinel: SENTINEL,
  outbound: OUTBOUND,
  enforcement: ENFORCEMENT,
  system: SYSTEM,
} as const satisfies { readonly [F in FunctionName]: Declared<F> };

/** The declaration of a route of a function. */
export type DeclarationOf<F extends FunctionName, Name extends RouteOf<F>> = Name extends
  keyof (typeof ROUTES)[F] ? (typeof ROUTES)[F][Name] extends Declaration ? (typeof ROUTES)[F][Name] : never
  : never;

/** The declaration of a route, whosever it is. */
export type DeclarationNamed<Name extends RouteName> = {
  readonly [F in FunctionName]: Name extends RouteOf<F> ? DeclarationOf<F, Name> : never;
}[FunctionName];

/** A route's name taken apart. */
export interface Address {
  readonly method: string;
  /** With `:name` for what is to be filled in. */
  readonly path: string;
}

/** `"GET /a/:id"` → method and path. */
export function methodAndPath(name: string): Address {
  const [method = "", path = ""] = name.split(" ");
  return { method, path };
}

/** The declaration of a route by its name. */
export function declarationOf(name: RouteName): Declaration {
  const declaration = DECLARATIONS.get(name);
  if (declaration === undefined) throw new TypeError(`Cannot find ${name}: it is declared nowhere`);
  return declaration;
}

const DECLARATIONS: ReadonlyMap<string, Declaration> = new Map(
  Object.values(ROUTES).flatMap((declared) => Object.entries<Declaration>(declared)),
);

/** Name and declaration of each route of a function, in the order of its file. */
export function routesOf(functionName: FunctionName): (readonly [name: string, declaration: Declaration])[] {
  return Object.entries<Declaration>(ROUTES[functionName]);
}
