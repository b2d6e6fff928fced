/** The eleven gates of the go-live runbook, in its order and by its names. */
import { together } from "../checks/asking.ts";
import { type Check, type Seen, wellUnless } from "../checks/check.ts";
import { lookAtDatabase, lookAtPooler, lookAtStrayNames, lookAtValues } from "../checks/reach.ts";
import { lookAtHeartbeats } from "../checks/state.ts";
import { lookAtAdvisors, lookAtViews } from "../checks/wiring.ts";
import { auditSecurity, CHECK_NAMES } from "../security/checks.ts";
import type { Target } from "../target.ts";
import { lookAtAuditTrail } from "./audit_trail.ts";
import { lookAtBackup } from "./backup.ts";
import { lookAtEndpoints } from "./endpoints.ts";
import { lookForLeaks } from "./leaks.ts";
import { lookAtRateLimits } from "./rate_limits.ts";
import { lookAtRoles, ROLE_CHECKS } from "./roles.ts";
import { lookAtDrift } from "./schema.ts";
import type { Scratch } from "./scratch.ts";

const DATABASE_AWAY = "ops doctor shows which part is away; ops fix-pooler-connection which door is open.";
const FUNCTIONS_AWAY = "ops logs says why a function does not answer; ops deploy puts it there.";

/** @param scratch for the gates that build a database of their own. */
export function gatesOf(target: Target, scratch: Scratch, stopping: AbortSignal): Check[] {
  const gates: readonly (readonly [name: string, look: () => Promise<Seen>, remedy: string])[] = [
    ["Environment Configuration", () => lookAtValues(target), "ops verify-env-config says what is expected."],
    [
      "Database Connectivity",
      async () => together([await lookAtDatabase(target), await lookAtPooler(target)]),
      DATABASE_AWAY,
    ],
    ["Schema Consistency", () => lookAtDrift(target, scratch), DATABASE_AWAY],
    ["RLS Enforcement", () => lookAtRoles(target), DATABASE_AWAY],
    ["Critical Views", () => lookAtViews(target), DATABASE_AWAY],
    ["Worker Health", () => lookAtHeartbeats(target), DATABASE_AWAY],
    ["API Endpoints", () => lookAtEndpoints(target), FUNCTIONS_AWAY],
    ["Audit Trail", () => lookAtAuditTrail(target), DATABASE_AWAY],
    ["Security Hardening", () => lookAtHardening(target), DATABASE_AWAY],
    ["Backup Verification", () => lookAtBackup(target, scratch), DATABASE_AWAY],
    ["Rate Limiting", () => lookAtRateLimits(target, stopping), FUNCTIONS_AWAY],
  ];
  return gates.map(([name, look, remedy], at) => ({ name: `Gate ${at + 1}: ${name}`, look, remedy }));
}

/** Gate 9: the rights that are not about people's roles (gate 4's), Supabase's advisors, leaks, forbidden names. */
async function lookAtHardening(target: Target): Promise<Seen> {
  return together([
    await lookAtRights(target),
    await lookAtAdvisors(target),
    await lookForLeaks(target),
    await lookAtStrayNames(target),
  ]);
}

async function lookAtRights(target: Target): Promise<Seen> {
  const violations = (await auditSecurity(await target.sql())).filter(({ check }) =>
    !ROLE_CHECKS.includes(check)
  );
  return wellUnless(
    violations.map(({ check, object, detail }) => `${check}: ${object} ${detail}`),
    `${CHECK_NAMES.length - ROLE_CHECKS.length} checks of rights`,
    [...new Set(violations.map(({ fix }) => fix))].join("\n") || "ops security-audit",
  );
}
