/**
 * What a viewer sees: everything but what came in the file and who people are. Masked values are null, so that
 * the shape stays the same. Words about an error quote the value, so a viewer gets the catalogue's words.
 */
import { type ActorKind, PERSONS } from "../../../shared/audit/actors.ts";
import type { Batch, BatchPage, ErrorPage, RowError, Timeline } from "../../../shared/intake/record.ts";
import { ROW_CODES } from "../../../shared/judgments/codes.ts";
import type { Role } from "../../../shared/http/access.ts";

/** One role's view of answers. */
export interface View {
  batch<Told extends Batch>(batch: Told): Told;
  page(page: BatchPage): BatchPage;
  errors(page: ErrorPage): ErrorPage;
  timeline(timeline: Timeline): Timeline;
}

const WHOLE: View = {
  batch: (batch) => batch,
  page: (page) => page,
  errors: (page) => page,
  timeline: (timeline) => timeline,
};

const MASKED: View = {
  batch: maskBatch,
  page: (page) => ({ ...page, batches: page.batches.map(maskBatch) }),
  errors: (page) => ({ ...page, errors: page.errors.map(maskError) }),
  timeline: (timeline) => ({
    ...timeline,
    created_by: maskPerson(timeline.created_by, timeline.created_by_kind),
    attempts: timeline.attempts.map((attempt) => ({
      ...attempt,
      rejection_reason: maskReason(attempt.rejection_reason),
      states: attempt.states.map((state) => ({
        ...state,
        actor: maskPerson(state.actor, state.actor_kind) ?? "somebody",
      })),
    })),
    actions: timeline.actions.map((action) => ({
      ...action,
      actor: maskPerson(action.actor, action.actor_kind) ?? "somebody",
      detail: maskReason(action.detail),
    })),
  }),
};

/** The view of a caller. */
export function viewFor(role: Role): View {
  return role === "viewer" ? MASKED : WHOLE;
}

function maskBatch<Told extends Batch>(batch: Told): Told {
  return {
    ...batch,
    created_by: maskPerson(batch.created_by, batch.created_by_kind),
    // Of a file that lost its header these are the cells of a row.
    ignored_columns: null,
    ...("header" in batch ? { header: null } : {}),
    notes: batch.notes.map(maskNote),
    rejection_reason: maskReason(batch.rejection_reason),
  };
}

/** A note without the headers it names, which nobody has to know. `intake.note_header_change` writes it. */
function maskNote(note: string): string {
  return note.startsWith(HEADER_CHANGE) ? `${HEADER_CHANGE}an earlier file` : note;
}

const HEADER_CHANGE = "Columns changed since ";

/** Behind the fields that are missing stands what the header has in their place, in its own words. */
function maskReason(reason: string | null): string | null {
  return reason === null || !reason.startsWith("Missing required fields: ")
    ? reason
    : reason.replace(/\. .*$/s, "");
}

function maskError(error: RowError): RowError {
  return {
    ...error,
    error_message: ROW_CODES.find((entry) => entry.code === error.error_code)?.cause ?? null,
    raw_value: null,
    raw_line: null,
    raw_data: null,
    issues: error.issues.map(({ code, field }) => ({ code, field, raw_value: null, message: null })),
  };
}

/** Keys, vendors and machines may be shown; who a person is may not. */
function maskPerson(actor: string | null, kind: ActorKind): string | null {
  return PERSONS.has(kind) ? null : actor;
}
