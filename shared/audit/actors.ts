/** Who can act: the sorts that `audit.event_log.actor_kind` knows. `ops.kind_of_actor` tells them by name. */

/** Closed; `tests/sql/audit_test.ts` holds it against the table's constraint. */
export const ACTOR_KINDS = [
  "operator",
  "viewer",
  "vendor",
  "key",
  "command",
  "replay",
  "worker",
  "sentinel",
  "outbound",
  "breaker",
  "cron",
  "storage",
  "rest",
  "sql",
  "other",
] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

/** Kinds whose names are people's own, `other` among them: of an unknown form nothing is known. */
export const PERSONS: ReadonlySet<ActorKind> = new Set(["operator", "viewer", "other"]);
