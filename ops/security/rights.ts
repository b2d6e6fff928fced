/**
 * Who may do what to which object: the one table that tests are made from and that `security-audit` compares a
 * database with. A migration that creates or grants something is joined by its line here.
 */

/** What can be done to a table or view. */
export const VERBS = ["select", "insert", "update", "delete", "truncate", "references", "trigger"] as const;
export type Verb = (typeof VERBS)[number];

/** Roles a caller can come in with. `public` is everybody at once. */
export const ROLES = ["anon", "authenticated", "public", "service_role"] as const;
export type Role = (typeof ROLES)[number];

/** Schemas of ours, whether they exist yet or not. */
export const SCHEMAS = ["intake", "ops", "enforcement", "legal", "evidence", "audit", "public"] as const;

const READ: readonly Verb[] = ["select"];
const KEEP: readonly Verb[] = ["select", "insert", "update"];
const WRITE: readonly Verb[] = ["select", "insert", "update", "delete"];

/**
 * What `service_role` may do, by table or view; nobody else may do anything. `truncate`, `references`, `trigger`
 * are for nobody: they go round the guards or past them.
 */
export const SERVICE_RIGHTS: Readonly<Record<string, readonly Verb[]>> = {
  // Events are written by audit.append alone; nobody changes them.
  "audit.event_log": READ,
  "audit.chain_positions": READ,
  "audit.exported_heads": READ,

  // Written by evidence.register, set_legal_hold and retire alone.
  "evidence.files": READ,
  "evidence.retirements": READ,

  "enforcement.action_moves": READ, // the state machine: changed by migrations
  "enforcement.actions": KEEP,
  "enforcement.plaintiff_sums": READ, // written by the triggers that follow judgments, and by the clock
  "enforcement.stage_sums": READ,
  "enforcement.summed_up_to": READ,
  "enforcement.v_authorized_plaintiffs": READ,
  "enforcement.v_unauthorized_plaintiffs": READ,

  "intake.batch_days": READ, // written by the triggers that follow batches
  "intake.batch_error_counts": WRITE,
  "intake.batch_slices": WRITE,
  "intake.batch_moves": READ, // the state machine: changed by migrations
  "intake.error_days": READ,
  "intake.error_codes": READ, // a catalogue: changed by migrations
  "intake.forgotten_objects": WRITE,
  "intake.header_changes": WRITE,
  "intake.missed_objects": WRITE,
  "intake.row_errors": WRITE,
  "intake.row_repairs": WRITE,
  "intake.simplicity_batches": WRITE,
  "intake.sources": WRITE,
  "intake.staged_blocks": WRITE,
  "intake.sweep_place": READ, // moved by intake.sweep alone
  "intake.uploads": WRITE,
  "intake.v_batch_days": READ,
  "intake.v_batch_observability": READ,
  "intake.v_error_days": READ,
  "intake.v_error_summary": READ,
  "intake.view_batch_metrics": READ,

  "legal.authorizations": READ, // written by the triggers that follow consents and plaintiffs
  "legal.consents": KEEP,
  "legal.v_consents_in_force": READ,
  "legal.v_standing_consents": READ,

  "ops.alert_digests": WRITE,
  "ops.alerts": KEEP, // what was found is resolved or silenced, never taken away
  "ops.expected_workers": READ,
  "ops.guard_triggers": READ, // a catalogue: changed by migrations
  "ops.job_queue": WRITE,
  "ops.queue_control": KEEP,
  "ops.rate_buckets": WRITE,
  "ops.sentinel_runs": READ, // the sentinel comes as the owner of the database
  "ops.source_turns": WRITE,
  "ops.v_batch_performance": READ,
  "ops.v_error_distribution": READ,
  "ops.v_live_feed_events": READ,
  "ops.v_pipeline_health": READ,
  "ops.v_quality_trend": READ,
  "ops.v_system_health": READ,
  "ops.vendor_feeds": WRITE,
  "ops.worker_heartbeats": WRITE,

  "public.judgments": WRITE,
  "public.plaintiffs": WRITE,
  "public.tasks": WRITE,
  "public.v_enforcement_overview": READ,
  "public.v_judgment_pipeline": READ,
  "public.v_migration_status": READ,
  "public.v_plaintiffs_overview": READ,
};

