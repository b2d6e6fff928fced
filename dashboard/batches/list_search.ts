/** What may be looked for in the list of batches. */
import { BATCH_STATES, type BatchState } from "../../shared/intake/states.ts";
import { oneOf, pageOf, type Said, textOf } from "../look/said.ts";

/** What may stand in the address. */
export interface ListSearch {
  readonly status?: BatchState | undefined;
  readonly source?: string | undefined;
  readonly q?: string | undefined;
  readonly page?: number | undefined;
}

export function listSearch({ status, source, q, page }: Said): ListSearch {
  return { status: oneOf(BATCH_STATES, status), source: textOf(source), q: textOf(q), page: pageOf(page) };
}
