/** What may stand in the addresses of enforcement's lists. What is not understood counts as not said. */
import * as z from "zod";
import {
  ACTION_STATES,
  ACTION_TYPES,
  PLAINTIFF_STATES,
  TASK_STATES,
} from "../../shared/enforcement/actions.ts";

const page = z.coerce.number().int().min(1).optional().catch(undefined);

export const PlaintiffSearch = z.object({
  q: z.coerce.string().optional().catch(undefined),
  status: z.enum(PLAINTIFF_STATES).optional().catch(undefined),
  authorized: z.enum(["yes", "no"]).optional().catch(undefined),
  page,
});
export type PlaintiffSearch = z.infer<typeof PlaintiffSearch>;

export const ActionSearch = z.object({
  status: z.enum(ACTION_STATES).optional().catch(undefined),
  action_type: z.enum(ACTION_TYPES).optional().catch(undefined),
  page,
});
export type ActionSearch = z.infer<typeof ActionSearch>;

export const TaskSearch = z.object({ status: z.enum(TASK_STATES).optional().catch(undefined), page });
export type TaskSearch = z.infer<typeof TaskSearch>;