/** @returns what a role may do to a relation; nothing for one the table does not know. */
export function rightsOf(role: Role, relation: string): readonly Verb[] {
  return role === "service_role" ? SERVICE_RIGHTS[relation] ?? [] : [];
}

/**
 * Triggers without which a rule of the database would not hold, each by table and name. All are `enable always`:
 * `session_replication_role` switches plain ones off, and the hosted `postgres` may set it.
 */
export const GUARDS: readonly (readonly [table: string, trigger: string])[] = [
  ["audit.event_log", "_100_protect_events"],
  ["audit.event_log", "_100_protect_events_truncate"],
  ["audit.exported_heads", "_100_protect_heads"],
  ["audit.exported_heads", "_100_protect_heads_truncate"],
  ["enforcement.actions", "_100_guard_action"],
  ["enforcement.actions", "_100_guard_actions"],
  ["enforcement.actions", "_100_guard_new_action"],
  ["enforcement.actions", "_500_note_action"],
  ["enforcement.actions", "_500_note_insert"],
  ["enforcement.actions", "_500_note_update"],
  ["evidence.files", "_100_protect_files"],
  ["evidence.files", "_100_protect_files_truncate"],
  ["evidence.files", "_500_note_registration"],
  ["evidence.retirements", "_100_guard_retirement"],
  ["evidence.retirements", "_100_protect_retirements"],
  ["evidence.retirements", "_100_protect_retirements_truncate"],
  ["evidence.retirements", "_500_note_retirement"],
  ["intake.batch_error_counts", "_400_forget_days"],
  ["intake.batch_error_counts", "_400_keep_error_day"],
  ["intake.batch_slices", "_200_clear_lease"],
  ["intake.simplicity_batches", "_100_forget_object"],
  ["intake.simplicity_batches", "_100_guard_batch_status"],
  ["intake.simplicity_batches", "_100_guard_new_batch"],
  ["intake.simplicity_batches", "_110_keep_day_of_old"],
  ["intake.simplicity_batches", "_400_forget_days"],
  ["intake.simplicity_batches", "_400_keep_day"],
  ["intake.simplicity_batches", "_400_keep_day_of_new"],
  ["intake.simplicity_batches", "_500_follow_batch_status"],
  ["intake.simplicity_batches", "_500_note_rewritten_counts"],
  ["intake.simplicity_batches", "_500_queue_new_batch"],
  ["legal.consents", "_100_guard_consent"],
  ["legal.consents", "_100_guard_consents"],
  ["legal.consents", "_100_guard_new_consent"],
  ["legal.consents", "_400_follow_authorization"],
  ["legal.consents", "_500_note_consent"],
  ["legal.consents", "_500_note_insert"],
  ["legal.consents", "_500_note_update"],
  ["legal.consents", "_510_follow_cure"],
  ["ops.job_queue", "_100_guard_job_status"],
  ["ops.job_queue", "_200_clear_lease"],
  ["ops.job_queue", "_500_follow_enforcement_job"],
  ["ops.job_queue", "_500_follow_job_status"],
  ["public.judgments", "_400_forget_truncated"],
  ["public.judgments", "_400_keep_sums_delete"],
  ["public.judgments", "_400_keep_sums_of_own_id"],
  ["public.judgments", "_400_keep_sums_update"],
  ["public.judgments", "_500_note_delete"],
  ["public.judgments", "_500_note_insert"],
  ["public.judgments", "_500_note_truncate"],
  ["public.judgments", "_500_note_update"],
  ["public.judgments", "_600_note_touched_batch"],
  ["public.judgments", "_610_recount_all_batches"],
  ["public.judgments", "_610_recount_batches"],
  ["public.plaintiffs", "_100_guard_new_plaintiff"],
  ["public.plaintiffs", "_100_guard_plaintiff"],
  ["public.plaintiffs", "_200_fill_normalized_name"],
  ["public.plaintiffs", "_400_follow_authorization"],
  ["public.plaintiffs", "_400_follow_lost_member"],
  ["public.plaintiffs", "_400_follow_new_member"],
  ["public.plaintiffs", "_500_note_plaintiff"],
  ["public.plaintiffs", "_510_follow_cure"],
];
