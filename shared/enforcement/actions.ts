/** What can be done on a judgment, and how an action moves. The database holds the same tables; a test compares them. */

/** Types of actions. */
export const ACTION_TYPES = [
  "demand_letter",
  "file_suit",
  "garnishment",
  "levy",
  "lien",
  "income_execution",
] as const;
export type ActionType = (typeof ACTION_TYPES)[number];

/** States of an action. */
export const ACTION_STATES = [
  "blocked",
  "authorized",
  "executing",
  "executed",
  "failed",
  "cancelled",
] as const;
export type ActionState = (typeof ACTION_STATES)[number];

/** States an action can be called off from. */
export const CANCELLABLE = ["authorized", "executing"] as const satisfies readonly ActionState[];

/** Every move there is; what no pair leaves is final. */
export const ACTION_MOVES = [
  ["authorized", "executing"],
  ["executing", "executed"],
  ["authorized", "cancelled"],
  ["executing", "cancelled"],
  ["authorized", "failed"],
  ["executing", "failed"],
] as const satisfies readonly (readonly [from: ActionState, to: ActionState])[];

/** What a plaintiff must have consented to before anything is executed. */
export const CONSENT_TYPES = ["fee_agreement", "loa"] as const;
export type ConsentType = (typeof CONSENT_TYPES)[number];

/** States of a consent. */
export const CONSENT_STATES = ["active", "superseded", "revoked", "expired"] as const;

/** How far a plaintiff has come as a client. Without one, or inactive, nothing is executed for it. */
export const PLAINTIFF_STATES = [
  "new",
  "contacted",
  "qualified",
  "sent_agreement",
  "signed",
  "active",
  "inactive",
  "lost",
] as const;

/** How far the enforcement of a judgment has come. */
export const STAGES = [
  "pre_enforcement",
  "paperwork_filed",
  "levy_issued",
  "waiting_payment",
  "payment_plan",
  "collected",
  "closed_no_recovery",
] as const;

/** States of a task. */
export const TASK_STATES = ["open", "completed", "cancelled"] as const;

/** Why the gate itself stopped an action, as `enforcement.actions.reason` has it; anything else was written by a person. */
export const GATE_REASONS: readonly string[] = [
  "missing_consent",
  "plaintiff_inactive",
  "wrong_judgment",
  "consent_revoked",
  "consent_expired",
  "judgment_gone",
];
