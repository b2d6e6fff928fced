/**
 * Asking for an action, as a state machine: ask → blocked, with what is missing → cured, paper by paper → ask again →
 * granted. Pure and without a clock. The database decides; this only remembers what it said.
 */
import * as z from "zod";
import { type ActionType, CONSENT_TYPES, type ConsentType } from "../../shared/enforcement/actions.ts";
import type { ProblemAnswer } from "../../shared/http/problem.ts";

/** Where the asking is. */
export type Asking =
  | { readonly at: "choosing"; readonly why: string | null }
  | { readonly at: "asking"; readonly type: ActionType }
  | {
    readonly at: "blocked";
    readonly type: ActionType;
    readonly missing: readonly ConsentType[];
  }
  /** What was missing is there now; nothing is asked for until somebody says so. */
  | { readonly at: "cured"; readonly type: ActionType }
  | { readonly at: "granted"; readonly type: ActionType; readonly actionId: string };

/** What happens outside. */
export type AskEvent =
  | { readonly kind: "ask"; readonly type: ActionType }
  | { readonly kind: "granted"; readonly actionId: string }
  | { readonly kind: "blocked"; readonly missing: readonly ConsentType[] }
  | { readonly kind: "failed"; readonly why: string }
  | { readonly kind: "registered"; readonly consent: ConsentType; readonly isAuthorized: boolean };

export const CHOOSING: Asking = { at: "choosing", why: null };

/** The next state; what does not fit the present one changes nothing. */
export function step(now: Asking, event: AskEvent): Asking {
  switch (event.kind) {
    case "ask":
      return now.at === "asking" || now.at === "granted" ? now : { at: "asking", type: event.type };
    case "granted":
      return now.at === "asking" ? { at: "granted", type: now.type, actionId: event.actionId } : now;
    case "blocked":
      return now.at === "asking" ? { at: "blocked", type: now.type, missing: event.missing } : now;
    case "failed":
      return now.at === "asking" ? { at: "choosing", why: event.why } : now;
    case "registered":
      return now.at === "blocked" ? registered(now, event) : now;
  }
}

function registered(
  now: Extract<Asking, { at: "blocked" }>,
  { consent, isAuthorized }: Extract<AskEvent, { kind: "registered" }>,
): Asking {
  if (isAuthorized) return { at: "cured", type: now.type };
  return { ...now, missing: now.missing.filter((type) => type !== consent) };
}

const Blocked = z.looseObject({
  code: z.literal("MISSING_CONSENT"),
  missing: z.array(z.enum(CONSENT_TYPES)),
});

/** What is missing, of a problem that says so; null for another problem. Empty: it is not consent that is missing. */
export function missingIn(problem: ProblemAnswer | null): readonly ConsentType[] | null {
  return Blocked.safeParse(problem).data?.missing ?? null;
}
