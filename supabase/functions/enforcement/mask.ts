/** What a viewer sees of enforcement: everything but who people are, and words that may say it. Masked values are null. */
import { GATE_REASONS } from "../../../shared/enforcement/actions.ts";
import { PERSONS } from "../../../shared/audit/actors.ts";
import type { Role } from "../../../shared/http/access.ts";
import type {
  Action,
  ActionPage,
  Plaintiff,
  PlaintiffPage,
  PlaintiffRecord,
  Task,
  TaskPage,
} from "../../../shared/http/answers/enforcement.ts";

/** One role's view of answers. */
export interface View {
  action(action: Action): Action;
  actions(page: ActionPage): ActionPage;
  tasks(page: TaskPage): TaskPage;
  plaintiffs(page: PlaintiffPage): PlaintiffPage;
  plaintiff(record: PlaintiffRecord): PlaintiffRecord;
}

const WHOLE: View = {
  action: (action) => action,
  actions: (page) => page,
  tasks: (page) => page,
  plaintiffs: (page) => page,
  plaintiff: (record) => record,
};

const MASKED: View = {
  action: maskAction,
  actions: (page) => ({ ...page, actions: page.actions.map(maskAction) }),
  tasks: (page) => ({ ...page, tasks: page.tasks.map(maskTask) }),
  plaintiffs: (page) => ({ ...page, plaintiffs: page.plaintiffs.map((one) => ({ ...one, ...NAMELESS })) }),
  plaintiff: (record) => ({
    ...record,
    ...NAMELESS,
    merged: record.merged.map((one) => ({ ...one, name: null })),
    consents: record.consents.map((one) => ({ ...one, revoked_reason: null })),
    actions: record.actions.map(maskAction),
    tasks: record.tasks.map(maskTask),
    judgments: record.judgments.map((one) => ({ ...one, defendant_name: null })),
  }),
};

const NAMELESS = { name: null, firm_name: null } satisfies Partial<Plaintiff>;

/** The view of a caller. */
export function viewFor(role: Role): View {
  return role === "viewer" ? MASKED : WHOLE;
}

/** The gate's own reasons are shown; what an operator wrote, or a worker ran into, is not. */
function maskAction(action: Action): Action {
  return {
    ...action,
    plaintiff_name: null,
    requested_by: PERSONS.has(action.requested_by_kind) ? null : action.requested_by,
    reason: action.reason !== null && GATE_REASONS.includes(action.reason) ? action.reason : null,
  };
}

function maskTask(task: Task): Task {
  return { ...task, plaintiff_name: null };
}
