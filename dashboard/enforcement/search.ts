/** What may stand in the addresses of enforcement's lists. */
import {
  ACTION_STATES,
  ACTION_TYPES,
  PLAINTIFF_STATES,
  TASK_STATES,
} from "../../shared/enforcement/actions.ts";
import { oneOf, pageOf, type Said, textOf } from "../look/said.ts";

/** Whether a plaintiff may have actions, as a choice. */
export const AUTHORIZED = ["yes", "no"] as const;

export interface PlaintiffSearch {
  readonly q?: string | undefined;
  readonly status?: typeof PLAINTIFF_STATES[number] | undefined;
  readonly authorized?: typeof AUTHORIZED[number] | undefined;
  readonly page?: number | undefined;
}

export function plaintiffSearch({ q, status, authorized, page }: Said): PlaintiffSearch {
  return {
    q: textOf(q),
    status: oneOf(PLAINTIFF_STATES, status),
    authorized: oneOf(AUTHORIZED, authorized),
    page: pageOf(page),
  };
}

export interface ActionSearch {
  readonly status?: typeof ACTION_STATES[number] | undefined;
  readonly action_type?: typeof ACTION_TYPES[number] | undefined;
  readonly page?: number | undefined;
}

export function actionSearch({ status, action_type, page }: Said): ActionSearch {
  return {
    status: oneOf(ACTION_STATES, status),
    action_type: oneOf(ACTION_TYPES, action_type),
    page: pageOf(page),
  };
}

export interface TaskSearch {
  readonly status?: typeof TASK_STATES[number] | undefined;
  readonly page?: number | undefined;
}

export function taskSearch({ status, page }: Said): TaskSearch {
  return { status: oneOf(TASK_STATES, status), page: pageOf(page) };
}
