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

/**
 * Kinds whose names are people's own: a command's is a login on somebody's machine. Of what a holder of the secret key
 * said of himself (`rest`), and of an unknown form, nothing is known.
 */
export const PERSONS: ReadonlySet<ActorKind> = new Set(["operator", "viewer", "command", "rest", "other"]);
