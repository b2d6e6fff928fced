/** What is told of plaintiffs, consents, actions and tasks. For a viewer names and words about people are null. */
import * as z from "zod";
import { ACTOR_KINDS } from "../../audit/actors.ts";
import {
  ACTION_STATES,
  ACTION_TYPES,
  CONSENT_STATES,
  CONSENT_TYPES,
  PLAINTIFF_STATES,
  STAGES,
  TASK_STATES,
} from "../../enforcement/actions.ts";
import { named } from "../document.ts";
import { Count, Day, Id, Instant } from "./parts.ts";

const Dollars = z.number().min(0);
const Missing = z.array(z.enum(CONSENT_TYPES));
const paged = { total: Count, page: z.int().min(1), page_size: z.int().min(1) };

/** An action that was asked for. */
export const Action = named(
  "Action",
  z.looseObject({
    action_id: Id,
    plaintiff_id: Id,
    plaintiff_name: z.string().nullable(),
    judgment_id: z.int(),
    /** Null when the judgment is gone. */
    case_number: z.string().nullable(),
    action_type: z.enum(ACTION_TYPES),
    status: z.enum(ACTION_STATES),
    /** Why it is blocked, failed or cancelled. */
    reason: z.string().nullable(),
    /** The packet, once executed. */
    evidence_file_id: Id.nullable(),
    remediation_task_id: Id.nullable(),
    requested_by: z.string().nullable(),
    requested_by_kind: z.enum(ACTOR_KINDS),
    requested_at: Instant,
    executed_at: Instant.nullable(),
    status_changed_at: Instant,
  }),
);
export type Action = z.infer<typeof Action>;

export const ActionPage = named("ActionPage", z.looseObject({ actions: z.array(Action), ...paged }));
export type ActionPage = z.infer<typeof ActionPage>;

/** An action that may go on. */
export const Authorized = named(
  "Authorized",
  z.looseObject({ action_id: Id, status: z.enum(["authorized", "executing"]) }),
);

/** What somebody has to do before enforcement can go on. */
export const Task = named(
  "Task",
  z.looseObject({
    task_id: Id,
    plaintiff_id: Id,
    plaintiff_name: z.string().nullable(),
    title: z.string(),
    status: z.enum(TASK_STATES),
    priority: z.enum(["low", "normal", "high"]),
    assigned_role: z.string().nullable(),
    reason: z.string(),
    created_at: Instant,
    completed_at: Instant.nullable(),
  }),
);
export type Task = z.infer<typeof Task>;

export const TaskPage = named("TaskPage", z.looseObject({ tasks: z.array(Task), ...paged }));
export type TaskPage = z.infer<typeof TaskPage>;

const plaintiff = {
  plaintiff_id: Id,
  name: z.string().nullable(),
  firm_name: z.string().nullable(),
  status: z.enum(PLAINTIFF_STATES).nullable(),
  /** The plaintiff it turned out to be. */
  merged_into: Id.nullable(),
  is_authorized: z.boolean(),
  missing: Missing,
  case_count: Count,
  total_judgment_amount: Dollars,
  created_at: Instant,
};

/** A plaintiff, and whether it is authorised at this moment. */
export const Plaintiff = named("Plaintiff", z.looseObject(plaintiff));
export type Plaintiff = z.infer<typeof Plaintiff>;

export const PlaintiffPage = named(
  "PlaintiffPage",
  z.looseObject({ plaintiffs: z.array(Plaintiff), ...paged }),
);
export type PlaintiffPage = z.infer<typeof PlaintiffPage>;

const Consent = named(
  "Consent",
  z.looseObject({
    consent_id: Id,
    /** Who gave it: the plaintiff, or one that was merged into it. */
    plaintiff_id: Id,
    consent_type: z.enum(CONSENT_TYPES),
    version: z.string(),
    status: z.enum(CONSENT_STATES),
    valid_from: Instant,
    /** It holds before this moment; null: without end. */
    valid_until: Instant.nullable(),
    evidence_file_id: Id,
    accepted_at: Instant,
    revoked_at: Instant.nullable(),
    revoked_reason: z.string().nullable(),
  }),
);

/** A plaintiff with all that hangs on it; of actions, tasks and judgments the newest 50. */
export const PlaintiffRecord = named(
  "PlaintiffRecord",
  z.looseObject({
    ...plaintiff,
    merged: z.array(z.looseObject({ plaintiff_id: Id, name: z.string().nullable() })),
    consents: z.array(Consent),
    actions: z.array(Action),
    tasks: z.array(Task),
    judgments: z.array(z.looseObject({
      judgment_id: z.int(),
      case_number: z.string(),
      defendant_name: z.string().nullable(),
      amount: Dollars,
      judgment_date: Day,
      enforcement_stage: z.enum(STAGES),
      collectability_tier: z.enum(["A", "B", "C"]),
    })),
  }),
);
export type PlaintiffRecord = z.infer<typeof PlaintiffRecord>;

/** A consent that was registered with its file. */
export const Registered = named(
  "Registered",
  z.looseObject({
    consent_id: Id,
    evidence_file_id: Id,
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    is_authorized: z.boolean(),
  }),
);

/** A consent that was revoked. */
export const Revoked = named(
  "Revoked",
  z.looseObject({ consent_id: Id, status: z.literal("revoked"), is_authorized: z.boolean() }),
);
