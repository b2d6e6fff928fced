/**
 * The one table that says who may call what. A route that is not in it does not exist: each of these must be declared
 * (routes.ts) and handled, and a declaration or handler for anything else does not compile.
 */
import type { FunctionName } from "../environment/function_names.ts";

/** All roles, strongest first: who presents several credentials is taken at the strongest. */
export const ROLES = [
  "service",
  "operator_key",
  "operator",
  "vendor",
  "viewer",
  "wake",
  /** A valid session that was given no rights here. */
  "no_role",
] as const;

/** Who calls, by how it was proved. */
export type Role = (typeof ROLES)[number];

/** How a call counts against the rate limits. `exempt` is for what must answer in any storm. */
export type RateKind = "reads" | "writes" | "exempt";

export interface Access {
  /** `anyone` needs no credential, and none is looked at. */
  readonly may: "anyone" | readonly Role[];
  readonly rate: RateKind;
}

const KEYS = ["service", "operator_key"] as const satisfies readonly Role[];
const OPERATORS = [...KEYS, "operator"] as const satisfies readonly Role[];
const READERS = [...OPERATORS, "viewer"] as const satisfies readonly Role[];

const open: Access = { may: "anyone", rate: "exempt" };
const read: Access = { may: READERS, rate: "reads" };
const act: Access = { may: OPERATORS, rate: "writes" };
/** Reading what holds names and values as they came, which a viewer may not. */
const readWhole: Access = { may: OPERATORS, rate: "reads" };
const readAlsoVendor: Access = { may: [...READERS, "vendor"], rate: "reads" };
const sendAlsoVendor: Access = {
  may: [...OPERATORS, "vendor"],
  rate: "writes",
};
/** The wake token is exempt from the limits itself; see rates.ts. */
const wake: Access = { may: [...KEYS, "wake"], rate: "writes" };

/** Function, then method and path as the caller writes them below `/functions/v1`. */
export const ACCESS = {
  intake: {
    "GET /intake/health": open,
    "POST /intake/upload": sendAlsoVendor,
    "POST /intake/upload-url": sendAlsoVendor,
    "POST /intake/check-duplicate": read,
    "GET /intake/batches": read,
    "GET /intake/batches/:id": readAlsoVendor,
    "GET /intake/batches/:id/errors": readAlsoVendor,
    "GET /intake/batches/:id/errors.csv": {
      may: [...OPERATORS, "vendor"],
      rate: "reads",
    },
    "GET /intake/batches/:id/file": readWhole,
    "GET /intake/batches/:id/timeline": read,
    "GET /intake/batches/:id/certificate": read,
    "POST /intake/batches/:id/retry": act,
    "POST /intake/batches/:id/abort": act,
    "POST /intake/batches/:id/approve": act,
    "POST /intake/batches/:id/refuse": act,
    "POST /intake/batches/:id/undo": act,
    "POST /intake/batches/:id/replay": act,
    "GET /intake/batches/:id/rows/:row": read,
    "GET /intake/judgments/:id/lineage": read,
    "GET /intake/sources/:name": read,
    "PUT /intake/sources/:name": act,
    "DELETE /intake/batches/:id": act,
  },
  worker: {
    "GET /worker/health": open,
    "POST /worker/run": wake,
  },
  sentinel: {
    "GET /sentinel/health": open,
    "POST /sentinel/run": wake,
    "GET /sentinel/latest": read,
  },
  outbound: {
    "GET /outbound/health": open,
    "POST /outbound/run": wake,
  },
  enforcement: {
    "GET /enforcement/health": open,
    "POST /enforcement/evidence": act,
    "GET /enforcement/evidence/:id": read,
    "GET /enforcement/actions/:id/certificate": read,
    "POST /enforcement/run": wake,
    "POST /enforcement/actions": act,
    "GET /enforcement/actions": read,
    "GET /enforcement/actions/:id": read,
    "POST /enforcement/actions/:id/cancel": act,
    "POST /enforcement/consents": act,
    "POST /enforcement/consents/:id/revoke": act,
    "GET /enforcement/plaintiffs": read,
    "GET /enforcement/plaintiffs/:id": read,
    "POST /enforcement/plaintiffs/:id/merge": act,
    "POST /enforcement/plaintiffs/:id/take-apart": act,
    "GET /enforcement/tasks": read,
  },
  system: {
    "GET /system/health": open,
    "GET /system/readyz": open,
    "GET /system/openapi.json": open,
    "GET /system/keys": open,
    "GET /system/status": read,
    "GET /system/metrics": readWhole,
    "GET /system/queue": read,
    "POST /system/queue/:type/pause": act,
    "POST /system/queue/:type/resume": act,
    "POST /system/jobs/:id/redrive": act,
    "GET /system/performance": read,
    "GET /system/errors": read,
    "GET /system/quality": read,
    "GET /system/feed": read,
    "GET /system/alerts": read,
    "POST /system/alerts/:id/silence": act,
  },
} as const satisfies Record<
  FunctionName,
  Record<`${"GET" | "POST" | "PUT" | "DELETE"} /${string}`, Access>
>;

/** The routes of one function. */
export type RouteOf<F extends FunctionName> = keyof (typeof ACCESS)[F] & string;

/** Every route of every function. */
export type RouteName = { readonly [F in FunctionName]: RouteOf<F> }[FunctionName];

/** Whether a caller of this role may call a route with this access. */
export function mayCall(role: Role, access: Access): boolean {
  return access.may === "anyone" || access.may.includes(role);
}
